"""A briefing that cannot be typeset says so, and is nobody's fault but its own."""

import sys
from datetime import date

import pytest

from geo.errors import BusyError, StorageError
from service.briefing import paper

DAY = date(2026, 11, 30)


def test_what_cannot_be_typeset_is_told_with_its_reason() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)typesetting ended with 1: .*dictionary"):
        paper.typeset({}, DAY)


def test_a_briefing_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "SECONDS", 0.001)
    with pytest.raises(BusyError, match="takes too long"):
        paper.typeset({}, DAY)


def test_where_no_process_can_be_had_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(StorageError, match="No such file"):
        paper.typeset({}, DAY)
