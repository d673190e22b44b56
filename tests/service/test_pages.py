"""The pages: complete, true to the data, at home without a network."""

import re
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

import pandas as pd
import pytest
from layer_names import SHIPPED, WITHIN_TOWN
from starlette.testclient import TestClient
from web_pages import Page

from layers.layer import RATES

HTML = {"Accept": "text/html"}
TOWNS = [
    "albrighton", "bishops-castle", "bridgnorth", "broseley", "church-stretton",
    "cleobury-mortimer", "craven-arms", "ellesmere", "highley", "ludlow", "market-drayton",
    "much-wenlock", "oswestry", "shifnal", "shrewsbury", "wem", "whitchurch",
]  # fmt: skip
PROFILES = ["/rural", "/business", "/deprivation", "/strategy", "/compare"]
FIGURES = ["/", *PROFILES, *(f"/towns/{town}" for town in TOWNS)]
FIGURES += [f"/collections/{name}/items" for name in SHIPPED]
FIGURES += ["/collections/hotspots/items/E01028946", "/collections/towns/items/wem"]
FIGURES += ["/towns/wem?theme=robbery&datetime=2014-01", "/rural?theme=asb&datetime=2015-06"]
FIGURES += ["/business?datetime=2015-06", "/deprivation?theme=asb&datetime=2015-06"]
FIGURES += ["/collections/hotspots/items?theme=asb&town=wem&bbox=-3,52,-2,53&limit=3"]
CARDS = [f"/collections/{name}" for name in SHIPPED]
PLAIN = ["/about", "/collections", "/conformance", "/api"]
EVERY = FIGURES + CARDS + PLAIN


def read(client: TestClient, path: str) -> Page:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, path
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


@pytest.mark.parametrize("path", EVERY)
def test_a_page_is_well_made_and_says_that_its_incidents_are_illustrative(
    client: TestClient, path: str
) -> None:
    page = read(client, path)
    assert next(found for tag, found in page.tags if tag == "html")["lang"] == "en-GB"
    assert "Shropshire" in page.title
    assert len(page.title) > 20
    assert "Illustrative incidents" in page.words
    assert "They are not real reports." in page.words
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == names.count("main") == 1
    assert names[: names.index("body")].count("title") == 1  # a drawing may have one of its own
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    for name in ("aria-labelledby", "for"):
        assert set(page.values(name)) <= set(ids)
    headings = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert headings[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))


@pytest.mark.parametrize("path", [path for path in EVERY if "?" not in path])
def test_pages_of_real_reports_say_who_recorded_them(police_client: TestClient, path: str) -> None:
    page = read(police_client, path)
    assert "Illustrative" not in page.words + page.title
    assert "Recorded by police" in page.words
    assert "data.police.uk" in page.words
    assert "October 2018 to January 2019" in page.words


@pytest.mark.parametrize("path", FIGURES + CARDS)
def test_period_denominator_and_source_stand_on_every_page_of_figures(
    client: TestClient, path: str
) -> None:
    words = read(client, path).words
    months = {"2014-01": "January 2014", "2015-06": "June 2015"}.get(path[-7:])
    held = "January 2014 to March 2016" if path in CARDS else "April 2015 to March 2016"
    assert (months or held) in words
    rated = not any(path.startswith(f"/collections/{name}") for name in WITHIN_TOWN)
    assert ("residents at the 2011 Census" in words) == rated
    assert "Illustrative incidents" in words
    assert "Office for National Statistics" in words
    assert "Open Government Licence" in words


@pytest.mark.parametrize("path", EVERY)
def test_every_link_leads_somewhere_here(client: TestClient, path: str) -> None:
    page, known = read(client, path), {}
    for link in page.links + page.values("action"):
        target = urljoin(f"http://testserver{path}", link)
        parts = urlsplit(target)
        if parts.netloc != "testserver":
            assert parts.netloc == "www.nationalarchives.gov.uk"
            continue
        address = parts._replace(fragment="").geturl()
        if address not in known:
            response = client.get(address, headers=HTML)
            assert response.status_code == 200, link
            known[address] = response
        if parts.fragment:
            assert parts.fragment in Page(known[address].text).values("id"), link


@pytest.mark.parametrize("path", EVERY)
def test_everything_a_page_fetches_comes_from_this_server(client: TestClient, path: str) -> None:
    page = read(client, path)
    assert "/static/joined/look.css" in page.assets
    for asset in page.assets:
        assert asset.startswith(("/static/", "/collections/"))
        assert client.get(asset).status_code == 200, asset
    text = client.get(path, headers=HTML).text
    assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", text)
    assert "cdn" not in text


