"""Changing groups of records as little as the decisions of people demand.

Groups that share a unit become one. A group in which rivals meet is taken apart: its records join again along the
links, the strongest first, unless that would bring rivals together; what no link reaches stays with the largest part
of its old group that it may stay with. The same rule makes a decision take effect at once on the map, and gives a
build its last word.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.bonds import Bonds, Sets

Link = tuple[str, str, float]
"""Two subjects, and the bits of evidence that they are one customer."""


def regroup(members: Mapping[str, Hashable], links: Iterable[Link], bonds: Bonds) -> dict[str, int]:
    """The groups that keep ``bonds``, as near to the old ones as can be.

    Args:
        members: subject -> its group.
        links: evidence between subjects; only that within one old group is heard.
        bonds: what people decided.

    Returns:
        Subject -> number of its group; numbered by the smallest subject.
    """
    areas = Sets()
    for subject, label in members.items():
        areas.join(("group", label), subject)
        if (unit := bonds.unit_of.get(subject)) is not None:
            areas.join(("unit", unit), subject)
    by_area: dict[Hashable, list[str]] = {}
    for subject in sorted(members):
        by_area.setdefault(areas.root(subject), []).append(subject)
    links_of: dict[Hashable, list[Link]] = {}
    for a, b, weight in links:
        if a in members and b in members and members[a] == members[b]:
            links_of.setdefault(areas.root(a), []).append((a, b, weight))
    parts = [
        part
        for area, subjects in by_area.items()
        for part in _Area(subjects, members, bonds).parts(links_of.get(area, []))
    ]
    parts.sort(key=min)
    return {subject: number for number, part in enumerate(parts) for subject in part}


def constrain(clusters: pa.Table, matches: pa.Table, bonds: Bonds) -> pa.Table:
    """``clusters`` so that ``bonds`` are kept; clusters that keep them already stay as they are.

    Args:
        clusters: subject_id, cluster; one row per record.
        matches: subject_a, subject_b, weight.
        bonds: what people decided.
    """
    if bonds.is_empty:
        return clusters
    ids, labels = clusters["subject_id"], clusters["cluster"].to_numpy()
    is_named = pc.is_in(ids, pa.array(list(bonds.unit_of), pa.string())).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(np.isin(labels, labels[is_named]))
    names = ids.take(pa.array(places)).to_pylist()
    groups = regroup(dict(zip(names, labels[places].tolist(), strict=True)), links_among(matches, names), bonds)
    changed = labels.copy()
    changed[places] = labels.max(initial=0) + 1 + np.array([groups[name] for name in names], np.int64)
    dense = np.unique(changed, return_inverse=True)[1].astype(np.int64)
    return clusters.set_column(1, clusters.schema.field("cluster"), pa.array(dense))


def links_among(matches: pa.Table, subject_ids: list[str]) -> list[Link]:
    """The ``matches`` of which both sides are among ``subject_ids``."""
    wanted = pa.array(subject_ids, pa.string())
    is_inner = pc.and_(pc.is_in(matches["subject_a"], wanted), pc.is_in(matches["subject_b"], wanted))
    found = matches.select(["subject_a", "subject_b", "weight"]).filter(is_inner)
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


class _Area:
    """Subjects that old groups and units connect."""

    def __init__(self, subjects: list[str], members: Mapping[str, Hashable], bonds: Bonds) -> None:
        self._subjects = subjects
        self._members = members
        self._bonds = bonds
        self._sets = Sets()
        self._units: dict[Hashable, set[int]] = {}

    def parts(self, links: list[Link]) -> list[list[str]]:
        """The groups of this area."""
        unit_of = self._bonds.unit_of
        units = {unit_of[subject] for subject in self._subjects if subject in unit_of}
        if not self._bonds.forbid(units, units):
            return [self._subjects]
        first: dict[int, str] = {}
        for subject in self._subjects:
            if (unit := unit_of.get(subject)) is not None:
                self._sets.join(first.setdefault(unit, subject), subject)
                self._units[self._sets.root(subject)] = {unit}
        for a, b, _ in sorted(links, key=lambda link: (-link[2], *sorted(link[:2]))):
            self._unite(a, b)
        self._gather()
        return self._found()

    def _unite(self, one: str, other: str) -> bool:
        a, b = self._sets.root(one), self._sets.root(other)
        ours, theirs = self._units.get(a, set()), self._units.get(b, set())
        if a != b and self._bonds.forbid(ours, theirs):
            return False
        self._sets.join(a, b)
        self._units[self._sets.root(one)] = ours | theirs
        return True

    def _gather(self) -> None:
        """Let parts of one old group stay together as far as they may, the largest first."""
        of_group: dict[Hashable, list[list[str]]] = {}
        for part in self._found():
            for label in dict.fromkeys(self._members[subject] for subject in part):
                of_group.setdefault(label, []).append(part)
        for label in sorted(of_group, key=lambda one: min(map(min, of_group[one]))):
            parts = sorted(of_group[label], key=lambda part: (-self._share(part, label), part[0]))
            for number, part in enumerate(parts):
                any(self._unite(larger[0], part[0]) for larger in parts[:number])

    def _share(self, part: list[str], label: Hashable) -> int:
        return sum(self._members[subject] == label for subject in part)

    def _found(self) -> list[list[str]]:
        found: dict[Hashable, list[str]] = {}
        for subject in self._subjects:
            found.setdefault(self._sets.root(subject), []).append(subject)
        return list(found.values())
