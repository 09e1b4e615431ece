"""The frame that quality is measured by: all pairs of records, in strata of alike ones, and some to ask about.

Joined pairs measure precision. Pairs apart measure recall: customers with a link between them that was too weak or was
refused, asked about by their best link; pairs that share rare words or values although no key brought them together;
and what is beyond all that, which nobody can be asked about and which is therefore only expected, and said to be.

Pairs are drawn by permanent random numbers (their hashes): the next build draws the same ones as far as they still
are what they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from onefold.engines import Engine
from onefold.identity.calibration import apart_probability, joined_probability
from onefold.identity.estimating import Stratum

POOL = 150
"""Pairs per stratum that can be asked about before a build draws more."""
LOOKED_AT = 1_200
"""Records whose looser relatives are looked for."""
_MOST_SHARING = 300
"""Records that may share a word or value which says something; it also bounds the work."""
_CLOSEST = 3
"""Looser relatives of one record that count."""

DECIDED, BEYOND = "decided", "beyond"

JOINED_BANDS = (("joined_strong", 9.0), ("joined_good", 4.0), ("joined_fair", 0.0), ("joined_weak", -1e9))
"""Stratum -> log odds from which its pairs are; joined pairs that nothing compared are ``joined_weak``."""
APART_BANDS = (("apart_refused", 0.0), ("apart_near", -2.0), ("apart_far", -5.0), ("apart_farther", -1e9))
CONFLICT = "apart_conflict"
LOOSE_BANDS = (("loose_close", 17.0), ("loose_far", 12.0))
"""Stratum -> how much is shared at least: the sum of the logarithms of how rare each shared word or value is."""

HELD_BEYOND = 1.5
"""What is beyond is expected from all sets alike, and never asked about: its prior is firmer (``Stratum.held``)."""

_SHARE_BEYOND = 0.05
"""Of the pairs beyond that could be of one customer, those that are expected to be: what is sure is their number."""
_LEAST_BEYOND = 0.002
"""Pairs beyond for every joined pair, at least."""

_LOOSE_EXPECTED = {"loose_close": 0.02, "loose_far": 0.004}
_CONFLICT_EXPECTED = 0.03
_KNOWN = 1 - 1e-9

PAIR = pa.schema(
    [
        ("subject_a", pa.string()),
        ("subject_b", pa.string()),
        ("stratum", pa.string()),
        ("place", pa.int64()),
        ("probability", pa.float64()),
    ]
)
"""Grain: one row per pair that may be asked about."""


@dataclass(frozen=True)
class Frame:
    """Strata of all pairs, and the pairs to ask about."""

    strata: tuple[Stratum, ...]
    pairs: pa.Table
    """``PAIR``."""


def draw_frame(engine: Engine) -> Frame:
    """The frame of the map in ``main.customer_subject``, inside ``gathered_links`` and after customers are rated.

    Cost: a few passes over records and links; about five seconds per million records.
    """
    list_units(engine)
    frame = Frame((*_strata(engine), _beyond(engine)), draw_pairs(engine))
    engine.execute("drop table frame_unit")
    return frame


def list_units(engine: Engine) -> None:
    """``frame_unit`` (subject_a, subject_b, stratum, log_odds, pairs): all that pairs are drawn from; temporary."""
    engine.execute(f"create or replace temporary table frame_unit as {_UNITS_SQL}")
    engine.execute(f"create or replace temporary table frame_loose as {_LOOSE_SQL}")
    engine.execute(f"insert into frame_unit by name {_LOOSE_UNITS_SQL}")
    engine.execute("drop table frame_loose")


def draw_pairs(engine: Engine, seed: str = "draw") -> pa.Table:
    """``PAIR`` drawn from ``frame_unit``; another seed draws other ones."""
    return _with_probabilities(engine.arrow(_POOL_SQL, [seed]))


def place_pairs(engine: Engine, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The strata in which pairs stand now, inside ``gathered_links``.

    Pairs that people decided, that are gone or that no stratum holds are left out.
    """
    rows = list(pairs)
    asked = pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(("a", "b"))})
    with engine.registered(asked, "frame_asked"):
        found = engine.rows(_PLACED_SQL)
    return {(a, b): stratum for a, b, stratum in found if stratum is not None}


def _case(bands: tuple[tuple[str, float], ...], column: str) -> str:
    """SQL that names the band of a column."""
    return "case " + " ".join(f"when {column} >= {low} then '{name}'" for name, low in bands) + " end"