def test_styles_fetch_nothing_from_elsewhere(client: TestClient) -> None:
    for name in ("/static/safermap.css", "/static/leaflet/leaflet.css"):
        response = client.get(name)
        assert response.headers["content-type"].startswith("text/css")
        for url in re.findall(r"url\(\s*['\"]?([^'\")]+)", response.text):
            if not url.startswith(("#", "data:")):
                target = urljoin(f"http://testserver{name}", url)
                assert client.get(target).status_code == 200, url
        assert "@import" not in response.text


@pytest.mark.parametrize("town", TOWNS)
def test_the_table_of_a_town_has_the_figures_of_the_layer_and_of_the_incidents(
    client: TestClient, embedded_incidents: pd.DataFrame, town: str
) -> None:
    page = read(client, f"/towns/{town}")
    [table] = [item for item in page.tables if "data-sortable" in item.attributes]
    _, *rows, foot = table.rows
    items = client.get(f"/collections/hotspots/items?theme=asb&town={town}").json()["features"]
    expected = {item["id"]: item["properties"] for item in items}
    assert {row[-1].words for row in rows} == set(expected)
    counts = []
    for row in rows:
        area = expected[row[-1].words]
        assert int(row[2].value or "") == area["count"]
        assert row[2].words == f"{area['count']:,}"
        assert float(row[4].value or "") == area["rate"]
        assert row[4].words == f"{area['rate']:,.1f}"
        assert row[5].words == f"{area['rate_lower']:,.1f} to {area['rate_upper']:,.1f}"
        assert row[1].words.lower() == area["hotspot_class"]
        counts.append(area["count"])
    assert counts == sorted(counts, reverse=True)
    asb = embedded_incidents["offence"].astype(str).str.startswith("asb")
    year = embedded_incidents["month"].between(2015 * 12 + 3, 2016 * 12 + 2)
    name = next(iter(expected.values()))["town"]
    total = int((asb & year & (embedded_incidents["town"] == name)).sum())
    assert sum(counts) == total
    assert foot[2].words == f"{total:,}"
    assert f"{total:,} reports in {name}" in page.words


def test_the_months_of_a_town_are_those_of_its_incidents(
    client: TestClient, embedded_incidents: pd.DataFrame
) -> None:
    page = read(client, "/towns/ludlow?theme=shoplifting")
    [table] = [item for item in page.tables if item.rows[0][0].words == "Month"]
    chosen = (embedded_incidents["offence"] == "shoplifting") & (
        embedded_incidents["town"] == "Ludlow"
    )
    expected = embedded_incidents[chosen]["month"].value_counts()
    found = [int(row[1].words.replace(",", "")) for row in table.rows[1:]]
    assert found == [int(expected.get(month, 0)) for month in range(2014 * 12, 2016 * 12 + 3)]
    assert (table.rows[1][0].words, table.rows[-1][0].words) == ("January 2014", "March 2016")


def test_the_rural_page_has_the_known_figures_of_the_police_files(
    police_client: TestClient,
) -> None:
    words = read(police_client, "/rural").words
    assert "2,527 crimes" in words
    assert "43.2% of all in Shropshire" in words
    assert "0.57 times, likely 0.54 to 0.60" in words
    facts = police_client.get("/rural").json()
    assert facts["rural"]["count"] == 2_527
    assert facts["rural"]["share"] == pytest.approx(0.432, abs=5e-4)
    ratio = facts["rural"]["rate"] / facts["urban"]["rate"]
    assert facts["ratio"]["ratio"] == pytest.approx(ratio, rel=1e-9)
    assert round(ratio, 2) == 0.57
    assert (facts["measures"][0]["count"], facts["measures"][1]["count"]) == (2_527, None)
    assert "Not known." in words
    assert len([row for row in facts["classes"] if row["place"] == "rural"]) == 4
    assert sum(row["count"] for row in facts["classes"] if row["place"] == "rural") == 2_527


def test_the_home_page_has_every_town_and_the_printed_total(client: TestClient) -> None:
    page = read(client, "/")
    towns = [link for link in page.links if link.startswith("/towns/")]
    assert len(towns) == len(set(towns)) == 19
    assert "14,250 recorded crimes" in re.sub(r"(\d)recorded", r"\1 recorded", page.words)


def test_every_choice_of_theme_months_and_rates_has_a_page(client: TestClient) -> None:
    page = read(client, "/towns/wem")
    offered = [found["value"] for tag, found in page.tags if tag == "option"]
    values = [value for value in offered if value]  # the rest is what is usual
    assert len(values) >= 12
    for value in values:
        name = "datetime" if "/" in value else "rates" if value in RATES else "theme"
        found = read(client, f"/towns/wem?{name}={value}")
        chosen = [option for tag, option in found.tags if tag == "option" and "selected" in option]
        assert value in [option["value"] for option in chosen]
        assert len(chosen) == [tag for tag, _ in found.tags].count("select")
