"""What a build doubts: read from the matches and the map of the warehouse, after the map was planned.

Three kinds of doubt, all of the form "are these two groups of records one customer?":

- ``pair``: two customers with a link between them that the map did not follow, or not surely.
- ``bridge``: one customer that would fall apart at its weakest link. The cut with the least evidence is the one whose
  strongest link is weakest; it is found by taking links from the strongest down until all hangs together (Kruskal
  1956: the last link taken is the bottleneck).
- ``cluster``: one customer in which two records contradict each other in what hardly differs for one person.

The probability of a question is that of the strongest link between its sides. What people decided is no question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.engines import Engine, quote_identifier
from onefold.identity.bonds import Bonds, Sets
from onefold.identity.model import INPUT
from onefold.identity.review.model import ItemKind, Link, Question

SURE = 0.97
"""A probability from which on nobody is asked; 1 - SURE below which neither. At 0.97 an answer brings 0.19 bits."""
MOST_RECORDS = 500
"""Records of a question at most; larger customers are not asked about."""
MOST_LINKS = 300
"""Links of a question that are kept for its graph, those between the sides first."""
_CANDIDATES_PER_ITEM = 3
"""Candidates that are looked at for each item wanted, since some are settled and some weigh little."""

_CONTRADICTIONS = ("birth_date", "national_id")
"""What contradicts where it differs inside one customer."""
_ARE_DIFFERENT = " or ".join(f"""m.evidence like '%"{name}": ["different"%'""" for name in _CONTRADICTIONS)

_LINKS_SQL = """
    -- grain: one row per match, with the customers of both records
    select
        m.subject_a,
        m.subject_b,
        m.probability,
        m.weight,
        a.customer_id as customer_a,
        b.customer_id as customer_b
    from main.match m
    join main.customer_subject a on a.subject_id = m.subject_a
    join main.customer_subject b on b.subject_id = m.subject_b"""

_PAIRS_SQL = f"""
    -- grain: one row per two customers with a link between them: the strongest
    with link as ({_LINKS_SQL} where a.customer_id <> b.customer_id)
    select
        subject_a,
        subject_b
    from link
    qualify row_number() over (
        partition by least(customer_a, customer_b), greatest(customer_a, customer_b)
        order by weight desc, subject_a, subject_b
    ) = 1
    order by abs(probability - 0.5), subject_a, subject_b
    limit ?"""

_CONTRADICTING_SQL = f"""
    -- grain: one row per customer with records that contradict each other: the most doubtful link between two of them
    with link as (
        select l.*, m.evidence
        from ({_LINKS_SQL} where a.customer_id = b.customer_id) l
        join main.match m on m.subject_a = l.subject_a and m.subject_b = l.subject_b
        where {_ARE_DIFFERENT}
    )
    select
        subject_a,
        subject_b,
        customer_a
    from link
    qualify row_number() over (partition by customer_a order by probability, subject_a, subject_b) = 1
    order by abs(probability - 0.5), subject_a, subject_b
    limit ?"""


@dataclass(frozen=True)
class _Match:
    """A stored match."""

    a: str
    b: str
    weight: float
    probability: float
    evidence: str


def find_questions(engine: Engine, bonds: Bonds, *, most: int) -> list[Question]:
    """The doubts of this build, settled ones left out; more than ``most``, so that the caller can choose.

    Args:
        engine: the warehouse, with ``main.match`` and ``main.customer_subject`` of this build.
        bonds: what people decided.
        most: items that are wanted.

    Cost: a few looks through the matches (about 1 s per million), then in proportion to ``most``.
    """
    if most == 0 or not engine.columns("main", "match") or not engine.columns("main", "customer_subject"):
        return []
    wanted = most * _CANDIDATES_PER_ITEM
    pairs = engine.rows(_PAIRS_SQL, [wanted])
    contradicting = engine.rows(_CONTRADICTING_SQL, [wanted])
    shaky = _shaky_customers(engine)[:wanted]
    chosen = _Records.read(engine, [name for row in pairs for name in row], [row[2] for row in contradicting] + shaky)
    questions = [chosen.pair(a, b) for a, b in pairs]
    inside = {customer: chosen.contradiction(customer, a, b) for a, b, customer in contradicting}
    questions += inside.values()
    questions += [chosen.bridge(customer) for customer in shaky if inside.get(customer) is None]
    found = [one for one in questions if one is not None and not is_settled(one.side_a, one.side_b, bonds)]
    return _with_fingerprints(engine, found)


def is_settled(side_a: Iterable[str], side_b: Iterable[str], bonds: Bonds) -> bool:
    """Whether people's word answers already if the sides are one customer."""
    ours = {bonds.unit_of[name] for name in side_a if name in bonds.unit_of}
    theirs = {bonds.unit_of[name] for name in side_b if name in bonds.unit_of}
    return not ours.isdisjoint(theirs) or bonds.forbid(ours, theirs)