_UNITS_SQL = f"""
    -- grain: one row per joined pair, or per pair of customers that a link leads between, with its best link
    with joined as (
        select
            a.subject_id as subject_a,
            b.subject_id as subject_b,
            max(i.log_odds) as log_odds,
            any_value(a.unit = b.unit) as is_decided
        from link_owner a
        join link_owner b on b.customer_id = a.customer_id and a.subject_id < b.subject_id
        left join link_inner i on i.subject_a = a.subject_id and i.subject_b = b.subject_id
        group by a.subject_id, b.subject_id
    ),
    sizes as (
        select customer_id, count(*)::double as records from link_owner group by customer_id
    ),
    apart as (
        select
            customer_id,
            other_id,
            max(log_odds) as log_odds,
            arg_max({{"a": subject_a, "b": subject_b}}, log_odds) as link,
            bool_or(is_conflict) as is_conflict
        from link_outer
        where customer_id < other_id
        group by customer_id, other_id
    )
    select
        subject_a,
        subject_b,
        case when is_decided then '{DECIDED}' else {_case(JOINED_BANDS, "coalesce(log_odds, -1e9)")} end as stratum,
        coalesce(log_odds, -7.0) as log_odds,
        1.0::double as pairs
    from joined
    union all
    select
        least(p.link.a, p.link.b),
        greatest(p.link.a, p.link.b),
        case when not p.is_conflict then {_case(APART_BANDS, "p.log_odds")}
            when p.log_odds >= 0 then '{CONFLICT}' end as stratum,
        p.log_odds,
        x.records * y.records
    from apart p
    join sizes x on x.customer_id = p.customer_id
    join sizes y on y.customer_id = p.other_id
    where not p.is_conflict or p.log_odds >= 0"""

_LOOSE_SQL = f"""
    -- grain: one row per looked-at record and customer that shares rare words or values with it, but no link
    with looked_at as (
        select subject_id, customer_id from link_owner order by hash(subject_id, 'loose') limit {LOOKED_AT}
    ),
    marks as (
        select distinct subject_id, mark from (
            select
                subject_id,
                'n:' || left(unnest(list_filter(
                    string_split(concat_ws(' ', given_name, family_name), ' '), lambda word: length(word) > 2
                )), 5) as mark
            from main.record
            union all select subject_id, 'b:' || birth_date from main.record where length(birth_date) = 10
            union all select subject_id, 'y:' || left(birth_date, 4) from main.record
            union all select subject_id, 'l:' || birth_place from main.record
            union all select subject_id, 'j:' || job_title from main.record
            union all select subject_id, 'c:' || city from main.record
            union all select subject_id, 'p:' || postcode from main.record
            union all select subject_id, 'q:' || left(postcode, 3) from main.record
            union all select subject_id, 'a:' || street || ' ' || coalesce(house_number, '') from main.record
            union all select subject_id, 'o:' || company from main.record
            union all select subject_id, 't:' || right(phone, 7) from (
                select subject_id, unnest(phones) as phone from main.record
            )
            union all select subject_id, 'e:' || regexp_replace(split_part(email, '@', 1), '[0-9]+$', '') from (
                select subject_id, unnest(emails) as email from main.record
            )
        )
        where mark is not null
    ),
    mine as materialized (
        select l.subject_id, l.customer_id, m.mark from looked_at l join marks m using (subject_id)
    ),
    common as (
        select mark, count(*) as records from marks semi join mine using (mark) group by mark
        having count(*) between 2 and {_MOST_SHARING}
    ),
    met as materialized (
        -- grain: one row per looked-at record, mark and other record that has it
        select m.subject_id, m.customer_id, m.mark, c.records, b.subject_id as other
        from mine m
        join common c using (mark)
        join marks b using (mark)
        where b.subject_id <> m.subject_id
    ),
    shared as (
        select
            m.subject_id,
            o.customer_id as other_id,
            m.mark,
            min(m.other) as other,
            any_value(ln((select count(*) from link_owner) / m.records::double)) as rarity
        from met m
        join link_owner o on o.subject_id = m.other
        where o.customer_id <> m.customer_id
        group by m.subject_id, o.customer_id, m.mark
    ),
    close as (
        select
            subject_id,
            other_id,
            mode(other) as other,
            sum(rarity) as closeness
        from shared
        group by subject_id, other_id
        having count(*) >= 2 and sum(rarity) >= {LOOSE_BANDS[-1][1]}
    ),
    owned as materialized (
        select c.*, o.customer_id, o.unit from close c join link_owner o using (subject_id)
    )
    select c.subject_id, c.customer_id, c.other_id, c.other, c.closeness
    from owned c
    join link_owner p on p.subject_id = c.other
    anti join link_outer u on u.customer_id = c.customer_id and u.other_id = c.other_id
    where p.unit is null or c.unit is null
    qualify row_number() over (partition by c.subject_id order by c.closeness desc, c.other_id) <= {_CLOSEST}"""
"""In steps that each join by equal values: within a transaction nothing is known of fresh tables, and a join by what
differs may be planned first, which pairs every record with every other."""

