"""What a worker of a cluster does: the same work as a thread, once it is sure to be the same."""

import os
import pickle
import socket
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from geo.building.manifest import LIBRARIES
from geo.building.parts import PART_FORMAT, Part, PartTask, make_part
from geo.crs import transformation_note
from geo.errors import SafermapError


@cache
def versions() -> Mapping[str, str]:
    """What must be the same on every machine for a part to be the same to the byte."""
    return {
        **{name: version(name) for name in ("safermap", *LIBRARIES)},
        "part format": str(PART_FORMAT),
        "transformation": transformation_note(),
    }


def packed(task: PartTask) -> bytes:
    """The call of `make_sent_part` as bytes: `pickle.loads` makes it.

    A cluster takes a task apart where it cannot yet blame an error on it: one that names what a
    machine lacks would stop its worker. Bytes name nothing until they are called.
    """
    return pickle.dumps(_Call(pickle.dumps(task), versions()))


class _Call:
    def __init__(self, task: bytes, expected: Mapping[str, str]) -> None:
        self._arguments = (task, expected)

    def __reduce__(self) -> tuple[Any, ...]:
        return make_sent_part, self._arguments


def make_sent_part(task: bytes, expected: Mapping[str, str]) -> Part:
    """Make a part on a worker, for a build that has `expected` as its `versions`.

    Raises SafermapError where this machine has others or does not see the folders, and what
    `make_part` raises.
    """
    _check_versions(expected)
    known: PartTask = pickle.loads(task)  # noqa: S301  whoever may send tasks may run anything
    _check_folders(known)
    return make_part(known)


def _check_versions(expected: Mapping[str, str]) -> None:
    mine = versions()
    for name in {**expected, **mine}:
        here, there = mine.get(name, "none"), expected.get(name, "none")
        if here != there:
            raise SafermapError(
                f"The worker on {socket.gethostname()} has {name} {here} and the build has "
                f"{there}; install the same on every machine, or the parts would differ."
            )


def _check_folders(task: PartTask) -> None:
    wanted = ((task.file.path, os.R_OK), (task.areas, os.R_OK), (task.parts, os.W_OK))
    for path, use in wanted:
        if not os.access(path, use):
            verb = "write to" if use == os.W_OK else "read"
            raise SafermapError(
                f"The worker on {socket.gethostname()} cannot {verb} {path}; the incident files "
                "and the folder of datasets must be the same folders at the same paths on every "
                "machine."
            )
