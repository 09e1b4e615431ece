"""Who did and who read what, when, from where: append-only, each entry bound to the one before."""

from onefold.access.audit.chain import record_audit
from onefold.access.audit.export import audit_lines
from onefold.access.audit.journal import fold_reads
from onefold.access.audit.reads import audit_read
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
    "fold_reads",
    "record_audit",
    "search_audit",
    "stream_audit",
    "verify_audit",
]
