"""The page /compare: the area beside others, the same figures for people and for programs."""

import csv
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from comparing import HTML, facts, page, rows, served
from incident_rows import incident_rows
from made_dataset import shire
from real_settings import (
    HEREFORDSHIRE,
    SHROPSHIRE,
    TELFORD,
    YEAR_2025,
    RealSettings,
)
from scipy.stats import binomtest, false_discovery_control
from starlette.testclient import TestClient
from web_pages import Page

from geo.area_file import read_area_file
from geo.building.build import build
from geo.versions import current_folder
from service.app import create_app
from service.site import Site

JUNE = "theme=shoplifting&datetime=2019-06"
REAL = {"Shropshire": SHROPSHIRE, "Telford and Wrekin": TELFORD, "Herefordshire": HEREFORDSHIRE}


@pytest.fixture
def three(tmp_path: Path) -> TestClient:
    """Ourshire beside one much the same and one with far more."""
    made_of = (("Ourshire", 40, 1000), ("Twinshire", 44, 1000), ("Bigshire", 300, 2000))
    return served(*(shire(tmp_path, *of) for of in made_of))


@pytest.fixture(scope="module")
def real_homes(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes of three neighbours on LSOA 2021, from the publisher's archive of nine months."""
    settings, folder = RealSettings(shared), tmp_path_factory.mktemp("neighbours")
    for name, code in REAL.items():
        area = settings.on_2021() | {"name": name, "authorities": [code]}
        path = settings.write(folder / f"{code}.toml", area, YEAR_2025)
        build(read_area_file(path), folder / code)
    return {name: folder / code for name, code in REAL.items()}


@pytest.fixture(scope="module")
def real(real_homes: dict[str, Path]) -> TestClient:
    first, *others = real_homes.values()
    return TestClient(create_app(Site.open(first, others)))


@pytest.mark.parametrize("theme", ["shoplifting", "burglary", "asb"])
def test_the_figures_of_real_areas_are_those_of_their_incidents_and_of_the_census(
    real: TestClient, real_homes: dict[str, Path], shared: Path, theme: str
) -> None:
    path = RealSettings(shared).path("population/lsoa21*")
    people = pd.read_parquet(path)
    counts, residents = [], []
    for name, home in real_homes.items():
        incidents = incident_rows(current_folder(home)).to_pandas()
        placed = incidents[incidents["lsoa_code"].notna()]
        counts.append(int((placed["offence"] == theme).sum()))
        mine = people["LSOA 2021 Name"].str.fullmatch(rf"{name} \d+[A-Z]")
        residents.append(int(people.loc[mine, "Mid-2022: Population"].sum()))
    found = facts(real, f"theme={theme}&datetime=2025-01/2025-09")
    p = []
    for area, n, of in zip(found["areas"], counts, residents, strict=True):
        assert (area["count"], area["residents"]) == (n, of)
        assert area["rate"] == pytest.approx(1000 * n / of)
        assert area["rate_lower"] < area["rate"] < area["rate_upper"]
        assert area["denominator"] == "residents at mid-2022 (ONS estimate)"
        assert area["source"] == "data.police.uk street files"
        assert area["illustrative"] is False
    for area, n, of in list(zip(found["areas"], counts, residents, strict=True))[1:]:
        test = binomtest(n, n + counts[0], of / (of + residents[0]))
        p.append(test.pvalue)
        ends = (test.proportion_ci().low, test.proportion_ci().high)
        assert area["ratio"] == pytest.approx(n / of / (counts[0] / residents[0]))
        assert [area["ratio_lower"], area["ratio_upper"]] == pytest.approx(
            [end / (1 - end) * residents[0] / of for end in ends]
        )
    for area, q in zip(found["areas"][1:], false_discovery_control(p), strict=True):
        assert area["q"] == pytest.approx(q, abs=1e-12)
        way = "clearly higher" if area["ratio"] > 1 else "clearly lower"
        assert area["verdict"] == (way if q <= 0.05 else "no clear difference")
    assert found["months_shared"] == found["period"] == "2025-01/2025-09"


def test_the_page_of_real_areas_leads_with_what_is_clear(real: TestClient) -> None:
    found = page(real, "theme=shoplifting")
    assert (
        "Shropshire had 3.5 crimes per 1,000 residents in the nine months to September 2025: "
        "clearly fewer than Telford and Wrekin, with no clear difference from Herefordshire."
    ) in found.words
    assert "llustrative" not in found.words


def test_the_page_the_document_and_the_file_have_the_same_figures(three: TestClient) -> None:
    document, lines = facts(three, JUNE)["areas"], rows(page(three, JUNE))
    response = three.get(f"/compare?{JUNE}&f=csv")
    name = "ourshire-beside-others-shoplifting-2019-06-to-2019-06.csv"
    assert f'filename="{name}"' in response.headers["content-disposition"]
    table = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [area["area"] for area in document] == ["Ourshire", "Twinshire", "Bigshire"]
    for area, line, item in zip(document, lines, table, strict=True):
        assert line[0].startswith(area["area"])
        assert line[1:5] == [
            f"{area['count']:,}", f"{area['residents']:,}", f"{area['rate']:.1f}",
            f"{area['rate_lower']:.1f} to {area['rate_upper']:.1f}",
        ]  # fmt: skip
        assert (item["area"], int(item["count"])) == (area["area"], area["count"])
        assert float(item["rate"]) == pytest.approx(area["rate"])
        assert item["verdict"] == (area["verdict"] or "")
        assert (item["theme"], item["period"]) == ("shoplifting", "2019-06/2019-06")
        assert item["denominator"] == "residents in 2022"
        assert item["caveat"].startswith("Forces record differently")
    assert lines[0][5:] == ["", ""]
    assert lines[1][5:] == ["1.10 times (0.70 to 1.73)", "No clear difference"]
    assert lines[2][6] == "Clearly higher"
    assert lines[2][5].startswith("3.75 times (")


def test_the_chart_has_a_bar_and_a_range_an_area_and_says_its_figures(three: TestClient) -> None:
    text = three.get(f"/compare?{JUNE}", headers=HTML).text
    charts = re.findall(r'<svg class="chart rates (\w+)".*?</svg>', text, re.DOTALL)
    assert charts == ["wide", "narrow"]
    assert 'aria-label="Crimes per 1,000 residents, June 2019, with likely ranges"' in text
    assert "<desc>Ourshire: 1.1 (0.8 to 1.5); Twinshire: 1.2 (0.9 to 1.6); Bigshire: 4.2 (" in text
    for chart in re.findall(r'<svg class="chart rates.*?</svg>', text, re.DOTALL):
        widths = list(map(float, re.findall(r'<rect [^>]*width="([\d.]+)"', chart)))
        assert widths[1] / widths[0] == pytest.approx(1.1, abs=0.01)
        assert widths[2] / widths[0] == pytest.approx(3.75, abs=0.01)
        ends = re.findall(r'class="limits" d="M([\d.]+) .*?H([\d.]+)"', chart)
        for (low, high), width in zip(ends, widths, strict=True):
            assert float(low) < width < float(high)


def test_alone_it_shows_the_area_and_says_how_to_add_another(
    client: TestClient, police_client: TestClient
) -> None:
    found = page(client)
    assert "safermap serve --beside other" in found.words
    assert rows(found) == [["Shropshire", "14,250", "306,129", "46.5", "45.8 to 47.3"]]
    assert "Shropshire had 46.5 crimes per 1,000 residents" in found.words
    assert "Forces record differently" not in found.words
    assert facts(police_client)["areas"][0]["count"] == 5_853
    assert facts(police_client)["funnel"]["why"].startswith("A funnel plot needs at least 30 areas")


def test_printed_neighbours_are_led_to_where_a_strategy_prints_them(
    client: TestClient, three: TestClient
) -> None:
    assert "/strategy#neighbours" in page(client).links
    assert facts(client)["neighbours_printed"] == "/strategy"
    assert not [link for link in page(three).links if link.startswith("/strategy")]
    assert facts(three)["neighbours_printed"] is None


def test_it_is_linked_documented_and_counted_among_the_pages(three: TestClient) -> None:
    links = three.get("/?f=json").json()["links"]
    assert "http://testserver/compare" in [link["href"] for link in links]
    assert "/compare" in Page(three.get("/", headers=HTML).text).links
    path = three.get("/api?f=json").json()["paths"]["/compare"]["get"]
    assert set(path["responses"]["200"]["content"]) == {"text/html", "application/json", "text/csv"}
    named = [one.get("name", one.get("$ref", "")).rpartition("/")[2] for one in path["parameters"]]
    assert named == ["theme", "datetime", "source", "f"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("colour=red", "theme, datetime, source, f"),
        ("theme=bogus", "shoplifting"),
        ("theme=asb&theme=crime", "more than once"),
        ("theme=road-collision", "road-collision"),
        ("datetime=2019-13", "YYYY-MM"),
        ("datetime=2011-01", "2018-01/2019-06"),
        ("source=council-asb", "police or all"),
        ("f=pdf", "html, json, csv"),
    ],
)
def test_a_wrong_question_is_refused_in_one_sentence(
    three: TestClient, query: str, word: str
) -> None:
    response = three.get(f"/compare?{query}")
    assert response.status_code == 400
    assert word in response.json()["detail"]
    assert three.get(f"/compare?{query}", headers=HTML).status_code == 400


def test_the_answer_does_not_depend_on_what_was_asked_before(three: TestClient) -> None:
    first = three.get(f"/compare?{JUNE}").content
    three.get("/compare?theme=asb")
    assert three.get(f"/compare?{JUNE}").content == first
    assert np.isfinite(facts(three, JUNE)["areas"][2]["q"])