def _shaky_customers(engine: Engine) -> list[str]:
    """Customers that sure links alone do not hold together, those with the fewest records first."""
    table = engine.arrow(
        f"""
        select customer_a as customer, subject_a, subject_b
        from ({_LINKS_SQL} where a.customer_id = b.customer_id and m.probability >= {SURE})"""
    )
    members = engine.arrow(
        """
        select customer_id, subject_id from main.customer_subject
        qualify count(*) over (partition by customer_id) > 1
        order by customer_id, subject_id"""
    )
    if not len(members):
        return []
    subjects = members["subject_id"].combine_chunks()
    customers = members["customer_id"].combine_chunks().dictionary_encode()
    left, right = (_places(table[side], subjects) for side in ("subject_a", "subject_b"))
    parents = _connected(len(subjects), left, right)
    owner = customers.indices.to_numpy()
    first = np.r_[True, owner[1:] != owner[:-1]]
    head = np.flatnonzero(first)[np.cumsum(first) - 1]
    apart = parents != parents[head]
    shaky = np.unique(owner[apart])
    sizes = np.bincount(owner)
    shaky = shaky[sizes[shaky] <= MOST_RECORDS]
    order = shaky[np.lexsort((shaky, sizes[shaky]))]
    return list(customers.dictionary.take(pa.array(order)).to_pylist())


def _places(names: pa.ChunkedArray, among: pa.Array) -> npt.NDArray[np.int64]:
    import pyarrow.compute as pc

    found: npt.NDArray[np.int64] = pc.index_in(names, among).to_numpy().astype(np.int64)
    return found


