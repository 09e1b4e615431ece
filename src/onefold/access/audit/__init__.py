"""Who did and who read what, when, from where: append-only, each entry bound to the one before."""

from onefold.access.audit.chain import audit_read, record_audit
from onefold.access.audit.export import audit_lines
from onefold.access.audit.search import (
    AuditEntry,
    AuditFilter,
    Verification,
    audit_actions,
    cut_audit,
    search_audit,
    stream_audit,
    verify_audit,
)

__all__ = [
    "AuditEntry",
    "AuditFilter",
    "Verification",
    "audit_actions",
    "audit_lines",
    "audit_read",
    "cut_audit",
    "record_audit",
    "search_audit",
    "stream_audit",
    "verify_audit",
]
