"""The process that checks or loads what is in the slot, apart from workers, which come and go."""

import gc
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from geo.errors import SafermapError, StorageError
from service.operation.log import EVENTS, start_log, told
from service.uploads.settings import Uploads
from service.uploads.slot import Held, Slot
from service.uploads.upload import Progress, Upload, Work

_SETTINGS = TypeAdapter(Uploads)
_FIRST_TO_GO = "500"  # where memory runs out, rather than a process that answers
_UNFORESEEN = (
    "Something went wrong here, and nothing was changed. Tell the people who run this service the "
    "number {}."
)


def start(uploads: Uploads, work: Work, held: Held) -> None:
    """Begin to check or load what is in the slot, which the process holds until it ends.

    Raises StorageError where the system gives no process.
    """
    settings = _SETTINGS.dump_json(uploads).decode()
    command = [sys.executable, "-P", "-m", __name__, work, settings, str(held.file)]
    try:
        process = subprocess.Popen(  # noqa: S603  of our own making
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(held.file,),
            start_new_session=True,
        )
    except OSError as error:
        raise StorageError(f"The file cannot be read: {error.strerror}.") from error
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie


def main() -> None:
    """Do the work that the arguments name, and write into the slot what became of it."""
    uploads = _SETTINGS.validate_json(sys.argv[2])
    start_log(uploads.lines)
    gc.set_threshold(200_000)  # as a build has it
    with suppress(OSError):  # where the system allows it
        os.nice(10)
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="utf-8")
    slot = uploads.slot
    upload = slot.stored()
    if upload is None or upload.step != sys.argv[1]:
        raise SystemExit("There is no such upload.")
    _finish(slot, _done(uploads, upload))
    os.close(int(sys.argv[3]))  # the slot is free, before all that ends with a process


def _done(uploads: Uploads, upload: Upload) -> Upload:
    """The upload with what became of it, once that is recorded."""
    try:
        return _checked(uploads, upload) if upload.step == "checking" else _loaded(uploads, upload)
    except SafermapError as error:
        failed = upload.failed(str(error))
    except OSError as error:
        failed = upload.failed(f"It cannot be done: {error.strerror}. Nothing was changed.")
    except MemoryError:
        failed = upload.failed("This machine has not enough memory for it. Nothing was changed.")
    except Exception:
        facts = told("upload-failed", id=upload.request, step=upload.step)
        EVENTS.exception("an upload failed (%s)", upload.step, extra=facts)
        failed = upload.failed(_UNFORESEEN.format(upload.request))
    if failed.failed_at == "loading":
        _record(uploads, upload, "load failed")
    return failed


def _finish(slot: Slot, done: Upload) -> None:
    """Write what became of it, and keep its file no longer than it is of use."""
    if done.loadable:
        slot.write(done)
        return
    with suppress(StorageError):  # a full disk has room once the file is gone
        slot.write(done)
    slot.clear()
    slot.write(done)


def _checked(uploads: Uploads, upload: Upload) -> Upload:
    from service.uploads.checking import check  # noqa: PLC0415  a second of imports

    report = check(uploads, upload, lambda progress: _tell(uploads, upload, progress))
    return replace(upload, step="checked", progress=None, report=report)


def _loaded(uploads: Uploads, upload: Upload) -> Upload:
    from service.uploads.loading import load  # noqa: PLC0415

    outcome = load(uploads, upload, lambda progress: _tell(uploads, upload, progress))
    _record(uploads, upload, "loaded", version=outcome.version)
    return replace(upload, step="loaded", progress=None, report=None, outcome=outcome)


def _tell(uploads: Uploads, upload: Upload, progress: Progress) -> None:
    with suppress(StorageError):  # it goes on without
        uploads.slot.write(replace(upload, progress=progress))


def _record(uploads: Uploads, upload: Upload, action: str, version: str | None = None) -> None:
    """Record what was done. It is done: what cannot be recorded of it is said in the log."""
    from service.uploads.recording import record  # noqa: PLC0415

    try:
        record(uploads, upload, action, version)
    except SafermapError as error:
        EVENTS.error("%s", error, extra=told("upload-unrecorded", id=upload.request))


if __name__ == "__main__":
    main()
