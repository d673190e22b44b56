"""What anyone is shown of a partner's records, and that nobody can work out the rest."""

import csv
import io
import itertools
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asking import ask, rows, strict
from made_dataset import COUNTS, INSIDE, POLICE, TOWN, code, write_made
from made_partner import FORCE, MEANS, YEARS, force_counts, partner, seen_by_anyone
from numpy.typing import NDArray
from scipy.optimize import linprog
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.public.make import write_public
from geo.public.view import public_view
from geo.query import Question
from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
LEAST = 3  # values that a hidden count must keep
PERIODS = ("2018-04/2019-03", "2019-04/2020-03", "2018-04/2020-03")
PAGES = ("about", "collections", "api", "conformance", "strategy", "business", "compare")
TEXTS = ("jsonfg", "geojsonseq", "kml")
FILTERS = ("count%3C5", "count%20IS%20NULL", "NOT%20count%3E4", "count=2%20OR%20rate%3E0")
GROUPS = {
    "burglary": {"burglary"},
    "shoplifting": {"shoplifting"},
    "violence": {"violence-without-injury"},
    "crime": {"burglary", "shoplifting", "violence-without-injury", "other-theft"},
    "asb": {"asb-nuisance"},
    "noise": {"noise"},
    "sexual-offences": {"sexual-offences"},
}
"""The themes that are public and the offences counted in them; crime is without sexual offences."""


