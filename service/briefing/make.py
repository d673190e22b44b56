"""A briefing as bytes: the same for the command line and the service."""

from datetime import date

from geo.query import Question
from geo.recorders import source_asked
from service.briefing.content import briefing
from service.briefing.paper import typeset
from service.items import named
from service.negotiate import MEDIA
from service.responses import Body
from service.site import Site


def make_briefing(site: Site, question: Question, base: str = "", on: date | None = None) -> bytes:
    """The PDF of a town's page. `base`: where the service is reached; `on`: its date, or today."""
    on = on or date.today()
    return typeset(briefing(site, question, base, on), on)


def briefing_body(site: Site, question: Question, base: str) -> Body:
    """The PDF as the service gives it, to be shown and kept under its name."""
    name = briefing_name(site, question)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Body.of(make_briefing(site, question, base), MEDIA["pdf"], headers)


def briefing_name(site: Site, question: Question) -> str:
    """A file name of town, theme and months, such as `oswestry-asb-2015-04-to-2016-03.pdf`."""
    source = source_asked(site.dataset, question.theme, question.sources)
    return named([question.town, question.theme.name, source], question, "pdf")
