"""A doubtful case as one caller may see it: records side by side, what was compared, the graph."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel

from onefold.access import Access
from onefold.api.identity import EvidenceOut, Eyes, RecordRef, hiding
from onefold.api.identity_pairs import SEPARATOR, FieldOut, RecordOut, RecordsReader
from onefold.build.review.answering import account_of
from onefold.identity.explaining import Evidence
from onefold.identity.map import owners_of
from onefold.identity.review.model import Item, ItemState, Pattern
from onefold.identity.review.patterns import label_of
from onefold.profiles.tables import profile_summary

Side = Literal["a", "b"]


class PatternPart(BaseModel):
    """How one thing agrees."""

    field: str
    agreement: Literal["same", "shared", "similar", "different"] | None
    """``shared``: the same, but several people use it. Null where a policy hides it."""
    hidden_by: str | None = None


class PatternOut(BaseModel):
    """A pattern of evidence, in parts to be put into words, and in English."""

    key: str
    kind: Literal["pair", "bridge", "cluster"]
    parts: list[PatternPart]
    text: str


class CustomerRef(BaseModel):
    """A customer that a case is about."""

    customer_id: str
    display_name: str | None
    name_hidden_by: str | None = None
    kind: str
    records: int
    """How many records it has now."""


class AnswerGiven(BaseModel):
    """What one person said, and has not taken back."""

    answer: Literal["same", "different", "skip"]
    reason: str
    made_by: str
    made_at: datetime
    is_mine: bool


class ReviewItemOut(BaseModel):
    """One doubtful case: are both sides one customer?"""

    item_id: str
    kind: Literal["pair", "bridge", "cluster"]
    """``pair``: two customers that may be one. ``bridge``: one whose sides hold together weakly. ``cluster``: one
    whose sides contradict each other."""
    state: ItemState
    probability: float
    """That both sides are one customer, answers to its pattern heard."""
    model_probability: float
    """The same before those answers."""
    pattern: PatternOut
    teaches: float
    """Bits."""
    touches: int
    """Customers."""
    score: float
    customers: list[CustomerRef]
    records: list[RecordRef]
    """Side a, then side b; at most 20 of each."""
    records_a: int
    """How many records side a has."""
    records_b: int
    first_answer: AnswerGiven | None
    answers: list[AnswerGiven]
    """The oldest first."""
    is_disputed: bool
    """People answered differently; it stays open until two agree."""
    my_answer: Literal["same", "different", "skip"] | None
    may_answer: bool
    """False where the caller answered and a second person is waited for, or nothing is to be answered any more."""
    answer: Literal["same", "different"] | None
    """That took effect."""
    answered_at: datetime | None
    build_no: int
    found_at: datetime
    version: int


class SeenRecord(RecordOut):
    """One record of a case. A value differs where the other side says something else, and nothing that it says."""

    side: Side
    is_telling: bool
    """One of the two that say most."""


class GraphNode(BaseModel):
    """A record in the graph; its place in the list is its number."""

    node: int
    ref: RecordRef
    side: Side


class GraphLink(BaseModel):
    """A scored link between two records."""

    a: int
    b: int
    weight: float
    probability: float
    crosses: bool
    """Between the sides: part of what holds them together."""


class WeakestCut(BaseModel):
    """Where the records hold together least: between the sides."""

    links: int
    possible: int
    """Pairs of records between the sides."""
    weight: float
    """Bits of the strongest link between them; 0 where there is none."""
    probability: float
    """Of that link by itself, before it is calibrated."""


class Graph(BaseModel):
    """The records of a case and what links them."""

    nodes: list[GraphNode]
    links: list[GraphLink]
    weakest: WeakestCut


class ReviewDetail(BaseModel):
    """One case, side by side."""

    item: ReviewItemOut
    records: list[SeenRecord]
    attributes: list[str]
    """Rows of the table, in order."""
    evidence: EvidenceOut
    """Of the two records that say most."""
    graph: Graph


_SHOWN = 20
MOST_RECORDS = 60
"""Records of a case that are shown side by side."""


class Seen:
    """Cases through the eyes of one caller."""

    def __init__(self, connection: sa.Connection, access: Access) -> None:
        self._connection = connection
        self._access = access
        self._eyes = Eyes(connection, access)
        self._account = account_of(connection, access)

    def item(self, item: Item) -> ReviewItemOut:
        """An item of the list."""
        owners = owners_of(self._connection, item.subjects)
        answers = [self._answer(one) for one in item.answers]
        mine = next((one.answer for one in answers if one.is_mine), None)
        named = [*item.side_a[:_SHOWN], *item.side_b[:_SHOWN]]
        is_wanted = item.state in (ItemState.OPEN, ItemState.SKIPPED) or (
            item.state is ItemState.WAITING and mine is None
        )
        facts = {name: getattr(item, name) for name in ReviewItemOut.model_fields if hasattr(item, name)}
        return ReviewItemOut.model_validate(
            facts
            | {
                "pattern": self.pattern(item),
                "customers": self._customers(dict.fromkeys(owners[name] for name in item.subjects if name in owners)),
                "records": [self._eyes.record(name) for name in named],
                "records_a": len(item.side_a),
                "records_b": len(item.side_b),
                "answers": answers,
                "first_answer": answers[0] if answers else None,
                "my_answer": mine,
                "may_answer": is_wanted and self._access.may("update", "identity"),
            }
        )

    def pattern(self, item: Item) -> PatternOut:
        """The pattern, without what is hidden of any of the customers."""
        sights = [self._eyes.sight_of(name) for name in item.telling]
        policies = {
            name: next((found for sight in sights if sight and (found := hiding(name, sight.policy))), None)
            for name, _ in item.pattern.parts
        }
        return _pattern(item.pattern, policies)

    def detail(self, item: Item) -> ReviewDetail:
        """Everything about one case."""
        sides = {name: side for side, names in _sides(item) for name in names}
        shown = _chosen(item)
        found = dict(zip(shown, RecordsReader(self._connection, self._access, self._eyes).beside(shown), strict=True))
        said = {side: _values_of(found[name] for name in shown if sides[name] == side) for side in ("a", "b")}
        records = [
            SeenRecord(
                ref=record.ref,
                display_name=record.display_name,
                side=sides[name],
                is_telling=name in item.telling,
                fields=[_marked(field, said["b" if sides[name] == "a" else "a"]) for field in record.fields],
            )
            for name, record in found.items()
        ]
        names = list(dict.fromkeys(field.attribute for record in records for field in record.fields))
        telling = Evidence(*item.telling, item.weight, item.probability, item.evidence)
        return ReviewDetail(
            item=self.item(item),
            records=records,
            attributes=names,
            evidence=self._eyes.link(telling),
            graph=self._graph(item, sides),
        )

    def _graph(self, item: Item, sides: dict[str, Side]) -> Graph:
        border = len(item.side_a)
        links = [
            GraphLink(
                a=link.a,
                b=link.b,
                weight=link.weight,
                probability=link.probability,
                crosses=(link.a < border) != (link.b < border),
            )
            for link in item.links
        ]
        crossing = [link for link in links if link.crosses]
        return Graph(
            nodes=[
                GraphNode(node=place, ref=self._eyes.record(name), side=sides[name])
                for place, name in enumerate(item.subjects)
            ],
            links=links,
            weakest=WeakestCut(
                links=len(crossing),
                possible=len(item.side_a) * len(item.side_b),
                weight=max((link.weight for link in crossing), default=0.0),
                probability=max((link.probability for link in crossing), default=0.0),
            ),
        )

    def _customers(self, customer_ids: dict[str, None]) -> list[CustomerRef]:
        found = []
        for customer_id in customer_ids:
            if (sight := self._eyes.sight(customer_id)) is not None:
                columns = (profile_summary.c.display_name, profile_summary.c.kind, profile_summary.c.records)
                query = sa.select(*columns).where(profile_summary.c.customer_id == sight.customer_id)
                named = self._connection.execute(query).first()
                name = sight.shown("display_name", named.display_name if named else None)
                found.append(
                    CustomerRef(
                        customer_id=sight.customer_id,
                        display_name=name.value,
                        name_hidden_by=name.hidden_by,
                        kind=named.kind if named else "person",
                        records=named.records if named else 0,
                    )
                )
        return found

    def _answer(self, said: object) -> AnswerGiven:
        facts = {name: getattr(said, name) for name in ("answer", "reason", "made_by", "made_at")}
        return AnswerGiven.model_validate(facts | {"is_mine": getattr(said, "made_by_id", None) == self._account})


def shown_pattern(access: Access, pattern: Pattern) -> PatternOut:
    """A pattern as somebody sees it who may see it of no customer in particular."""

    def policy(attribute: str) -> str | None:
        return access.field(attribute).policy

    return _pattern(pattern, {name: hiding(name, policy) for name, _ in pattern.parts})


def _pattern(pattern: Pattern, policies: dict[str, str | None]) -> PatternOut:
    shown = [(name, None if policies.get(name) else word) for name, word in pattern.parts]
    parts = [
        PatternPart.model_validate({"field": name, "agreement": word, "hidden_by": policies.get(name)})
        for name, word in shown
    ]
    return PatternOut(key=pattern.key, kind=pattern.kind, parts=parts, text=label_of(shown))


def _sides(item: Item) -> list[tuple[Side, tuple[str, ...]]]:
    return [("a", item.side_a), ("b", item.side_b)]


def _chosen(item: Item) -> list[str]:
    """The records that are shown: the telling ones first, then as many of each side as there is room for."""
    half = MOST_RECORDS // 2
    return [
        *(name for name in item.telling),
        *islice((name for name in item.side_a if name not in item.telling), half - 1),
        *islice((name for name in item.side_b if name not in item.telling), half - 1),
    ]


def _values_of(records: Iterable[RecordOut]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for record in records:
        for field in record.fields:
            if field.value is not None:
                found.setdefault(field.attribute, set()).update(field.value.split(SEPARATOR))
    return found


def _marked(field: FieldOut, others: dict[str, set[str]]) -> FieldOut:
    theirs = others.get(field.attribute, set())
    ours = set(field.value.split(SEPARATOR)) if field.value is not None else set()
    return field.model_copy(update={"differs": bool(ours) and bool(theirs) and ours.isdisjoint(theirs)})