def client(dataset: Dataset) -> TestClient:
    return TestClient(create_app(Site(dataset)), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return partner(tmp_path_factory.mktemp("whole"), 1)


@pytest.fixture(scope="module")
def anyone(whole: Dataset) -> TestClient:
    return client(public_view(whole))


def addresses(dataset: Dataset) -> Iterator[str]:
    """Public addresses: all pages and documents, every layer, every theme, in every way."""
    site = Site(dataset)
    for name in ("", *PAGES):
        yield from (f"/{name}?f=html", f"/{name}?f=json")
    yield from ("/health", "/qgis/project.qgs")
    for layer in site.layers.values():
        yield from (f"/collections/{layer.name}?f=html", f"/collections/{layer.name}?f=json")
        yield from (f"/collections/{layer.name}/style?f={form}" for form in ("qml", "sld", "qlr"))
        first = f"/collections/{layer.name}/items/{layer.shapes(dataset).ids[0]}"
        yield from (f"{first}?f=html", f"{first}?f=geojson")
    towns = list(dataset.towns["town_id"])
    narrowed = ("", "&place=rural", f"&town={towns[0]}", "&compare=2018-04/2019-03")
    for theme in site.themes:
        for page in ("rural", "deprivation", "compare", f"towns/{towns[0]}"):
            yield from (f"/{page}?theme={theme}&f=html", f"/{page}?theme={theme}&f=json")
        for name in site.layers:
            items = f"/collections/{name}/items?theme={theme}"
            yield from (f"{items}&f=html", f"{items}&f=csv")
            yield from (
                f"{items}&datetime={period}{more}&f=geojson"
                for period, more in itertools.product(PERIODS, narrowed)
            )
    for name in site.layers:
        items = f"/collections/{name}/items?theme=burglary"
        yield from (f"{items}&f={form}" for form in TEXTS)
        yield from (f"{items}&filter={asked}&f=csv" for asked in FILTERS)
        yield from (f"{items}&sortby={order}&f=csv" for order in ("count", "-rate"))
        yield f"/collections/{name}/tiles/WebMercatorQuad/8/83/125?theme=burglary"


def every_answer(dataset: Dataset) -> dict[str, tuple[int, bytes]]:
    """Status and bytes of every public address."""
    anyone = client(dataset)
    answers = ((address, anyone.get(address)) for address in addresses(dataset))
    return {address: (found.status_code, found.content) for address, found in answers}


def test_no_public_byte_follows_from_a_hidden_count(whole: Dataset, tmp_path: Path) -> None:
    """Other records under the same public tables give the same bytes, whatever is asked."""
    partner(tmp_path, 2)
    other = tmp_path / "made"
    shutil.copy(whole.folder / "public.parquet", other / "public.parquet")
    assert (other / "counts.parquet").read_bytes() != (whole.folder / "counts.parquet").read_bytes()
    one, two = (every_answer(public_view(Dataset.open(d.parent))) for d in (whole.folder, other))
    assert len(one) > 500
    assert one == two
    statuses = {status for status, _ in one.values()}
    assert statuses <= {200, 400, 403, 404}
    assert sum(status == 200 for status, _ in one.values()) > len(one) / 2


def _told(anyone: TestClient) -> Iterator[tuple[str, str, frozenset[str], int | None]]:
    """Every count that is told: theme, period, the areas it is of, and the count."""
    of_layer = {
        "lsoas": lambda row: {row["lsoa_code"]},
        "hotspots": lambda row: {row["lsoa_code"]},
        "deprivation": lambda row: {row["lsoa_code"]},
        "change": lambda row: {row["lsoa_code"]},
        "towns": lambda _: {code(square) for square in TOWN},
        "change-towns": lambda _: {code(square) for square in TOWN},
        "rural-urban": lambda row: {
            code((x, y)) for x, y in INSIDE if (x <= 3) == (row["place"] == "rural")
        },
    }
    everywhere = frozenset(code(square) for square in INSIDE)
    for theme, period in itertools.product(GROUPS, PERIODS):
        for layer, areas in of_layer.items():
            response = anyone.get(f"/collections/{layer}/items?theme={theme}&datetime={period}")
            if response.status_code != 200:
                continue
            found = strict(response.text)
            for feature in found["features"]:
                row = feature["properties"]
                yield theme, period, frozenset(areas(row)), row["count"]
                if row.get("count_before") is not None:
                    yield theme, row["period_before"], frozenset(areas(row)), row["count_before"]
                if row["rate"] is not None:
                    count = row["rate"] * row["residents"] / 1000
                    assert count == pytest.approx(row["count"], abs=1e-6)
                if row["share"] is not None:
                    asked = found["metadata"]["sources"][0]["count"]
                    assert row["share"] * asked == pytest.approx(row["count"], abs=1e-6)
            yield theme, period, everywhere, found["metadata"]["sources"][0]["count"]
            for item in found["metadata"]["facts"].get("by_decile", []):
                of = {code(s) for i, s in enumerate(INSIDE) if 1 + i % 10 == item["decile"]}
                yield theme, period, frozenset(of), item["count"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_linear_programme_leaves_every_hidden_count_three_values(
    tmp_path: Path, seed: int
) -> None:
    dataset = partner(tmp_path, seed)
    told = set(_told(client(public_view(dataset))))
    truth = _truth(seed)
    cells = list(itertools.product((code(s) for s in INSIDE), MEANS, YEARS))
    number = {cell: i for i, cell in enumerate(cells)}
    true = np.array([truth[cell] for cell in cells], dtype=float)

    def row(theme: str, period: str, areas: frozenset[str]) -> NDArray[np.float64]:
        years = [y for y in YEARS if period[:7] <= f"{y}-04" <= period[8:]]
        found = np.zeros(len(cells))
        found[[number[a, o, y] for a in areas for o in GROUPS[theme] for y in years]] = 1
        return found

    shown = {one[:3]: one[3] for one in told if one[3] is not None}
    hidden = sorted({one[:3] for one in told if one[3] is None} - shown.keys(), key=repr)
    known = np.array([row(*one) for one in shown])
    for one, total in zip(known, shown.values(), strict=True):
        assert one @ true == total  # what is told is true
    one_year = [one for one in hidden if len(one[2]) == 1 and one[1] != PERIODS[2]]
    assert len(one_year) > 50
    least_one = np.array([row(*one) for one in one_year])  # a nought would have been shown
    common = {
        "A_eq": known, "b_eq": list(shown.values()),
        "A_ub": -least_one, "b_ub": -np.ones(len(least_one)), "bounds": (0, None),
    }  # fmt: skip
    for one in hidden:
        low, high = (_end(sign * row(*one), common) for sign in (1, -1))
        assert np.floor(-high + 1e-6) - np.ceil(low - 1e-6) + 1 >= LEAST, one


def _end(objective: NDArray[np.float64], common: dict[str, Any]) -> float:
    found = linprog(objective, **common, method="highs")
    if found.status == 3:  # nothing limits it
        return -np.inf
    assert found.status == 0, found.message
    return float(found.fun)


def _truth(seed: int) -> dict[tuple[str, str, int], int]:
    found: dict[tuple[str, str, int], int] = defaultdict(int)
    for one in force_counts(seed):
        year, month = divmod(one["month"], 12)
        if 0 <= one["lsoa"] < len(INSIDE) and year - (month < 3) in YEARS:
            found[code(INSIDE[one["lsoa"]]), one["offence"], year - (month < 3)] += one["count_all"]
    return found


FIGURES = ("rate", "rate_lower", "rate_upper", "rate_smoothed", "share")


@pytest.mark.parametrize("layer", ["lsoas", "hotspots", "towns", "change", "deprivation"])
def test_all_that_follows_from_a_hidden_count_is_hidden_with_it(
    anyone: TestClient, layer: str
) -> None:
    found = rows(anyone, layer, "theme=burglary")
    hidden = [row for row in found if row["count"] is None]
    if layer != "towns":
        assert hidden
        assert len(hidden) < len(found)
    more = {
        "hotspots": ("own_z", "funnel", "rank", "cumulative_share", "z", "p", "q", "cluster",
                     "neighbours", "neighbours_count", "moran_i", "robustness"),
        "change": ("ratio", "ratio_lower", "ratio_upper", "p", "q", "direction"),
        "towns": ("rank",),
    }.get(layer, ())  # fmt: skip
    for row in hidden:
        assert [row[name] for name in (*FIGURES, *more)] == [None] * len((*FIGURES, *more))
    if layer == "hotspots":
        assert {row["hotspot_class"] for row in hidden} == {"not told"}
        assert all("hidden" in row["hotspot_reason"] for row in hidden)
    table = csv.DictReader(
        io.StringIO(anyone.get(f"/collections/{layer}/items?theme=burglary&f=csv").text)
    )
    assert sum(row["count"] == "" for row in table) == len(hidden)


def test_a_total_that_is_public_stands_where_its_parts_are_hidden(
    anyone: TestClient, whole: Dataset
) -> None:
    found = rows(anyone, "lsoas", "theme=violence")
    assert any(row["count"] is None for row in found)
    asked = Question.ask(whole, "violence", "2019-04/2020-03")
    [town] = rows(anyone, "towns", "theme=violence")
    assert town["count"] == asked.tally_by(whole, whole.town_position, 1).count[0]
    both = {row["code"]: row["count"] for row in rows(anyone, "rural-urban", "theme=violence")}
    assert both["rural"] + both["urban"] == asked.total(whole)
    assert both["RSN1"] == both["rural"]


def test_grave_offences_are_never_shown_below_the_town(anyone: TestClient, whole: Dataset) -> None:
    for layer in ("lsoas", "hotspots", "change", "deprivation"):
        response = anyone.get(f"/collections/{layer}/items?theme=sexual-offences")
        assert response.status_code == 403
        assert "by town" in response.json()["detail"]
    [town] = rows(anyone, "towns", "theme=sexual-offences")
    true = Question.ask(whole, "sexual-offences", "2019-04/2020-03")
    count = int(true.tally_by(whole, whole.town_position, 1).count[0])
    assert town["count"] == (None if 0 < count < 10 else count)
    crime = ask(anyone, "lsoas", "theme=crime")
    all_crime = Question.ask(whole, "crime", "2019-04/2020-03").total(whole)
    assert crime["metadata"]["sources"][0]["count"] == all_crime - true.total(whole)
    assert any("sexual offences" in text for text in crime["metadata"]["caveats"])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("theme=burglary&datetime=2019-04/2020-02", "whole years"),
        ("theme=burglary&datetime=2019-01/2019-12", "whole years"),
        ("theme=burglary&datetime=2018-04/2019-03&compare=2018-01", "2018-01"),
        ("theme=business-crime", "no figures are public"),
        ("theme=night-time-economy", "no figures are public"),
        ("theme=rural-flagged", "no figures are public"),
        ("theme=noise&datetime=2018-01/2018-03", "2018-01"),
    ],
)
def test_what_would_tell_two_public_figures_apart_is_refused(
    anyone: TestClient, query: str, said: str
) -> None:
    response = anyone.get(f"/collections/lsoas/items?{query}")
    assert response.status_code == 400
    assert said in response.json()["detail"]


