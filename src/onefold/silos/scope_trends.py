"""How the signs moved among the customers that one actor may see.

What a scope held in the past cannot be worked out afterwards: profiles keep no history of regions and owners, and
scopes change. So every build counts the three signs of customers within each scope that somebody reads reports in,
and a trend begins with the first build that knew the scope. A scope is known by its SQL: when a role or an attribute
of the person changes what it admits, it is another scope and its trend begins anew. So nobody is ever told a number
that counts customers outside their scope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from onefold.access import Access
from onefold.profiles.tables import profile_summary
from onefold.silos.scoped import count_in_scope, report_scope, sees_all, sign_shares
from onefold.silos.tables import scope_sign

BUILDS_KEPT = 24
"""As many as trends show."""


def scope_key(access: Access, kind: str) -> str:
    """The same for actors who may see reports on the same customers by the same rules."""
    query = sa.select(profile_summary.c.customer_id).where(report_scope(access, kind))
    compiled = query.compile(dialect=sqlite.dialect())
    said = f"{compiled}\n{sorted(compiled.params.items(), key=lambda item: item[0])!r}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def record_scopes(connection: sa.Connection, readers: Iterable[Access], build_no: int, kind: str) -> int:
    """Keep how the signs stand in the scope of everybody who reads reports on some customers.

    Returns:
        How many scopes there are.

    Cost: two passes over the customers of each scope, however many people share it.
    """
    scopes = {
        scope_key(access, kind): report_scope(access, kind)
        for access in readers
        if access.may("read", "report") and not sees_all(access)
    }
    for key, scope in scopes.items():
        shares = sign_shares(connection, scope, count_in_scope(connection, scope))
        connection.execute(
            scope_sign.insert(),
            [
                {"scope_key": key, "build_no": build_no, "sign": sign, "customers": count, "base": base}
                for sign, (count, base) in shares.items()
            ],
        )
    kept = sa.select(scope_sign.c.build_no).distinct().order_by(scope_sign.c.build_no.desc()).limit(BUILDS_KEPT)
    oldest = connection.execute(kept).scalars().all()[-1:]
    if oldest:
        connection.execute(scope_sign.delete().where(scope_sign.c.build_no < oldest[0]))
    return len(scopes)


def scope_history(connection: sa.Connection, access: Access, kind: str) -> dict[int, dict[str, Mapping[str, Any]]]:
    """Build number -> sign -> ``count`` and ``base`` within the actor's scope, oldest first."""
    query = (
        sa.select(scope_sign)
        .where(scope_sign.c.scope_key == scope_key(access, kind))
        .order_by(scope_sign.c.build_no, scope_sign.c.sign)
    )
    found: dict[int, dict[str, Mapping[str, Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.build_no, {})[row.sign] = {"count": row.customers, "base": row.base}
    return found
