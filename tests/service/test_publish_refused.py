"""What cannot be published is told in one sentence, with no password, and changes nothing."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command_line import Ended, Run, refused
from made_partner import partner
from postgres import make_database

from bench.postgres import PASSWORD, Server
from geo.dataset import Dataset
from geo.public.view import public_view
from geo.query import Question
from layers.registry import offered_layers
from service.publish import database as rules
from service.publish.database import read_address
from service.publish.tables import table_name


@pytest.fixture(scope="module")
def gis(databases: Server) -> str:
    """A database with nothing in it but PostGIS."""
    return make_database(databases, "refusing")


@pytest.fixture
def untouched(databases: Server, gis: str) -> Any:  # noqa: ANN401
    """Nothing is made in the database by the test."""
    yield
    assert databases.ask(gis, "SELECT to_regnamespace('safermap')") == [(None,)]


@pytest.fixture
def put(run: Run, embedded_home: Path) -> Run:
    """Publish one layer of the embedded dataset; no password is ever said."""

    def put(address: str, *more: object) -> Ended:
        result = run(
            "publish", address, "--dataset", embedded_home, "--layer", "towns",
            "--theme", "crime", *more,
        )  # fmt: skip
        assert PASSWORD not in result.stdout + result.stderr
        return result

    return put


@pytest.mark.usefixtures("untouched")
class TestConnection:
    """An address, a server, a password, a database."""

    def test_a_wrong_password(self, put: Run, databases: Server, gis: str) -> None:
        address = databases.address(gis, password="wr0ngword")  # noqa: S106
        result = put(address)
        refused(result, "refusing on 127.0.0.1", 'password authentication failed for user "publi')
        assert "wr0ngword" not in result.stderr

    def test_a_server_that_is_not_there(self, put: Run) -> None:
        refused(put("postgresql://anna:secret@127.0.0.1:9/gis"), "Connection refused")

    def test_a_host_that_is_not_there(self, put: Run) -> None:
        result = put("postgresql://anna:secret@nowhere.invalid/gis")
        refused(result, "Cannot connect to the database gis on nowhere.invalid")
        assert "secret" not in result.stderr

    def test_a_database_that_is_not_there(self, put: Run, databases: Server) -> None:
        refused(put(databases.address("absent")), 'database "absent" does not exist')

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://anna:se@cret@host/gis",
            "postgresql://anna:se/cret@host/gis",
            "postgresql://anna:se%cret@host/gis",
            "postgresql://anna:secret@host:port/gis",
            "postgresql://anna:secret@host/gis?sslmoode=cret",
            "postgresql://anna:[secret@host/gis",
        ],
    )
    def test_an_address_that_cannot_be_read_is_not_repeated(self, put: Run, address: str) -> None:
        result = put(address)
        assert "cret" not in result.stderr
        assert "se" not in result.stderr.replace("database", "").replace("password", "").split()

    @pytest.mark.parametrize("address", ["gis", "host=db password=secret", "mysql://a:secret@b/c"])
    def test_an_address_of_something_else(self, put: Run, address: str) -> None:
        result = put(address)
        refused(result, "looks like postgresql://user@host/database")
        assert "secret" not in result.stderr

    def test_two_addresses(self, put: Run) -> None:
        result = put("postgresql://anna:secret@a/gis", "postgresql://anna:secret@b/gis")
        refused(result, "one address of a database")
        assert "secret" not in result.stderr + result.stdout

    def test_an_old_server(
        self, put: Run, databases: Server, gis: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "LEAST_SERVER", 99)
        refused(put(databases.address(gis)), "99 or later is needed")

    def test_an_old_postgis(
        self, put: Run, databases: Server, gis: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "LEAST_POSTGIS", 99)
        refused(put(databases.address(gis)), "has PostGIS 3.", "99 or later is needed")

    def test_no_postgis(self, put: Run, databases: Server) -> None:
        make_database(databases, "plain", postgis=None)
        refused(put(databases.address("plain")), "has no PostGIS", "CREATE EXTENSION postgis")

    def test_postgis_in_a_schema_that_the_role_may_not_use(
        self, put: Run, databases: Server
    ) -> None:
        make_database(databases, "apart", postgis="extensions")
        databases.ask("apart", "REVOKE USAGE ON SCHEMA extensions FROM PUBLIC")
        refused(put(databases.address("apart")), "GRANT USAGE ON SCHEMA extensions TO publisher")

    def test_no_psycopg(self, put: Run, gis: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        refused(put(f"postgresql://x@/{gis}"), "pip install 'safermap[postgis]'")


@pytest.mark.usefixtures("untouched")
class TestRights:
    """Roles, schemas and what may be asked."""

    def test_a_reader_who_is_no_role(self, put: Run, databases: Server, gis: str) -> None:
        result = put(databases.address(gis), "--reader", "viewer", "--reader", "no'body; --")
        refused(result, "There is no role no'body; -- in the database")

    def test_no_right_to_make_a_schema(self, put: Run, databases: Server, gis: str) -> None:
        result = put(databases.address(gis, "stranger"))
        refused(result, "stranger may not make the schema", "AUTHORIZATION stranger")

    def test_a_schema_of_another(self, put: Run, databases: Server, gis: str) -> None:
        databases.ask(gis, "CREATE SCHEMA anothers")
        result = put(databases.address(gis), "--schema", "anothers")
        refused(result, "belongs to another role than publisher")

    @pytest.mark.parametrize("schema", ["public", "pg_catalog", "information_schema", "", "s" * 64])
    def test_a_schema_that_is_not_for_this(
        self, put: Run, databases: Server, gis: str, schema: str
    ) -> None:
        refused(put(databases.address(gis), "--schema", schema), "schema")

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (["--theme", "nonsense"], "nonsense"),
            (["--layer", "nonsense"], "There is no layer 'nonsense'"),
            (["--datetime", "2099-01"], "2099-01"),
            (["--town", "ludlow", "--layer", "rural-urban"], "rural-urban has no areas of a town"),
            (["--cell", "wide"], "cell must be a whole number"),
            (["--public", "--partner-records"], "leave out --partner-records"),
        ],
    )
    def test_a_question_that_cannot_be_put(
        self, put: Run, databases: Server, gis: str, more: list[str], words: str
    ) -> None:
        result = put(databases.address(gis), *more)
        assert result.returncode == 2
        assert words in result.stderr
        assert "Traceback" not in result.stderr


def test_an_address_has_no_need_of_a_password_or_a_host() -> None:
    settings = read_address("postgresql:///gis?host=/tmp/x&port=5433")
    assert (settings["host"], settings["port"], settings["dbname"]) == ("/tmp/x", "5433", "gis")  # noqa: S108


def test_names_of_all_kinds_are_quoted(run: Run, databases: Server, embedded_home: Path) -> None:
    """A schema and a role with quotes, capitals and blanks in their names."""
    schema, role = 'The "Map"; DROP TABLE x --\'', 'Town "Centre" Team'
    name = make_database(databases, "quoting")
    databases.ask(name, f'CREATE ROLE "{role.replace(chr(34), chr(34) * 2)}"')
    for _ in range(2):
        result = run(
            "publish", databases.address(name, password=PASSWORD.replace("#", "%23")),
            "--dataset", embedded_home, "--layer", "towns", "--theme", "crime",
            "--schema", schema, "--reader", role,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        assert PASSWORD not in result.stdout + result.stderr
    quoted = schema.replace('"', '""')
    assert databases.ask(name, f'SELECT count(*) FROM "{quoted}".towns') == [(19,)]  # noqa: S608


def test_all_layers_that_can_answer_are_published_and_the_others_named(
    run: Run, databases: Server, embedded_home: Path
) -> None:
    name = make_database(databases, "of_a_town")
    result = run(
        "publish", databases.address(name), "--dataset", embedded_home, "--theme", "crime",
        "--town", "ludlow", "--cell", "200",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "rural-urban was left out. The layer rural-urban has no" in result.stdout
    assert "nobody else may read: name --reader" in result.stdout
    assert databases.ask(name, "SELECT DISTINCT town FROM safermap.lsoas") == [("Ludlow",)]
    assert databases.ask(name, "SELECT to_regclass('safermap.rural_urban')") == [(None,)]
    cells = "SELECT DISTINCT round(sqrt(ST_Area(geom))) FROM safermap.grid"
    assert databases.ask(name, cells) == [(200,)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a dataset with a partner's records."""
    return partner(tmp_path_factory.mktemp("partner"), 1).folder.parent


