"""Who may read what is published: the readers who are named, and nobody else but the owner."""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

from service.publish.database import Connection

_OF_SCHEMA: LiteralString = (
    "SELECT DISTINCT rolname FROM pg_namespace CROSS JOIN aclexplode(nspacl) "
    "LEFT JOIN pg_roles r ON r.oid = grantee WHERE nspname = %(name)s AND grantee <> nspowner"
)
_OF_TABLE: LiteralString = (
    "SELECT rolname FROM pg_class CROSS JOIN aclexplode(relacl) "
    "LEFT JOIN pg_roles r ON r.oid = grantee "
    "WHERE pg_class.oid = %(name)s::regclass AND grantee <> relowner "
    "UNION SELECT rolname FROM pg_attribute CROSS JOIN aclexplode(attacl) "
    "LEFT JOIN pg_roles r ON r.oid = grantee WHERE attrelid = %(name)s::regclass"
)
"""Who may do anything with a table or one of its columns; null is everybody."""


def let_use(connection: Connection, schema: str, readers: Sequence[str]) -> None:
    """Let the readers see what is in the schema, and nobody else."""
    now = connection.execute(_OF_SCHEMA, {"name": schema}).fetchall()
    _take(connection, "SCHEMA", sql.Identifier(schema), now)
    _give(connection, "USAGE ON SCHEMA", sql.Identifier(schema), readers)


def let_read(connection: Connection, table: sql.Identifier, readers: Sequence[str]) -> None:
    """Let the readers read the table, and nobody else; nobody may write."""
    now = connection.execute(_OF_TABLE, {"name": table.as_string(connection)}).fetchall()
    _take(connection, "TABLE", table, now)
    _give(connection, "SELECT ON TABLE", table, readers)


def _take(
    connection: Connection,
    kind: LiteralString,
    what: sql.Identifier,
    now: Sequence[tuple[str | None]],
) -> None:
    for (role,) in now:
        whom = sql.SQL("PUBLIC") if role is None else sql.Identifier(role)
        words = sql.SQL("REVOKE ALL ON {} {} FROM {} CASCADE")
        connection.execute(words.format(sql.SQL(kind), what, whom))


def _give(
    connection: Connection, may: LiteralString, what: sql.Identifier, readers: Sequence[str]
) -> None:
    for role in readers:
        words = sql.SQL("GRANT {} {} TO {}")
        connection.execute(words.format(sql.SQL(may), what, sql.Identifier(role)))
