"""What columns tell about each other: 'nom' beside 'cognoms' is a given name, beside 'prénom' a family name.

Steps run in order over the readings of one table; each settles one kind of ambiguity and leaves the rest alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from onefold.catalog.evidence import company_share, fit, person_share
from onefold.catalog.folding import fold
from onefold.catalog.meanings import Reading, is_weakly_named
from onefold.catalog.model import Meaning, Role
from onefold.catalog.sampling import TableSample
from onefold.catalog.speakers import find_speakers

M = Meaning
_NAME_PARTS = (M.GIVEN_NAME, M.FAMILY_NAME)
_LOCAL_WORD = re.compile(r"[a-z]+")
GENERIC_DATE_WORDS = frozenset(
    {
        "date",
        "time",
        "datetime",
        "day",
        "dt",
        "timestamp",
        "fecha",
        "data",
        "datum",
        "dia",
        "日",
        "期",
        "时",
        "時",
        "间",
        "間",
        "تاریخ",
        "ημερομηνια",
        "ημ",
    }
)
_SUBMITTED = frozenset({"submitted", "submit", "enviado", "enviada", "enviat", "eingereicht", "soumis", "υποβολησ"})
_THING_CODES = frozenset({"sku", "stock", "upc", "ean", "gtin", "asin", "mpn", "isbn", "barcode", "product", "article"})
_DESCRIPTION_WORDS = frozenset(
    {"description", "descripcion", "descripcio", "beschreibung", "descrizione", "descricao", "περιγραφη", "描", "شرح"}
)
_LONGEST_NAME = 14
"""Mean words of a description that still is a name."""


def refine(readings: Sequence[Reading], sample: TableSample) -> None:
    """Settle what depends on other columns, before the table's role is known."""
    _tell_persons_from_companies(readings)
    _follow_email_names(readings, sample)
    _tell_parts_from_full_names(readings)
    _tell_titles(readings)
    _tell_states(readings)
    _tell_channels(readings)
    _tell_addresses(readings)
    _keep_one_employer(readings)
    _tell_sellers(readings)
    _find_birth_dates(readings)
    _find_document_numbers(readings)


def refine_for_role(readings: Sequence[Reading], role: Role) -> None:
    """Settle what depends on what the table is for."""
    for reading in readings:
        _name_by_role(reading, role)
    if role is Role.FEEDBACK:
        _find_scores(readings)
    if role in (Role.EVENTS, Role.REFERENCE):
        _name_things(readings)
    if role in (Role.EVENTS, Role.CONVERSATIONS, Role.FEEDBACK):
        find_speakers(readings)
        _choose_event_time(readings)


def having(readings: Sequence[Reading], *meanings: Meaning) -> list[Reading]:
    """The readings that mean one of ``meanings``."""
    return [reading for reading in readings if reading.meaning in meanings]


def _tell_persons_from_companies(readings: Sequence[Reading]) -> None:
    for reading in having(readings, M.FULL_NAME, M.COMPANY, M.TITLE, M.OTHER):
        person, company = person_share(reading.shapes), company_share(reading.shapes)
        names_company = reading.header.worth(M.COMPANY) > 0
        names_person = reading.header.worth(M.FULL_NAME) > 0
        if names_company and person >= 0.35 and company < 0.15 and person > 2 * company:
            sure = 0.5 + 0.4 * min(1.0, person)
            reading.decide(
                M.FULL_NAME, sure, f'{person:.0%} of values read as names of persons, header "{reading.name}"'
            )
        elif names_person and company >= 0.3 and company > 1.5 * person:
            sure = 0.5 + 0.4 * company
            reading.decide(M.COMPANY, sure, f"{company:.0%} of values carry a legal form or a business word")


