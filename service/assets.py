"""Scripts and styles: files compressed once, with the tags and headers of every other answer."""

from functools import lru_cache
from mimetypes import guess_type
from os import PathLike, stat_result
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.responses import Body

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
        return _body(str(full_path), stat_result.st_mtime_ns).respond(scope)


@lru_cache(_FILES)
def _body(path: str, _: int) -> Body:
    """A file as it was when it was last changed."""
    media, _encoding = guess_type(path)
    return Body.of(Path(path).read_bytes(), media or "application/octet-stream")
