"""Where the files of a build are read: in threads here; `cluster` beside this is the other way."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from geo.building.parts import Part, PartTask, make_part

Made = Generator[tuple[int, Part], None, None]
"""Parts as they are made, each with the position of its task. Closed early, it makes no more."""

Run = Callable[[Sequence[PartTask]], Made]
"""Makes the parts of some tasks. The first error ends it."""


def in_threads(workers: int) -> Run:
    """Read so many files side by side.

    Threads do: unpacking, parsing, joining and writing are native code that lets others run. No
    more than `workers` files are in memory at once, however many there are.
    """

    def run(tasks: Sequence[PartTask]) -> Made:
        with ThreadPoolExecutor(workers) as pool:
            try:
                numbers = {pool.submit(make_part, task): n for n, task in enumerate(tasks)}
                for future in as_completed(numbers):
                    yield numbers[future], future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    return run
