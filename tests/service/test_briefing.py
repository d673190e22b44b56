"""The briefing on paper: two sheets with the figures of the town's page, whatever the town."""

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pypdf
import pytest
from command_line import Run, refused
from made_dataset import made
from made_partner import seen_by_anyone
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from geo.errors import InputError
from layers.registry import find_layer
from service.app import create_app
from service.briefing import content as what
from service.briefing.command import write_whole
from service.briefing.make import make_briefing
from service.pages.town import town_question
from service.site import Site

HTML = {"Accept": "text/html"}
TOWNS = 19


def sheets(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text(content: bytes) -> str:
    """All words of a PDF, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in sheets(content).pages).split())


def briefing(client: TestClient, town: str, query: str = "") -> bytes:
    response = client.get(f"/towns/{town}/briefing?{query}")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/pdf"
    return response.content


def figures(client: TestClient, town: str, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/towns/{town}?{query}").json()
    return found


def row_words(row: dict[str, Any]) -> str:
    """How a row of the table of areas reads."""

    def tenth(value: float) -> str:
        return f"{int(value * 10 + 0.5) / 10:,.1f}"

    share = f"{100 * row['town_share']:.1f}%"
    limits = f"{tenth(row['rate_lower'])} to {tenth(row['rate_upper'])}"
    kind = row["hotspot_class"].capitalize()
    count, rate = f"{row['count']:,}", tenth(row["rate"])
    return f"{row['short_name']} {kind} {count} {share} {rate} {limits}"


@pytest.mark.parametrize("query", ["", "theme=burglary", "theme=asb&datetime=2014-01/2014-06"])
def test_it_has_the_figures_of_the_page(client: TestClient, query: str) -> None:
    content, facts = briefing(client, "oswestry", query), figures(client, "oswestry", query)
    said = text(content)
    assert len(sheets(content).pages) == 2
    for sentence in (facts["headline"], facts["months_finding"], facts["week"]["finding"]):
        assert sentence in said
    for row in facts["areas"]:
        assert row_words(row) in said
    assert f"Oswestry {facts['count']:,} 100.0%" in said
    for caveat in facts["caveats"]:
        assert caveat in said
    assert facts["denominator"] in said


def test_its_changes_and_places_are_those_of_the_layers(client: TestClient) -> None:
    said = text(briefing(client, "oswestry"))
    asked = "items?theme=asb&town=oswestry&f=geojson"
    changed = client.get(f"/collections/change/{asked}").json()["features"]
    rows = {row["lsoa_code"]: row for row in (feature["properties"] for feature in changed)}
    facts = figures(client, "oswestry")["changes"]
    assert facts["finding"] in said
    for most in facts["most"]:
        row = rows[most["lsoa_code"]]
        difference = row["count"] - row["count_before"]
        by = f"{abs(difference)} {'more' if difference > 0 else 'fewer'}"
        assert f"{most['name']} {row['count_before']} {row['count']} {by}" in said
    places = client.get(f"/collections/map-points/{asked}").json()
    half = places["metadata"]["facts"]["points_with_half"]
    assert f"{half} of {places['numberMatched']} places hold half the reports" in said
    for feature in places["features"][:6]:
        row = feature["properties"]
        assert f"{row['name']} {row['count']} {100 * row['cumulative_share']:.0f}%" in said


def test_it_is_set_against_the_months_asked_for(client: TestClient) -> None:
    query = "theme=burglary&datetime=2015-04/2016-03&compare=2014-01/2014-06"
    page = Page(client.get(f"/towns/ludlow?{query}", headers=HTML).text)
    [href] = {link for link in page.links if "/briefing" in link}
    assert "compare=2014-01/2014-06" in href
    response = client.get(href)
    name = "ludlow-burglary-2015-04-to-2016-03-against-2014-01-to-2014-06.pdf"
    assert name in response.headers["content-disposition"]
    facts, said = figures(client, "ludlow", query), text(response.content)
    assert facts["headline"] in said
    assert facts["changes"]["finding"] in said
    assert "Hollow: January to June 2014, a month" in said
    for row in facts["changes"]["most"]:
        assert f"{row['name']} {row['count_before'] / 6:.1f} {row['count'] / 12:.1f} " in said


def test_give_me_the_friday_night_hot_spots_of_shrewsbury_as_a_pdf(client: TestClient) -> None:
    page = Page(client.get("/towns/shrewsbury?theme=night-time-economy", headers=HTML).text)
    [href] = {link for link in page.links if "/briefing" in link}
    response = client.get(href)
    assert response.status_code == 200
    name = "shrewsbury-night-time-economy-2015-04-to-2016-03.pdf"
    assert name in response.headers["content-disposition"]
    content, facts = response.content, figures(client, "shrewsbury", "theme=night-time-economy")
    said = text(content)
    assert len(sheets(content).pages) == 2
    assert "Night-time economy in Shrewsbury" in said
    spots = [row for row in facts["areas"] if row["hotspot_class"] == "hot spot"]
    assert spots
    for row in spots:
        assert said.count(f"Hot spot: {row['short_name']}") == 2  # on the map and beside it
    assert facts["week"]["finding"] in said
    assert "Friday, Saturday and Sunday nights" in said
    shown = sum(row_words(row) in said for row in facts["areas"])
    left = len(facts["areas"]) - shown
    rest = sum(row["count"] for row in facts["areas"][shown:])
    assert f"{left} more areas; their figures are on the town’s page {rest:,}" in said  # noqa: RUF001


def test_it_is_tagged_titled_and_in_english(client: TestClient) -> None:
    found = sheets(briefing(client, "wem"))
    root = found.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert found.metadata is not None
    assert found.metadata.title == "Anti-social behaviour in Wem: Shropshire Community Safety " + (
        "Partnership"
    )
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfuaid:part>\s*1", xmp)


def test_its_letters_are_all_in_its_fonts(client: TestClient) -> None:
    found = sheets(briefing(client, "shrewsbury"))
    fonts = {
        font.get_object()["/BaseFont"]
        for page in found.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("Roboto" in name for name in fonts)
    assert "\N{REPLACEMENT CHARACTER}" not in text(briefing(client, "shrewsbury"))


def test_every_figure_is_marked_where_the_incidents_are_drawn(
    client: TestClient, police_client: TestClient
) -> None:
    drawn = text(briefing(client, "ludlow"))
    assert drawn.count("Illustrative") >= 6
    assert "Recorded by" not in drawn
    assert "They are not real reports." in drawn
    real = text(briefing(police_client, "ludlow"))
    assert "llustrative" not in real
    assert "Recorded by police." in real
    assert "Open police data has months only" in real


def test_address_and_date_are_in_the_foot_of_both_sheets(client: TestClient) -> None:
    for number, page in enumerate(sheets(briefing(client, "wem")).pages, 1):
        said = page.extract_text()
        assert "http://testserver/towns/wem?theme=asb&datetime=2015-04/2016-03" in said
        assert re.search(rf"Printed \d+ \w+ \d{{4}}, page {number} of 2", said)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of what anyone may see of a partner's records."""
    public = seen_by_anyone(tmp_path_factory.mktemp("seen"), 1)
    return TestClient(create_app(Site(public)), raise_server_exceptions=False)


@pytest.mark.parametrize("query", ["theme=crime", "theme=burglary", "theme=sexual-offences"])
def test_hidden_counts_stay_hidden_and_the_sheets_whole(seen: TestClient, query: str) -> None:
    content = briefing(seen, "northtown", query)
    said = text(content)
    assert len(sheets(content).pages) == 2
    assert "only counts of whole years are public" in said
    table = said[said.index("Every area") : said.index("Read before")]
    rows = seen.get(f"/collections/towns/items?town=northtown&{query}").json()["features"]
    count = rows[0]["properties"]["count"]
    assert f"Northtown {'hidden' if count is None else f'{count:,}'}" in table
    assert "None" not in said
    assert "nan" not in said.lower().split()


@pytest.mark.parametrize("months", ["2018-01", "2018-01/2019-06"])
@pytest.mark.parametrize("theme", ["asb", "shoplifting", "burglary"])
def test_one_month_no_times_and_nothing_counted(tmp_path: Path, theme: str, months: str) -> None:
    site = TestClient(create_app(Site(made(tmp_path))), raise_server_exceptions=False)
    query = f"theme={theme}&datetime={months}&source=police"
    content = briefing(site, "northtown", query)
    assert len(sheets(content).pages) == 2
    assert figures(site, "northtown", query)["headline"] in text(content)


LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch "


@pytest.mark.parametrize("name", [LONG * 3, "Tŷ Ŵyn & <b>#strong[x]</b> $a$ \\ \"'", "日本 🎉"])
def test_any_name_is_set_as_it_is(embedded: Dataset, name: str) -> None:
    town = (embedded.lsoas["town"] == "Oswestry").to_numpy()
    lsoas = embedded.lsoas.assign(
        short_name=embedded.lsoas["short_name"].mask(pd.Series(town), name.strip()),
    )
    client = TestClient(create_app(Site(replace(embedded, lsoas=lsoas))))
    content = briefing(client, "oswestry")
    if name.isascii() or "Ŵ" in name:
        assert "".join(name.split())[:20] in "".join(text(content).split())
    assert len(sheets(content).pages) >= 2


def test_a_wrong_question_is_one_sentence(client: TestClient) -> None:
    for query, status, words in (
        ("/towns/nowhere/briefing", 404, "oswestry"),
        ("/towns/wem/briefing?theme=nothing", 400, "choose one of"),
        ("/towns/wem/briefing?f=csv", 400, "pdf"),
        ("/towns/wem/briefing?colour=red", 400, "theme"),
    ):
        response = client.get(query)
        assert response.status_code == status
        assert words in response.json()["detail"]


def test_one_town_is_written_and_an_old_file_gives_way(
    run: Run, embedded_home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "oswestry.pdf"
    out.write_bytes(b"old")
    ended = run("briefing", "--dataset", embedded_home, "--town", "Oswestry", "--out", out)
    assert ended.returncode == 0, ended.stderr
    assert "Anti-social behaviour in Oswestry" in text(out.read_bytes())
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["oswestry.pdf"]


def test_every_town_in_one_run_with_a_line_each(
    run: Run, embedded_home: Path, tmp_path: Path, embedded: Dataset
) -> None:
    out = tmp_path / "new" / "folder"
    arguments = ("--all", "--theme", "asb", "--months", "2015-01/2015-12", "--out", out)
    ended = run("briefing", "--dataset", embedded_home, *arguments)
    assert ended.returncode == 0, ended.stderr
    assert len(embedded.towns) == TOWNS
    assert {path.name for path in out.iterdir()} == {
        f"{town}-asb-2015-01-to-2015-12.pdf" for town in embedded.towns["town_id"]
    }
    for name, town in zip(embedded.towns["town"], embedded.towns["town_id"], strict=True):
        found = (out / f"{town}-asb-2015-01-to-2015-12.pdf").read_bytes()
        assert len(sheets(found).pages) == 2
        assert f"Anti-social behaviour in {name}" in text(found).replace("’", "'")  # noqa: RUF001
    assert "Setting 19 of 19" in ended.stderr


def test_towns_that_a_theme_is_not_about_are_passed_over(
    run: Run, embedded_home: Path, tmp_path: Path
) -> None:
    arguments = ("--all", "--theme", "rural-crime", "--out", tmp_path / "rural")
    ended = run("briefing", "--dataset", embedded_home, *arguments)
    assert ended.returncode == 0, ended.stderr
    assert "Shrewsbury was passed over." in ended.stdout
    names = {path.name.partition("-rural")[0] for path in (tmp_path / "rural").iterdir()}
    assert "wem" in names
    assert "shrewsbury" not in names


def test_what_cannot_be_done_is_said(run: Run, embedded_home: Path, tmp_path: Path) -> None:
    def brief(*arguments: object) -> Any:  # noqa: ANN401
        return run("briefing", "--dataset", embedded_home, *arguments)

    (tmp_path / "file").write_text("as it was")
    refused(brief("--town", "Nowhere"), "There is no town 'Nowhere'", "oswestry")
    refused(brief(), "--town", "--all")
    refused(brief("--town", "Wem", "--all"), "--town", "--all")
    refused(brief("--town", "Wem", "--out", tmp_path / "no" / "w.pdf"), "cannot be written")
    refused(brief("--all", "--out", tmp_path / "file"), "no folder to write to")
    assert (tmp_path / "file").read_text() == "as it was"


def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wem.pdf"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_whole(path, b"new")
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == {"wem.pdf": b"old"}


@pytest.mark.parametrize("town", ["oswestry", "shrewsbury", "minsterley"])
def test_the_map_has_as_many_areas_of_each_colour_as_the_legend_says(
    embedded: Dataset, town: str
) -> None:
    site = Site(embedded)
    said = what.briefing(site, town_question(site, town), "", date(2026, 11, 24))
    for colour, _, counts in said["legend"]["classes"]:
        assert len(re.findall(rf'fill="{colour}"', said["map"]["svg"])) == int(counts[0])
    places = site.computed.answer(find_layer("map-points"), town_question(site, town))[1]
    assert said["map"]["svg"].count("<circle ") == len(places)


def test_the_same_question_on_the_same_day_gives_the_same_bytes(embedded: Dataset) -> None:
    site = Site(embedded)
    question, day = town_question(site, "wem"), date(2026, 11, 24)
    first, again = (make_briefing(site, question, on=day) for _ in range(2))
    assert first == again
    assert "Printed 24 November 2026" in text(first)
