"""Who asks, what they may do, which customers and fields they may see, and the record of what they did.

Every read and write names its actor and passes here. ``Access`` is compiled once per request; its row scope and field
masks become part of the SQL of both databases.
"""

from onefold.access.audit import (
    AuditEntry,
    AuditFilter,
    Verification,
    audit_actions,
    audit_lines,
    audit_read,
    cut_audit,
    fold_reads,
    record_audit,
    search_audit,
    stream_audit,
    verify_audit,
)
from onefold.access.classes import BODIES, PiiClass, class_of
from onefold.access.mail import send_mail
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
from onefold.access.vault import Vault
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
    "AuditEntry",
    "AuditFilter",
    "FieldAccess",
    "Layer",
    "Mask",
    "Permission",
    "PiiClass",
    "Resolve",
    "Role",
    "Shown",
    "Vault",
    "Verification",
    "audit_actions",
    "audit_lines",
    "audit_read",
    "class_of",
    "count_holders",
    "cut_audit",
    "find_role",
    "fold_reads",
    "get_role",
    "list_roles",
    "load_access",
    "owners",
    "record_audit",
    "roles_by_user",
    "roles_of",
    "search_audit",
    "send_mail",
    "stream_audit",
    "verify_audit",
]
