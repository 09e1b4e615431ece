"""Which columns identify a row: what the source declares, else a column that never repeats and is never empty.

Names of columns decide between several such columns; counts decide whether a column qualifies at all.
Uniqueness is counted exactly, and only for the columns that could win.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from onefold.catalog.evidence import person_share
from onefold.catalog.folding import header_words
from onefold.catalog.headers import Header, read_header
from onefold.catalog.model import Meaning
from onefold.catalog.sampling import ColumnCount, count_columns
from onefold.catalog.shapes import measure
from onefold.engines import Engine, quote_identifier

M = Meaning
_ESTIMATE_SLACK = 0.9
"""Estimated distinct counts err by a few percent: candidates above this share of the rows are counted exactly."""
_ALMOST = 0.995
"""A column called an id that is empty or repeated in fewer rows than the rest is a key with mistakes in it."""
_MOST_CHECKS = 12
_MOST_PAIRS = 12
_CALLED_AN_ID = 2.0
_MOST_COLUMNS_COMPARED = 60
_ANY_ROWS = 1_000
_VALUES_LOOKED_AT = 300
_BETTER_THAN_NONE = (M.EMAIL, M.PHONE, M.USERNAME, M.DATE, M.WEBSITE, M.DOMAIN)
_LAST_RESORT = {M.EMAIL: -3.0, M.PHONE: -4.0, M.USERNAME: -1.0, M.WEBSITE: -3.0}
_NEVER = frozenset(
    {
        M.FULL_NAME,
        M.GIVEN_NAME,
        M.FAMILY_NAME,
        M.TEXT,
        M.ADDRESS,
        M.STREET,
        M.AMOUNT,
        M.MEASURE,
        M.SCORE,
        M.QUANTITY,
        M.JSON,
        M.UPDATED_AT,
        M.CREATED_AT,
    }
)
_LINE_WORDS = frozenset(
    {
        "line",
        "item",
        "position",
        "pos",
        "seq",
        "sequence",
        "linenumber",
        "lineitem",
        "nr",
        "version",
        "zeile",
        "linea",
        "row",
    }
)


def infer_key(
    engine: Engine, relation: str, column_names: Sequence[str], *, declared_key: Sequence[str] = ()
) -> tuple[str, ...]:
    """The columns that identify a row of ``relation``; empty where none do.

    Args:
        engine: the warehouse.
        relation: a quoted SQL relation whose columns are text.
        column_names: the source's columns, in order.
        declared_key: the primary key that the source declares; trusted when its columns are there.

    **Cost:** one scan to count, and one exact count for each likely column.
    """
    rows, counts = count_columns(engine, relation, column_names) if not declared_key else (0, {})
    return choose_key(engine, relation, column_names, rows, counts, declared_key=declared_key)


def choose_key(
    engine: Engine,
    relation: str,
    column_names: Sequence[str],
    rows: int,
    counts: Mapping[str, ColumnCount],
    *,
    declared_key: Sequence[str] = (),
) -> tuple[str, ...]:
    """``infer_key`` for a relation whose columns are counted already."""
    if declared_key and set(declared_key) <= set(column_names):
        return tuple(declared_key)
    if not rows:
        return ()
    ranked = sorted(_candidates(column_names, rows, counts), key=lambda entry: -entry[0])
    for score, name in ranked[:_MOST_CHECKS]:
        is_possible = score > 0 and counts[name].filled == rows and _may_identify(engine, relation, name)
        if is_possible and _is_unique(engine, relation, (name,), rows):
            return _with_line_number(engine, relation, column_names, counts, name)
    return (
        _pair(engine, relation, column_names, rows, counts)
        or _almost_unique(engine, relation, column_names, ranked, rows)
        or _last_resort(engine, relation, ranked, rows)
    )


def _candidates(names: Sequence[str], rows: int, counts: Mapping[str, ColumnCount]) -> list[tuple[float, str]]:
    found = []
    for position, name in enumerate(names):
        count = counts[name]
        if count.filled >= rows * _ALMOST and count.distinct >= rows * (_ESTIMATE_SLACK if rows > 100 else 1):
            found.append((_worth(name, position, rows), name))
    return found


def _worth(name: str, position: int, rows: int) -> float:
    """How much a column's header looks like the key's; at most 0 where it would only do for want of another."""
    header = read_header(name)
    worth = 1.2 if position == 0 else max(0.0, 0.5 - 0.05 * position)
    worth += _id_worth(header, name) + _entity_worth(header, position)
    best = max(header.meanings, key=lambda m: header.meanings[m][0], default=None)
    if best is not None and header.meanings[best][0] >= 0.6:
        if best in _NEVER or best in (M.DATE, M.EVENT_TIME, M.BIRTH_DATE):
            worth -= 6.0
        worth += _LAST_RESORT.get(best, 0.0)
    if rows < 20 and not header.is_id:
        worth -= 1.5
    if position > 0 and not header.is_id:
        worth -= 1.0
    return worth


def _id_worth(header: Header, name: str) -> float:
    words = header_words(name)
    if words in {
        ("id",),
        ("key",),
        ("uuid",),
        ("guid",),
        ("pk",),
        ("编", "号"),
        ("編", "號"),
        ("شناسه",),
        ("κωδικοσ",),
        ("_", "id"),
    }:
        return 4.0
    if words[-1:] and words[-1] in {"id", "key", "uuid", "guid", "pk"}:
        return 3.0
    if words[:1] and words[0] in {"id", "pk"}:
        return 3.0
    if (
        header.worth(M.EXTERNAL_ID) >= 0.5
        or header.worth(M.NATIONAL_ID) >= 0.9
        or header.worth(M.LOYALTY_NUMBER) >= 0.9
    ):
        return 2.2
    return 0.0


def _may_identify(engine: Engine, relation: str, name: str) -> bool:
    """Whether the values could be ids: a column that is not called one must not hold names, e-mails, texts or dates."""
    if read_header(name).is_id:
        return True
    column = quote_identifier(name)
    shapes = measure(
        (value, 1) for (value,) in engine.rows(f"select {column} from {relation} limit {_VALUES_LOOKED_AT}")
    )
    person = shapes["email"] + shapes["phone"] * (1 - shapes["integer"]) + person_share(shapes)
    return person + shapes["long_text"] + shapes["decimal"] + shapes["json"] + shapes.dates.share < 0.5


def _entity_worth(header: Header, position: int) -> float:
    """An order's own number before the customer's, who may simply have ordered once; not the customer's last order."""
    if header.entity in ("people", "organisations", "reference", "staff") and position > 0:
        return -1.5
    is_a_pointer = bool({"last", "first", "latest", "parent", "previous", "original"} & set(header.words))
    return 1.0 if header.entity in ("events", "conversations", "feedback") and not is_a_pointer else 0.0


