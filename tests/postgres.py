"""Databases in a PostgreSQL server of the tests' own, and roles that they belong to."""

from typing import Any

from psycopg import sql

from bench.postgres import Server

ROLES = ("publisher", "viewer", "stranger")


def make_database(server: Server, name: str, *, postgis: str | None = "public") -> str:
    """A database that the role publisher may make schemas in; PostGIS in the schema named."""
    server.ask("postgres", f"CREATE DATABASE {name}")
    server.ask("postgres", f"GRANT CREATE ON DATABASE {name} TO publisher")
    if postgis is not None:
        server.ask(name, f"CREATE SCHEMA IF NOT EXISTS {postgis}")
        server.ask(name, f"GRANT USAGE ON SCHEMA {postgis} TO PUBLIC")
        server.ask(name, f"CREATE EXTENSION postgis SCHEMA {postgis}")
    return name


def in_order(server: Server, database: str, table: str) -> list[tuple[Any, ...]]:
    """Every row of a table, in one order."""
    name = sql.Identifier(*table.split("."))
    words = sql.SQL("SELECT * FROM {} t ORDER BY t.*::text").format(name)
    return server.ask(database, words.as_string())
