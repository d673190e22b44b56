"""Change and lasting hot spots as pages, and the marks of recording changes on every trend."""

import json
import re
from pathlib import Path

import pytest
from asking import ask
from browsing import AREAS, PHONE, WIDE, Seen, needs_chromium
from building import build_files
from starlette.testclient import TestClient
from web_pages import Page

from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
CHANGE = "/collections/change/items"
SQUARE = "349132,312545"  # in Shrewsbury


def page(client: TestClient, path: str) -> Page:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.text[:300]
    return Page(response.text)


def chosen(found: Page) -> list[str]:
    options = [attributes for tag, attributes in found.tags if tag == "option"]
    return [option["value"] for option in options if "selected" in option]


def test_the_table_of_the_page_has_the_figures_and_sentences_of_the_layer(
    client: TestClient,
) -> None:
    rows = {f["id"]: f["properties"] for f in ask(client, "change")["features"]}
    [table] = [item for item in page(client, CHANGE).tables if "data-sortable" in item.attributes]
    head, *body = table.rows
    assert [cell.words for cell in head] == ["Area", "Before", "Now", "What changed", "Code"]
    assert len(body) == len(rows) == 193
    for line in body:
        row = rows[line[-1].words]
        assert (line[1].value, line[2].value) == (str(row["count_before"]), str(row["count"]))
        assert line[3].words == row["in_words"]


def test_the_months_to_compare_with_are_offered_and_kept(client: TestClient) -> None:
    found = page(client, f"{CHANGE}?theme=asb&datetime=2015-10/2016-03")
    offered = [option["value"] for tag, option in found.tags if tag == "option"]
    assert "" in offered  # the year before, whatever the months
    for months, value in (("2014-10/2015-03", ""), ("2015-04/2015-09", "2015-04/2015-09")):
        assert value in offered
        asked = f"{CHANGE}?theme=asb&datetime=2015-10/2016-03&compare={months}"
        answer = page(client, asked)
        assert value in chosen(answer)
        data = ask(client, "change", asked.partition("?")[2])
        assert data["metadata"]["compared_with"] == months
        assert data["metadata"]["facts"]["in_words"] in answer.words
        downloads = [link for link in answer.links if "f=csv" in link]
        if months != "2014-10/2015-03":
            assert f"compare={months}" in downloads[0]
    header = client.get(f"{asked}&f=csv").headers["content-disposition"]
    assert "2015-10-to-2016-03-against-2015-04-to-2015-09.csv" in header


def test_one_area_alone_is_compared_with_the_same_months(client: TestClient) -> None:
    query = "theme=asb&datetime=2016-01/2016-03&compare=2015-10/2015-12"
    for feature in ask(client, "change", query)["features"][:3]:
        alone = client.get(f"{CHANGE}/{feature['id']}?{query}").json()
        assert alone["properties"] == feature["properties"]
        assert (
            feature["properties"]["in_words"]
            in page(client, f"{CHANGE}/{feature['id']}?{query}").words
        )


def lines(client: TestClient, path: str) -> list[str]:
    """What the marks of recording changes say, once for each of the two charts."""
    text = client.get(path, headers=HTML).text
    return re.findall(r'<g><desc>([^<]+)</desc><line class="break"', text)


@pytest.mark.parametrize(
    ("theme", "months"),
    [
        ("violence", ["April 2014", "April 2015"]),
        ("shoplifting", ["April 2014"]),
        ("asb", []),
    ],
)
def test_a_trend_marks_the_recording_changes_that_it_crosses(
    client: TestClient, theme: str, months: list[str]
) -> None:
    path = f"/towns/wem?theme={theme}"
    marks = lines(client, path)
    assert [text.partition(",")[0] for text in marks] == months * 2  # wide and narrow
    found = page(client, path)
    for text in marks:
        assert f"{text}." in found.words
    [table] = [item for item in found.tables if item.rows[0][0].words == "Month"]
    noted = [line[0].words for line in table.rows if "recording changed" in line[0].words]
    assert noted == [f"{month} (recording changed)" for month in months]
    charts = [found for tag, found in found.tags if tag == "svg"]
    labels = [chart["aria-label"] for chart in charts if "a month," in chart.get("aria-label", "")]
    assert len(labels) == 2
    for label in labels:
        assert [month for month in ("April 2014", "April 2015") if month in label] == months
    told = client.get(path).json()["caveats"]
    across = [text for text in told if text.startswith("Recording changed in")]
    assert len(across) == ("April 2015" in months)  # the headline looks back one year


def test_the_lines_of_the_home_page_are_marked_too(tmp_path: Path, client: TestClient) -> None:
    assert 'class="break"' not in client.get("/", headers=HTML).text
    rows = [
        f"{year}-{month:02d},violence-without-injury,{SQUARE}"
        for year in (2014, 2015)
        for month in range(1, 13)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["month,offence,easting,northing", *rows]) + "\n")
    build_files(tmp_path / "home", tmp_path / "a.csv")
    other = TestClient(create_app(Site.open(tmp_path / "home")))
    text = other.get("/", headers=HTML).text
    towns = text.count('class="spark"')
    assert text.count('class="break"') == 2 * towns > 0
    assert "Dotted lines: recording changed in April 2014, when" in Page(text).words


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True)
@pytest.mark.parametrize("layer", ["change", "persistence"])
def test_a_class_is_told_by_its_sign_as_well_as_by_its_colour(see: Seen, layer: str) -> None:
    drawn = see.open(f"/collections/{layer}/items?f=html&theme=crime")
    assert not see.complaints
    assert drawn.locator(AREAS).count() == 193
    signs = drawn.locator(".map-label.sign").all_inner_texts()
    assert signs
    assert set(signs) <= set("▲▼◐●")
    legend = drawn.inner_text("table.legend")
    assert all(sign in legend for sign in signs)
    assert drawn.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    button = drawn.locator("[data-area]").first
    button.click()
    spoken = json.dumps(drawn.locator(".tip").inner_text())
    assert drawn.locator(".findings li").first.inner_text().splitlines()[-1] in json.loads(spoken)
