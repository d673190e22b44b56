"""Who did what with records that not everyone may see, in a log that shows when it was altered."""

from service.audit.log import AuditLog, Entry

__all__ = ["AuditLog", "Entry"]
