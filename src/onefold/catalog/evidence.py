"""What values say about a column's meaning: how well they fit a meaning, and which meaning they speak for unasked.

``fit`` judges a meaning that the header proposes; ``spoken_meanings`` proposes meanings when the header is silent
or wrong. Both are tables of small rules over ``Shapes``.
"""

from __future__ import annotations

from collections.abc import Callable

from onefold.catalog.model import Meaning
from onefold.catalog.shapes import Shapes

M = Meaning


def person_share(shapes: Shapes) -> float:
    """How much of the values are names of persons: hits on short lists, scaled up to what a full list would hit."""
    latin = max(shapes["given_first"], shapes["given_last"] * 0.9, shapes["last_first"] * 0.7)
    latin = min(1.0, latin * 1.6 + 0.3 * shapes["family_last"] + shapes["titled"])
    return min(1.0, max(latin, shapes["cjk_name"] * 0.95) if latin < 0.9 else latin)


def company_share(shapes: Shapes) -> float:
    """How much of the values are names of organisations."""
    return min(1.0, shapes["legal_form"] * 1.5 + shapes["business_word"] * 1.3)


def _name_like(shapes: Shapes) -> float:
    alien = shapes["email"] + shapes["url"] + shapes["long_text"] + shapes["country_name"] * 0.8
    return max(0.0, shapes["letters"] - alien)


def _dates(shapes: Shapes) -> float:
    return max(shapes.dates.share, shapes.dates.epoch)


def _number(shapes: Shapes) -> float:
    return min(1.0, shapes["number"] + shapes["money"] + shapes["percent"])


def _plain(shapes: Shapes) -> float:
    """Labels: short, and none of the things that have a look of their own."""
    alien = shapes["email"] + shapes["url"] + shapes["json"] + shapes["uuid"] + shapes.dates.share + shapes["long_text"]
    return max(0.0, 1.0 - alien)


def _label(shapes: Shapes) -> float:
    return max(0.0, _plain(shapes) - shapes["decimal"] - shapes["money"])


def _place(shapes: Shapes) -> float:
    return max(0.0, _plain(shapes) - shapes["number"] - shapes["boolean"] * (shapes.distinct <= 3))


def _choice(shapes: Shapes) -> float:
    """A short list of words, other than yes and no."""
    return max(0.0, _short_list(shapes) - shapes["boolean"] * (shapes["status"] < 0.5))


def _short_list(shapes: Shapes) -> float:
    if shapes.has_few_values:
        return _plain(shapes)
    if shapes.values >= 50 * shapes.distinct:  # a long list, but each of its words many times over
        return _plain(shapes) * 0.9
    return _plain(shapes) * 0.5 if shapes.distinct < shapes.values * 0.5 or shapes.values < 30 else 0.15


def _gender(shapes: Shapes) -> float:
    is_coded = shapes.distinct <= 4 and shapes.low is not None and shapes.low >= 0 and (shapes.high or 0) <= 9
    return max(
        shapes["gender"] if shapes.distinct <= 12 else 0.3 * shapes["gender"],
        0.8 * shapes["integer"] * is_coded,
    )


def _birth(shapes: Shapes) -> float:
    years_only = shapes["integer"] if shapes.low and shapes.high and 1880 <= shapes.low <= shapes.high <= 2030 else 0.0
    return max(shapes.dates.share, years_only)


def _score_like(shapes: Shapes) -> float:
    if shapes.low is None or shapes.high is None:
        return 0.0
    return _number(shapes) if not shapes.negatives and shapes.high <= 100 else 0.1


def _flag(shapes: Shapes) -> float:
    return shapes["boolean"] if shapes.distinct <= 4 else 0.0


def _flag_or_choice(shapes: Shapes) -> float:
    """Consent is yes or no, a date, or a short list of choices."""
    return max(_flag(shapes), _dates(shapes), 0.7 * _short_list(shapes))


def _anything(shapes: Shapes) -> float:
    return 1.0 if shapes.values else 0.0


def _phone(shapes: Shapes) -> float:
    return max(0.0, min(1.0, shapes["phone"] * 1.15) - shapes.dates.share)


def _address_like(shapes: Shapes) -> float:
    worded = shapes["street"] + shapes["numbered_words"] + shapes["address"]
    return min(1.0, max(worded, 0.7 * (_plain(shapes) - shapes["number"] - shapes["integer"])))