def _follow_email_names(readings: Sequence[Reading], sample: TableSample) -> None:
    """A column whose values start the e-mail's local part holds given names; one found after a separator, surnames."""
    emails = [r for r in having(readings, M.EMAIL) if r.confidence >= 0.7]
    undecided = [r for r in readings if r.meaning not in (M.EMAIL, M.USERNAME) and r.shapes["letters"] >= 0.7]
    undecided = [r for r in undecided if not r.shapes.has_few_values and r.shapes.mean_words < 5][:60]
    if not emails or not undecided:
        return
    local_parts = [_LOCAL_WORD.findall(fold(v).split("@")[0]) for v in _head(sample, emails[0].name)]
    for reading in undecided:
        given = family = seen = 0
        for words, value in zip(local_parts, _head(sample, reading.name), strict=True):
            tokens = [token for token in _LOCAL_WORD.findall(fold(value)) if len(token) >= 3]
            if not words or not tokens:
                continue
            seen += 1
            given += words[0] == tokens[0]
            family += len(words) > 1 and words[-1] == tokens[-1]
        _heed_email_names(reading, given, family, seen)


def _head(sample: TableSample, column: str) -> list[str]:
    return [value or "" for value in sample.sample.column(column).slice(0, 3000).to_pylist()]


def _heed_email_names(reading: Reading, given: int, family: int, seen: int) -> None:
    if seen < 8 or max(given, family) < 0.12 * seen:
        return
    several = reading.shapes["few_words"] + reading.shapes["many_words"]
    if several >= 0.5 and given >= 0.1 * seen:
        meaning, share = M.FULL_NAME, given / seen
    elif given > 1.5 * family:
        meaning, share = M.GIVEN_NAME, given / seen
    elif family > 1.5 * given:
        meaning, share = M.FAMILY_NAME, family / seen
    else:
        return
    proposed = {M.FULL_NAME, *_NAME_PARTS}
    if (
        reading.meaning in proposed
        and reading.confidence >= 0.8
        and (reading.meaning is meaning or not reading.shapes["one_word"] < 0.4)
    ):
        return
    reading.decide(
        meaning,
        0.6 + 0.35 * min(1.0, 2 * share),
        f"{share:.0%} of values stand in the e-mail of the same row",
    )


def _tell_parts_from_full_names(readings: Sequence[Reading]) -> None:
    given, family = having(readings, M.GIVEN_NAME), having(readings, M.FAMILY_NAME)
    for reading in having(readings, M.FULL_NAME):
        generic = is_weakly_named(reading.header, M.FULL_NAME)
        one_word = reading.shapes["one_word"] + reading.shapes["cjk_family"]
        if generic and given and not family and one_word >= 0.4:
            reading.decide(M.FAMILY_NAME, 0.8, f'header "{reading.name}" beside the given name in "{given[0].name}"')
        elif generic and family and not given:
            reading.decide(M.GIVEN_NAME, 0.8, f'header "{reading.name}" beside the family name in "{family[0].name}"')
    for reading in having(readings, *_NAME_PARTS):
        has_other = given if reading.meaning is M.FAMILY_NAME else family
        several = reading.shapes["few_words"] + reading.shapes["many_words"] + reading.shapes["last_first"]
        several += reading.shapes["cjk_name"] if not has_other else 0
        is_plural = any(word in {"apellidos", "cognoms", "surnames", "llinatges"} for word in reading.header.words)
        if not has_other and several >= 0.6 and not (is_plural and reading.shapes["given_first"] < 0.3):
            reading.decide(
                M.FULL_NAME,
                0.75,
                f"{several:.0%} of values have several words and no column holds the rest of the name",
            )


def _tell_titles(readings: Sequence[Reading]) -> None:
    for reading in readings:
        if "title" not in reading.header.words or reading.header.words[-1] != "title" or len(reading.header.words) > 2:
            continue
        if reading.shapes["email"] + reading.shapes["url"] + reading.shapes["number"] >= 0.5:
            continue
        shapes, has_person = reading.shapes, bool(having(readings, M.FULL_NAME, *_NAME_PARTS))
        if shapes["title_only"] >= 0.5:
            reading.decide(M.NAME_PREFIX, 0.9, 'header "title" and values such as Mr or Dr')
        elif shapes["job"] >= 0.25 or (has_person and shapes.has_few_values):
            reading.decide(
                M.JOB_TITLE,
                0.7 + 0.25 * shapes["job"],
                f'header "title" and {shapes["job"]:.0%} of values are words for a job',
            )
        elif reading.meaning is not M.JOB_TITLE or not has_person:
            reading.decide(M.TITLE, 0.75, 'header "title", and values are not jobs')


