"""Publishing into a database of a test's own, in this process."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from postgres import in_order, make_database

from bench.postgres import Server
from geo.dataset import Dataset
from service.publish.run import publish
from service.site import Site

YEARS = ("2014-04/2015-03", "2015-04/2016-03")
TABLES = ("towns", "rural_urban", "layers", "themes", "fields")


@pytest.fixture
def database(databases: Server) -> Iterator[str]:
    """A database with PostGIS in a schema that is not searched."""
    name = f"again_{time.monotonic_ns()}"
    yield make_database(databases, name, postgis="extensions")
    databases.ask("postgres", f"DROP DATABASE {name} WITH (FORCE)")


Put = Callable[..., None]


@pytest.fixture
def put(databases: Server, database: str, embedded: Dataset) -> Put:
    """Publish two small layers, or what else is said, in this process."""

    def put(months: str = YEARS[1], **more: Any) -> None:  # noqa: ANN401
        asked = {
            "schema": "safermap", "layers": ("towns", "rural-urban"), "themes": ("crime", "asb"),
            "parts": {"datetime": months}, "readers": ("viewer",), "public": False,
        }  # fmt: skip
        publish(Site(embedded), databases.address(database), **{**asked, **more})

    return put


def content(server: Server, database: str) -> dict[str, list[tuple[Any, ...]]]:
    return {name: in_order(server, database, f"safermap.{name}") for name in TABLES}


def lock(server: Server, database: str, words: str) -> psycopg.Connection[Any]:
    """A transaction of the administrator's that holds a lock."""
    connection = psycopg.connect(server.address(database, "postgres"))
    connection.execute(words.encode())
    return connection
