"""Short coded values: gender, language, consent and flags, identity numbers, scores, money, labels."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from onefold.records.placeholders import is_blank, is_filler_number
from onefold.records.text import clean, latin_digits, words

_GENDERS = {
    "female": "f|female|woman|w|weiblich|frau|mujer|femenino|fem|dona|femeni|femenina|femme|feminin|mme|ms|mrs|miss|sra"
    "|θ|θηλυ|θήλυ|γυναίκα|γυναικα|γ|زن|خانم|مونث|女|女性|女士|k|kadin",
    "male": "m|male|man|maennlich|männlich|herr|hombre|masculino|masc|home|masculi|homme|mr|sr|α|αρρεν|άρρεν|άνδρας"
    "|ανδρας"
    "|مرد|آقا|مذکر|男|男性|先生|erkek",
    "other": "o|x|d|other|diverse|divers|nonbinary|non binary|nb|otro|otra|altre|no binario|no binari|άλλο|αλλο"
    "|其他|دیگر",
}
_YES = (
    "y|yes|true|t|1|si|sí|s|on|ok|granted|opted in|opt in|optin|opted_in|subscribed|accepted|agreed|allowed|active|ja|j"
    "|oui|ναι|ν|بله|بلی|آری|是|有|同意|已订阅|已訂閱|yes please|allow|given|in|wahr|verdadero|cert|x"
)
_NO = (
    "n|no|false|f|0|off|denied|opted out|opt out|optout|opted_out|unsubscribed|refused|declined|withdrawn|revoked|nein"
    "|non|όχι|οχι|ο|خیر|نه|否|无|無|不同意|未订阅|拒绝|拒絕|not allowed|out|falsch|falso|fals|never"
)
_LANGUAGES = """
en: english|inglés|ingles|anglès|αγγλικά|英语|英文|انگلیسی|eng|englisch|anglais
es: spanish|español|castellano|castella|espanyol|castellà|ισπανικά|西班牙语|اسپانیایی|spa|esp|spanisch|espagnol
ca: catalan|catalán|català|καταλανικά|加泰罗尼亚语|cat|valencià|valenciano|katalanisch
el: greek|griego|grec|ελληνικά|ελληνική|希腊语|یونانی|ell|gre|gr|griechisch
fa: persian|farsi|persa|περσικά|波斯语|فارسی|per|fas|persisch
zh: chinese|chino|xinès|κινεζικά|中文|汉语|漢語|چینی|zho|chi|mandarin|cn|chinesisch
zh-CN: simplified chinese|chinese simplified|简体中文|簡體中文|简体|zh hans|zh_cn|zh hans cn
zh-TW: traditional chinese|chinese traditional|繁體中文|繁体中文|繁體|正體中文|zh hant|zh_tw|zh hant tw
de: german|deutsch|alemán|alemany|γερμανικά|德语|德文|آلمانی|deu|ger|allemand
fr: french|français|francés|francès|γαλλικά|法语|法文|فرانسوی|fra|fre|französisch
it: italian|italiano|italià|ιταλικά|意大利语|ita
pt: portuguese|português|portugués|portuguès|por|葡萄牙语
nl: dutch|nederlands|neerlandés|nld
ru: russian|русский|ruso|rus|ρωσικά|俄语|روسی
ar: arabic|árabe|àrab|αραβικά|阿拉伯语|عربی|العربية|ara
tr: turkish|türkçe|turco|turc|τουρκικά|土耳其语|ترکی|tur
ja: japanese|日本語|日语|japonés|japonès|jpn|jp
ko: korean|한국어|韩语|coreano|coreà|kor|kr
pl: polish|polski|polaco|polonès|pol
ro: romanian|română|rumano|romanès|ron
sv: swedish|svenska|sueco|suec|swe
"""
_CURRENCY_SIGNS = {
    "€": "EUR", "£": "GBP", "US$": "USD", "NT$": "TWD", "HK$": "HKD", "A$": "AUD", "C$": "CAD", "$": "USD", "¥": "CNY",
    "￥": "CNY", "元": "CNY", "﷼": "IRR", "ریال": "IRR", "تومان": "IRT", "₩": "KRW", "₹": "INR", "₺": "TRY", "₽": "RUB",
    "ευρώ": "EUR", "euros": "EUR", "euro": "EUR",
}  # fmt: skip
_NO_MINOR_UNIT = ("JPY", "KRW", "VND", "CLP", "ISK", "HUF", "IRR", "IRT", "TWD")


def normalise_genders(raw: pl.Series) -> pl.DataFrame:
    """'female', 'male' or 'other'."""
    table = {form: gender for gender, forms in _GENDERS.items() for form in forms.split("|")}
    return _looked_up(raw, table)


def normalise_yes_no(raw: pl.Series) -> pl.DataFrame:
    """'yes' or 'no'; a moment, as systems store when consent was given, counts as yes."""
    table = dict.fromkeys(_YES.split("|"), "yes") | dict.fromkeys(_NO.split("|"), "no")
    text = clean(raw)
    found = (
        text.str.to_lowercase()
        .str.replace(r"\.0$", "")
        .replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)
    )
    moment = text.str.contains(r"^\d{4}-\d{2}-\d{2}").fill_null(value=False)
    return _coded(found.set(moment & found.is_null(), "yes"), text)


def normalise_languages(raw: pl.Series) -> pl.DataFrame:
    """ISO 639-1 code, with script region only for Chinese: 'el', 'zh-TW'; en-GB and en_US are both 'en'."""
    lines = [line.split(":", 1) for line in _LANGUAGES.strip().splitlines()]
    table = {form.strip(): code for code, forms in lines for form in forms.split("|")}
    table |= {code.lower(): code for code, _ in lines}
    text = clean(raw)
    lower = text.str.to_lowercase().str.replace_all("_", "-")
    found = lower.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)
    tag = lower.str.extract(r"^([a-z]{2})(?:[ ,;(-].*)?$")
    traditional = lower.str.contains(r"^zh.*(tw|hk|hant|mo)").fill_null(value=False)
    simplified = lower.str.contains(r"^zh.*(cn|sg|hans)").fill_null(value=False)
    found = (
        found.to_frame("f")
        .select(
            pl.when(traditional)
            .then(pl.lit("zh-TW"))
            .when(simplified)
            .then(pl.lit("zh-CN"))
            .otherwise(pl.coalesce("f", pl.lit(tag)))
        )
        .to_series()
    )
    return _coded(found, text)


def normalise_numbers(raw: pl.Series) -> pl.DataFrame:
    """Identity, card and tax numbers: letters and digits in upper case; a spreadsheet's '123.0' mended."""
    text = latin_digits(clean(raw))
    text, is_cut = _unspread(text.str.replace(r"^(\d+)\.0+$", "$1"))
    bare = text.str.to_uppercase().str.replace_all(r"[^\pL\pN]", "")
    filler = is_filler_number(text) | is_blank(text) | is_cut
    bare = bare.set((bare == "").fill_null(value=False), None)
    return _with_absence(text, bare, filler)