def test_layers_that_need_months_or_points_are_not_offered(anyone: TestClient) -> None:
    known = {one["id"] for one in strict(anyone.get("/collections?f=json").text)["collections"]}
    aggregates = ("lsoas", "towns", "hotspots", "change", "change-towns", "rural-urban")
    assert known == {*aggregates, "deprivation"}
    response = anyone.get("/collections/map-points/items")
    assert response.status_code == 404
    assert "than is public" in response.json()["detail"]


def test_an_open_source_is_as_it_was_and_never_added_to_a_partners(tmp_path: Path) -> None:
    second = [one | {"source": 1} for one in force_counts(1)]
    own = [one for one in COUNTS if one["source"] == 0]
    home = write_made(tmp_path, [POLICE, FORCE], [*own, *second])
    dataset = Dataset.open(home)
    write_public(dataset.folder, dataset)
    before, after = client(dataset), client(public_view(dataset))
    query = "theme=shoplifting&source=police&datetime=2019-06"
    assert rows(after, "hotspots", query) == rows(before, "hotspots", query)
    refused = after.get("/collections/lsoas/items?theme=shoplifting&source=all")
    assert refused.status_code == 400
    assert "never added up" in refused.json()["detail"]
    page = after.get("/collections/lsoas/items?theme=shoplifting&f=html").text
    assert "shows no figure of these to the public" in page
    assert "All added up" not in page


def test_pages_say_what_is_hidden_in_words(anyone: TestClient) -> None:
    page = anyone.get("/collections/lsoas/items?theme=burglary&f=html").text
    assert "Hidden, or no figure" in page
    assert page.count('<td data-value="">hidden</td>') > 3
    assert "None" not in page.split("<main")[1]
    assert anyone.get("/", headers=HTML).status_code == 200
    town = anyone.get("/towns/northtown?theme=burglary", headers=HTML)
    assert town.status_code == 200
    assert "Only whole years are public" in town.text


def test_a_public_dataset_without_public_years_answers_nothing_of_a_partner(
    tmp_path: Path,
) -> None:
    short = FORCE | {"period": "2018-04/2019-02"}
    counts = [one for one in force_counts(1) if one["month"] < 2019 * 12 + 2]
    dataset = Dataset.open(write_made(tmp_path, [short], counts))
    anyone = client(public_view(dataset))
    response = anyone.get("/collections/lsoas/items?theme=asb")
    assert response.status_code == 400
    assert "no figures are public" in response.json()["detail"]


def test_everyone_else_sees_all(tmp_path: Path) -> None:
    anyone = seen_by_anyone(tmp_path, 1)
    assert not anyone.holds_partner_records
    assert Dataset.open(tmp_path).holds_partner_records
