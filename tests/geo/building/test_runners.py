"""Threads stop at the first error, and when no more is asked of them."""

import threading
from pathlib import Path

import pytest

from geo.building import runners
from geo.building.parts import PartTask
from geo.errors import InputError
from geo.incidents.files import IncidentFile

TASKS = [
    PartTask(IncidentFile(str(number), Path(str(number))), None, Path(), "", Path())
    for number in range(1000)
]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were begun; the tenth cannot be read."""
    begun: list[str] = []
    pause = threading.Event()

    def make_part(task: PartTask) -> str:
        begun.append(task.file.name)
        if task.file.name == "10":
            raise InputError("10 cannot be read.")
        pause.wait(0.005)
        return task.file.name

    monkeypatch.setattr(runners, "make_part", make_part)
    return begun


def test_the_first_error_ends_it(begun: list[str]) -> None:
    with pytest.raises(InputError, match=r"^10 cannot be read\.$"):
        list(runners.in_threads(2)(TASKS))
    assert 11 <= len(begun) < 500


def test_closed_early_it_begins_no_more(begun: list[str]) -> None:
    made = runners.in_threads(2)(TASKS)
    number, name = next(made)
    made.close()
    assert str(number) == str(name)
    assert len(begun) < 500


def test_every_part_comes_once_with_its_position(begun: list[str]) -> None:
    made = dict(runners.in_threads(4)(TASKS[:10]))
    assert made == {number: str(number) for number in range(10)}
    assert sorted(begun) == sorted(map(str, range(10)))