def _tell_states(readings: Sequence[Reading]) -> None:
    """'state' is a place beside other places, else a status."""
    has_place = bool(having(readings, M.CITY, M.POSTCODE, M.STREET, M.ADDRESS, M.COUNTRY))
    for reading in readings:
        if not (reading.header.worth(M.REGION) and reading.header.worth(M.STATUS)):
            continue
        shapes = reading.shapes
        is_region = shapes["us_state"] + shapes["region"] >= 0.2
        is_short = shapes.has_few_values and shapes.distinct <= 6 and shapes.values >= 30 and not is_region
        is_short = is_short and not (has_place and shapes["status"] == 0 and shapes["capitalised"] >= 0.5)
        if shapes["status"] >= 0.5:
            reading.decide(M.STATUS, 0.85, f"{shapes['status']:.0%} of values are words for a status")
        elif is_short:
            reading.decide(
                M.STATUS, 0.65, f'header "{reading.name}", {shapes.distinct} different values, no known region'
            )
        elif is_region or has_place:
            reading.decide(
                M.REGION,
                0.85,
                f'header "{reading.name}" '
                + ("beside other parts of an address" if has_place else "and values are regions"),
            )


def _tell_channels(readings: Sequence[Reading]) -> None:
    """A 'source' is a channel when its values are; else any list."""
    for reading in having(readings, M.CHANNEL):
        if is_weakly_named(reading.header, M.CHANNEL) and reading.shapes["channel"] < 0.15:
            reading.decide(M.CATEGORY, 0.55, f'header "{reading.name}", and its values name no channels')


def _tell_addresses(readings: Sequence[Reading]) -> None:
    """An 'address' beside a city or postal code is a street, unless its values hold everything."""
    has_rest = bool(having(readings, M.CITY, M.POSTCODE))
    for reading in having(readings, M.ADDRESS, M.STREET):
        whole = reading.shapes["address"]
        if reading.meaning is M.ADDRESS and has_rest and whole < 0.5:
            reading.decide(
                M.STREET,
                max(0.8, reading.confidence - 0.05),
                f"{reading.reason}, and other columns hold the rest of the address",
            )
        elif reading.meaning is M.STREET and whole >= 0.6 and not has_rest:
            reading.decide(M.ADDRESS, 0.85, f"{whole:.0%} of values hold a whole address")


def _tell_sellers(readings: Sequence[Reading]) -> None:
    """A 'seller' is a colleague only where the values read as names of persons; on a marketplace it is a shop."""
    for reading in having(readings, M.OWNER):
        if is_weakly_named(reading.header, M.OWNER) and person_share(reading.shapes) < 0.3:
            meaning = M.CATEGORY if reading.shapes.has_few_values else M.OTHER
            reading.decide(meaning, 0.6, f'header "{reading.name}", and its values are no names of persons')


def _keep_one_employer(readings: Sequence[Reading]) -> None:
    """Beside a 'company', a 'partner_name' or 'vendor' is somebody else's name."""
    companies = having(readings, M.COMPANY)
    if len(companies) < 2:
        return
    best = max(companies, key=lambda r: (r.header.worth(M.COMPANY) + (0.2 if _names_employer(r) else 0), -r.position))
    for reading in companies:
        if reading is not best and not _names_employer(reading):
            meaning = M.CATEGORY if reading.shapes.has_few_values else M.OTHER
            reading.decide(meaning, 0.6, f'names of companies, but the row\'s own company is in "{best.name}"')


def _names_employer(reading: Reading) -> bool:
    named = reading.header.meanings.get(M.COMPANY, (0.0, ""))[1].split()
    return reading.header.worth(M.COMPANY) > 0 and not {"partner", "vendor", "supplier", "reseller"} & set(named)


