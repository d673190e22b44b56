"""Where the files of a build are read: in threads of this process, or on a cluster."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from geo.errors import SafermapError
from geo.parts import Part, PartTask, make_part

Run = Callable[[Sequence[PartTask]], Iterator[Part]]
"""Makes the parts of some tasks, in the order of the tasks."""


def in_threads(workers: int) -> Run:
    """Read so many files side by side.

    Threads do: unpacking, parsing, joining and writing are native code that lets others run.
    """

    def run(tasks: Sequence[PartTask]) -> Iterator[Part]:
        with ThreadPoolExecutor(workers) as pool:
            try:
                yield from pool.map(make_part, tasks)
            finally:
                pool.shutdown(cancel_futures=True)

    return run


def on_cluster(address: str) -> Run:
    """Read on the workers of a running Dask scheduler, such as `tcp://host:8786`.

    The workers need safermap installed and the same folders at the same paths: a task says where a
    file is and where its part goes, and only the part's account comes back. A file whose worker
    dies is read by another. Raises SafermapError where there is no scheduler or no `distributed`.
    """
    try:
        from distributed import Client  # noqa: PLC0415  half a second that only a cluster needs
    except ImportError as error:
        raise SafermapError(
            "A cluster needs the package distributed: pip install 'safermap[cluster]' brings it."
        ) from error

    def run(tasks: Sequence[PartTask]) -> Iterator[Part]:
        try:
            client = Client(address, timeout=10)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, ValueError) as error:
            raise SafermapError(f"There is no Dask scheduler at {address}: {error}.") from error
        with client:
            for future in client.map(make_part, tasks, pure=False):
                yield future.result()

    return run
