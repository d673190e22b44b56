"""What was asked of one version again and again, made of the next before anybody asks for it.

A version that takes the place of another has nothing kept, and everybody who comes then waits for
all that the others want. So the workers of the version before say what they were asked more than
once, and the master has it made before it forks the next. What nobody asked for a second time, such
as a box of somebody's own, is not among it, nor is a file on disk.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar

import orjson
from fastapi import FastAPI
from starlette.types import Message, Scope

from service.access.roles import Role
from service.addresses import router
from service.site import Site

TOLD_BYTES = 64 * 1024
"""What one worker tells at most: a few hundred questions, which a socket takes at once."""
Question = tuple[object, ...]
T = TypeVar("T")


def told_again(sites: Mapping[Role, Site]) -> bytes:
    """What was asked of these sites more than once, most often first, for `read_again`."""
    asked = [
        (times, role, question)
        for role, site in sites.items()
        for question, times in site.asked_again()
    ]
    asked.sort(key=lambda each: each[0], reverse=True)
    lines, left = [], TOLD_BYTES
    for times, role, question in asked:
        parts = [part.decode("latin-1") if isinstance(part, bytes) else part for part in question]
        line = orjson.dumps((times, role, parts))
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
    return b"\n".join(lines)


def read_again(told: Iterable[bytes]) -> list[tuple[Role, Question]]:
    """What several workers were asked, most often first."""
    found: Counter[tuple[Role, Question]] = Counter()
    for each in told:
        for times, role, parts in map(orjson.loads, each.splitlines()):
            found[role, tuple(parts)] += times
    return [asked for asked, _ in found.most_common()]


def make_again(
    sites: Mapping[Role, Site], asked: Iterable[tuple[Role, Question]], enough: Callable[[], bool]
) -> int:
    """Make these answers, kept by their sites, until it is `enough`; how many were.

    One after the other and in this thread, so that nothing goes on when it returns, and no file is
    left that several processes forked from this one would hold to be their own. An answer that
    cannot be had any more is left to whoever asks for it.
    """
    app = FastAPI(routes=[*router.routes], openapi_url=None)
    app.state.work = _AtOnce()

    async def make_all() -> int:
        made = 0
        for role, question in asked:
            if enough():
                break
            if role in sites:
                scope = {**scope_of(question), "state": {"site": sites[role]}}
                with suppress(Exception):  # whoever asks for it is told why
                    await app(scope, _receive, _send)
                    made += 1
        return made

    try:
        return asyncio.run(make_all())
    finally:
        for site in sites.values():
            site.files.close()


class _AtOnce:
    """Work for one who asks alone."""

    async def run(self, _: object, make: Callable[[], T]) -> T:
        return make()


def scope_of(question: Question) -> Scope:
    """The request of which `service.kept.asked` gives this question."""
    scheme, host, root_path, path, query, accept, encoding = question
    headers = {"host": host, "accept": accept, "accept-encoding": encoding}
    return {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": scheme,
        "root_path": root_path, "path": path, "query_string": str(query).encode("latin-1"),
        "headers": [
            (name.encode(), str(value).encode("latin-1"))
            for name, value in headers.items() if value is not None
        ],
    }  # fmt: skip


async def _receive() -> Message:
    return {"type": "http.request"}


async def _send(_: Message) -> None:
    """Nobody waits for it."""