def _find_document_numbers(readings: Sequence[Reading]) -> None:
    """A column called 'order' or 'ticket' that holds codes or whole numbers holds their numbers."""
    for reading in having(readings, M.MEASURE, M.OTHER):
        shapes = reading.shapes
        is_varied = not shapes.has_few_values and shapes.distinct >= 10
        is_code = shapes["code"] >= 0.95 and shapes["decimal"] < 0.05 and not shapes.negatives
        is_unnamed = reading.confidence <= 0.5 and reading.header.entity in ("events", "conversations", "people")
        if is_varied and is_code and is_unnamed:
            reading.decide(M.EXTERNAL_ID, 0.55, f'header "{reading.name}" and values are codes or whole numbers')


def _find_birth_dates(readings: Sequence[Reading]) -> None:
    """A date beside a name, decades ago and without a time of day, is a birth date when no header says otherwise."""
    if having(readings, M.BIRTH_DATE) or not having(readings, M.FULL_NAME, *_NAME_PARTS):
        return
    for reading in having(readings, M.DATE):
        years = reading.shapes.dates.years
        is_silent = not any(reading.header.worth(m) for m in (M.DATE, M.EVENT_TIME, M.CREATED_AT, M.UPDATED_AT))
        if is_silent and years and years[0] <= 1975 and years[1] <= 2015 and reading.shapes.dates.has_time < 0.5:
            reading.decide(M.BIRTH_DATE, 0.7, f"dates from {years[0]} to {years[1]} beside names of persons")
            return


def _name_by_role(reading: Reading, role: Role) -> None:
    """A plain 'name' means what the table is about."""
    if reading.meaning is M.FULL_NAME and role is not Role.PEOPLE:
        person = person_share(reading.shapes)
        is_plain = is_weakly_named(reading.header, M.FULL_NAME)
        if is_plain and role is Role.ORGANISATIONS and person < 0.4:
            reading.decide(M.COMPANY, 0.85, f'header "{reading.name}" in a table of organisations')
        elif is_plain and person < 0.4:
            reading.decide(M.TITLE, 0.7, f'header "{reading.name}", and the table is not about people')
    if reading.meaning is M.TITLE and role is Role.PEOPLE and reading.header.worth(M.FULL_NAME) >= 0.5:
        reading.decide(M.FULL_NAME, 0.7, f'header "{reading.name}" in a table of people')


def _name_things(readings: Sequence[Reading]) -> None:
    """Beside a product's code, and where nothing else names it, a short 'description' is the product's name."""
    if having(readings, M.PRODUCT, M.TITLE) or not any(_THING_CODES & set(r.header.words) for r in readings):
        return
    for reading in having(readings, M.TEXT):
        named = set(reading.header.meanings.get(M.TEXT, (0.0, ""))[1].split())
        if named & _DESCRIPTION_WORDS and reading.shapes.mean_words <= _LONGEST_NAME:
            reading.decide(M.PRODUCT, 0.75, f'header "{reading.name}", short, and beside the code of a product')


def _find_scores(readings: Sequence[Reading]) -> None:
    """Whole numbers up to ten in a table of answers are scores, unless the header says what else they are."""
    for reading in having(readings, M.MEASURE, M.FLAG):
        shapes = reading.shapes
        is_scale = (
            shapes["integer"] >= 0.95 and shapes.low is not None and shapes.low >= 0 and 3 <= (shapes.high or 0) <= 10
        )
        if is_scale and reading.header.worth(reading.meaning) < 0.6:
            reading.decide(
                M.SCORE,
                0.65,
                f"whole numbers from {shapes.low:.0f} to {shapes.high:.0f} in a table of answers",
            )


def _choose_event_time(readings: Sequence[Reading]) -> None:
    if having(readings, M.EVENT_TIME):
        return
    for reading in having(readings, M.CREATED_AT):
        if set(reading.header.words) & _SUBMITTED:
            reading.decide(M.EVENT_TIME, reading.confidence, f"{reading.reason}, in a table of things that happened")
            return
    for reading in having(readings, M.DATE):
        if set(reading.header.words) & GENERIC_DATE_WORDS and fit(M.EVENT_TIME, reading.shapes) >= 0.6:
            reading.decide(
                M.EVENT_TIME,
                max(0.7, reading.confidence - 0.1),
                f"{reading.reason}, in a table of things that happened",
            )
            return
