"""The audit log (操作記録): append-only, a hash chain per city, in the transaction of the act itself."""

from portal.audit.entries import AuditEntry, record
from portal.audit.tags import Tag

__all__ = ["AuditEntry", "Tag", "record"]
