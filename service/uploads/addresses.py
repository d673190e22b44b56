"""Where analysts send a file, see what was found, and have it loaded or discarded."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from geo.errors import ConflictError, StorageError
from geo.incidents.files import LARGEST
from service.access.gate import through_a_proxy
from service.access.roles import Visitor
from service.errors import problem
from service.listening import LOOPBACK
from service.negotiate import wanted_format
from service.parameters import check_names
from service.responses import json_response
from service.uploads.form import Form
from service.uploads.page import facts, uploads_page, whose
from service.uploads.recording import record
from service.uploads.run import start
from service.uploads.settings import Uploads, place_of
from service.uploads.slot import Held
from service.uploads.upload import Progress, Upload, Work, now

PATH = "/uploads"
BODIES = {PATH: LARGEST + 64 * 1024}  # bytes of a form, which is more than its file
PIECE_BYTES = 2**20  # given to the disk at once
_FORMATS = ("html", "json")
_NO_STORE = {"Cache-Control": "no-store"}
_GONE = "The connection ended before the whole file had come. Nothing was changed; send it again."
router = APIRouter()


@router.api_route(PATH, methods=["GET", "HEAD"])
async def show(request: Request) -> Response:
    """The form, what is under way, and what came of the last file."""
    if refused := _refused(request):
        return refused
    check_names(request.query_params, ("f",))
    return await _answer(request)


@router.post(PATH)
async def send(request: Request) -> Response:
    """Take in a file and begin to check it."""
    if refused := _refused(request):
        return refused
    wanted_format(request, _FORMATS)
    uploads = _uploads(request)
    slot = uploads.slot
    with _taken(uploads) as held:
        before = slot.read(held)
        if before is not None and before.step == "checked":
            raise _busy(before)
        upload = _asked(request)
        try:
            await run_in_threadpool(slot.write, upload)
            upload = await _received(request, uploads, upload)
            await run_in_threadpool(record, uploads, upload, "upload received")
        except ClientDisconnect:
            slot.drop(upload.failed(_GONE))
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except BaseException:
            slot.drop(before)
            raise
        slot.accept()
        await run_in_threadpool(_begin, uploads, upload, "checking", held)
    return await _answer(request, HTTPStatus.ACCEPTED)


@router.post(f"{PATH}/load")
async def load(request: Request) -> Response:
    """Begin to load the file that was checked."""
    if refused := _refused(request):
        return refused
    async with _checked(request) as (uploads, upload, held):
        if not uploads.slot.file.is_file():
            raise ConflictError("The file is no longer there. Discard it, and send it again.")
        await run_in_threadpool(record, uploads, upload, "load asked")
        await run_in_threadpool(_begin, uploads, upload, "loading", held)
    return await _answer(request, HTTPStatus.ACCEPTED)


@router.post(f"{PATH}/discard")
async def discard(request: Request) -> Response:
    """Remove the file that was checked."""
    if refused := _refused(request):
        return refused
    async with _checked(request) as (uploads, upload, _):
        await run_in_threadpool(record, uploads, upload, "upload discarded")
        gone = replace(upload, step="discarded", report=None, error=None, failed_at=None)
        uploads.slot.write(gone)
        uploads.slot.clear()
    return await _answer(request)


@router.api_route(f"{PATH}/refused.csv", methods=["GET", "HEAD"])
async def refused_rows(request: Request) -> Response:
    """Every row that the check refused."""
    if refused := _refused(request):
        return refused
    check_names(request.query_params, ())
    path = _uploads(request).slot.refused
    upload = await run_in_threadpool(_uploads(request).slot.read)
    if upload is None or not upload.loadable or not path.is_file():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return FileResponse(
        path, media_type="text/csv; charset=utf-8", filename="refused.csv", headers=_NO_STORE
    )


def _refused(request: Request) -> Response | None:
    """The answer to whoever may not load files, before anything that they send is read."""
    visitor: Visitor = request.state.visitor
    if not visitor.may("analyst"):
        words = "Analysts alone load files here. Sign in as one, or show an analyst's token."
    elif request.app.state.access is None and not _near(request):
        words = "Files are loaded from this machine alone until access is configured."
    else:
        return None
    return problem(request, HTTPStatus.FORBIDDEN, words, {"Connection": "close"})


def _near(request: Request) -> bool:
    """Whether it comes from this machine, by a name that no page elsewhere could have lead here."""
    name = re.sub(r":\d+$", "", request.headers.get("host", ""))
    return name in LOOPBACK and not through_a_proxy(request.scope)


def _uploads(request: Request) -> Uploads:
    found: Uploads = request.app.state.uploads
    return found


def _asked(request: Request) -> Upload:
    visitor: Visitor = request.state.visitor
    return Upload(visitor.name, visitor.role, request.state.request_id, now())


def _by(request: Request, upload: Upload) -> Upload:
    """The upload as somebody's who asks for something now."""
    new = _asked(request)
    return replace(upload, by=new.by, role=new.role, request=new.request, since=new.since)


