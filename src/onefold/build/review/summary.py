"""What answers brought: customers merged and split, questions that vanished with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.build.review.answering import account_of
from onefold.build.review.listing import visible
from onefold.build.tables import build_run
from onefold.identity.quality import list_estimates, measure_quality
from onefold.identity.review.model import ItemState
from onefold.identity.review.tables import review_answer, review_item
from onefold.storage import aware


def summarise(connection: sa.Connection, access: Access, now: datetime) -> dict[str, Any]:
    """How many were answered today, how many wait for whom, and what improved; within the actor's scope."""
    access.require("read", "identity")
    account = account_of(connection, access)
    build = connection.execute(
        sa.select(build_run.c.build_no, build_run.c.finished_at)
        .where(build_run.c.finished_at.is_not(None))
        .order_by(build_run.c.build_no.desc())
        .limit(1)
    ).first()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    built_at = aware(build.finished_at) if build else None
    today = improvement(connection, access, midnight)
    mine, others = _waiting(connection, access, account)
    return {
        "answered_today": today["answers"],
        "mine_waiting": mine,
        "for_me": others,
        "build_no": build.build_no if build else None,
        "today": today,
        "since_build": improvement(connection, access, built_at),
        "overall": improvement(connection, access, None),
    }


def improvement(connection: sa.Connection, access: Access, since: datetime | None) -> dict[str, Any]:
    """What the answers that took effect since a moment brought."""
    query = (
        sa.select(review_answer.c.effect)
        .join(review_item, review_item.c.item_id == review_answer.c.item_id)
        .where(review_answer.c.effect.is_not(None), review_answer.c.override_id.is_not(None), visible(access))
    )
    if since is not None:
        query = query.where(review_answer.c.made_at >= since)
    effects = [effect for effect in connection.scalars(query) if effect]
    return {
        "since": since,
        "answers": len(effects),
        "merged": _total(effects, ("merged",)),
        "split": _total(effects, ("split", "restored")),
        "vanished": _total(effects, ("vanished",)),
        **_estimates(connection, since),
    }


def _estimates(connection: sa.Connection, since: datetime | None) -> dict[str, Any]:
    """Estimated precision and recall: the last before a moment (else the first there was), and now."""
    history = list_estimates(connection)
    before = next((past for past in reversed(history) if since and past.estimated_at <= since), None)
    if before is None and since is None and history:
        before = history[0]
    now = measure_quality(connection).estimate
    sides = {"before": before, "after": now}
    return {
        f"{measure}_{moment}": asdict(getattr(one, measure)) if one else None
        for moment, one in sides.items()
        for measure in ("precision", "recall")
    }


def _waiting(connection: sa.Connection, access: Access, account: str) -> tuple[int, int]:
    """Waiting items that this account has answered, and those that it has not."""
    answered = sa.exists(
        sa.select(sa.literal(1)).where(
            review_answer.c.item_id == review_item.c.item_id,
            review_answer.c.is_standing,
            review_answer.c.made_by_id == account,
        )
    )
    is_waiting = (review_item.c.state == ItemState.WAITING.value) & visible(access)
    count = sa.select(sa.func.count()).select_from(review_item)
    mine = int(connection.scalar(count.where(is_waiting, answered)) or 0)
    return mine, int(connection.scalar(count.where(is_waiting, ~answered)) or 0)


def _total(effects: Iterable[dict[str, int]], names: tuple[str, ...]) -> int:
    return sum(effect.get(name, 0) for effect in effects for name in names)
