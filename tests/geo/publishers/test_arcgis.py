"""Outlines and look-ups page by page: whole, in order, carried on, and never half of an answer."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from publisher_server import ArcGis, Asked, PublisherServer, Reply

from geo.errors import FetchError, InputError
from geo.publishers.addresses import Addresses
from geo.publishers.arcgis import codes_of, fetch_outlines, fetch_table
from geo.publishers.client import Client
from geo.publishers.download import Fetched

TWO = ("E06000051", "E06000020")
LOOK_UP = [
    {
        "LSOA21CD": f"E0102{number:04d}",
        "BUA22NM": "Ludlow" if number % 2 else None,
        "LAD22CD": TWO[number >= 150],
        "FID": number,
    }
    for number in range(260)
]
OUTLINES = [{"FID": row["FID"], "LSOA21CD": row["LSOA21CD"]} for row in LOOK_UP]


@pytest.fixture
def service(server: PublisherServer) -> ArcGis:
    """Outlines of 260 areas of two authorities, 100 at once, and the look-up of their codes."""
    outlines = ArcGis(OUTLINES, at_once=100)
    server.answers["/outlines/0"] = outlines
    server.answers["/towns/0"] = ArcGis(LOOK_UP, at_once=100)
    return outlines


def outlines(client: Client, *authorities: str, refresh: bool = False) -> Fetched:
    entry = client.addresses.entry("boundaries-2021")
    return fetch_outlines(client, entry, authorities, refresh=refresh)


def codes_in(fetched: Fetched) -> list[str]:
    features = json.loads(fetched.path.read_bytes())["features"]
    return [feature["properties"]["LSOA21CD"] for feature in features]


def pages(server: PublisherServer, path: str = "/outlines") -> list[str]:
    return [
        asked.query["resultOffset"]
        for asked in server.asked
        if asked.path.startswith(path) and "resultOffset" in asked.query
    ]


def fails(client: Client, *words: str, authorities: tuple[str, ...] = ()) -> None:
    with pytest.raises(FetchError) as caught:
        outlines(client, *authorities)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_all_pages_become_one_geojson(
    client: Client, server: PublisherServer, service: ArcGis
) -> None:
    found = outlines(client)
    assert codes_in(found) == [row["LSOA21CD"] for row in OUTLINES]
    assert pages(server) == ["0", "100", "200"]
    meta = pyogrio.read_info(found.path)
    assert (meta["features"], meta["geometry_type"]) == (260, "Polygon")
    assert meta["crs"] == "EPSG:4326"
    orders = {
        asked.query["orderByFields"] for asked in server.asked if "orderByFields" in asked.query
    }
    assert orders == {"FID"}


def test_an_authority_is_found_through_the_look_up(
    client: Client, server: PublisherServer, service: ArcGis
) -> None:
    assert codes_in(outlines(client, "E06000051")) == [f"E0102{n:04d}" for n in range(150)]
    both = outlines(client, *TWO)
    assert len(codes_in(both)) == 260
    fails(client, "no area of E06000099", authorities=("E06000099",))
    with pytest.raises(InputError, match="'E06000051; --' is not the code"):
        outlines(client, "E06000051; --")


def test_codes_of_authorities(client: Client, service: ArcGis) -> None:
    entry = client.addresses.entry("boundaries-2021")
    assert codes_of(client, entry, ["E06000020"]) == [f"E0102{n:04d}" for n in range(150, 260)]


def test_a_look_up_of_another_vintage_is_refused(
    client: Client, server: PublisherServer, service: ArcGis
) -> None:
    service.rows = OUTLINES[1:]
    fails(client, "150 areas of E06000051 were asked for and 149 found", authorities=TWO[:1])


def test_a_table_becomes_csv_with_the_columns_of_the_publisher(
    client: Client, service: ArcGis
) -> None:
    found = fetch_table(client, client.addresses.entry("towns-2021"), ["E06000051"])
    with found.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 150
    assert list(rows[0]) == ["LSOA21CD", "BUA22NM", "LAD22CD", "FID"]
    assert rows[0] == {"LSOA21CD": "E01020000", "BUA22NM": "", "LAD22CD": "E06000051", "FID": "0"}
    assert rows[1]["BUA22NM"] == "Ludlow"


def test_what_has_not_been_edited_is_not_fetched_twice(
    client: Client, server: PublisherServer, service: ArcGis
) -> None:
    first = outlines(client)
    assert outlines(client).sha256 == first.sha256
    assert len(pages(server)) == 3
    service.edited = 1800000000000
    outlines(client)
    assert len(pages(server)) == 6
    outlines(client, refresh=True)
    assert len(pages(server)) == 9


def test_pages_that_came_are_not_asked_for_again(
    client: Client, server: PublisherServer, service: ArcGis
) -> None:
    def failing(asked: Asked) -> Reply:
        return Reply(b"", 503) if asked.query.get("resultOffset") == "200" else service(asked)

    server.answers["/outlines/0"] = failing
    fails(client, "not available at the moment")
    server.answers["/outlines/0"] = service
    server.asked.clear()
    assert len(codes_in(outlines(client))) == 260
    assert pages(server) == ["200"]


def test_pages_of_another_edition_are_dropped(
    client: Client, server: PublisherServer, service: ArcGis
) -> None:
    test_pages_that_came_are_not_asked_for_again(client, server, service)
    service.edited, service.rows = 1800000000000, OUTLINES[:250]
    assert len(codes_in(outlines(client))) == 250


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply.of({"error": {"code": 400, "message": "Invalid URL", "details": ["Invalid URL"]}}),
         ["Invalid URL", "[entry.boundaries-2021]", "last known good on 2026-08-19"]),
        (Reply.of({"error": {"code": 499, "message": "Token Required"}}), ["Token Required"]),
        (Reply.of({"error": {"code": 504, "message": "Timed out"}}), ["too busy", "Timed out"]),
        (Reply.of({"error": "odd"}), ["odd"]),
        (Reply(b"<!DOCTYPE html><html>Moved</html>"), ["a web page instead of JSON"]),
        (Reply(b'{"fields": [', headers={}), ["cut off at every try"]),
        (Reply.of([]), ["without a JSON object"]),
        (Reply.of({"name": "other"}), ["without the columns of a layer"]),
    ],
)  # fmt: skip
def test_an_error_is_an_error_whatever_its_status(
    client: Client, server: PublisherServer, reply: Reply, words: list[str]
) -> None:
    server.answers["/outlines/0"] = lambda _: reply
    fails(client, *words)


def test_a_busy_service_is_asked_again(
    client: Client, server: PublisherServer, service: ArcGis
) -> None:
    busy = Reply.of({"error": {"code": 503, "message": "Busy"}})
    server.in_turn("/outlines/0", busy, Reply(b'{"fields":', cut=3), busy, service)
    assert len(codes_in(outlines(client))) == 260


class Changing(ArcGis):
    """A layer that gives another number of features than it counts, or one twice."""

    wrong: Callable[..., Any]

    def __call__(self, asked: Asked) -> Reply:
        reply = super().__call__(asked)
        if "resultOffset" in asked.query:
            answer = json.loads(reply.body)
            answer["features"] = self.wrong(answer["features"], int(asked.query["resultOffset"]))
            return Reply.of(answer)
        return reply


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda rows, start: rows if start < 100 else [], "gave no more"),
        (lambda rows, start: rows * 3, "counts 260 features"),
        (lambda rows, start: rows if start < 100 else [rows[0], *rows[:-1]], "twice"),
        (lambda rows, start: {"a": 1}, "without a list of features"),
        (lambda rows, start: [{"geometry": None}], "without features with properties"),
        (lambda rows, start: [{**row, "properties": {}} for row in rows], "no column LSOA21CD"),
    ],
)
def test_pages_that_do_not_fit_are_refused(
    client: Client, server: PublisherServer, wrong: Callable[..., Any], words: str
) -> None:
    layer = Changing(OUTLINES, at_once=100)
    layer.wrong = wrong
    server.answers["/outlines/0"] = layer
    fails(client, words)
    assert not list(client.cache.folder.glob("*.data"))


def test_the_recorded_answer_has_this_shape(
    client: Client, server: PublisherServer, shared: Path
) -> None:
    recorded = json.loads(
        (shared / "data/api/arcgis_lsoa_boundaries_salisbury.geojson").read_bytes()
    )
    layer = ArcGis(
        [{"FID": n, **item["properties"]} for n, item in enumerate(recorded["features"])]
    )

    def answer(asked: Asked) -> Reply:
        return Reply.of(recorded) if asked.query.get("f") == "geojson" else layer(asked)

    server.answers["/outlines/0"] = answer
    found = outlines(client)
    written = json.loads(found.path.read_bytes())["features"]
    assert written == recorded["features"]
    assert len(written) == 28


def test_the_addresses_that_ship_can_be_read_and_asked_by(client: Client) -> None:
    shipped = Addresses.read()
    for key in ("boundaries-2011", "boundaries-2021", "rural-urban-2021", "towns-2021"):
        assert shipped.entry(key).url().endswith("/FeatureServer/0")
    with pytest.raises(FetchError, match=r"Open Geography portal.*--addresses"):
        fetch_table(client, client.addresses.entry("towns-2011"))