def _identifier(shapes: Shapes) -> float:
    return max(
        0.0,
        1.0 - shapes["long_text"] - shapes["decimal"] - shapes["email"] - shapes["json"] - shapes["many_words"],
    )


FIT: dict[Meaning, Callable[[Shapes], float]] = {
    M.EMAIL: lambda s: s["email"],
    M.PHONE: _phone,
    M.BIRTH_DATE: _birth,
    M.CREATED_AT: _dates,
    M.UPDATED_AT: _dates,
    M.EVENT_TIME: _dates,
    M.DATE: lambda s: max(_dates(s), 0.5 * s["integer"] if s.low and 1900 <= s.low <= (s.high or 0) <= 2100 else 0.0),
    M.GENDER: _gender,
    M.LANGUAGE: lambda s: s["language"],
    M.COUNTRY: lambda s: max(s["country_name"] + s["country_code"], 0.4 * _place(s)),
    M.CURRENCY: lambda s: s["currency"],
    M.DOMAIN: lambda s: s["domain"],
    M.WEBSITE: lambda s: min(1.0, s["url"] + s["domain"]),
    M.JSON: lambda s: s["json"],
    M.AMOUNT: _number,
    M.QUANTITY: lambda s: min(1.0, s["integer"] + s["whole_float"] + 0.5 * s["decimal"]),
    M.MEASURE: _number,
    M.SCORE: _score_like,
    M.FLAG: _flag,
    M.CONSENT: _flag_or_choice,
    M.GIVEN_NAME: _name_like,
    M.MIDDLE_NAME: _name_like,
    M.FAMILY_NAME: _name_like,
    M.SECOND_FAMILY_NAME: _name_like,
    M.FULL_NAME: _name_like,
    M.NAME_PREFIX: lambda s: s["title_only"],
    M.NAME_SUFFIX: lambda s: _name_like(s) if s.has_few_values else 0.2,
    M.JOB_TITLE: lambda s: max(0.0, _label(s) - s["number"] - s["title_only"]),
    M.COMPANY: lambda s: max(0.0, _label(s) - s["number"]),
    M.OWNER: lambda s: max(0.0, _label(s)),
    M.CITY: _place,
    M.REGION: _place,
    M.BIRTH_PLACE: _place,
    M.POSTCODE: lambda s: max(s["postcode"], 0.6 * s["integer"]),
    M.ADDRESS: _address_like,
    M.STREET: _address_like,
    M.HOUSE_NUMBER: lambda s: s["house_number"],
    M.ADDRESS_EXTRA: _plain,
    M.STATUS: _choice,
    M.TIER: _choice,
    M.CHANNEL: _choice,
    M.CATEGORY: lambda s: max(_short_list(s), 0.45 * _label(s)),
    M.EVENT_TYPE: _choice,
    M.TITLE: lambda s: max(0.0, 1.0 - s["number"] - s["email"] - s["json"] - s.dates.share - s["title_only"]),
    M.TEXT: lambda s: max(0.0, 1.0 - s["number"] - s["email"] - s["json"] - s.dates.share - s["url"]),
    M.PRODUCT: lambda s: max(0.0, 1.0 - s["number"] - s["email"] - s["json"] - s["url"] - s.dates.share - s["boolean"]),
    M.EXTERNAL_ID: _identifier,
    M.NATIONAL_ID: lambda s: min(s["code"] + s["written_phone"], 1.0) if s.mean_length >= 5 else 0.0,
    M.LOYALTY_NUMBER: lambda s: s["code"] if s.mean_length >= 4 else 0.2,
    M.USERNAME: lambda s: max(0.0, 1.0 - s["long_text"] - s["email"] * 0.3 - s.dates.share - s["decimal"]),
}
"""Meaning -> how much of the values could mean that, from 0 to 1."""


def fit(meaning: Meaning, shapes: Shapes) -> float:
    """How well the values fit ``meaning``."""
    return min(1.0, FIT.get(meaning, _anything)(shapes))


