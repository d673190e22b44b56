"""What was done with an upload, in the audit log where there is one."""

from service.audit.command import read_key
from service.audit.log import AuditLog, Entry
from service.uploads.settings import Uploads
from service.uploads.upload import Upload


def record(uploads: Uploads, upload: Upload, action: str, version: str | None = None) -> None:
    """Record what is done with an upload by whose it is now.

    Raises StorageError where it cannot be recorded: then it is not done.
    """
    if uploads.audit is None:
        return
    what: dict[str, str | int | float | None] = {
        "source": upload.source,
        "name": upload.name,
        "bytes": upload.bytes,
    }
    if version:
        what["version"] = version
    log = AuditLog(uploads.audit, read_key(uploads.key))
    log.record(Entry(upload.by, upload.role, action, what, upload.request))
