"""The page /compare: the area beside others, the same figures for people and for programs."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asking import strict
from incident_rows import incident_rows
from made_dataset import COUNCIL, POLICE, made, row, shire
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
from geo.dataset import Dataset
from geo.versions import current_folder
from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
JUNE = "theme=shoplifting&datetime=2019-06"
REAL = {"Shropshire": SHROPSHIRE, "Telford and Wrekin": TELFORD, "Herefordshire": HEREFORDSHIRE}


def served(*datasets: Dataset) -> TestClient:
    site = Site(datasets[0], datasets[1:])
    return TestClient(create_app(site), raise_server_exceptions=False)


def facts(client: TestClient, query: str = "") -> dict[str, Any]:
    response = client.get(f"/compare?{query}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = strict(response.text)
    return found


def page(client: TestClient, query: str = "") -> Page:
    response = client.get(f"/compare?{query}", headers=HTML)
    assert response.status_code == 200, response.text
    assert not {"nan", "None", "inf"} & set(re.split(r"[\s,.;:()%]+", Page(response.text).words))
    return Page(response.text)


def rows(found: Page) -> list[list[str]]:
    [table] = [item for item in found.tables if "data-sortable" in item.attributes]
    return [[" ".join(cell.words.split()) for cell in line] for line in table.rows[1:]]


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


def test_months_that_an_area_does_not_hold_leave_it_out(tmp_path: Path) -> None:
    ours = shire(tmp_path, "Ourshire", 40)
    client = served(ours, shire(tmp_path, "Earlyshire", 40, period="2017-01/2017-06"))
    document = facts(client)
    assert document["period"] == "2018-07/2019-06"
    assert document["areas"][1]["count"] is document["areas"][1]["rate"] is None
    assert document["areas"][1]["why"].startswith("Its records hold January to June 2017")
    found = page(client)
    assert rows(found)[1][1:4] == ["not known", "not known", "none"]
    assert "No other area here has a rate to set beside it." in found.words


def test_months_that_the_area_itself_holds_in_part(tmp_path: Path) -> None:
    both = made(tmp_path / "both")
    assert both.period.iso() == "2018-01/2019-09"
    client = served(both, shire(tmp_path, "Othershire", 40))
    ours = facts(client, "theme=asb&datetime=2018-01/2019-09")["areas"][0]
    assert ours["why"] == "Its records hold January 2018 to June 2019, not all of these months."
    found = page(client, "theme=asb&datetime=2018-01/2019-09")
    assert "Gridshire: Its records hold January 2018 to June 2019" in found.words
    together = facts(client, "theme=asb&source=all")
    assert together["period"] == "2019-04/2019-06"
    assert together["areas"][0]["why"] == "Its sources lack a month of these, so there is no rate."


def test_months_offered_are_those_that_all_hold(tmp_path: Path) -> None:
    client = served(
        shire(tmp_path, "Ourshire", 40),
        shire(tmp_path, "Lateshire", 40, period="2019-02/2019-06"),
    )
    found = page(client)
    months = [tag["value"] for name, tag in found.tags if name == "option" and "/" in tag["value"]]
    assert sorted(months) == ["2019-02/2019-06", "2019-04/2019-06", "2019-06/2019-06"]
    for value in months:
        assert "No clear difference" in page(client, f"theme=shoplifting&datetime={value}").words


def test_a_theme_that_one_area_does_not_record(tmp_path: Path) -> None:
    ours = shire(tmp_path, "Ourshire", 40)
    theirs = made(tmp_path / "council", [COUNCIL], [row(0, "asb-nuisance", "2019-06", (4, 4), 20)],
                  area={"name": "Councilshire"})  # fmt: skip
    document = facts(served(ours, theirs), "theme=shoplifting")
    assert "Council ASB reports) does not record this" in document["areas"][1]["why"]
    asb = facts(served(ours, theirs), "theme=asb&datetime=2019-06")
    assert [area["count"] for area in asb["areas"]] == [4, 20]
    told = "Not recorded by the same: the areas count data.police.uk street files or Council ASB"
    assert any(text.startswith(told) for text in asb["caveats"])


def test_unknown_residents_and_no_incident_give_a_reason_and_no_number(tmp_path: Path) -> None:
    def unknown(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(residents=pd.array([None] * len(frame), dtype="Int64"))

    counts = [row(0, "shoplifting", "2019-06", (5, 5), 7)]
    blank = made(tmp_path / "blank", [POLICE], counts, unknown, area={"name": "Blankshire"})
    none = shire(tmp_path, "Noneshire", 0)
    some = shire(tmp_path, "Someshire", 40)
    ours, dark, there = facts(served(none, blank, some), JUNE)["areas"]
    assert (ours["count"], ours["rate"], ours["rate_lower"]) == (0, 0.0, 0.0)
    assert (dark["count"], dark["residents"], dark["rate"]) == (7, None, None)
    assert dark["why"] == "Its residents are not all known, so there is no rate."
    assert (there["ratio"], there["ratio_upper"], there["verdict"]) == (
        None,
        None,
        "clearly higher",
    )
    assert there["ratio_lower"] > 1
    page(served(none, blank, some), JUNE)
    words = page(served(blank, some), JUNE).words
    assert "Blankshire: 7 crimes in June 2019. Its residents are not all known" in words
    empty = facts(served(none, shire(tmp_path, "Nilshire", 0)), JUNE)["areas"][1]
    assert (empty["ratio"], empty["q"], empty["verdict"]) == (None, None, None)
    page(served(blank), JUNE)


def test_what_is_illustrative_beside_real_records_is_said_first(
    police: Dataset, embedded: Dataset, tmp_path: Path
) -> None:
    drawn = shire(tmp_path, "Drawnshire", 40, illustrative=True)
    client = served(shire(tmp_path, "Ourshire", 40), drawn)
    document = facts(client, JUNE)
    assert [area["illustrative"] for area in document["areas"]] == [False, True]
    assert document["illustrative"] is True
    assert document["caveats"][0].startswith("Drawnshire: Illustrative incidents")
    assert "no clear difference from Drawnshire (illustrative)." in page(client, JUNE).words
    assert "Drawnshire Illustrative" in rows(page(client, JUNE))[1][0]
    apart = facts(served(police, embedded))
    assert apart["illustrative"] is False  # it shares no month, and takes no part


def test_residents_counted_otherwise_are_said(tmp_path: Path) -> None:
    other = {"name": "mid", "column": "residents_mid", "title": "residents in 2011"}
    there = made(tmp_path / "there", [POLICE], [row(0, "shoplifting", "2019-06", (5, 5), 7)],
                 area={"name": "Thereshire", "denominator": other})  # fmt: skip
    told = facts(served(shire(tmp_path, "Ourshire", 40), there), JUNE)["caveats"][0]
    assert told.startswith("Residents are not counted alike: the areas divide by residents in 2022")


def test_business_crime_by_mark_beside_other_offences_is_said(tmp_path: Path) -> None:
    marked = made(tmp_path / "marked", [POLICE],
                  [row(0, "burglary", "2019-06", (5, 5), 7, business=True)],
                  area={"name": "Markshire"})  # fmt: skip
    client = served(shire(tmp_path, "Ourshire", 40), marked)
    caveats = facts(client, "theme=business-crime&datetime=2019-06")["caveats"]
    assert caveats[0].startswith("Not counted alike")
    assert not any("Not counted alike" in text for text in facts(client, JUNE)["caveats"])


def test_thirty_areas_have_a_funnel_on_the_page(tmp_path: Path) -> None:
    counts = [90 + 3 * i for i in range(29)] + [2000]
    client = served(*(shire(tmp_path, f"Shire{i}", n, 900 + 5 * i) for i, n in enumerate(counts)))
    document = facts(client, JUNE)
    assert document["funnel"]["why"] is None
    assert document["areas"][-1]["funnel"] == "above 99.8%"
    text = client.get(f"/compare?{JUNE}", headers=HTML).text
    charts = re.findall(r'<svg class="chart funnel (?:wide|narrow)".*?</svg>', text, re.DOTALL)
    assert len(charts) == 2
    outside = [area["funnel"] for area in document["areas"]]
    for chart in charts:
        assert len(re.findall(r"M[\d.]+ [\d.]+h0", chart)) == 30
        assert f"30 areas: {outside.count('above 99.8%')} above 99.8%, " in chart
        assert "hot spot" not in chart
    words = page(client, JUNE).words
    assert "Shire29: above 99.8%" in words
    assert "clearly fewer than" in words
    assert re.search(r"\d+ of 29 other areas", words)


def test_only_area_wide_figures_of_another_area_are_shown(tmp_path: Path) -> None:
    ours = shire(tmp_path, "Ourshire", 40)
    counts = [
        row(0, "asb-nuisance", "2019-06", (4, 4), 3),
        row(0, "asb-nuisance", "2019-06", (2, 2), 4),
    ]
    theirs = made(tmp_path / "council", [COUNCIL], counts, area={"name": "Councilshire"})
    client = served(ours, theirs)
    document = facts(client, "theme=asb&datetime=2019-06")
    assert document["areas"][1]["count"] == 7
    for path in ("/", "/api", "/collections", "/collections/lsoas/items", "/towns/northtown"):
        assert "Councilshire" not in client.get(path).text


def test_an_area_whose_names_are_markup_is_text(tmp_path: Path) -> None:
    name = "</script><img src=x onerror=x>{{ 7*7 }}"
    hostile = made(tmp_path / "hostile", [POLICE | {"name": name}],
                   [row(0, "shoplifting", "2019-06", (5, 5), 7)],
                   area={"name": name, "files": [{"name": "a", "attribution": name}]})  # fmt: skip
    text = (
        served(shire(tmp_path, "Ourshire", 40), hostile).get(f"/compare?{JUNE}", headers=HTML).text
    )
    assert "<img" not in text
    assert "49" not in Page(text).words.replace("{{ 7*7 }}", "")
    assert "&lt;img" in text


def test_the_answer_does_not_depend_on_what_was_asked_before(three: TestClient) -> None:
    first = three.get(f"/compare?{JUNE}").content
    three.get("/compare?theme=asb")
    assert three.get(f"/compare?{JUNE}").content == first
    assert np.isfinite(facts(three, JUNE)["areas"][2]["q"])