@pytest.fixture(scope="module")
def records(databases: Server) -> str:
    """A database for them."""
    return make_database(databases, "records")


class TestPartnerRecords:
    """A partner's records: refused, public with small counts hidden, or to named readers alone."""

    @pytest.mark.parametrize("more", [[], ["--reader", "viewer"], ["--partner-records"]])
    def test_are_refused_unless_asked_for_by_name_and_to_somebody(
        self, run: Run, databases: Server, records: str, home: Path, more: list[str]
    ) -> None:
        result = run("publish", databases.address(records), "--dataset", home, *more)
        refused(result, "Force extract: partners' records", "--public", "--partner-records")
        assert databases.ask(records, "SELECT to_regnamespace('safermap')") == [(None,)]

    def test_hidden_counts_stay_hidden_in_public_and_nothing_finer_is_left(
        self, run: Run, databases: Server, records: str, home: Path
    ) -> None:
        """The same schema first with the records for one reader, then as anyone may see it."""
        address = databases.address(records)
        asked = ("publish", address, "--dataset", home)
        result = run(*asked, "--partner-records", "--reader", "viewer")
        assert result.returncode == 0, result.stderr
        flags = "SELECT public, partner_records FROM safermap.publication"
        assert databases.ask(records, flags) == [(False, True)]
        whole = databases.ask(records, "SELECT feature_id, theme, count FROM safermap.lsoas")
        assert all(count is not None for *_, count in whole)

        assert run(*asked, "--public", "--reader", "stranger").returncode == 0
        assert databases.ask(records, flags) == [(True, False)]
        with pytest.raises(Exception, match="permission denied"):
            databases.ask(records, "SELECT 1 FROM safermap.lsoas", "viewer")
        seen = public_view(Dataset.open(home))
        tables = {
            name
            for (name,) in databases.ask(
                records,
                "SELECT relname FROM pg_class WHERE relnamespace = 'safermap'::regnamespace "
                "AND relkind = 'r'",
            )
        }
        layers = offered_layers(seen)
        assert tables == {table_name(layer) for layer in layers.values()} | {
            "publication", "layers", "themes", "fields",
        }  # fmt: skip
        hidden = 0
        for layer in layers.values():
            nullable = [field.name for field in layer.fields(seen) if field.kind != "string"]
            columns = ", ".join(f'"{name}"' for name in nullable)
            for theme in ("crime", "burglary", "noise"):
                answer = layer.compute(seen, Question.ask(seen, theme))
                found = databases.ask(
                    records,
                    f"SELECT feature_id, {columns} FROM safermap.{table_name(layer)} "  # noqa: S608
                    f"WHERE theme = '{theme}'",
                    "stranger",
                )
                rows = dict(zip(answer.ids, range(len(answer.ids)), strict=True))
                assert {row[0] for row in found} == set(rows)
                for feature_id, *values in found:
                    for name, value in zip(nullable, values, strict=True):
                        there = answer.rows[name].iloc[rows[feature_id]]
                        assert (value is None) == pd.isna(there)
                        hidden += value is None and name == "count"
        assert hidden > 20
        [[said]] = databases.ask(
            records,
            "SELECT left_out FROM safermap.themes "
            "WHERE layer = 'lsoas' AND theme = 'sexual-offences'",
        )
        assert "never below" in said
