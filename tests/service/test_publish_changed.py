"""Publishing what has other columns or layers: users' own objects stay, or are named."""

from dataclasses import replace
from typing import Any

import pytest
from publishing import YEARS, Put, content, lock

from bench.postgres import Server
from geo.dataset import Dataset
from geo.fields import Field
from layers import towns
from layers.layer import Answer
from layers.registry import all_layers
from service.publish import replace as replacing


def test_what_users_built_on_the_tables_stays_and_shows_the_new(
    databases: Server, database: str, put: Put
) -> None:
    """A view, an index, a foreign key and a column; the tables stay the same tables."""
    put(YEARS[0])
    for words in (
        "CREATE VIEW safermap.mine AS SELECT town, count, period FROM safermap.towns",
        "CREATE TABLE public.notes (id text, theme text, note text, "
        "FOREIGN KEY (id, theme) REFERENCES safermap.towns)",
        "INSERT INTO public.notes VALUES ('ludlow', 'crime', 'Look here.')",
        "CREATE INDEX mine_too ON safermap.towns (count)",
        "ALTER TABLE safermap.towns ADD COLUMN my_note text",
        "UPDATE safermap.towns SET my_note = 'Ours.' WHERE feature_id = 'ludlow'",
    ):
        databases.ask(database, words)
    put(YEARS[1])
    assert databases.ask(database, "SELECT DISTINCT period FROM safermap.mine") == [(YEARS[1],)]
    assert databases.ask(database, "SELECT note FROM public.notes") == [("Look here.",)]
    assert databases.ask(database, "SELECT 'safermap.mine_too'::regclass::text")
    mine = "SELECT my_note, period FROM safermap.towns WHERE feature_id = 'ludlow'"
    assert databases.ask(database, mine) == [("Ours.", YEARS[1])] * 2


class Changed:
    """The layer of towns as another version of safermap might have it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def waits(self, longest: str) -> None:
        """It waits no longer than this for a session that uses a table."""
        self._patch.setattr(replacing, "LONGEST_WAIT", longest)

    def has(self, *fields: Field, **values: object) -> None:
        """It has these fields, with these values in every row where they are new."""

        def compute(*asked: Any) -> Answer:  # noqa: ANN401
            answer = towns.compute(*asked)
            return replace(answer, rows=answer.rows.assign(**values))

        changed = replace(towns.LAYER, fields=lambda _: fields, compute=compute)
        self._patch.setitem(all_layers(), "towns", changed)


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Changed:
    return Changed(monkeypatch)


COLUMNS = (
    "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute "
    "WHERE attrelid = 'safermap.towns'::regclass AND attnum > 0 AND NOT attisdropped"
)


def test_columns_that_changed_are_added_dropped_and_turned(
    databases: Server, database: str, put: Put, embedded: Dataset, changed: Changed
) -> None:
    put(YEARS[0])
    databases.ask(
        database, "CREATE VIEW safermap.mine AS SELECT town, rate, theme FROM safermap.towns"
    )
    kept = [
        replace(f, null="now it may be") if f.name == "town" else f
        for f in towns.LAYER.fields(embedded)
        if f.name not in ("share", "role")
    ]
    new = (
        Field("role", "integer", "Turned into a number", "things"),
        Field("extra", "boolean", "New and never null"),
    )
    changed.has(*kept, *new, role=7, extra=True)
    put(YEARS[1])
    columns = {name: (kind, must) for name, kind, must in databases.ask(database, COLUMNS)}
    assert "share" not in columns
    assert columns["role"] == ("integer", True)
    assert columns["extra"] == ("boolean", True)
    assert columns["town"] == ("text", False)
    assert databases.ask(database, "SELECT DISTINCT role, extra, period FROM safermap.towns") == [
        (7, True, YEARS[1])
    ]
    assert len(databases.ask(database, "SELECT * FROM safermap.mine WHERE theme = 'asb'")) == 19
    [[said]] = databases.ask(
        database,
        "SELECT col_description(attrelid, attnum) FROM pg_attribute "
        "WHERE attrelid = 'safermap.towns'::regclass AND attname = 'role'",
    )
    assert said == "Turned into a number. Unit: things. Never null."


def test_a_view_on_a_column_that_is_no_more_is_named_and_kept(
    databases: Server, database: str, put: Put, embedded: Dataset, changed: Changed
) -> None:
    put(YEARS[0])
    databases.ask(database, "CREATE VIEW public.mine AS SELECT town, share FROM safermap.towns")
    before = content(databases, database)
    changed.has(*(f for f in towns.LAYER.fields(embedded) if f.name != "share"))
    with pytest.raises(Exception, match=r"view public\.mine depends on column share.* Nothing was"):
        put(YEARS[1])
    assert content(databases, database) == before
    assert databases.ask(database, "SELECT count(*) FROM public.mine") == [(38,)]


def test_a_reader_who_holds_a_table_whose_columns_change_is_not_waited_for_for_ever(
    databases: Server, database: str, put: Put, embedded: Dataset, changed: Changed
) -> None:
    put(YEARS[0])
    before = content(databases, database)
    changed.waits("200ms")
    with lock(databases, database, "SELECT count(*) FROM safermap.towns"):
        put(YEARS[1])  # the same columns: no wait
        put(YEARS[0])
        changed.has(*(f for f in towns.LAYER.fields(embedded) if f.name != "share"))
        with pytest.raises(Exception, match=r"longer than a minute.*Nothing was changed"):
            put(YEARS[1])
    assert content(databases, database) == before
    put(YEARS[1])
    assert content(databases, database) != before


def test_a_layer_that_is_published_no_more_is_dropped_unless_a_view_is_on_it(
    databases: Server, database: str, put: Put
) -> None:
    put(YEARS[0])
    databases.ask(database, "CREATE VIEW public.mine AS SELECT title FROM safermap.rural_urban")
    with pytest.raises(Exception, match=r"view public\.mine depends on table"):
        put(YEARS[1], layers=("towns",))
    assert databases.ask(database, "SELECT count(*) FROM safermap.layers") == [(2,)]
    databases.ask(database, "DROP VIEW public.mine")
    put(YEARS[1], layers=("towns",), themes=("asb",))
    assert databases.ask(database, "SELECT to_regclass('safermap.rural_urban')") == [(None,)]
    assert databases.ask(database, "SELECT layer, theme FROM safermap.themes") == [("towns", "asb")]
    assert databases.ask(database, "SELECT count(*) FROM safermap.towns") == [(19,)]
