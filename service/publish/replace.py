"""Replaces what is published in one transaction: readers see the old or the new, never half.

New rows are written to tables that only this session sees. In the end they are brought into the
published tables, which stay the same tables: rows that are gone are deleted, new and changed ones
written, columns added or dropped. So views and foreign keys of users keep, and no reader waits,
unless columns changed. TRUNCATE would be quicker, but a reader whose transaction began before
would find the table empty.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import LiteralString

from psycopg import sql

from geo.errors import PublishError
from service.publish.database import MARK, Connection, Place, look
from service.publish.grants import let_read, let_use
from service.publish.tables import LAYERS, METADATA, PUBLICATION, Column, Row, Table

OURS = f"{MARK}layers of anti-social behaviour, crime and deprivation. See the table layers."
LONGEST_WAIT = "60s"  # for a session that uses a table whose columns must change


class Replacing:
    """A transaction in which the tables of a schema are replaced. Nothing shows until its end."""

    def __init__(self, connection: Connection, place: Place) -> None:
        self._connection = connection
        self._place = place

    def stage(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write the rows of a table to where only this session sees them."""
        made = sql.SQL(", ").join(_column(column) for column in columns)
        staged = sql.Identifier("pg_temp", name)
        self._run("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP", sql.Identifier(name), made)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(staged, _names(columns))
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self, tables: Sequence[Table]) -> None:
        """Make the schema hold these tables with what was staged of them, and nothing else.

        Raises PublishError where a table of another stands where one of these must. What users
        made beside or upon them stays; where that cannot be, the database refuses the whole.
        """
        schema = sql.Identifier(self._place.schema)
        self._run("SET LOCAL lock_timeout = {}", sql.Literal(LONGEST_WAIT))
        if not self._place.exists:
            self._run("CREATE SCHEMA {}", schema)
        before, there = self._before(), self._relations()
        self._run("COMMENT ON SCHEMA {} IS {}", schema, sql.Literal(OURS))
        wanted = {table.name for table in tables}
        if foreign := sorted(wanted & there - before):
            raise PublishError(
                f"The schema {self._place.schema} has {', '.join(foreign)}, which safermap did not "
                "make. Nothing was changed. Rename it, or name another schema with --schema."
            )
        for name in sorted(before & there - wanted):
            self._run("DROP TABLE {}", self._named(name))
        for table in tables:
            if table.name in there:
                self._restructure(table)
            else:
                self._create(table)
            self._bring_in(table)
            self._describe(table)
            let_read(self._connection, self._named(table.name), self._place.readers)
            self._run("ANALYZE {}", self._named(table.name))
        let_use(self._connection, self._place.schema, self._place.readers)

    def _run(self, words: LiteralString, *parts: sql.Composable) -> None:
        self._connection.execute(sql.SQL(words).format(*parts))

    def _named(self, name: str) -> sql.Identifier:
        return sql.Identifier(self._place.schema, name)

    def _relations(self) -> set[str]:
        """What there is of any kind in the schema."""
        found = self._connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)",
            (sql.Identifier(self._place.schema).as_string(self._connection),),
        )
        return {name for (name,) in found}

    def _before(self) -> set[str]:
        """The tables that were published before."""
        if PUBLICATION.name not in self._relations():
            return set()
        asked = sql.SQL("SELECT table_name FROM {}").format(self._named(LAYERS.name))
        layers = {name for (name,) in self._connection.execute(asked)}
        return layers | {table.name for table in METADATA}

    def _create(self, table: Table) -> None:
        columns = sql.SQL(", ").join(_column(column) for column in table.columns)
        key = sql.SQL(", ").join(map(sql.Identifier, table.key))
        name = self._named(table.name)
        self._run("CREATE TABLE {} ({}, PRIMARY KEY ({}))", name, columns, key)

    def _restructure(self, table: Table) -> None:
        """Drop columns that are no more or of another type, add new ones, allow new nulls.

        A column without a comment is a user's, and stays.
        """
        name = self._named(table.name)
        there = {
            column: (kind, required)
            for column, kind, required in self._connection.execute(
                "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
                "AND col_description(attrelid, attnum) IS NOT NULL",
                (name.as_string(self._connection),),
            )
        }
        wanted = {column.name: column for column in table.columns}
        kept = {
            column for column, (kind, _) in there.items()
            if column in wanted and kind == wanted[column].type
        }  # fmt: skip
        for column in there.keys() - kept:
            self._run("ALTER TABLE {} DROP COLUMN {}", name, sql.Identifier(column))
        for column in table.columns:
            if column.name not in kept:
                added = sql.Identifier(column.name), sql.SQL(column.type)
                self._run("ALTER TABLE {} ADD COLUMN {} {}", name, *added)
            elif there[column.name][1] and not column.required and column.name not in table.key:
                nullable = sql.Identifier(column.name)
                self._run("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", name, nullable)

    def _bring_in(self, table: Table) -> None:
        """Delete the rows that are gone, write the new and the changed ones, leave the others."""
        name, staged = self._named(table.name), sql.Identifier("pg_temp", table.name)
        key = sql.SQL(", ").join(map(sql.Identifier, table.key))
        same = sql.SQL(" AND ").join(
            sql.SQL("old.{} = new.{}").format(column, column)
            for column in map(sql.Identifier, table.key)
        )
        self._run(
            "DELETE FROM {} old WHERE NOT EXISTS (SELECT FROM {} new WHERE {})", name, staged, same
        )
        names = _names(table.columns)
        anew = sql.SQL(", ").join(
            sql.SQL("excluded.{}").format(sql.Identifier(column.name)) for column in table.columns
        )
        self._run(
            "INSERT INTO {} AS old ({}) SELECT {} FROM {} ON CONFLICT ({}) DO UPDATE "
            "SET ({}) = ROW({}) WHERE old IS DISTINCT FROM excluded",
            name, names, names, staged, key, names, anew,
        )  # fmt: skip
        for column in table.columns:
            if column.required and not self._is_required(table, column):
                must = sql.Identifier(column.name)
                self._run("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", name, must)

    def _is_required(self, table: Table, column: Column) -> bool:
        [[required]] = self._connection.execute(
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
            (self._named(table.name).as_string(self._connection), column.name),
        ).fetchall()
        return bool(required)

    def _describe(self, table: Table) -> None:
        """Indexes and comments."""
        name = self._named(table.name)
        for column, method in table.indexes.items():
            index = sql.Identifier(f"{table.name}_{column}")
            parts = name, sql.SQL(method), sql.Identifier(column)
            self._run("CREATE INDEX IF NOT EXISTS {} ON {} USING {} ({})", index, *parts)
        self._run("COMMENT ON TABLE {} IS {}", name, sql.Literal(table.comment))
        for one in table.columns:
            of = sql.Identifier(self._place.schema, table.name, one.name)
            self._run("COMMENT ON COLUMN {} IS {}", of, sql.Literal(one.comment))


@contextmanager
def replacing(
    connection: Connection, schema: str, readers: Sequence[str], waiting: Callable[[], None]
) -> Iterator[Replacing]:
    """A transaction to publish in, alone in its schema. An error within undoes all of it.

    `waiting` is called where another publish to the schema must end first. Raises PublishError
    where it cannot be published there.
    """
    digest = hashlib.sha256(f"safermap publish {schema}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.transaction():
        connection.execute(
            "SELECT set_config('statement_timeout', '0', true), "
            "set_config('lock_timeout', '0', true), "
            "set_config('idle_in_transaction_session_timeout', '0', true)"
        )
        lock = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (number,))
        if lock.fetchone() != (True,):
            waiting()
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (number,))
        place = look(connection, schema, readers)
        connection.execute(
            "SELECT set_config('search_path', 'pg_catalog, ' || quote_ident(%s), true)",
            (place.postgis,),
        )
        yield Replacing(connection, place)


def _column(column: Column) -> sql.Composed:
    required = sql.SQL(" NOT NULL" if column.required else "")
    return sql.SQL("{} {}{}").format(sql.Identifier(column.name), sql.SQL(column.type), required)


def _names(columns: Sequence[Column]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
