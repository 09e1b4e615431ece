"""The seven roles that ship. A company may change the masks and scopes of all but the owner, and copy any of them.

They live here, not in the database: a row in ``role`` exists only for one that was changed.
"""

from __future__ import annotations

from onefold.access.model import KINDS, VERBS, Role

OWNER = "owner"

_ALL = dict.fromkeys(KINDS, VERBS)
_CHANGE = ("read", "create", "update", "delete")
_OWN_REGIONS = "my.regions is unknown or region in my.regions"
"""Who has no regions set sees all: a company that has none need not set any."""
_NOT_SENSITIVE = {"pii:sensitive": "hidden"}

_CARE = {
    "note": _CHANGE,
    "task": (*_CHANGE, "assign"),
    "tag": ("read", "create", "assign"),
    "file": (*_CHANGE, "export"),
    "view": _CHANGE,
    "user": ("read",),
}

SHIPPED: dict[str, Role] = {
    role.role_id: role
    for role in (
        Role(OWNER, "Owner", "Everything, for everyone and everything. At least one person holds it.", True, _ALL),
        Role(
            "administrator",
            "Administrator",
            "People, roles, keys, sources, settings and audit. Customers are masked unless another role shows them.",
            True,
            {
                "customer": ("read",),
                "tag": (*_CHANGE, "assign"),
                "identity": ("read",),
                "source": KINDS["source"],
                "build": KINDS["build"],
                "report": KINDS["report"],
                "view": KINDS["view"],
                "user": KINDS["user"],
                "role": KINDS["role"],
                "key": KINDS["key"],
                "audit": KINDS["audit"],
                "webhook": KINDS["webhook"],
                "settings": KINDS["settings"],
                "job": KINDS["job"],
            },
            masks={
                "pii:identity": "masked",
                "pii:contact": "masked",
                "pii:official": "hidden",
                "pii:birth": "hidden",
                "pii:sensitive": "hidden",
                "pii:financial": "hidden",
                "pii:behaviour": "hidden",
                "pii:free_text": "hidden",
            },
        ),
        Role(
            "executive",
            "Executive",
            "Numbers and reports over all customers. Contact points are masked, messages and notes hidden.",
            True,
            {
                "customer": ("read",),
                "tag": ("read",),
                "task": ("read",),
                "report": ("read", "export"),
                "view": _CHANGE,
                "user": ("read",),
                "build": ("read",),
            },
            masks={
                "pii:contact": "masked",
                "pii:official": "hidden",
                "pii:birth": "hidden",
                "pii:free_text": "hidden",
                **_NOT_SENSITIVE,
            },
        ),
        Role(
            "manager",
            "Manager",
            "The customers of their regions in full, and the work of their people.",
            True,
            {
                **_CARE,
                "customer": ("read", "update", "export"),
                "note": KINDS["note"],
                "task": KINDS["task"],
                "file": KINDS["file"],
                "tag": (*_CHANGE, "assign"),
                "view": KINDS["view"],
                "identity": ("read",),
                "report": ("read", "export"),
                "build": ("read",),
            },
            scope=_OWN_REGIONS,
            masks={"pii:official": "last_four", **_NOT_SENSITIVE},
        ),
        Role(
            "agent",
            "Agent",
            "The customers of their regions: who they are, what happened, notes, tasks, tags and files.",
            True,
            {**_CARE, "customer": ("read", "update"), "identity": ("read",)},
            scope=_OWN_REGIONS,
            masks={"pii:official": "last_four", **_NOT_SENSITIVE},
        ),
        Role(
            "analyst",
            "Analyst",
            "All customers as figures: names and contact points as keyed hashes, which can be counted and joined.",
            True,
            {
                "customer": ("read", "export"),
                "tag": ("read",),
                "report": ("read", "export"),
                "view": _CHANGE,
                "source": ("read",),
                "build": ("read",),
            },
            masks={
                "pii:identity": "hashed",
                "pii:contact": "hashed",
                "pii:official": "hidden",
                "pii:birth": "hidden",
                "pii:free_text": "hidden",
                **_NOT_SENSITIVE,
            },
        ),
        Role(
            "steward",
            "Steward",
            "The catalogue, sources, quality and identity of all customers, with the values needed to judge them.",
            True,
            {
                "customer": ("read", "update", "export"),
                "note": ("read",),
                "tag": (*_CHANGE, "assign"),
                "identity": KINDS["identity"],
                "source": KINDS["source"],
                "build": KINDS["build"],
                "report": KINDS["report"],
                "view": _CHANGE,
                "user": ("read",),
                "role": ("read",),
                "audit": ("read",),
                "job": ("read", "create", "run"),
            },
        ),
    )
}
