"""E-mail addresses: found in whatever the field holds, lower case, with a canonical form that names the mailbox.

``value`` is what the source says, repaired; a mistyped domain (gmial.com) stays as it is. ``compare`` is the mailbox
it reaches: no plus tag, and for Gmail no dots (Google ignores both).
"""

from __future__ import annotations

import polars as pl

from onefold.records.placeholders import is_blank
from onefold.records.text import clean, latin_digits, non_ascii, on_subset
from onefold.records.vocabulary import word_list

_ADDRESS = r"[^\s<>,;:\"'()\[\]|/\\@]+@[^\s<>,;:\"'()\[\]|/\\@]+"
_VALID = (
    r"^[^\s@.]([^\s@]{0,62}[^\s@.])?@"  # no dot at either end of the local part
    r"([\pL\pN]([\pL\pN-]{0,61}[\pL\pN])?\.)+([\pL]{2,63}|xn--[a-z0-9-]{2,59})$"
)
_SIMPLE = r"^[a-z0-9_%+]+(?:[.-][a-z0-9_%+]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z][a-z]+$"
_NOBODY_LOCAL = word_list("""
    noemail no-email no_email no.email nomail no-mail nomail noaddress none nobody null unknown
    dummy notgiven notprovided sinemail sincorreo sin-email keineemail xxx xxxx asdf asd qwerty aaa
    abc123 test test1 test123 testing tester na n-a nil nan fake noreply-placeholder undefined
""")
_GENERIC_LOCAL = word_list("""
    no none na test user customer client guest email mail example name someone anonymous a b x me
    you your.name yourname youremail your.email customer1 info admin
""")
_GENERIC_DOMAIN = word_list("""
    example.com example.org example.net email.com mail.com domain.com yourdomain.com company.com
    noreply.com customer.com
""")
_NOBODY_DOMAIN = word_list("""
    test.com test.test test.de test.es none.com na.com noemail.com nomail.com no.com no.mail
    fake.com null.com xxx.com xxx.xx asdf.com asd.com aaa.com a.com abc.abc none.none
    example.example unknown.com email.invalid
""")


def normalise_emails(raw: pl.Series) -> pl.DataFrame:
    """The addresses in each field.

    Args:
        raw: distinct raw values.

    Returns:
        ``values`` and ``compares`` (lists of strings, aligned; null where there is no address) and ``absence``
        ('placeholder', 'invalid' or null).
    """
    text = _repaired(raw)
    simple = text.str.contains(_SIMPLE)
    answer = _simple(text, simple)
    odd = (~simple).fill_null(value=True).arg_true()
    if not len(odd):
        return answer
    searched = _searched(text.gather(odd)).with_columns(i=odd.cast(pl.Int64))
    rows = answer.with_columns(i=pl.int_range(pl.len(), dtype=pl.Int64))
    return rows.update(searched, on="i").drop("i")


def _simple(text: pl.Series, simple: pl.Series) -> pl.DataFrame:
    """Fields that hold one address and nothing else; the rest stay null."""
    frame = pl.DataFrame(
        {"v": text, "c": canonical(text), "n": _is_nobody(canonical(text)), "s": simple.fill_null(value=False)}
    )
    use = pl.col("s") & ~pl.col("n")
    return frame.select(
        values=pl.when(use).then(pl.concat_list("v")),
        compares=pl.when(use).then(pl.concat_list("c")),
        absence=pl.when(pl.col("s") & pl.col("n")).then(pl.lit("placeholder")),
    )


def _searched(text: pl.Series) -> pl.DataFrame:
    """Fields of any other shape: every address that stands in them."""
    raw = text
    blank = is_blank(text)
    found = text.str.extract_all(_ADDRESS)
    exploded = pl.DataFrame({"row": pl.int_range(len(raw), eager=True), "value": found}).explode("value").drop_nulls()
    exploded = exploded.with_columns(exploded["value"].str.strip_chars(".-").alias("value"))
    exploded = exploded.with_columns(
        compare=canonical(exploded["value"]), is_nobody=_is_nobody(canonical(exploded["value"]))
    )
    exploded = exploded.filter(exploded["value"].str.contains(_VALID))
    by_row = exploded.group_by("row", maintain_order=True).agg(
        values=pl.col("value").filter(~pl.col("is_nobody")).unique(maintain_order=True),
        compares=pl.col("compare").filter(~pl.col("is_nobody")).unique(maintain_order=True),
        nobodies=pl.col("is_nobody").all(),
    )
    # two spellings of one mailbox in one field: keep the first of each
    out = pl.DataFrame({"row": pl.int_range(len(raw), eager=True), "blank": blank}).join(
        by_row, on="row", how="left", maintain_order="left"
    )
    same = pl.col("values").list.len() == pl.col("compares").list.len()
    return out.select(
        values=pl.when(~pl.col("nobodies")).then(pl.when(same).then("values").otherwise("compares")),
        compares=pl.when(~pl.col("nobodies")).then("compares"),
        absence=pl.when(pl.col("blank") | pl.col("nobodies").fill_null(value=False))
        .then(pl.lit("placeholder"))
        .when(pl.col("nobodies").is_null())
        .then(pl.lit("invalid")),
    )


def canonical(addresses: pl.Series) -> pl.Series:
    """The mailbox that a lower-case address reaches."""
    frame = addresses.to_frame("a").select(
        local=pl.col("a").str.extract(r"^([^@]+)@"), domain=pl.col("a").str.extract(r"@(.+)$")
    )
    local = pl.col("local").str.replace(r"(.)\+.*$", "$1")
    gmail = pl.col("domain").is_in(["gmail.com", "googlemail.com"])
    return frame.select(
        pl.when(gmail)
        .then(local.str.replace_all(".", "", literal=True) + "@gmail.com")
        .otherwise(local + "@" + pl.col("domain"))
    ).to_series()


def _repaired(raw: pl.Series) -> pl.Series:
    text = clean(raw).str.to_lowercase()
    text = on_subset(text, non_ascii(text), latin_digits)
    gaps = text.str.contains(r" ?@ | @ ?| \.|\. ") & (text.str.count_matches("@", literal=True) == 1)
    text = on_subset(text, gaps, lambda v: v.str.replace_all(r" ?([@.]) ?", "$1"))
    spelt = text.str.contains(r"^[\w.+-]+ ?[\[(]at[\])] ?[\w.-]+$")
    text = on_subset(
        text,
        spelt,
        lambda v: v.str.replace(r" ?[\[(]at[\])] ?", "@").str.replace_all(r" ?[\[(](dot|punkt)[\])] ?", "."),
    )
    return on_subset(
        text,
        text.str.contains("mailto:", literal=True),
        lambda v: v.str.replace_all("mailto:", "", literal=True),
    )


def _is_nobody(addresses: pl.Series) -> pl.Series:
    """Mask of addresses that people type to get past a mandatory field: test@test.com, no@email.com."""
    local = addresses.str.extract(r"^([^@]+)@")
    domain = addresses.str.extract(r"@(.+)$")
    return (
        local.is_in(_NOBODY_LOCAL)
        | domain.is_in(_NOBODY_DOMAIN)
        | (local.is_in(_GENERIC_LOCAL) & domain.is_in(_GENERIC_DOMAIN))
        | local.str.contains(r"^(0+|1+|x{2,}|z{2,})$")
    ).fill_null(value=False)
