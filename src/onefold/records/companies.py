"""Names of organisations: the comparison form leaves out what only says which law they were founded under."""

from __future__ import annotations

import polars as pl

from onefold.records.placeholders import is_blank, is_nobody
from onefold.records.text import clean, non_ascii, on_subset, words

_NATIVE_FORMS = (
    r"(股份有限公司|有限責任公司|有限责任公司|有限公司|股份公司|集团公司|集團公司|集团|集團|公司|株式会社|有限会社|주식회사|\(주\)"
    r"|شرکت سهامی خاص|شرکت سهامی عام|سهامی خاص|سهامی عام|با مسئولیت محدود|مسئولیت محدود|شرکت|گروه)"
)
_FORMS = """
    inc|incorporated|llc|l l c|llp|lp|ltd|limited|plc|corp|corporation|co|company|pty|pty ltd|pvt|private limited
    gmbh|g m b h|gmbh co kg|ag|kg|kgaa|ohg|ug|e v|ev|e k|mbh|haftungsbeschraenkt
    s l|sl|s l u|slu|s a|sa|s a u|sau|s c p|scp|s coop|scoop|sociedad limitada|sociedad anonima|societat limitada
    societat anonima|s a de c v|sa de cv|srl|s r l|spa|s p a|sas|s a s|sarl|s a r l|eurl|snc
    bv|b v|nv|n v|vof|oy|oyj|ab|a b|as|a s|asa|aps|a s p|sp z o o|spzoo|sp zoo|kft|zrt|sro|s r o|doo|d o o|ood|eood
    ae|a e|epe|e p e|ee|e e|oe|o e|ike|i k e|anonymi etaireia|mepe|ooo|zao|oao|pao|ao|ip
    pte|sdn bhd|bhd|kk|k k|group|holding|holdings
""".replace("\n", "|")
_FORM_WORDS = sorted({form.strip() for form in _FORMS.split("|") if form.strip()}, key=len, reverse=True)
_TAIL = r"(?: (?:and|und|y|i|et|&) ?| )(?:" + "|".join(_FORM_WORDS) + r")$"
_STRONG = (
    r"(?i)(?:\b(?:inc|incorporated|llc|llp|ltd|limited|plc|corporation|gmbh|mbh|kgaa|ohg|sarl|eurl|pty|pvt"
    r"|sdn bhd|oyj)\b\.?"
    r"|\bs\. ?l\.(?: ?u\.)?|\bs\. ?a\.(?: ?u\.)?|\bs\. ?r\. ?l\.|\bs\.? ?coop\b|(?:^|\s)Α\. ?Ε\."
    r"|(?:^|\s)Ε\. ?Π\. ?Ε\.|Ι\. ?Κ\. ?Ε\."
    r"|(?:,|\s)(?:ΑΕ|ΕΠΕ|ΙΚΕ)$"
    r"|有限公司|有限責任公司|有限责任公司|股份公司|株式会社|集团$|集團$|公司$|سهامی خاص|مسئولیت محدود|^شرکت )"
)
_SHORT = r"(?:,|\s)(?:SL|SLU|SA|SAU|AG)$"
"""Forms that are surnames too (Sá, Ag, Sau): unmistakable only in capitals beside a name that is not all capitals, or
after two words."""


def normalise_companies(raw: pl.Series) -> pl.DataFrame:
    """``value`` (as written, spacing mended), ``compare`` (comparison form without legal form) and ``absence``."""
    text = clean(raw)
    blank = is_blank(text) | is_nobody(text)
    return pl.DataFrame(
        {
            "value": text.set(blank, None),
            "compare": company_words(text).set(blank, None),
            "absence": pl.Series([None], dtype=pl.String).new_from_index(0, len(text)).set(blank, "placeholder"),
        }
    )


def company_words(text: pl.Series) -> pl.Series:
    """Lower-case Latin words without the legal form; a name that is nothing but a legal form keeps it.

    >>> company_words(pl.Series(["Acme Holdings, Inc.", "Άλφα Α.Ε."])).to_list()
    ['acme', 'alfa']
    """
    bare = on_subset(text, non_ascii(text), lambda v: _unless_empty(v, v.str.replace_all(_NATIVE_FORMS, " ")))
    bare = bare.str.replace_all("&", " and ", literal=True) if bare.str.contains("&", literal=True).any() else bare
    form = words(bare)
    for _ in range(3):  # 'Gmbh & Co. KG', 'Holdings Ltd'
        shorter = form.str.replace(_TAIL, "")
        form = _unless_empty(form, shorter)
    return form


def looks_like_company(text: pl.Series) -> pl.Series:
    """Mask of names that carry an unmistakable legal form, though they stand where a person's name belongs."""
    is_told_apart = (text != text.str.to_uppercase()) | text.str.contains(r"\S\s+\S+[\s,]+\S+$")
    return (text.str.contains(_STRONG) | (text.str.contains(_SHORT) & is_told_apart)).fill_null(value=False)


def normalise_domains(raw: pl.Series) -> pl.DataFrame:
    """Web domains of sites or bare domains: ``value``, ``compare`` and ``absence``."""
    text = clean(raw).str.to_lowercase()
    host = (
        text.str.replace(r"^[a-z]+://", "")
        .str.replace(r"^[^@/]*@", "")
        .str.replace(r"[/?#:].*$", "")
        .str.replace(r"^www\d?\.", "")
        .str.strip_chars(". ")
    )
    blank = is_blank(text)
    valid = host.str.contains(r"^([\pL\pN]([\pL\pN-]*[\pL\pN])?\.)+[\pL]{2,}$").fill_null(value=False)
    host = host.set(~valid | blank, None)
    return pl.DataFrame({"value": host, "compare": host, "blank": blank, "valid": valid}).select(
        "value",
        "compare",
        absence=pl.when("blank").then(pl.lit("placeholder")).when(~pl.col("valid")).then(pl.lit("invalid")),
    )


def _unless_empty(before: pl.Series, after: pl.Series) -> pl.Series:
    return before.zip_with((after.str.strip_chars() == "").fill_null(value=True), after)