def _is_unique(engine: Engine, relation: str, columns: Sequence[str], rows: int) -> bool:
    return _count_distinct(engine, relation, columns) == rows


def _count_distinct(engine: Engine, relation: str, columns: Sequence[str]) -> int:
    quoted = ", ".join(quote_identifier(name) for name in columns)
    ((distinct,),) = engine.rows(f"select count(*) from (select distinct {quoted} from {relation})")
    return int(distinct)


def _pair(
    engine: Engine, relation: str, names: Sequence[str], rows: int, counts: Mapping[str, ColumnCount]
) -> tuple[str, ...]:
    """Two columns that identify a row together: an identifier, and another identifier or a line number."""
    if rows < 3:
        return ()
    usable = [n for n in names if counts[n].filled == rows and counts[n].distinct > 1]
    ids = [n for n in usable if read_header(n).is_id]
    lines = [n for n in usable if set(header_words(n)) & _LINE_WORDS]
    pairs = [pair for pair in combinations(dict.fromkeys([*ids, *lines]), 2) if set(pair) & set(ids)]
    pairs = [pair for pair in pairs if counts[pair[0]].distinct * counts[pair[1]].distinct >= rows]
    pairs.sort(key=lambda pair: (not set(pair) & set(lines), -max(counts[n].distinct for n in pair)))
    for pair in pairs[:_MOST_PAIRS]:
        if _is_unique(engine, relation, pair, rows):
            return tuple(sorted(pair, key=list(names).index))
    return ()


def _almost_unique(
    engine: Engine, relation: str, names: Sequence[str], ranked: Sequence[tuple[float, str]], rows: int
) -> tuple[str, ...]:
    """An id with a few mistakes in it (junk rows at the end), or one repeated only because whole rows are."""
    for score, name in ranked[:_MOST_CHECKS]:
        if score >= _CALLED_AN_ID and rows >= 200 and _count_distinct(engine, relation, (name,)) >= rows * _ALMOST:
            return (name,)
    if len(names) <= _MOST_COLUMNS_COMPARED:
        different = _count_distinct(engine, relation, names)
        for score, name in _named_ids(names) if rows > different >= 3 else ():
            if score >= _CALLED_AN_ID and _count_distinct(engine, relation, (name,)) == different:
                return (name,)
    return ()


def _with_line_number(
    engine: Engine, relation: str, names: Sequence[str], counts: Mapping[str, ColumnCount], key: str
) -> tuple[str, ...]:
    """The key, and a line number where one exists: that each order has one line so far does not make the order the row.

    A line's own id ('order_line_id') stays alone.
    """
    if read_header(key).entity != "events" or set(header_words(key)) & _LINE_WORDS:
        return (key,)
    for name in names:
        words = header_words(name)
        if "line" in words and len(words) > 1 and counts[name].filled == counts[key].filled:
            column = quote_identifier(name)
            query = f"select count(*) from {relation} where not regexp_full_match({column}, '[0-9]{{1,3}}')"
            if int(engine.rows(query)[0][0]) == 0:
                return tuple(sorted((key, name), key=list(names).index))
    return (key,)


def _named_ids(names: Sequence[str]) -> list[tuple[float, str]]:
    worths = [(_worth(name, position, _ANY_ROWS), name) for position, name in enumerate(names)]
    return sorted(worths, key=lambda entry: -entry[0])[:3]


def _last_resort(engine: Engine, relation: str, ranked: Sequence[tuple[float, str]], rows: int) -> tuple[str, ...]:
    """Unique codes under a header that says nothing, else a unique e-mail, phone or date.

    Never a name, a text or a sum.
    """
    silent = [name for _, name in ranked[:_MOST_CHECKS] if not read_header(name).meanings]
    named = [name for _, name in ranked[:_MOST_CHECKS] if _best_meaning(name) in _BETTER_THAN_NONE]
    for name in [n for n in silent if _may_identify(engine, relation, n)] + named:
        if rows >= 3 and _is_unique(engine, relation, (name,), rows):
            return (name,)
    return ()


def _best_meaning(name: str) -> Meaning | None:
    meanings = read_header(name).meanings
    return max(meanings, key=lambda m: meanings[m][0], default=None)