def spoken_meanings(shapes: Shapes, rows: int) -> dict[Meaning, tuple[float, str]]:
    """Meanings that the values propose by themselves -> (confidence, what was seen)."""
    found: dict[Meaning, tuple[float, str]] = {}

    def say(meaning: Meaning, confidence: float, share: float, what: str) -> None:
        if confidence > found.get(meaning, (0.0, ""))[0]:
            found[meaning] = (min(0.97, confidence), f"{share:.0%} of values {what}")

    s = shapes
    _say_contact_points(s, say)
    _say_lists(s, say)
    _say_codes(s, say)
    _say_names(s, say)
    _say_places(s, say)
    _say_numbers(s, say)
    if s.dates.share >= 0.7:
        say(M.DATE, 0.35 + 0.35 * s.dates.share, s.dates.share, "are dates")
    if s["long_text"] >= 0.4 and s["json"] < 0.5 and s["street"] < 0.5 and s.mean_words >= 4:
        say(M.TEXT, 0.45 + 0.4 * s["long_text"], s["long_text"], "are sentences")
    if s["uuid"] >= 0.7:
        say(M.EXTERNAL_ID, 0.85, s["uuid"], "are UUIDs or hashes")
    elif s["letter_code"] >= 0.8 and not s.has_few_values and s.mean_length >= 5:
        say(M.EXTERNAL_ID, 0.5, s["letter_code"], "are codes of letters and digits")
    if s.has_few_values and s.distinct >= 2 and s["number"] < 0.5 and rows >= 20 and s.mean_words < 5:
        say(M.CATEGORY, 0.4, 1.0, f"come from a list of {s.distinct}")
    return found


Say = Callable[[Meaning, float, float, str], None]


def _say_contact_points(s: Shapes, say: Say) -> None:
    if s["email"] >= 0.4:
        say(M.EMAIL, 0.6 + 0.37 * s["email"], s["email"], "are e-mail addresses")
    written = s["written_phone"] + 0.6 * s["mobile_number"]
    if s["phone"] >= 0.5 and written >= 0.25 and s.dates.share < 0.3 and s["ip"] < 0.3:
        sure = 0.3 + 0.3 * s["phone"] + 0.35 * min(1.0, written)
        say(M.PHONE, sure, s["phone"], "are written like telephone numbers")
    if s["url"] >= 0.5:
        say(M.WEBSITE, 0.5 + 0.4 * s["url"], s["url"], "are web addresses")
    if s["domain"] >= 0.6:
        say(M.DOMAIN, 0.4 + 0.45 * s["domain"], s["domain"], "are internet domains")
    if s["json"] >= 0.6:
        say(M.JSON, 0.5 + 0.45 * s["json"], s["json"], "are JSON")
    if s["ip"] >= 0.7:
        say(M.EXTERNAL_ID, 0.6, s["ip"], "are IP addresses")


def _say_lists(s: Shapes, say: Say) -> None:
    if s["gender"] >= 0.9 and s["integer"] < 0.1 and 2 <= s.distinct <= 8 and s["title_only"] < 0.9:
        say(
            M.GENDER,
            0.8 if s.mean_length > 1.5 or s.common[0] in "男女" else 0.6,
            s["gender"],
            "are words for a gender",
        )
    if s["boolean"] >= 0.98 and (s.distinct == 2 or (s.distinct == 1 and s["integer"] < 0.5)) and s["gender"] < 0.98:
        say(M.FLAG, 0.55 if s["integer"] < 0.5 else 0.35, s["boolean"], "are yes or no")
    if s["status"] >= 0.8 and s.distinct <= 20 and s["boolean"] < 0.9 and s["tier"] < 0.8:
        say(M.STATUS, 0.55, s["status"], "are words for a status")
    if s["tier"] >= 0.8 and s.distinct <= 15:
        say(M.TIER, 0.6, s["tier"], "are words for a tier")
    if s["channel"] >= 0.85 and 2 <= s.distinct <= 20:
        say(M.CHANNEL, 0.55, s["channel"], "are words for a channel")
    if s["title_only"] >= 0.85:
        say(M.NAME_PREFIX, 0.8, s["title_only"], "are forms of address")


