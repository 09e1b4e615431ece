"""What a person decided about who is who: the shape of a decision, and whether decisions can hold together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from onefold.errors import Conflict

Kind = Literal["same", "different"]


@dataclass(frozen=True)
class Override:
    """One decision; it binds every build until it is withdrawn."""

    override_id: str
    kind: Kind
    side_a: tuple[str, ...]
    """Subjects. ``same``: these and ``side_b`` are one customer; ``different``: none of these is one with any of
    ``side_b``."""
    side_b: tuple[str, ...]
    reason: str
    made_by: str
    """The person's name, as it was."""
    made_by_id: str
    made_at: datetime
    run_id: int | None = None
    """The run of the map that it took effect with; None where the map was as decided already."""
    undoes_change: int | None = None
    """The change of the map that it keeps undone."""
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    version: int = 1

    @property
    def subjects(self) -> tuple[str, ...]:
        """All subjects that it names."""
        return self.side_a + self.side_b

    @property
    def is_in_force(self) -> bool:
        """Whether it binds."""
        return self.withdrawn_at is None


def check_consistent(overrides: Sequence[Override], new: Iterable[Override]) -> None:
    """Refuse ``new`` decisions that cannot hold together with those in force.

    Raises:
        Conflict: names the chain that shows why (``chain``: the decisions, in order).
    """
    added = tuple(new)
    held = [*(override for override in overrides if override.is_in_force), *added]
    neighbours: dict[str, list[tuple[str, Override]]] = {}
    for override in held:
        if override.kind == "same":
            hub = override.subjects[0]
            for subject in override.subjects[1:]:
                neighbours.setdefault(hub, []).append((subject, override))
                neighbours.setdefault(subject, []).append((hub, override))
    for override in held:
        if override.kind == "different" and (path := _shortest_path(neighbours, override)):
            raise _contradiction(path, override, added)


Step = tuple[str, str, Override]


def _shortest_path(neighbours: dict[str, list[tuple[str, Override]]], different: Override) -> list[Step]:
    """Decisions of "same" that lead from one side of ``different`` to the other; a subject on both sides is no path."""
    goals = set(different.side_b)
    came_by: dict[str, Step | None] = dict.fromkeys(different.side_a)
    queue = deque(sorted(came_by))
    while queue:
        at = queue.popleft()
        for other, override in neighbours.get(at, ()):
            if other in came_by:
                continue
            came_by[other] = (at, other, override)
            if other in goals:
                return _walked(came_by, other)
            queue.append(other)
    return []


def _walked(came_by: dict[str, Step | None], end: str) -> list[Step]:
    path: list[Step] = []
    while (step := came_by[end]) is not None:
        path.append(step)
        end = step[0]
    return path[::-1]


def _contradiction(path: list[Step], different: Override, added: tuple[Override, ...]) -> Conflict:
    links = [f"{a} = {b} ({_origin(override, added)})" for a, b, override in path]
    against = f"{path[0][0]} ≠ {path[-1][1]} ({_origin(different, added)})"
    decisions = [override for _, _, override in path] + [different]
    older = [override.override_id for override in dict.fromkeys(decisions) if override not in added]
    return Conflict(
        f"this contradicts what was decided before: {', '.join(links)}, but {against}",
        hint=f"Withdraw one of them first: onefold identity withdraw {older[0] if older else 'OVERRIDE_ID'}",
        reason="contradiction",
        chain=[{"a": a, "b": b, "kind": "same", "override_id": override.override_id} for a, b, override in path]
        + [{"a": path[0][0], "b": path[-1][1], "kind": "different", "override_id": different.override_id}],
    )


def _origin(override: Override, added: tuple[Override, ...]) -> str:
    if override in added:
        return "now"
    reason = f": {override.reason}" if override.reason else ""
    return f"{override.override_id}, {override.made_by}, {override.made_at:%Y-%m-%d}{reason}"
