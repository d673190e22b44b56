"""What a question may take: so many threads, and so much time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from geo.errors import BusyError

THREADS = 16
"""Questions that a worker works on at once; files are sent beside them."""
T = TypeVar("T")


class Work:
    """Makes answers in threads, and gives up waiting for one that takes longer than `seconds`.

    A thread cannot be stopped. It keeps its place until it ends, and what it made is kept for
    whoever asks again, so that questions without end take all places at the most and never more.
    `late` is called for each that nobody waits for any longer.
    """

    def __init__(self, seconds: float, late: Callable[[], None] = lambda: None) -> None:
        self._seconds, self._late = seconds, late
        self._places = asyncio.Semaphore(THREADS)
        self._running: set[asyncio.Task[object]] = set()

    async def run(self, make: Callable[[], T]) -> T:
        """What `make` gives. Raises BusyError where that takes too long."""
        begun = False

        async def made() -> T:
            nonlocal begun
            async with self._places:
                begun = True
                return await run_in_threadpool(make)

        task = asyncio.create_task(made())
        self._running.add(task)
        task.add_done_callback(self._ended)
        if not (await asyncio.wait({task}, timeout=self._seconds))[0]:
            if not begun:
                task.cancel()
            self._late()
            raise BusyError(
                f"This takes longer than the {self._seconds:g} seconds that there are. Ask for "
                "less, or ask again later: what is ready by then is given at once."
            )
        return task.result()

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # who waited has had it; for one that nobody waits for it is no news
