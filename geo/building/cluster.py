"""Reads the files of a build on the workers of a running Dask cluster."""

import asyncio
import pickle
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geo.building.cluster_task import packed
from geo.building.parts import Part, PartTask
from geo.building.runners import Made, Run
from geo.errors import SafermapError

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 30.0  # seconds without a worker
TO_CONNECT = 10.0  # seconds in which a scheduler answers
BETWEEN_LOOKS = 1.0  # seconds without a result after which the workers are counted
LOGGERS = ("asyncio", "distributed", "distributed.client", "tornado.application")


def on_cluster(address: str, patience: float = PATIENCE) -> Run:
    """Read on the workers of a running Dask scheduler, such as `tcp://host:8786`.

    The workers need the same safermap and the same folders at the same paths: a task says where a
    file is and where its part goes, and only the part's account comes back. A file whose worker
    dies is read by another. Raises SafermapError where the address is none, where there is no
    `distributed`, and, once it runs, where there is no scheduler or for `patience` seconds no
    worker.
    """
    _check_address(address)
    _import_distributed()

    def run(tasks: Sequence[PartTask]) -> Made:
        with _connected(address, min(patience, TO_CONNECT)) as client:
            yield from _Gathering(client, address, patience).parts(tasks)

    return run


def _check_address(address: str) -> None:
    try:
        split = urlsplit(address)
        good = split.scheme in ("tcp", "tls") and split.hostname and split.port
    except ValueError:
        good = None
    if not good:
        raise SafermapError(
            f"'{address}' is no address of a Dask scheduler; it looks like tcp://host:8786."
        )


def _import_distributed() -> None:
    """Import it once, here: half a second that only a cluster needs."""
    try:
        import dask.config  # noqa: PLC0415

        # What the cluster says of itself is in its own logs; here an error is one sentence. A
        # level that the user's own Dask configuration names stays.
        dask.config.update_defaults({"logging": dict.fromkeys(LOGGERS, "critical")})
        import distributed  # noqa: F401, PLC0415
    except ImportError as error:
        raise SafermapError(
            "A cluster needs the package distributed: pip install 'safermap[cluster]' brings it."
        ) from error


def _check_scheduler(address: str, seconds: float) -> None:
    """Ask who is there, within bounds: a client would wait for ever on what only listens."""
    from distributed import Security, rpc  # noqa: PLC0415

    async def ask() -> str:
        secured = Security().get_connection_args("client")
        async with rpc(address, timeout=seconds, connection_args=secured) as there:
            kind: str = (await there.identity())["type"]
            return kind

    try:
        kind = asyncio.run(asyncio.wait_for(ask(), seconds))
    except Exception as error:  # what does not speak Dask's language may answer anything
        raise _no_scheduler(address, seconds) from error
    if kind != "Scheduler":
        raise SafermapError(
            f"At {address} is a {kind.lower()} of a Dask cluster; give the scheduler's address."
        )


def _no_scheduler(address: str, seconds: float) -> SafermapError:
    return SafermapError(
        f"There is no Dask scheduler at {address}: within {seconds:g} seconds nothing answered "
        "as one. Start it with: dask scheduler"
    )


@contextmanager
def _connected(address: str, seconds: float) -> "Iterator[Client]":
    """A client of the scheduler. Once it is closed the scheduler drops what was not begun."""
    from distributed import Client  # noqa: PLC0415
    from distributed.versions import VersionMismatchWarning  # noqa: PLC0415

    _check_scheduler(address, seconds)
    with warnings.catch_warnings():
        # The versions that matter are checked on each worker.
        warnings.simplefilter("ignore", VersionMismatchWarning)
        try:
            client = Client(address, timeout=seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _no_scheduler(address, seconds) from error
    with client:
        yield client


class _Gathering:
    """Takes results as they come, and looks after the workers while none comes."""

    def __init__(self, client: "Client", address: str, patience: float) -> None:
        from distributed import KilledWorker  # noqa: PLC0415

        self._killed = KilledWorker
        self._client = client
        self._address = address
        self._patience = patience
        self._seen = time.monotonic()  # when there last was a worker
        self._so_far = "no file was read"

    def parts(self, tasks: Sequence[PartTask]) -> Made:
        futures = self._client.map(pickle.loads, list(map(packed, tasks)), key="part", pure=False)
        numbers = {future.key: number for number, future in enumerate(futures)}
        done: SimpleQueue[Future[Part]] = SimpleQueue()
        for future in futures:
            future.add_done_callback(done.put)
        while numbers:
            self._so_far = f"{len(tasks) - len(numbers):,} of {len(tasks):,} files were read"
            try:
                future = done.get(timeout=BETWEEN_LOOKS)
            except Empty:
                self._check_workers()
                continue
            part = self._result(future, tasks[numbers[future.key]].file.name)
            if part is None:
                future.add_done_callback(done.put)
            else:
                yield numbers.pop(future.key), part

    def _check_workers(self) -> None:
        try:
            workers = self._client.nthreads()
        except (OSError, ValueError) as error:
            raise self._gone() from error
        if workers:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > self._patience:
            raise SafermapError(
                f"The cluster at {self._address} has had no worker for {self._patience:g} "
                f"seconds; {self._so_far}. Start some: dask worker {self._address}"
            )

    def _result(self, future: "Future[Part]", name: str) -> Part | None:
        """What a worker made, or None where it died before it told and the work is done again."""
        try:
            part = future.result(timeout=BETWEEN_LOOKS)
        except CancelledError as error:
            raise self._gone() from error
        except OSError:
            if future.status == "error":  # the worker's own, such as a full disk
                raise
            self._check_workers()
            return None
        except ImportError as error:
            raise SafermapError(
                f"A worker of the cluster at {self._address} cannot run safermap: {error}. "
                "Install the same safermap on every machine."
            ) from error
        except self._killed as error:
            raise SafermapError(
                f"{name} was given up: every worker that read it died. The worker's own log "
                "says why; where memory was short, give each worker more of it."
            ) from error
        self._seen = time.monotonic()
        return part

    def _gone(self) -> SafermapError:
        return SafermapError(
            f"The scheduler at {self._address} is gone; {self._so_far}. Start it and build again."
        )
