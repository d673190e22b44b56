"""The database: its address, the connection, and what is wrong with it in one sentence each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from geo.errors import PublishError

Connection = psycopg.Connection[tuple[Any, ...]]
PATIENCE = 10  # seconds in which a server answers
LEAST_SERVER, LEAST_POSTGIS = 12, 3
UNTOUCHED = "Nothing was changed."


@contextmanager
def connected(address: str) -> Iterator[Connection]:
    """A connection to the database of an address, such as `postgresql://user@host/name`.

    Whatever the database refuses within is raised as a PublishError. No password is ever in one.
    """
    settings = read_address(address)
    try:
        connection = psycopg.connect(**settings, autocommit=True)
    except psycopg.Error as error:
        raise PublishError(_unreached(settings, error)) from None
    with connection:
        try:
            yield connection
        except psycopg.Error as error:
            raise PublishError(_refused(connection, error)) from error


def read_address(address: str) -> dict[str, Any]:
    """The settings of a connection. Raises PublishError, which repeats nothing of the address."""
    if not address.startswith(("postgresql://", "postgres://")):
        raise PublishError(
            "The address of a database looks like postgresql://user@host/database, or "
            "postgresql://user@host:5432/database."
        )
    try:
        settings = conninfo_to_dict(address)
    except psycopg.Error:
        settings = {"host": "@"}
    ports = str(settings.get("port", "")).replace(",", "")
    misread = any("@" in str(settings.get(name, "")) for name in ("host", "dbname"))
    if misread or not (ports.isdecimal() or ports == ""):
        raise PublishError(
            "The address of the database cannot be read: a letter such as @, /, : or % in a name "
            "or a password is written %40, %2F, %3A or %25 there. Better still, leave the password "
            "out and keep it in ~/.pgpass or PGPASSWORD."
        )
    given = {"connect_timeout": PATIENCE, "application_name": "safermap publish"}
    return {**given, **settings, "client_encoding": "utf8"}


def _unreached(settings: dict[str, Any], error: psycopg.Error) -> str:
    """Why there is no connection, in the words of the server or of the network."""
    said = " ".join(line.strip() for line in str(error).splitlines()[:1])
    why = said.rsplit("FATAL:", 1)[-1].rsplit("failed: ", 1)[-1].strip().rstrip(".")
    host, port = settings.get("host", "this machine"), settings.get("port")
    name = settings.get("dbname") or settings.get("user") or "of your own name"
    there = f"{host} port {port}" if port else f"{host}"
    return f"Cannot connect to the database {name} on {there}: {why}."


def _refused(connection: Connection, error: psycopg.Error) -> str:
    """What the database refused. Its transaction is undone, so what was there stands."""
    primary = (error.diag.message_primary or str(error).splitlines()[0]).rstrip(".")
    match error:
        case errors.DependentObjectsStillExist():
            what = "; ".join((error.diag.message_detail or primary).splitlines())
            return (
                f"Something stands in the way of a table or column that is no more: {what}. "
                f"{UNTOUCHED} Change it or drop it, then publish again."
            )
        case errors.InsufficientPrivilege():
            return f"The role {connection.info.user} may not do this: {primary}. {UNTOUCHED}"
        case errors.LockNotAvailable():
            return (
                "Another session has used a table for longer than a minute that must be changed: "
                f"{primary}. {UNTOUCHED} Publish again when it has ended."
            )
        case _ if connection.broken:
            return (
                f"The connection to the database was lost: {primary}. What was published before "
                "stands, unless this was the very end; published_at in publication tells."
            )
    return f"The database refused: {primary}. {UNTOUCHED}"


@dataclass(frozen=True)
class Place:
    """Where to publish: a schema, who may read it, and what PostGIS and it are like now.

    `postgis`: the schema that PostGIS is in. `exists`: whether the schema does.
    """

    schema: str
    readers: tuple[str, ...]
    postgis: str
    exists: bool


def look(connection: Connection, schema: str, readers: Sequence[str]) -> Place:
    """Make sure that it can be published there, before anything is written.

    Raises PublishError where the server or PostGIS is too old or absent, where a role is, where the
    schema is another's, or where it may not be made.
    """
    info = connection.info
    if info.server_version < LEAST_SERVER * 10_000:
        raise PublishError(
            f"The server is PostgreSQL {info.server_version // 10_000}; {LEAST_SERVER} or later is "
            "needed."
        )
    postgis = _postgis(connection)
    absent = [name for name in readers if not _is_role(connection, name)]
    if absent:
        raise PublishError(f"There is no role {' and no role '.join(absent)} in the database.")
    return Place(schema, tuple(dict.fromkeys(readers)), postgis, _schema(connection, schema))


def _postgis(connection: Connection) -> str:
    found = connection.execute(
        "SELECT extversion, nspname, has_schema_privilege(n.oid, 'USAGE') "
        "FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'postgis'"
    ).fetchone()
    name = connection.info.dbname
    if found is None:
        raise PublishError(
            f"The database {name} has no PostGIS. One who may adds it once with CREATE EXTENSION "
            "postgis; on Debian the server needs the package postgresql-postgis first."
        )
    version, schema, usable = found
    if int(str(version).split(".", maxsplit=1)[0]) < LEAST_POSTGIS:
        raise PublishError(
            f"The database {name} has PostGIS {version}; {LEAST_POSTGIS} or later is needed."
        )
    if not usable:
        role = connection.info.user
        raise PublishError(
            f"The role {role} may not use the schema {schema}, where PostGIS is; its owner lets it "
            f"with GRANT USAGE ON SCHEMA {schema} TO {role}."
        )
    return str(schema)


def _is_role(connection: Connection, name: str) -> bool:
    asked = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    return asked.fetchone() is not None


MARK = "safermap: "
"""How the comment of a schema begins that safermap made, and may change."""


def _schema(connection: Connection, schema: str) -> bool:
    """Whether the schema exists; if so it is safermap's, or has nothing in it."""
    role, database = connection.info.user, connection.info.dbname
    if schema in ("public", "information_schema") or schema.startswith("pg_"):
        raise PublishError(f"The schema {schema} is not for this; name another with --schema.")
    if not 0 < len(schema.encode()) < 64 or "\0" in schema:
        raise PublishError("The name of a schema has 1 to 63 letters.")
    found = connection.execute(
        "SELECT pg_has_role(nspowner, 'USAGE'), obj_description(oid, 'pg_namespace'), "
        "EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid) "
        "FROM pg_namespace n WHERE nspname = %s",
        (schema,),
    ).fetchone()
    if found is None:
        [[may]] = connection.execute(
            "SELECT has_database_privilege(current_database(), 'CREATE')"
        ).fetchall()
        if not may:
            raise PublishError(
                f"The role {role} may not make the schema {schema} in the database {database}. Its "
                f"owner makes it with CREATE SCHEMA {schema} AUTHORIZATION {role}, or names "
                "another role."
            )
        return False
    owned, comment, filled = found
    if not owned:
        raise PublishError(
            f"The schema {schema} belongs to another role than {role}, which may not replace what "
            "is in it; publish as its owner, or name another with --schema."
        )
    if filled and not str(comment or "").startswith(MARK):
        raise PublishError(
            f"The schema {schema} has tables that safermap did not make; name another with "
            "--schema."
        )
    return True
