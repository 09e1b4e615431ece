"""Who asks, what they may do, which customers and fields they may see, and the record of what they did.

Every read and write names its actor and passes here. ``Access`` is compiled once per request; its row scope and field
masks become part of the SQL of both databases.
"""

from onefold.access.classes import BODIES, PiiClass, class_of
from onefold.access.masks import Mask
from onefold.access.model import (
    DENIED,
    KINDS,
    VERBS,
    Access,
    Actor,
    Admission,
    FieldAccess,
    Layer,
    Permission,
    Role,
    Shown,
)
from onefold.access.roles import (
    count_holders,
    find_role,
    get_role,
    list_roles,
    load_access,
    owners,
    roles_by_user,
    roles_of,
)
from onefold.access.shipped import OWNER, SHIPPED
from onefold.storage import Resolve

__all__ = [
    "BODIES",
    "DENIED",
    "KINDS",
    "OWNER",
    "SHIPPED",
    "VERBS",
    "Access",
    "Actor",
    "Admission",
    "FieldAccess",
    "Layer",
    "Mask",
    "Permission",
    "PiiClass",
    "Resolve",
    "Role",
    "Shown",
    "class_of",
    "count_holders",
    "find_role",
    "get_role",
    "list_roles",
    "load_access",
    "owners",
    "roles_by_user",
    "roles_of",
]
