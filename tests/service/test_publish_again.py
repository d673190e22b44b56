"""Publishing again: old or new and never half, one at a time, for those who are named."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from command_line import Run, refused
from publishing import YEARS, Put, content, lock

from bench.postgres import PATIENCE, Server
from layers.layer import Answer
from layers.registry import all_layers


def test_publishing_the_same_again_changes_no_row(
    databases: Server, database: str, put: Put
) -> None:
    written = "SELECT xmin::text, feature_id, theme FROM safermap.towns ORDER BY 2, 3"
    put()
    before, rows = content(databases, database), databases.ask(database, written)
    put()
    assert content(databases, database) == before
    assert databases.ask(database, written) == rows
    put(YEARS[0])
    assert content(databases, database) != before
    assert databases.ask(database, written) != rows
    put()
    assert content(databases, database) == before


def test_a_reader_sees_the_old_or_the_new_and_never_half(
    databases: Server, database: str, put: Put
) -> None:
    """A reader asks again and again, in one statement and in a transaction of several."""
    put(YEARS[0])
    once = (
        "SELECT DISTINCT period FROM safermap.towns UNION SELECT DISTINCT period FROM "
        "safermap.rural_urban UNION SELECT DISTINCT period FROM safermap.themes"
    )
    counts = "SELECT count(*), sum(count) FROM safermap.{}"
    seen: list[tuple[str, ...]] = []
    sums: set[tuple[Any, ...]] = set()
    over = threading.Event()

    def read() -> None:
        with psycopg.connect(databases.address(database, "viewer"), autocommit=True) as connection:
            connection.execute("SET statement_timeout = '2s'")  # a wait would be an error
            while not over.is_set():
                seen.append(tuple(period for (period,) in connection.execute(once)))
                with connection.transaction():
                    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    [of_towns] = connection.execute(counts.format("towns").encode())
                    time.sleep(0.01)
                    [of_places] = connection.execute(counts.format("rural_urban").encode())
                sums.add((*of_towns, *of_places))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for turn in range(7):
            if turn:
                put(YEARS[turn % 2])
            enough, deadline = len(seen) + 2, time.monotonic() + PATIENCE
            while len(seen) < enough and reader.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
    finally:
        over.set()
        reader.join()
    assert set(seen) == {(YEARS[0],), (YEARS[1],)}
    assert len(sums) == 2
    changes = sum(before != after for before, after in pairwise(seen))
    assert changes == 6


def wait_until(server: Server, database: str, words: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.ask(database, words) == [(True,)]:
            return
        time.sleep(0.05)
    pytest.fail(f"It did not come to this: {words}")


WAITS = (
    "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'safermap publish' "
    "AND datname = current_database() AND wait_event_type = 'Lock'"
)
GONE = (
    "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'safermap publish' "
    "AND datname = current_database()"
)


def test_a_publish_that_is_killed_half_way_leaves_the_old(
    databases: Server, database: str, put: Put, safermap: str, embedded_home: Path
) -> None:
    """It is killed where it waits for the last table, with the others written."""
    put(YEARS[0])
    before = content(databases, database)
    command = [
        safermap, "publish", databases.address(database), "--dataset", str(embedded_home),
        "--layer", "towns", "--layer", "rural-urban", "--theme", "crime", "--theme", "asb",
        "--datetime", YEARS[1], "--reader", "viewer",
    ]  # fmt: skip
    with (
        lock(databases, database, "LOCK TABLE safermap.fields IN SHARE MODE"),
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
    ):
        wait_until(databases, database, WAITS)
        written = "SELECT count(*) > 5 FROM pg_locks WHERE mode = 'RowExclusiveLock'"
        assert databases.ask(database, written) == [(True,)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        assert content(databases, database) == before
    wait_until(databases, database, GONE)
    assert content(databases, database) == before
    put(YEARS[1])
    assert content(databases, database) != before


def test_a_failure_in_the_middle_leaves_the_old(
    databases: Server, database: str, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(YEARS[0])
    before = content(databases, database)

    def broken(*_: object) -> Answer:
        raise RuntimeError

    monkeypatch.setitem(
        all_layers(), "rural-urban",
        replace(all_layers()["rural-urban"], compute=broken),
    )  # fmt: skip
    with pytest.raises(RuntimeError):
        put(YEARS[1])
    monkeypatch.undo()
    assert content(databases, database) == before


def test_a_server_that_ends_the_session_is_told_in_one_sentence(
    databases: Server, database: str, put: Put, embedded_home: Path, run: Run
) -> None:
    put(YEARS[0])
    before = content(databases, database)
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'safermap publish' AND datname = current_database()"
    )

    def ended() -> None:
        wait_until(databases, database, WAITS)
        databases.ask(database, end)

    with lock(databases, database, "LOCK TABLE safermap.fields IN SHARE MODE"):
        other = threading.Thread(target=ended)
        other.start()
        result = run(
            "publish", databases.address(database), "--dataset", embedded_home,
            "--layer", "towns", "--layer", "rural-urban", "--reader", "viewer",
        )  # fmt: skip
        other.join()
    assert result.returncode == 2
    assert "safermap: The connection to the database was lost" in result.stderr
    assert "Traceback" not in result.stderr
    assert content(databases, database) == before


def test_a_second_publish_waits_for_the_first_and_says_so(
    databases: Server, database: str, put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    put(YEARS[0])
    with lock(databases, database, "LOCK TABLE safermap.fields IN SHARE MODE"):
        first = threading.Thread(target=put, args=(YEARS[1],))
        first.start()
        wait_until(databases, database, WAITS)
        second = threading.Thread(target=put, args=(YEARS[0],))
        second.start()
        wait_until(databases, database, WAITS.replace("= 1 ", "= 2 "))
        assert second.is_alive()
    first.join()
    second.join()
    assert "Another publish to this schema is running" in capsys.readouterr().err
    assert databases.ask(database, "SELECT DISTINCT period FROM safermap.towns") == [(YEARS[0],)]


def test_readers_are_those_named_last(databases: Server, database: str, put: Put) -> None:
    """What was granted by hand, to everybody or on a column is taken back."""
    read = "SELECT count(town) FROM safermap.towns"
    put(readers=("viewer",))
    for words in (
        "GRANT USAGE ON SCHEMA safermap TO PUBLIC",
        "GRANT SELECT (town) ON safermap.towns TO PUBLIC",
        "GRANT INSERT ON safermap.towns TO viewer",
    ):
        databases.ask(database, words)
    assert databases.ask(database, read, "stranger") == [(38,)]
    put(readers=("viewer",))
    assert databases.ask(database, read, "viewer") == [(38,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        databases.ask(database, read, "stranger")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        databases.ask(database, "INSERT INTO safermap.towns DEFAULT VALUES", "viewer")
    put(readers=("stranger",))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        databases.ask(database, read, "viewer")
    assert databases.ask(database, read, "stranger") == [(38,)]


def test_a_table_of_another_is_never_touched(
    databases: Server, database: str, put: Put, run: Run, embedded_home: Path
) -> None:
    put(YEARS[0], layers=("towns",))
    databases.ask(database, "CREATE TABLE safermap.rural_urban (mine text)")
    result = run(
        "publish", databases.address(database), "--dataset", embedded_home,
        "--layer", "rural-urban", "--theme", "asb",
    )  # fmt: skip
    assert result.returncode == 2
    assert "rural_urban, which safermap did not make. Nothing was changed." in result.stderr
    assert databases.ask(database, "SELECT count(*) FROM safermap.rural_urban") == [(0,)]
    assert databases.ask(database, "SELECT count(*) FROM safermap.towns") == [(38,)]
    databases.ask(database, "CREATE SCHEMA theirs AUTHORIZATION publisher")
    databases.ask(database, "CREATE TABLE theirs.towns ()")
    result = run(
        "publish", databases.address(database), "--dataset", embedded_home, "--schema", "theirs"
    )
    refused(result, "theirs has tables that safermap did not make")