@asynccontextmanager
async def _checked(request: Request) -> AsyncIterator[tuple[Uploads, Upload, Held]]:
    """The upload that was checked, as theirs who ask for something now, with the slot held.

    Raises ConflictError where there is none, or somebody else holds the slot.
    """
    wanted_format(request, _FORMATS)
    uploads, form = _uploads(request), await _small_form(request)
    with _taken(uploads) as held:
        yield uploads, _by(request, _loadable(uploads, form, held)), held


@contextmanager
def _taken(uploads: Uploads) -> Iterator[Held]:
    """Hold the slot. Raises ConflictError where somebody else does."""
    with uploads.slot.take() as held:
        if held is None:
            raise _busy(uploads.slot.stored())
        yield held


def _busy(upload: Upload | None) -> ConflictError:
    if upload is None:
        return ConflictError("Somebody else is sending a file. Try again in a moment.")
    rest = (
        "It waits to be loaded or discarded."
        if upload.step == "checked"
        else "Wait until that is done."
    )
    return ConflictError(f"One file at a time can be loaded, and {whose(upload)} is here. {rest}")


def _loadable(uploads: Uploads, form: FormData, held: Held) -> Upload:
    """The file that was checked; the one that the form means, where it says which."""
    upload = uploads.slot.read(held)
    if upload is None or not upload.loadable:
        raise ConflictError("There is no file here that was checked. Send one first.")
    if form.get("since", upload.since) != upload.since:
        raise ConflictError(f"Another file is here now: {whose(upload)}. Look at it first.")
    return upload


def _begin(uploads: Uploads, upload: Upload, work: Work, held: Held) -> None:
    """Have a process of its own go on with it."""
    uploads.slot.write(upload.at(work))
    try:
        start(uploads, work, held)
    except StorageError as error:
        uploads.slot.write(upload.at(work).failed(str(error)))
        raise


async def _small_form(request: Request) -> FormData:
    async with request.form(max_fields=2, max_files=0) as form:
        return form


async def _received(request: Request, uploads: Uploads, upload: Upload) -> Upload:
    """The file as it comes in, written beside the slot's file."""
    length = request.headers.get("content-length", "")
    of = int(length) if length.isdecimal() else 0

    def check_source(source: str) -> None:
        place_of(uploads.plan(), source, "")

    def tell(form: Form) -> Upload:
        progress = Progress("Receiving", form.bytes, max(of, form.bytes))
        told = replace(upload, name=form.name, bytes=form.bytes, progress=progress)
        uploads.slot.write(told)
        return told

    kind = request.headers.get("content-type", "")
    with Form(kind, uploads.slot.partial, check_source) as form:
        kept, said = bytearray(), time.monotonic()
        async for piece in request.stream():
            kept += piece
            if len(kept) >= PIECE_BYTES:
                await run_in_threadpool(form.write, bytes(kept))
                kept.clear()
                if form.name and time.monotonic() - said > 1:
                    await run_in_threadpool(tell, form)
                    said = time.monotonic()
        await run_in_threadpool(form.write, bytes(kept))
        await run_in_threadpool(form.end)
    source, _ = await run_in_threadpool(lambda: place_of(uploads.plan(), form.source, form.name))
    return replace(
        upload, source=source.id, source_name=source.name, name=form.name, bytes=form.bytes
    )


async def _answer(request: Request, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The state of things as data or a page; after a form has been sent, where the page is."""
    if wanted_format(request, _FORMATS) == "json":
        told: dict[str, Any] = await run_in_threadpool(facts, request)
        return json_response(told, status, headers=_NO_STORE)
    if request.method == "POST":
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER, _NO_STORE)
    content = await run_in_threadpool(uploads_page, request)
    return Response(content, headers=_NO_STORE, media_type="text/html")