def _say_codes(s: Shapes, say: Say) -> None:
    """Countries, states, languages and currencies, which share many two-letter codes."""
    country = s["country_name"] + s["country_code"]
    if s["country_name"] >= 0.5 and country >= 0.7:
        say(M.COUNTRY, 0.45 + 0.45 * country, country, "are countries")
    elif (
        s["country_code"] >= 0.95
        and s["upper_code"] >= 0.9
        and s["us_state"] < 0.9
        and s["currency"] < 0.9
        and s.distinct >= 3
    ):
        say(M.COUNTRY, 0.6, country, "are ISO country codes")
    if s["us_state"] >= 0.95 and s.distinct >= 8:
        say(M.REGION, 0.62, s["us_state"], "are codes of US states")
    if s["language"] >= 0.9 and s["country_code"] < 0.95 and s.distinct >= 2:
        say(M.LANGUAGE, 0.75, s["language"], "are languages")
    elif s["language"] >= 0.95 and s["upper_code"] < 0.5 and s.distinct >= 3:
        say(M.LANGUAGE, 0.62, s["language"], "are ISO language codes")
    if s["currency"] >= 0.95 and s["country_code"] < 0.9:
        say(M.CURRENCY, 0.8, s["currency"], "are currency codes")


def _say_names(s: Shapes, say: Say) -> None:
    if _name_like(s) < 0.6 and s["letters"] < 0.6:
        return
    person, company = person_share(s), company_share(s)
    if company >= 0.3 and company > person:
        say(M.COMPANY, 0.4 + 0.45 * company, company, "carry a legal form or a business word")
    if s["job"] >= 0.5 and s["job"] > person:
        say(M.JOB_TITLE, 0.35 + 0.4 * s["job"], s["job"], "are words for a job")
    several = s["few_words"] + s["many_words"]
    if several >= 0.5 and person >= 0.25 and person > company and s["job"] < person:
        say(M.FULL_NAME, 0.4 + 0.45 * min(1.0, person), person, "read as names of persons")
    if s["cjk_name"] >= 0.6 and s.distinct > 8 and s["city"] < 0.3 and s["region"] < 0.3:
        say(M.FULL_NAME, 0.7, s["cjk_name"], "read as Chinese names")
    if s["cjk_family"] >= 0.6 and s.distinct > 4:
        say(M.FAMILY_NAME, 0.75, s["cjk_family"], "are Chinese family names")
    if s["one_word"] >= 0.6 and s.distinct > 8 and max(s["city"], s["country_name"], s["region"]) < 0.3:
        given, family = s["given_first"], s["family_any"]
        if given >= 0.25 and given >= family:
            say(M.GIVEN_NAME, 0.4 + 0.45 * min(1.0, given * 1.4), given, "are frequent given names")
        elif family >= 0.2:
            say(M.FAMILY_NAME, 0.4 + 0.45 * min(1.0, family * 1.5), family, "are frequent family names")


def _say_places(s: Shapes, say: Say) -> None:
    if s["address"] >= 0.5:
        say(M.ADDRESS, 0.4 + 0.45 * s["address"], s["address"], "are whole addresses")
    street = s["street"] + 0.5 * s["numbered_words"]
    if street >= 0.5 and s["address"] < 0.5 and s["long_text"] < 0.5:
        say(M.STREET, 0.35 + 0.45 * min(1.0, street), min(1.0, street), "are streets")
    if s["city"] >= 0.25 and s["city"] > s["family_any"]:
        say(M.CITY, 0.4 + 0.5 * min(1.0, s["city"]), s["city"], "are well-known cities")
    if s["region"] >= 0.6 and s["region"] > s["city"] and s.distinct >= 3:
        say(M.REGION, 0.6, s["region"], "are well-known regions")
    if s["written_postcode"] >= 0.7:
        say(
            M.POSTCODE,
            0.45 + 0.4 * s["written_postcode"],
            s["written_postcode"],
            "are written like postal codes",
        )
    elif s["postcode"] >= 0.95 and s["integer"] >= 0.95 and _has_leading_zero(s) and 4.5 <= s.mean_length <= 6:
        say(M.POSTCODE, 0.55, s["postcode"], "are numbers of five or six digits, some with a leading zero")


def _has_leading_zero(s: Shapes) -> bool:
    return any(value.startswith("0") for value in s.common)


def _say_numbers(s: Shapes, say: Say) -> None:
    if s["money"] >= 0.5:
        say(M.AMOUNT, 0.5 + 0.4 * s["money"], s["money"], "are sums of money")
    if s["percent"] >= 0.6:
        say(M.MEASURE, 0.6, s["percent"], "are percentages")
    if s["number"] >= 0.9 and (s["boolean"] < 0.98 or s.distinct == 1):
        say(M.MEASURE, 0.3, s["number"], "are numbers")
