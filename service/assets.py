"""Scripts and styles: files compressed once, with the tags and headers of every other answer.

Files that every page wants are sent as one, so that a page asks few times.
"""

from collections.abc import Mapping
from functools import lru_cache
from mimetypes import guess_type
from os import PathLike, stat_result
from pathlib import Path
from types import MappingProxyType

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.responses import Body, encoding_of

STATIC = Path(__file__).parent.parent / "static"
JOINED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "look.css": (
            "safermap.css", "controls.css", "map.css", "charts.css", "narrow.css", "print.css",
        ),
        "maps.js": (
            "map-tips.js", "map-room.js", "labels.js", "map-part.js", "map-points.js",
            "map-mark.js", "map-keys.js", "map-rows.js", "map-change.js", "map-layers.js",
            "map-screen.js", "map-tiles.js", "vector-tile.js", "map-vector.js", "map.js",
        ),
        "pages.js": ("table.js", "find.js", "months.js", "morph.js", "live.js"),
    }
)  # fmt: skip
"""What is joined, in order, under each name."""

_FILES = 128


class Assets(StaticFiles):
    """The files of a folder."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """One file, or 304 where the client has it already."""
        return _body(encoding_of(scope), stat_result.st_mtime_ns, str(full_path)).respond(scope)


def joined(name: str, encoding: str | None) -> Body:
    """The files that are sent as one under a name of JOINED."""
    files = [STATIC / file for file in JOINED[name]]
    return _body(encoding, max(file.stat().st_mtime_ns for file in files), *map(str, files))


@lru_cache(_FILES)
def _body(encoding: str | None, _: int, *paths: str) -> Body:
    """Files, one after the other, as they were when one was last changed."""
    media, _encoding = guess_type(paths[0])
    content = b"\n".join(Path(path).read_bytes() for path in paths)
    return Body.of(content, media or "application/octet-stream").packed(encoding)
