"""Running the service: one process opens the dataset, others forked from it answer.

What a process has in memory when it forks is shared with those forked from it, so a worker more
costs what it makes itself. The master answers nothing. It starts another worker where one has
died, and when a dataset changes it opens the new version, forks workers that have it and lets
those before give way.
"""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

import uvicorn

from geo.errors import DatasetError, SafermapError
from geo.versions import current_folder
from service.again import make_again, read_again
from service.app import ADDRESSES
from service.files import remove_left_by
from service.operation.counts import Counts
from service.operation.log import EVENTS, told
from service.operation.settings import Limits
from service.served import Served
from service.worker import GIVE_WAY, SIGNALS, STOP_SECONDS, TELL, config_of, work

LOOK_SECONDS = 1.0
TELL_SECONDS, AGAIN_SECONDS = 1.0, 30.0
"""How long workers have to say what they were asked, and how long that is made for the next."""
NICE = 10
"""How far a version that is made ready stands behind those who answer, as `nice` has it."""
GIVE_WAY_SECONDS = 600
"""How long a worker may go on sending answers of the version before, such as a large file."""
KILL_SECONDS = 5
"""What a worker that is told to stop has beyond what its requests have."""
ROWS_EACH = 32
"""Workers in the place of each that may count at once, since those before may be long in going."""


def check_workers(workers: int) -> None:
    """Raises SafermapError where this system cannot have as many workers."""
    if workers > 1 and sys.platform != "linux":
        raise SafermapError(
            f"--workers {workers} needs Linux, where processes can share the dataset's memory. "
            "Leave out --workers here."
        )


@dataclass(eq=False)
class Forked:
    """A worker as its master knows it: its process, the version it serves, when it was forked.

    `telling` is where it says what it was asked. `row` is where it counts; 0, with others, where
    there are more than anybody foresaw. `last` is when it is killed at the latest; None while
    nobody has told it to end.
    """

    process: BaseProcess
    version: int
    started: float
    telling: Connection
    row: int
    last: float | None = None

    @property
    def staying(self) -> bool:
        """Whether nobody has told it to end."""
        return self.last is None

    def end(self, number: int, seconds: float) -> None:
        """Send it a signal to end by, within some seconds."""
        self._send(number)
        self.last = time.monotonic() + seconds

    def ask(self) -> None:
        """Have it tell what it was asked; what it told too late before is of no use."""
        with suppress(EOFError, OSError):  # it has ended
            while self.telling.poll():
                self.telling.recv_bytes()
        self._send(TELL)

    def _send(self, number: int) -> None:
        if self.process.is_alive() and self.process.pid is not None:
            os.kill(self.process.pid, number)


