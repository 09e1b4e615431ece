"""What the data teaches before rows are conformed: regions of phone numbers, roles of words in names, name orders.

All of it is a function of the current landed rows, so that a build from scratch learns the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from onefold.catalog.model import Column, Meaning, Role, Table
from onefold.engines import Engine, quote_identifier
from onefold.records.countries import country_codes_of
from onefold.records.name_roles import RoleCounts, comma_names, first_and_last, order_votes, prior_from_votes
from onefold.records.phone_rules import country_codes, main_region

_SAMPLED_ROWS = 100_000
_CLEAR_MAJORITY = 0.6
_NORTH_AMERICAN = r"(1[ .-])?\([2-9][0-9]{2}\) ?[0-9]{3}[-. ][0-9]{4}|[2-9][0-9]{2}[-.][2-9][0-9]{2}[-.][0-9]{4}"
_SEEN_SHARE = 0.01
_ENOUGH_EVIDENCE = 0.05
"""Where fewer names than this share are kept in parts, the usual order of whole names teaches as well."""


@dataclass(frozen=True)
class Lessons:
    """What was learned."""

    roles: dict[str, int]
    """Word → -3 (surely a family name) … 3 (surely a given name)."""
    priors: dict[str, int]
    """Full table name → usual order of its whole names (see ``names.parse_full_name``)."""
    region: str | None
    """Where most customers are, if most are anywhere."""
    regions: tuple[str, ...]
    """Regions of at least 1 % of what names a country, in alphabetical order."""


def landed_relation(table: Table) -> str:
    """The quoted relation of a landed table."""
    return "landed." + quote_identifier(table.full_name)


def learn(engine: Engine, tables: Sequence[Table]) -> Lessons:
    """Read all name, country and phone columns of people and organisations once, as distinct values with counts."""
    people = [t for t in tables if t.role in (Role.PEOPLE, Role.ORGANISATIONS)]
    region, regions = _learn_regions(engine, people)
    roles, priors = _learn_names(engine, [t for t in people if t.role is Role.PEOPLE])
    return Lessons(roles, priors, region, regions)


def _learn_regions(engine: Engine, tables: Sequence[Table]) -> tuple[str | None, tuple[str, ...]]:
    votes: Counter[str] = Counter()
    for table in tables:
        for column in table.with_meaning(Meaning.COUNTRY):
            counts = _counts(engine, table, column)
            votes.update(_weighted(country_codes_of(counts["text"]), counts["n"]))
        for column in table.with_meaning(Meaning.PHONE):
            votes.update(_phone_votes(engine, table, column))
    total = sum(votes.values())
    if not total:
        return None, ()
    top, count = min(votes.items(), key=lambda item: (-item[1], item[0]))
    seen = tuple(sorted(code for code, n in votes.items() if n >= total * _SEEN_SHARE))
    return (top if count >= total * _CLEAR_MAJORITY else None), seen


def _phone_votes(engine: Engine, table: Table, column: Column) -> Counter[str]:
    """Regions by international prefix, and by the bracketed or dashed shape that only North America uses."""
    name = quote_identifier(column.name)
    rows = engine.rows(
        f"""
        with digits as (
            select trim({name}) as t
            from {landed_relation(table)}
            where _to_build is null and {name} is not null)
        select
            case when t like '+%' or t like '00%' then left(regexp_replace(ltrim(t, '+0'), '[^0-9]', '', 'g'), 3)
                 else 'shape' end as prefix,
            count(*)
        from digits
        where t like '+%' or t like '00%'
            or regexp_full_match(t, '{_NORTH_AMERICAN}')
        group by 1"""
    )
    known = set(country_codes())
    votes: Counter[str] = Counter()
    for prefix, n in rows:
        codes = ["1"] if prefix == "shape" else [prefix[:k] for k in (1, 2, 3) if prefix[:k] in known]
        region = main_region(codes[0]) if codes else None
        if region and region != "001":
            votes[region] += n
    return votes


def _learn_names(engine: Engine, tables: Sequence[Table]) -> tuple[dict[str, int], dict[str, int]]:
    counts = RoleCounts()
    whole: dict[str, pl.DataFrame] = {}
    for table in tables:
        has_both = table.with_meaning(Meaning.GIVEN_NAME) and table.with_meaning(Meaning.FAMILY_NAME)
        if has_both:
            for column in table.with_meaning(Meaning.GIVEN_NAME):
                counts.add(given=_counts(engine, table, column))
            for column in table.with_meaning(Meaning.FAMILY_NAME):
                counts.add(family=_counts(engine, table, column))
        for column in table.with_meaning(Meaning.FULL_NAME)[:1]:
            names = _counts(engine, table, column, is_sampled=True)
            counts.add(**comma_names(names))
            whole[table.full_name] = names
    if counts.weight < _ENOUGH_EVIDENCE * sum(int(names["n"].sum()) for names in whole.values()):
        for names in whole.values():
            counts.add(**first_and_last(names))
    roles = counts.roles()
    return roles, {name: prior_from_votes(*order_votes(names, roles)) for name, names in whole.items()}


def _counts(engine: Engine, table: Table, column: Column, *, is_sampled: bool = False) -> pl.DataFrame:
    """Distinct values of a column among the current rows: ``text``, ``n``.

    A sample holds the values of some hashes: half of them from 200,000 rows on, a quarter from 400,000, and so on, so
    that a few rows more or less do not draw another sample.
    """
    name = quote_identifier(column.name)
    sample = ""
    if is_sampled:
        rows = engine.rows(f"select count(*) from {landed_relation(table)} where _to_build is null")[0][0]
        sample = f"and hash({name}) % {2 ** max(0, int(rows // _SAMPLED_ROWS).bit_length() - 1)} = 0"
    arrow = engine.arrow(
        f"""
        select {name} as text, count(*) as n
        from {landed_relation(table)}
        where _to_build is null and {name} is not null {sample}
        group by all"""
    )
    return pl.DataFrame(pl.from_arrow(arrow))


def _weighted(codes: pl.Series, n: pl.Series) -> dict[str, int]:
    sums = pl.DataFrame({"c": codes, "n": n}).drop_nulls().group_by("c").agg(pl.col("n").sum())
    return dict(zip(sums["c"], sums["n"], strict=True))
