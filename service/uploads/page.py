"""The state of things about uploads, in words on a page and as data for programs."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from starlette.requests import Request

from geo.counted import counted
from geo.errors import SafermapError
from geo.period import Period, month_words, parse_month
from geo.retention import day_words
from service.access.roles import NOBODY
from service.pages.frame import frame
from service.pages.render import render_page
from service.site import Site
from service.uploads.settings import Uploads, offered
from service.uploads.upload import Report, Upload

STEPS = ("Sent", "Checked", "Built", "Shown")
DONE, GOING, FAILED, NEXT = "done", "under way", "failed", "to come"
_AT = {"receiving": 0, "checking": 1, "checked": 2, "loading": 2, "loaded": 3, "discarded": 2}
_DOING = {"receiving": "sent", "checking": "checked", "loading": "built"}
_LONG = 300  # characters of an error or a reason


def facts(request: Request) -> dict[str, Any]:
    """What is under way or came of the last file, and what may be done, for programs."""
    site, uploads, upload = _state(request)
    told = asdict(upload) if upload else {}
    for inside in ("role", "request"):
        told.pop(inside, None)
    return {
        "step": "none",
        **told,
        "words": _said(upload, site),
        "shown": _shown(upload, site),
        "may": _may(upload),
        **_sources(uploads, upload),
    }


def uploads_page(request: Request) -> bytes:
    """The same for people, with the form."""
    site, uploads, upload = _state(request)
    sources = _sources(uploads, upload)
    return render_page(
        "uploads.html",
        upload=upload,
        said=_said(upload, site),
        steps=(steps := _steps(upload, site)),
        going=GOING in dict(steps).values(),
        may=_may(upload),
        sources=sources["sources"],
        trouble=sources.get("trouble"),
        months=_months(upload.report) if upload and upload.report else "",
        cut=_cut,
        **frame(site, "uploads"),
    )


def whose(upload: Upload) -> str:
    """A file in words: what it is called, who has it, since when."""
    of = _by(upload).replace(" by ", " of ", 1)
    return f"{_cut(upload.name) or 'a file'},{of} since {_when(upload.since)},"


def _state(request: Request) -> tuple[Site, Uploads, Upload | None]:
    site: Site = request.state.site
    uploads: Uploads = request.app.state.uploads
    return site, uploads, uploads.slot.read()


def _sources(uploads: Uploads, upload: Upload | None) -> dict[str, Any]:
    """The sources that take files, where one may be sent now, or why none can be."""
    if upload and upload.waits:
        return {"sources": []}
    try:
        sources = offered(uploads.plan())
    except SafermapError as error:
        return {"sources": [], "trouble": str(error)}
    return {"sources": [{"id": one.id, "name": one.name} for one in sources]}


def _may(upload: Upload | None) -> list[str]:
    may = [] if upload and upload.waits else ["send"]
    return [*may, "load", "discard"] if upload and upload.loadable else may


def _shown(upload: Upload | None, site: Site) -> bool:
    """Whether what is served has the file in it, as far as is known."""
    outcome = upload.outcome if upload else None
    return outcome is not None and site.dataset.folder.name >= outcome.version


def _steps(upload: Upload | None, site: Site) -> list[tuple[str, str]]:
    """Each step with how far it is."""
    if upload is None:
        return []
    at = _AT[upload.failed_at or "discarded" if upload.step == "failed" else upload.step]
    here = FAILED if upload.failed_at else GOING if upload.working else NEXT
    if upload.step == "loaded":
        here = DONE if _shown(upload, site) else GOING
    return [
        (step, DONE if number < at else here if number == at else NEXT)
        for number, step in enumerate(STEPS)
    ]


def _said(upload: Upload | None, site: Site) -> str:
    """How it stands, in a sentence or two."""
    if upload is None:
        return "Nothing is under way."
    name, by, when = _cut(upload.name) or "A file", _by(upload), _when(upload.since)
    if upload.working:
        whom = by if upload.step == "receiving" else by.replace(" by ", " for ", 1)
        return f"{name} is being {_DOING[upload.step]}{whom}, since {when}.{_how(upload)}"
    if upload.step == "checked":
        asked = f"It was sent{by} at {when}."
        return f"{name} was checked. {asked} Nothing changes until somebody loads it."
    if upload.step == "failed":
        return f"{name} was not loaded. {_cut(upload.error or '')}"
    if upload.step == "discarded":
        return f"{name} was discarded{by}. Nothing was changed."
    return _loaded(upload, name, by, site)


def _by(upload: Upload) -> str:
    """By whom, where people are told apart."""
    return "" if upload.by == NOBODY.name else f" by {_cut(upload.by)}"


def _how(upload: Upload) -> str:
    """How far it is, where that is known."""
    progress = upload.progress
    if progress is None:
        return ""
    if upload.step == "receiving":
        return f" {progress.done / max(progress.of, 1):.0%} of it is here."
    return f" {progress.doing}: {progress.done:,} of {progress.of:,}."


def _loaded(upload: Upload, name: str, by: str, site: Site) -> str:
    outcome = upload.outcome
    if outcome is None:
        return f"{name} was loaded."
    if not outcome.new:
        return f"{name} has nothing that was not there before, so all stays as it is."
    if outcome.passed_over and not outcome.months:
        why = "; ".join(dict.fromkeys(outcome.passed_over.values()))
        return f"{name} was put into its folder and passed over: {_cut(why)}."
    rows = counted(outcome.accepted, "rows")
    seen = "Its figures are shown now." if _shown(upload, site) else "The pages change in a moment."
    return f"{name} was loaded{by}: {rows}, {outcome.months}. {seen}"


def _months(report: Report) -> str:
    """The months of a file in words, with those that are missing between."""
    numbers = [parse_month(month) for month in report.months]
    if not numbers:
        return "none"
    period = Period(numbers[0], numbers[-1])
    missing = [month_words(month) for month in period.months() if month not in numbers]
    without = f"; without {', '.join(missing[:12])}" if missing else ""
    return f"{period.words()}, {counted(len(numbers), 'months')}{without}"


def _when(iso: str) -> str:
    """A time as clocks here have it."""
    when = datetime.fromisoformat(iso).astimezone()
    return f"{when:%H:%M} on {day_words(when.date())}"


def _cut(text: str) -> str:
    """Text from a file or a name, no longer than anybody reads, and nothing in it unseen."""
    cut = text if len(text) <= _LONG else f"{text[:_LONG]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in cut)