_LOOSE_UNITS_SQL = f"""
    select
        least(l.subject_id, l.other) as subject_a,
        greatest(l.subject_id, l.other) as subject_b,
        max({_case(LOOSE_BANDS, "l.closeness")}) as stratum,
        {-7.0} as log_odds,
        -- each pair of records may be found from either side
        sum(s.records) * (select count(*) from link_owner)
            / (2.0 * least({LOOKED_AT}, (select count(*) from link_owner))) as pairs
    from frame_loose l
    join (select customer_id, count(*)::double as records from link_owner group by customer_id) s
        on s.customer_id = l.other_id
    group by 1, 2"""

_POOL_SQL = f"""
    -- grain: one row per pair to ask about; drawn with probabilities in proportion to the pairs that it stands for
    select
        subject_a,
        subject_b,
        stratum,
        row_number() over (
            partition by stratum
            order by
                -ln((hash(subject_a, subject_b, ?::varchar) % 1000003 + 1) / 1000004.0) / pairs,
                subject_a,
                subject_b
        ) as place,
        log_odds
    from frame_unit
    where stratum <> '{DECIDED}'
    qualify place <= {POOL}
    order by stratum, place"""

_PLACED_SQL = f"""
    with owned as (
        select q.a, q.b, x.customer_id as a_id, y.customer_id as b_id, coalesce(x.unit = y.unit, false) as is_decided
        from frame_asked q
        join link_owner x on x.subject_id = q.a
        join link_owner y on y.subject_id = q.b
    )
    select
        o.a,
        o.b,
        case
            when any_value(o.is_decided) then null
            when any_value(o.a_id = o.b_id) then {_case(JOINED_BANDS, "coalesce(max(i.log_odds), -1e9)")}
            when bool_or(u.is_conflict) and max(u.log_odds) >= 0 then '{CONFLICT}'
            when not bool_or(u.is_conflict) then {_case(APART_BANDS, "max(u.log_odds)")}
        end
    from owned o
    left join link_inner i on i.subject_a = o.a and i.subject_b = o.b
    left join link_outer u on u.customer_id = o.a_id and u.other_id = o.b_id
    group by o.a, o.b"""


def _strata(engine: Engine) -> list[Stratum]:
    units = engine.arrow(
        """
        select stratum, round(log_odds, 1) as log_odds, sum(pairs) as pairs from frame_unit
        group by stratum, round(log_odds, 1) order by 1, 2"""
    )
    stratum_of = np.array(units["stratum"].to_pylist())
    log_odds, pairs = (units[name].to_numpy().astype(np.float64) for name in ("log_odds", "pairs"))
    found = []
    for key in (
        *(name for name, _ in JOINED_BANDS),
        DECIDED,
        *(name for name, _ in APART_BANDS),
        CONFLICT,
        *_LOOSE_EXPECTED,
    ):
        mine = stratum_of == key
        total = float(pairs[mine].sum())
        is_joined = key == DECIDED or key.startswith("joined")
        if not total:
            continue
        chance = (joined_probability if is_joined else apart_probability)(log_odds[mine])
        expected = float((chance * pairs[mine]).sum() / total)
        fixed = {DECIDED: _KNOWN, CONFLICT: _CONFLICT_EXPECTED, **_LOOSE_EXPECTED}.get(key)
        found.append(Stratum(key, is_joined, total, expected if fixed is None else fixed, key not in _LOOSE_EXPECTED))
    return found


def _beyond(engine: Engine) -> Stratum:
    """Pairs that nothing brings together: records that say so little that nobody could tell where they belong.

    Expected from customers without any link to others: how likely each is not whole, times the records that it would
    miss; and never less than a small share of what is joined, because no set that we know was without.
    """
    missed = engine.scalar(
        """
        with lone as (
            select c.customer_id, 1 - c.is_whole as missing
            from main.customer_confidence c
            anti join (select customer_id from link_outer where not is_conflict) using (customer_id)
            where c.is_whole is not null
        ),
        sizes as (select customer_id, count(*) as records from link_owner group by customer_id)
        select greatest(
            coalesce(sum(l.missing) filter (s.records = 1), 0)
                * (select coalesce(avg(records) filter (records > 1), 1.0) from sizes),
            (select sum(records * (records - 1) / 2) from sizes) * ?
        )
        from sizes s left join lone l using (customer_id)""",
        [_LEAST_BEYOND],
    )
    expected = max(float(missed or 0.0), 1e-6)
    return Stratum(BEYOND, False, expected / _SHARE_BEYOND, _SHARE_BEYOND, False, HELD_BEYOND)


def _with_probabilities(pairs: pa.Table) -> pa.Table:
    strata = pairs["stratum"].to_pylist()
    log_odds = pairs["log_odds"].to_numpy().astype(np.float64)
    joined, apart = joined_probability(log_odds), apart_probability(log_odds)
    fixed = {CONFLICT: _CONFLICT_EXPECTED, **_LOOSE_EXPECTED}
    chances = [fixed.get(key, joined[n] if key.startswith("joined") else apart[n]) for n, key in enumerate(strata)]
    return pairs.drop_columns(["log_odds"]).append_column("probability", pa.array(chances, pa.float64())).cast(PAIR)
