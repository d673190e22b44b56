"""Police data: the archive, and areas by the API, read back with the reader of street files."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from publisher_server import Asked, File, PoliceApi, PublisherServer, Reply

from geo.crs import to_bng
from geo.errors import FetchError, InputError
from geo.incidents import read_incidents
from geo.publishers.client import Client
from geo.publishers.outline import Outline, quarters, read_outline
from geo.publishers.police import fetch_archive
from geo.publishers.police_api import fetch_area

BOX = "-2.0,51.0,-1.6,51.2"
KINDS = [kind for kind in PoliceApi.NAMES if kind != "all-crime"]


def crime(number: int, lon: float, lat: float, **other: object) -> dict[str, Any]:
    kind = KINDS[number % len(KINDS)]
    return {
        "category": kind,
        "location_type": "Force",
        "location": {
            "latitude": f"{lat:.6f}",
            "street": {"id": number, "name": f"On or near Lane {number}"},
            "longitude": f"{lon:.6f}",
        },
        "context": "",
        "outcome_status": None if kind.startswith("anti") else {"category": "Under investigation"},
        "persistent_id": "" if kind.startswith("anti") else f"{number:064x}",
        "id": number,
        "location_subtype": "",
        "month": "2026-06",
        **other,
    }


def some_crimes(count: int) -> list[dict[str, Any]]:
    """Spread over the box, some of them exactly on its middle lines."""
    random = np.random.default_rng(7)
    lons, lats = random.uniform(-1.999, -1.601, count), random.uniform(51.001, 51.199, count)
    lons[::10], lats[::15] = -1.8, 51.1
    return [crime(n, lon, lat) for n, (lon, lat) in enumerate(zip(lons, lats, strict=True))]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def area_of(client: Client, area: str = BOX, force: str = "") -> Path:
    [fetched] = fetch_area(client, read_outline(area), (), force).values()
    return fetched.path


def test_an_area_becomes_a_street_file(client: Client, server: PublisherServer) -> None:
    crimes = some_crimes(60)
    server.answers["/api"] = PoliceApi(crimes)
    path = area_of(client, force="Wiltshire Police")
    header = path.read_text("utf-8").splitlines()[0]
    assert header == (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
        "Crime type,Last outcome category,Context"
    )
    rows = rows_of(path)
    assert len(rows) == 60
    assert rows[1] == {
        "Crime ID": f"{1:064x}", "Month": "2026-06", "Reported by": "Wiltshire Police",
        "Falls within": "Wiltshire Police",
        "Longitude": crimes[1]["location"]["longitude"],
        "Latitude": crimes[1]["location"]["latitude"],
        "Location": "On or near Lane 1", "LSOA code": "", "LSOA name": "",
        "Crime type": "Bicycle theft", "Last outcome category": "Under investigation",
        "Context": "",
    }  # fmt: skip
    [read] = read_incidents([path])
    assert (read.read, read.refusals) == (60, [])
    assert read.incidents["crime_id"].null_count == sum(not row["Crime ID"] for row in rows) == 5


def test_too_many_crimes_are_asked_for_in_quarters(client: Client, server: PublisherServer) -> None:
    crimes = some_crimes(600)
    api = PoliceApi(crimes, most=50)
    server.answers["/api"] = api
    rows = rows_of(area_of(client))
    assert [row["Location"] for row in rows] == [f"On or near Lane {n}" for n in range(600)]
    assert len(api.polygons) > 21
    assert max(api.given.values()) > 1  # the quarters overlap, and each crime is there once


def test_the_same_crime_under_another_number_is_one(
    client: Client, server: PublisherServer
) -> None:
    def renumbered(asked: Asked) -> Reply:
        reply = api(asked)
        if asked.path.endswith("all-crime") and reply.status == 200:
            found = json.loads(reply.body)
            return Reply.of(
                [{**item, "id": item["id"] + 1000 * len(api.polygons)} for item in found]
            )
        return reply

    crimes = [item for item in some_crimes(60) if item["persistent_id"]]
    api = PoliceApi(crimes, most=40)
    server.answers["/api"] = renumbered
    assert len(rows_of(area_of(client))) == len(crimes) == 55


def test_a_publisher_that_is_down_is_not_asked_for_ever(
    client: Client, server: PublisherServer
) -> None:
    api = PoliceApi(some_crimes(60), most=-1)
    server.answers["/api"] = api
    with pytest.raises(FetchError, match="status 503, which stands for more than 10,000 crimes"):
        area_of(client)
    assert len(api.polygons) == 8


def test_a_busy_api_that_names_a_time_is_waited_for(
    client: Client, server: PublisherServer, waits: list[float]
) -> None:
    api = PoliceApi(some_crimes(60))
    server.answers["/api"] = api
    busy = Reply(b"", 503, {"Retry-After": "1"})
    server.in_turn("/api/crimes-street/all-crime", busy, api)
    assert len(rows_of(area_of(client))) == 60
    assert (len(api.polygons), waits) == (1, [1])


def test_a_month_is_kept_until_the_publisher_updates(
    client: Client, server: PublisherServer
) -> None:
    api = PoliceApi(some_crimes(60))
    server.answers["/api"] = api
    area_of(client)
    area_of(client)
    assert len(api.polygons) == 1


def test_what_the_api_does_not_have_is_refused(client: Client, server: PublisherServer) -> None:
    server.answers["/api"] = PoliceApi([crime(1, -1.8, 51.1, category="piracy")])
    with pytest.raises(InputError, match=r"no 2030-01 in its API; it has 2026-06 to 2026-06"):
        fetch_area(client, read_outline(BOX), ["2030-01"])
    with pytest.raises(FetchError, match="category 'piracy'"):
        area_of(client)
    for odd in ({"error": "x"}, [1], [{"category": "drugs"}]):
        server.answers["/api/crimes-street/all-crime"] = lambda _, odd=odd: Reply.of(odd)
        with pytest.raises(FetchError, match="without a list of crimes"):
            area_of(client)


def test_crimes_without_a_place_and_of_the_railway(client: Client, server: PublisherServer) -> None:
    crimes = [crime(1, 0, 0, location=None), crime(2, -1.8, 51.1, location_type="BTP")]
    server.answers["/api"] = PoliceApi([])
    server.answers["/api/crimes-street/all-crime"] = lambda _: Reply.of(crimes)
    path = area_of(client)
    nowhere, railway = rows_of(path)
    assert (nowhere["Location"], nowhere["Longitude"], nowhere["Reported by"]) == (
        "No Location",
        "",
        "",
    )
    assert railway["Reported by"] == "British Transport Police"
    [read] = read_incidents([path])
    assert read.refusals == []


def test_the_recorded_answer_reads_back(
    client: Client, server: PublisherServer, shared: Path
) -> None:
    recorded = json.loads(
        (shared / "data/api/police_uk_api_crimes_salisbury_2026-06.json").read_bytes()
    )
    server.answers["/api"] = PoliceApi(recorded["crimes"], most=100)
    path = area_of(client)
    rows = rows_of(path)
    kinds = [row["Crime type"] for row in rows]
    assert len(rows) == 481
    assert kinds.count("Violence and sexual offences") == 161
    assert kinds.count("Anti-social behaviour") == 108
    [read] = read_incidents([path])
    assert (read.read, len(read.refusals)) == (481, 0)


def test_a_long_outline_is_posted_and_loses_nothing(
    client: Client, server: PublisherServer, shared: Path
) -> None:
    path = shared / "data/boundaries/lsoa11_E06000051.geojson"
    outline = read_outline(str(path))
    api = PoliceApi([])
    server.answers["/api"] = api
    fetch_area(client, outline)
    methods = {asked.method for asked in server.asked if asked.path.endswith("all-crime")}
    assert methods == {"POST"}
    lsoas = [shapely.from_geojson(json.dumps(item["geometry"]))
             for item in json.loads(path.read_bytes())["features"]]  # fmt: skip
    whole = shapely.union_all(lsoas)
    asked = shapely.union_all(api.polygons)
    assert asked.covers(whole)
    assert asked.area < 1.2 * whole.area
    assert sum(len(part.exterior.coords) for part in api.polygons) < 600


def test_a_force_outline_with_heights_is_read(shared: Path) -> None:
    outline = read_outline(str(shared / "data/boundaries/west-mercia-force.geojson"))
    assert sum(len(part.exterior.coords) for part in outline.parts) < 1500
    assert not any(part.has_z for part in outline.parts)


def test_quarters_lose_nothing_and_overlap() -> None:
    star = shapely.Point(-2, 52).buffer(0.3, quad_segs=3).union(shapely.box(-2.5, 51.9, -1.7, 52))
    pieces = quarters(star)
    assert shapely.union_all(pieces).symmetric_difference(star).area < 1e-12
    middle = shapely.Point((-2.5 - 1.7) / 2, 52)
    assert sum(piece.contains(middle) for piece in pieces) == 4


@pytest.mark.parametrize(
    ("area", "words"),
    [
        ("nowhere.geojson", "no outline file nowhere.geojson"),
        ("52.3,-3.2,53.0,-2.2", "none in Great Britain"),
        ("-2,52,-3,53", "none in Great Britain"),
        ("{folder}/text.geojson", "cannot be read as outlines"),
        ("{folder}/points.geojson", "holds no polygon"),
    ],
)
def test_an_area_that_is_none_is_refused(area: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "text.geojson").write_text("not a map")
    point = {"type": "Point", "coordinates": [-2, 52]}
    features = [{"type": "Feature", "properties": {}, "geometry": point}]
    collection = {"type": "FeatureCollection", "features": features}
    (tmp_path / "points.geojson").write_text(json.dumps(collection))
    with pytest.raises(InputError, match=words):
        read_outline(area.format(folder=tmp_path))


def test_a_simplified_outline_keeps_every_corner(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    angles = np.sort(random.uniform(0, 2 * np.pi, 4000))
    radii = random.uniform(0.25, 0.3, 4000)
    corners = np.column_stack([-2.5 + radii * np.cos(angles), 52.5 + radii * np.sin(angles)])
    ragged = shapely.Polygon(corners)
    path = tmp_path / "ragged.geojson"
    path.write_text(shapely.to_geojson(ragged))
    outline = read_outline(str(path))
    assert shapely.union_all(outline.parts).covers(ragged)
    assert outline.name == "ragged"


def test_a_straight_line_of_the_grid_stays_outside(tmp_path: Path) -> None:
    long = shapely.box(-5, 50.5, 1, 53)  # parallels: bent on the grid by kilometres
    path = tmp_path / "long.geojson"
    path.write_text(shapely.to_geojson(shapely.segmentize(long, 0.01)))
    outline: Outline = read_outline(str(path))
    assert shapely.union_all(outline.parts).covers(long)
    assert to_bng(-5, 50.5)[0] < to_bng(1, 50.5)[0]


def zip_of(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 2000)
    return made.getvalue()


STREET = zip_of(
    "2026-06/2026-06-west-mercia-street.csv", "2026-06/2026-06-west-mercia-outcomes.csv"
)


def test_the_archive_of_the_newest_month(client: Client, server: PublisherServer) -> None:
    server.answers["/api"] = PoliceApi([])
    server.answers["/archive/2026-06.zip"] = File(STREET)
    month, fetched = fetch_archive(client)
    assert month == "2026-06"
    assert fetched.path.read_bytes() == STREET
    with pytest.raises(FetchError, match="has nothing at"):
        fetch_archive(client, "2026-05")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html><body>Not yet</body></html>", "a web page instead of a ZIP"),
        (b"{}", "something else instead of a ZIP"),
        (b"", "something else instead of a ZIP"),
        (STREET[:900], "cut off or damaged"),
        (zip_of("readme.txt"), "no file whose name ends in -street.csv"),
    ],
)
def test_what_is_no_archive_is_not_kept(
    client: Client, server: PublisherServer, body: bytes, words: str
) -> None:
    server.answers["/archive"] = File(body)
    with pytest.raises(FetchError, match=words):
        fetch_archive(client, "2026-06")
    assert [path.suffix for path in client.cache.folder.iterdir()] == [".lock"]