class Master:
    """The process that has the datasets open, and forks workers where that can be done.

    `opened` opens the current versions under `homes`, and again when one has changed. It raises
    SafermapError where they cannot be served. Nobody else keeps `served`, which is let go of then.
    A site is made warm for several workers to share, and before it takes the place of another,
    with what that was asked again and again; one worker alone starts at once and makes what it is
    asked for.
    """

    def __init__(
        self,
        opened: Callable[[], Served],
        homes: Sequence[Path],
        workers: int,
        limits: Limits,
    ) -> None:
        self._opened, self._homes, self._workers, self._limits = opened, homes, workers, limits
        self._counts = Counts(ADDRESSES, 1 + workers * ROWS_EACH)
        self._forked: list[Forked] = []
        self._told: list[int] = []
        self._version = 0
        served = opened()
        if workers > 1:
            served.warm()
        self._take(served)

    def run(self, listening: socket.socket) -> None:
        """Serve until told to stop, by Ctrl-C or SIGTERM; told again, at once.

        Not on Linux, one process serves the first version to the end.
        """
        if sys.platform != "linux":
            uvicorn.Server(config_of(self._app)).run([listening])
            return
        self._listening = listening
        self._woken, waker = socket.socketpair()
        with self._woken, waker:
            waker.setblocking(False)
            signal.set_wakeup_fd(waker.fileno())
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._tell)
            while not self._told:
                self._fill()
                self._wait()
                self._look()
            self._stop()
            signal.set_wakeup_fd(-1)

    def _take(self, served: Served) -> None:
        """Have workers that serve this from now on."""
        self.served, self._app = served, served.app(self._limits, self._counts)
        self._seen = [dataset.folder for dataset in served.site.datasets]
        self._version += 1
        gc.unfreeze()
        gc.collect()
        gc.freeze()  # a collection in a worker would write to every page that is shared

    def _tell(self, number: int, _: FrameType | None) -> None:
        self._told.append(number)

    def _wait(self) -> None:
        """Until a worker ends, a signal comes or it is time to look; remove what ended."""
        sentinels = [worker.process.sentinel for worker in self._forked]
        if self._woken in wait([*sentinels, self._woken], LOOK_SECONDS):
            self._woken.recv(4096)
        now = time.monotonic()
        for worker in self._forked:
            if worker.last is not None and now > worker.last:
                worker.process.kill()
        ended = [worker for worker in self._forked if not worker.process.is_alive()]
        self._forked = [worker for worker in self._forked if worker not in ended]
        for worker in ended:
            worker.telling.close()
            remove_left_by(worker.process.pid or 0)
            self._counts.died(worker.row)
            if worker.staying:
                status = worker.process.exitcode
                facts = told("worker-ended", ended=worker.process.pid, status=status)
                words = "a worker ended by itself (%s); another takes its place"
                EVENTS.error(words, status, extra=facts)
                if now - worker.started < LOOK_SECONDS:  # it cannot live: fork no faster than this
                    time.sleep(LOOK_SECONDS)

    def _fill(self) -> None:
        """As many workers as are wanted of this version; those of another give way to them."""
        try:
            while sum(worker.version == self._version for worker in self._forked) < self._workers:
                self._forked.append(self._fork())
        except OSError as error:  # no memory, no process: what there is serves on
            facts = told("no-worker")
            EVENTS.error("no worker can be started (%s); trying again", error, extra=facts)
            return
        for worker in self._forked:
            if worker.version != self._version and worker.staying:
                worker.end(GIVE_WAY, GIVE_WAY_SECONDS)

    def _fork(self) -> Forked:
        taken = {worker.row for worker in self._forked}
        row = next((row for row in range(1, self._counts.rows) if row not in taken), 0)
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(
            target=work, args=(self._app, self._listening, row, there), daemon=True
        )
        # A signal waits until the worker can take it, which before that would do as the master.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            there.close()
        return Forked(process, self._version, time.monotonic(), here, row)

    def _look(self) -> None:
        """Take the current versions where they are no longer those that were seen last."""
        try:
            found = [current_folder(home) for home in self._homes]
        except DatasetError:  # nothing to take
            return
        if found == self._seen:
            return
        self._seen = found
        try:
            # The thread has ended before anything is forked, which would not have it.
            with ThreadPoolExecutor(1, initializer=os.nice, initargs=(NICE,)) as aside:
                served, again = aside.submit(self._made_ready).result()
            self._take(served)
        except SafermapError as error:
            words = "%s What was served before is served still."
            EVENTS.error(words, error, extra=told("refused", versions=_names(found)))
        except Exception:
            words = "%s cannot be served; what was served before is served still"
            shown = ", ".join(map(str, found))
            EVENTS.exception(words, shown, extra=told("refused", versions=_names(found)))
        else:
            shown = ", ".join(map(str, found))
            facts = told("switched", versions=_names(found), again=again)
            EVENTS.info("Now serving %s.", shown, extra=facts)

    def _made_ready(self) -> tuple[Served, int]:
        """The current versions, open, with so many answers that those before gave again and again.

        Of that no more is made where the service is to stop or has lost a worker.
        """
        served = self._opened()
        served.warm()
        answering = [worker for worker in self._forked if worker.staying]
        end = time.monotonic() + AGAIN_SECONDS

        def enough() -> bool:
            lost = not all(worker.process.is_alive() for worker in answering)
            return bool(self._told) or lost or time.monotonic() > end

        return served, make_again(served.sites, read_again(_asked(answering)), enough)

    def _stop(self) -> None:
        """Let requests end, in bounded time."""
        self._listening.close()
        self._told.clear()
        for worker in self._forked:
            worker.end(signal.SIGTERM, STOP_SECONDS + KILL_SECONDS)
        while self._forked:
            self._wait()
            if self._told:
                for worker in self._forked:
                    worker.process.kill()


def _names(folders: Sequence[Path]) -> list[str]:
    return [folder.name for folder in folders]


def _asked(workers: Sequence[Forked]) -> list[bytes]:
    """What workers tell that they were asked; of one that does not in time, nothing."""
    told, end = [], time.monotonic() + TELL_SECONDS
    for worker in workers:
        worker.ask()
    for worker in workers:
        with suppress(EOFError, OSError):  # it has ended
            if worker.telling.poll(max(0.0, end - time.monotonic())):
                told.append(worker.telling.recv_bytes())
    return told
