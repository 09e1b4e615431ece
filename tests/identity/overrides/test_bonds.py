"""Decisions of people: transitive, independent of order, never broken, and refused where they contradict."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from onefold.errors import Conflict
from onefold.identity.bonds import Bonds
from onefold.identity.override import Kind, Override, check_consistent
from onefold.identity.regroup import regroup

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NAMES = [f"crm.people:{letter}" for letter in "abcdefgh"]


def decided(kind: Kind, ours: str, theirs: str = "", name: str = "") -> Override:
    """A decision about subjects named by letters."""
    sides = [tuple(f"crm.people:{letter}" for letter in side) for side in (ours, theirs)]
    return Override(name or f"ovr_{kind}{ours}{theirs}", kind, *sides, "", "Ana", "usr_ana", NOW)


names = st.sets(st.sampled_from("abcdefgh"), min_size=1, max_size=3)


@st.composite
def decisions(draw: st.DrawFn) -> list[Override]:
    """Decisions that hold together: each is kept only where it contradicts none before."""
    held: list[Override] = []
    for number in range(draw(st.integers(0, 6))):
        ours = draw(names)
        theirs = draw(names) - ours
        if not theirs:
            continue
        override = decided(
            draw(st.sampled_from(["same", "different"])), "".join(ours), "".join(theirs), f"ovr_{number}"
        )
        try:
            check_consistent(held, [override])
        except Conflict:
            continue
        held.append(override)
    return held


def keeps(groups: dict[str, int], overrides: list[Override]) -> bool:
    bonds = Bonds.of(overrides)
    for a, b in itertools.combinations(sorted(groups.keys() & bonds.unit_of.keys()), 2):
        one, other = bonds.unit_of[a], bonds.unit_of[b]
        if one == other and groups[a] != groups[b]:
            return False
        if (min(one, other), max(one, other)) in bonds.rivals and groups[a] == groups[b]:
            return False
    return True


def partition(groups: dict[str, int]) -> set[frozenset[str]]:
    return {frozenset(name for name in groups if groups[name] == group) for group in groups.values()}


@settings(max_examples=300, deadline=None)
@given(decisions(), st.lists(st.integers(0, 3), min_size=8, max_size=8), st.randoms())
def test_every_decision_is_kept_in_any_order_and_groups_that_keep_them_stay(overrides, labels, random):
    members = {name: label for name, label in zip(NAMES, labels, strict=True) if label}
    links = [(a, b, random.random()) for a, b in itertools.combinations(NAMES, 2) if random.random() < 0.4]
    found = regroup(members, links, Bonds.of(overrides))
    assert found.keys() == members.keys()
    assert keeps(found, overrides)
    shuffled = random.sample(overrides, len(overrides))
    again = regroup(
        dict(random.sample(sorted(members.items()), len(members))), random.sample(links, len(links)), Bonds.of(shuffled)
    )
    assert partition(found) == partition(again)
    assert Bonds.of(overrides).fingerprint == Bonds.of(shuffled).fingerprint
    assert partition(regroup(found, links, Bonds.of(overrides))) == partition(found)
    if keeps(members, overrides):
        assert partition(found) == partition(members)


@settings(max_examples=200, deadline=None)
@given(decisions())
def test_same_is_transitive_and_carries_over_to_different(overrides):
    bonds = Bonds.of(overrides)
    for one in overrides:
        if one.kind == "same":
            assert len({bonds.unit_of[subject] for subject in one.subjects}) == 1
        else:
            for a, b in itertools.product(one.side_a, one.side_b):
                assert bonds.forbid({bonds.unit_of[a]}, {bonds.unit_of[b]})


def test_a_contradiction_is_refused_with_the_chain_that_shows_why():
    held = [decided("same", "a", "b", "ovr_1"), decided("same", "b", "c", "ovr_2")]
    with pytest.raises(Conflict) as refused:
        check_consistent(held, [decided("different", "a", "c", "ovr_3")])
    assert [link["override_id"] for link in refused.value.fields["chain"]] == ["ovr_1", "ovr_2", "ovr_3"]
    assert "crm.people:a = crm.people:b (ovr_1, Ana, 2026-05-01), crm.people:b = crm.people:c" in str(refused.value)
    assert "but crm.people:a ≠ crm.people:c (now)" in str(refused.value)
    assert "onefold identity withdraw ovr_1" in refused.value.hint


def test_the_last_same_of_a_chain_is_refused_too():
    held = [decided("same", "a", "b", "ovr_1"), decided("different", "a", "c", "ovr_2")]
    with pytest.raises(Conflict):
        check_consistent(held, [decided("same", "b", "c", "ovr_3")])


def test_a_decision_through_a_record_that_is_gone_still_binds_the_others():
    bonds = Bonds.of([decided("same", "a", "b"), decided("same", "b", "c")])
    found = regroup({"crm.people:a": 1, "crm.people:c": 2}, [], bonds)
    assert len(set(found.values())) == 1


def test_what_no_link_reaches_stays_with_the_larger_part():
    bonds = Bonds.of([decided("different", "a", "b")])
    members = dict.fromkeys(NAMES[:5], 1)
    found = regroup(members, [(NAMES[1], NAMES[2], 9.0), (NAMES[1], NAMES[3], 5.0)], bonds)
    assert partition(found) == {frozenset(NAMES[:1]), frozenset(NAMES[1:5])}
