"""Templates, with the figures' words as filters."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geo.counted import counted
from layers.styles.xml import clean
from service import words

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,  # a service goes on with the templates that it began with
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(
    counted=counted,
    number=words.number,
    known=words.known,
    percent=words.percent,
    rate=words.rate,
    between=lambda r, decimals=1: words.between(r[0], r[1], decimals),
    signed=words.signed,
    share_range=lambda share: words.share_between(share.lower, share.upper),
)


def render_page(template: str, **context: Any) -> bytes:  # noqa: ANN401
    """A page as bytes; in XML, without the characters that it has no way to write."""
    text = _TEMPLATES.get_template(template).render(context)
    return (clean(text) if template.endswith(".xml") else text).encode()