def _connected(size: int, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each place the smallest one that links lead to (label propagation with pointer jumping)."""
    labels = np.arange(size)
    while True:
        low = np.minimum(labels[left], labels[right])
        before = labels.copy()
        np.minimum.at(labels, left, low)
        np.minimum.at(labels, right, low)
        labels = labels[labels]
        if np.array_equal(before, labels):
            return labels


class _Records:
    """The customers that questions are about: their records, and the matches among these."""

    def __init__(self, owner: dict[str, str], matches: Sequence[_Match]) -> None:
        self._owner = owner
        self._members: dict[str, list[str]] = {}
        for name in sorted(owner):
            self._members.setdefault(owner[name], []).append(name)
        self._inside: dict[str, list[_Match]] = {}
        self._between: dict[tuple[str, str], list[_Match]] = {}
        for match in matches:
            ours, theirs = owner[match.a], owner[match.b]
            if ours == theirs:
                self._inside.setdefault(ours, []).append(match)
            else:
                self._between.setdefault((min(ours, theirs), max(ours, theirs)), []).append(match)

    @classmethod
    def read(cls, engine: Engine, subject_ids: Sequence[str], customer_ids: Sequence[str]) -> _Records:
        """All records of the customers that are named, or that hold a record that is."""
        with (
            engine.registered(_names(subject_ids), "review_name"),
            engine.registered(_names(customer_ids), "review_id"),
        ):
            engine.execute(
                """
                create or replace temporary table review_owner as
                select subject_id, customer_id from main.customer_subject
                where customer_id in (select name from review_id)
                or customer_id in (
                    select customer_id from main.customer_subject semi join review_name n on n.name = subject_id
                )"""
            )
        owner = dict(engine.rows("select subject_id, customer_id from review_owner"))
        rows = engine.rows(
            """
            select m.subject_a, m.subject_b, m.weight, m.probability, m.evidence from main.match m
            semi join review_owner a on a.subject_id = m.subject_a
            semi join review_owner b on b.subject_id = m.subject_b
            order by m.weight desc, m.subject_a, m.subject_b"""
        )
        engine.execute("drop table review_owner")
        return cls(owner, [_Match(*row) for row in rows])

    def pair(self, one: str, other: str) -> Question | None:
        """Whether the customers of two records are one."""
        ours, theirs = sorted((self._owner[one], self._owner[other]))
        between = self._between[ours, theirs]
        sides = sorted((self._members[ours], self._members[theirs]))
        return self._question("pair", sides[0], sides[1], between[0])

    def bridge(self, customer_id: str) -> Question | None:
        """Where one customer holds together least; None where that is sure, or where nothing but decisions does."""
        tree = _spanning(self._inside.get(customer_id, ()))
        members = self._members[customer_id]
        if len(tree) < len(members) - 1 or tree[-1].probability >= SURE:
            return None
        return self._question("bridge", *_cut(members, tree[:-1], tree[-1]), tree[-1])

    def contradiction(self, customer_id: str, one: str, other: str) -> Question | None:
        """Whether two records of one customer that contradict each other are one after all."""
        match = next(x for x in self._inside[customer_id] if (x.a, x.b) == (one, other))
        members = self._members[customer_id]
        if match.probability >= SURE or len(members) > MOST_RECORDS:
            return None
        rest = [x for x in self._inside[customer_id] if x is not match]
        return self._question("cluster", *_parted(members, rest, match), match)

    def _question(
        self, kind: ItemKind, side_a: Sequence[str], side_b: Sequence[str], telling: _Match
    ) -> Question | None:
        if len(side_a) + len(side_b) > MOST_RECORDS:
            return None
        place = {name: number for number, name in enumerate((*side_a, *side_b))}
        customers = tuple(sorted({self._owner[name] for name in place}))
        found = [match for one in customers for match in self._inside.get(one, ())]
        if len(customers) == 2:
            found += self._between.get((customers[0], customers[1]), ())
        border = len(side_a)
        links = [Link(place[x.a], place[x.b], round(x.weight, 1), round(x.probability, 4)) for x in found]
        links.sort(key=lambda link: ((link.a < border) == (link.b < border), -link.weight, link.a, link.b))
        first = telling.a if place[telling.a] < border else telling.b
        evidence = {name: (str(said[0]), float(said[1])) for name, said in json.loads(telling.evidence).items()}
        return Question(
            kind,
            tuple(side_a),
            tuple(side_b),
            (first, telling.b if first == telling.a else telling.a),
            evidence,
            round(telling.weight, 1),
            round(telling.probability, 4),
            tuple(links[:MOST_LINKS]),
            customers,
        )


def _spanning(matches: Iterable[_Match]) -> list[_Match]:
    """The strongest links that connect all that can be connected, the strongest first; ``matches`` come so."""
    sets = Sets()
    kept = []
    for match in matches:
        if sets.root(match.a) != sets.root(match.b):
            sets.join(match.a, match.b)
            kept.append(match)
    return kept


def _cut(members: Sequence[str], tree: Sequence[_Match], bridge: _Match) -> tuple[list[str], list[str]]:
    """The two sides that a tree without its weakest link leaves; the one with the smallest record first."""
    sets = Sets()
    for match in tree:
        sets.join(match.a, match.b)
    root = sets.root(bridge.a)
    ours = [name for name in members if sets.root(name) == root]
    theirs = [name for name in members if sets.root(name) != root]
    return (ours, theirs) if ours < theirs else (theirs, ours)


def _parted(members: Sequence[str], matches: Sequence[_Match], against: _Match) -> tuple[list[str], list[str]]:
    """The records on the side of each of two that contradict each other.

    Links are taken from the strongest down, unless one would bring the two together. What none reaches goes with the
    first.
    """
    sets = Sets()
    for match in matches:
        joined = {sets.root(match.a), sets.root(match.b)}
        if joined != {sets.root(against.a), sets.root(against.b)}:
            sets.join(match.a, match.b)
    root = sets.root(against.b)
    theirs = [name for name in members if sets.root(name) == root]
    ours = [name for name in members if sets.root(name) != root]
    return (ours, theirs) if ours < theirs else (theirs, ours)


def _with_fingerprints(engine: Engine, questions: Sequence[Question]) -> list[Question]:
    columns = ", ".join(quote_identifier(name) for name in INPUT.names)
    with engine.registered(_names([name for one in questions for name in one.subjects]), "review_name"):
        digests: dict[str, Any] = dict(
            engine.rows(
                f"""
                select subject_id, md5(cast(row({columns}) as varchar))
                from main.record semi join review_name n on n.name = subject_id"""
            )
        )
    return [replace(one, fingerprint=_fingerprint(one, digests)) for one in questions]


def _fingerprint(question: Question, digests: dict[str, str]) -> str:
    said = [(name, digests.get(name)) for side in (question.side_a, question.side_b) for name in side]
    return hashlib.blake2b(json.dumps([len(question.side_a), said]).encode(), digest_size=16).hexdigest()


def _names(names: Iterable[str]) -> pa.Table:
    return pa.table({"name": pa.array(list(dict.fromkeys(names)), pa.string())})