def _unspread(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Numbers that a spreadsheet wrote as 1.2345E+11 made whole again, and which of them have lost digits for good."""
    parts = text.str.extract_groups(r"^(\d)(?:[.,](\d+))?[eE]\+(\d{1,2})$").struct.unnest()
    frame = parts.rename(dict(zip(parts.columns, ("head", "tail", "power"), strict=True))).select(
        pl.col("head") + pl.col("tail").fill_null(""), pl.col("power").cast(pl.Int32)
    )
    is_spread = frame["power"].is_not_null()
    if not is_spread.any():
        return text, is_spread
    is_cut = is_spread & (frame["head"].str.len_chars() <= frame["power"].fill_null(0))
    return text.zip_with(~(is_spread & ~is_cut), frame["head"]), is_cut


def normalise_usernames(raw: pl.Series) -> pl.DataFrame:
    """User names, lower case in the comparison form."""
    text = clean(raw)
    return _with_absence(text, text.str.to_lowercase().str.strip_prefix("@"), is_blank(text))


def normalise_labels(raw: pl.Series) -> pl.DataFrame:
    """Statuses, tiers, segments, job titles, places: shown as written, compared as lower-case Latin words."""
    text = clean(raw)
    folded = words(text)
    blank = is_blank(text)
    return _with_absence(
        text, pl.select(pl.coalesce(pl.lit(folded), pl.lit(text.str.to_lowercase()))).to_series(), blank
    )


def normalise_texts(raw: pl.Series) -> pl.DataFrame:
    """Free text: as written but for spacing; compared without case."""
    text = clean(raw)
    return _with_absence(text, text.str.to_lowercase(), is_blank(text))


def parse_numbers(raw: pl.Series) -> pl.Series:
    """Numbers as people write them: 1,234.50 · 1.234,50 · 1 234,5 · (12) · ۱۲٫۵ · $9.99; null where there is none."""
    text = latin_digits(clean(raw))
    plain = text.cast(pl.Float64, strict=False)
    odd = plain.is_null() & text.is_not_null()
    if not odd.any():
        return plain
    body = (
        text.filter(odd)
        .str.replace_all("٫", ".").str.replace_all("٬", "")
        .str.replace(r"^\s*\((.*)\)\s*$", "-$1")
        .str.replace_all(r"[^0-9.,+-]", "")
        .str.replace(r"^(.*)-$", "-$1")
    )  # fmt: skip
    decimal_comma = body.str.contains(r",\d{1,2}$|\..*,") & ~body.str.contains(r",.*\.")
    grouped_dots = body.str.contains(r"^[+-]?\d{1,3}(\.\d{3}){2,}$")
    body = (
        body.to_frame("b")
        .select(
            pl.when(decimal_comma)
            .then(pl.col("b").str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
            .when(grouped_dots)
            .then(pl.col("b").str.replace_all(".", "", literal=True))
            .otherwise(pl.col("b").str.replace_all(",", "", literal=True))
        )
        .to_series()
    )
    return plain.clone().scatter(odd.arg_true(), body.cast(pl.Float64, strict=False).to_list())


def normalise_measures(raw: pl.Series) -> pl.DataFrame:
    """Counts, measures and scores: ``value`` a plain decimal number."""
    text = clean(raw)
    number = parse_numbers(text)
    return _coded(_plain_decimal(number), text)


def normalise_money(raw: pl.Series, *, unit: str = "major") -> pl.DataFrame:
    """Money in major units.

    Args:
        raw: distinct raw values.
        unit: 'minor' where the column counts cents.

    Returns:
        ``amount`` (float), ``value`` (text), ``compare``, ``currency`` (from a sign or code in the
        value) and ``absence``.
    """
    text = clean(raw)
    amount = parse_numbers(text)
    amount = amount / 100 if unit == "minor" else amount
    sign = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    for mark, code in _CURRENCY_SIGNS.items():
        sign = sign.set(text.str.contains(mark, literal=True).fill_null(value=False) & sign.is_null(), code)
    sign = sign.set(sign.is_null() & text.str.contains(r"\b[A-Z]{3}\b").fill_null(value=False), "?")
    spelt = text.str.extract(r"\b([A-Z]{3})\b")
    currency = sign.to_frame("s").select(pl.when(pl.col("s") == "?").then(pl.lit(spelt)).otherwise("s")).to_series()
    answer = _coded(_plain_decimal(amount), text)
    return answer.with_columns(amount=amount, currency=currency)


def normalise_currencies(raw: pl.Series) -> pl.Series:
    """ISO 4217 codes from codes or signs; null where unknown."""
    text = clean(raw).str.to_uppercase()
    signs: Mapping[str, str] = {sign.upper(): code for sign, code in _CURRENCY_SIGNS.items()}
    code = text.str.extract(r"^([A-Z]{3})$")
    named = text.replace_strict(list(signs), list(signs.values()), default=None, return_dtype=pl.String)
    return pl.select(pl.coalesce(pl.lit(code), pl.lit(named))).to_series()


def _plain_decimal(number: pl.Series) -> pl.Series:
    """12.0 → '12', 12.5 → '12.5'; four decimals at most."""
    text = number.round(4).cast(pl.Decimal(38, 4), strict=False).cast(pl.String)
    return text.str.replace(r"\.?0+$", "") if len(text) else text


def _looked_up(raw: pl.Series, table: Mapping[str, str]) -> pl.DataFrame:
    text = clean(raw)
    lower = text.str.to_lowercase().str.strip_chars(". ")
    found = lower.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)
    return _coded(found, text)


def _coded(found: pl.Series, text: pl.Series) -> pl.DataFrame:
    """Values from a closed set: what is not in it is a placeholder or invalid."""
    blank = is_blank(text) & found.is_null()
    return pl.DataFrame({"f": found, "blank": blank}).select(
        value="f",
        compare="f",
        absence=pl.when("blank").then(pl.lit("placeholder")).when(pl.col("f").is_null()).then(pl.lit("invalid")),
    )


def _with_absence(value: pl.Series, compare: pl.Series, blank: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"v": value, "c": compare, "blank": blank | compare.is_null()}).select(
        value=pl.when(~pl.col("blank")).then("v"),
        compare=pl.when(~pl.col("blank")).then("c"),
        absence=pl.when("blank").then(pl.lit("placeholder")),
    )


def normalise_flags(raw: pl.Series) -> pl.DataFrame:
    """'yes' or 'no' where that is what is meant; other answers ('email only') stay as labels."""
    decided, labelled = normalise_yes_no(raw), normalise_labels(raw)
    known = decided["value"].is_not_null() | (decided["absence"] == "placeholder").fill_null(value=False)
    return pl.DataFrame(
        {name: decided[name].zip_with(known, labelled[name]) for name in ("value", "compare", "absence")}
    )


def normalise_house_numbers(raw: pl.Series) -> pl.DataFrame:
    """House numbers: '12.0' and 'No. 12' are '12'; small letters, no spaces."""
    text = latin_digits(clean(raw)).str.replace(r"\.0+$", "")
    bare = text.str.to_lowercase().str.replace(r"^(?:no|nr|n|num)[.º°]? ?", "").str.replace_all(" ", "")
    zero = (bare == "0").fill_null(value=False)
    return _with_absence(text, bare, is_blank(text) | zero)
