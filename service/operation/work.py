"""What a question may take: so many threads, and so much time.

Threads take turns at Python, and the one that answers what is kept takes its turn with them: with
as many at work as there are places it had a seventeenth part, and a service that could answer 3,000
requests a second answered 1,300.
"""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from geo.errors import BusyError

THREADS = 16
"""Questions that a worker works on at once; files are sent beside them."""
AHEAD, SHORT_SECONDS = 2, 0.5
"""So many of them at first; one that takes longer no longer counts, so that none wait for it."""
T = TypeVar("T")


@dataclass(eq=False)
class _Making(Generic[T]):
    """An answer that is being made, or waits for its turn, and how many wait for it."""

    task: "asyncio.Task[T]"
    begun: bool = False
    waiting: int = 0


class Work:
    """Makes answers in threads, and gives up waiting for one that takes longer than `seconds`.

    An answer is made once for all who ask for it meanwhile. A thread cannot be stopped: it keeps
    its place until it ends, and what it made is kept for whoever asks again, so that questions
    without end take all places at the most and never more. `late` is called for each that gives up
    waiting.
    """

    def __init__(self, seconds: float, late: Callable[[], None] = lambda: None) -> None:
        self._seconds, self._late = seconds, late
        self._places, self._ahead = asyncio.Semaphore(THREADS), asyncio.Semaphore(AHEAD)
        self._making: dict[Hashable, _Making[Any]] = {}

    async def run(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, or has given to another of the key since this one asked.

        Raises BusyError where that takes too long.
        """
        making: _Making[T] = self._making.get(key) or self._begin(key, make)
        making.waiting += 1
        try:
            done, _ = await asyncio.wait({making.task}, timeout=self._seconds)
        finally:
            making.waiting -= 1
        if not done:
            if not (making.begun or making.waiting):
                making.task.cancel()
                self._end(key, making)
            self._late()
            raise BusyError(
                f"This takes longer than the {self._seconds:g} seconds that there are. Ask for "
                "less, or ask again later: what is ready by then is given at once."
            )
        return making.task.result()

    def _begin(self, key: Hashable, make: Callable[[], T]) -> _Making[T]:
        async def made() -> T:
            async with self._places:
                async with self._ahead:
                    making.begun = True
                    running = asyncio.create_task(run_in_threadpool(make))
                    await asyncio.wait({running}, timeout=SHORT_SECONDS)
                return await running

        making = self._making[key] = _Making(asyncio.create_task(made()))
        making.task.add_done_callback(lambda _: self._end(key, making))
        return making

    def _end(self, key: Hashable, making: _Making[T]) -> None:
        if self._making.get(key) is making:
            del self._making[key]
        if making.task.done() and not making.task.cancelled():
            making.task.exception()  # who waited has had it; for one nobody waits for it is no news
