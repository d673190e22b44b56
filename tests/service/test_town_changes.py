"""What a town's page says of earlier months and of places, counted again from the incidents."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from starlette.testclient import TestClient
from web_pages import Page

from geo.period import parse_month

HTML = {"Accept": "text/html"}
NOW, BEFORE = ("2015-10", "2016-03"), ("2014-10", "2015-03")
ASKED = [
    ("", ("2015-04", "2016-03"), ("2014-04", "2015-03")),
    ("datetime=2015-10/2016-03", NOW, BEFORE),
    ("datetime=2015-10/2016-03&compare=2015-04/2015-09", NOW, ("2015-04", "2015-09")),
    ("datetime=2015-10/2016-03&compare=2014-01/2014-03", NOW, ("2014-01", "2014-03")),
]


def between(incidents: pd.DataFrame, months: tuple[str, str]) -> pd.DataFrame:
    return incidents[incidents["month"].between(*map(parse_month, months))]


def length(months: tuple[str, str]) -> int:
    first, last = map(parse_month, months)
    return last - first + 1


@pytest.fixture(scope="module")
def thefts(embedded_incidents: pd.DataFrame) -> pd.DataFrame:
    return embedded_incidents[embedded_incidents["offence"] == "shoplifting"]


@pytest.mark.parametrize(("query", "now", "before"), ASKED)
def test_the_change_of_a_town_is_that_of_its_incidents(
    client: TestClient,
    thefts: pd.DataFrame,
    query: str,
    now: tuple[str, str],
    before: tuple[str, str],
) -> None:
    of_town = thefts[thefts["town"] == "Ludlow"]
    was, found = (len(between(of_town, months)) for months in (before, now))
    facts = client.get(f"/towns/ludlow?theme=shoplifting&{query}").json()
    change = facts["change"]
    assert change["period_before"] == "/".join(before)
    assert (change["count_before"], facts["count"]) == (was, found)
    chance = length(now) / (length(now) + length(before))
    p = stats.binomtest(found, was + found, chance).pvalue
    assert change["p"] == pytest.approx(p, rel=1e-6)
    assert change["ratio"] == pytest.approx(found / length(now) / (was / length(before)))
    clear = p <= 0.05
    assert (change["direction"] == "no clear change") == (not clear)
    headline = facts["headline"]
    assert f"{found} crimes in Ludlow" in headline
    assert f"from {was}" in headline
    assert ("No clear change" in headline) == (not clear)
    assert ("monthly count" in headline) == (length(now) != length(before))
    assert len(re.findall(r"[.;](?: |$)", headline)) - headline.count("; by chance") == 2


@pytest.mark.parametrize(("query", "now", "before"), ASKED)
def test_the_areas_that_changed_most_are_those_of_the_incidents(
    client: TestClient,
    thefts: pd.DataFrame,
    query: str,
    now: tuple[str, str],
    before: tuple[str, str],
) -> None:
    facts = client.get(f"/towns/shrewsbury?theme=shoplifting&{query}").json()["changes"]
    counts = pd.DataFrame(
        {name: between(thefts, months)["lsoa_code"].value_counts()
         for name, months in (("before", before), ("now", now))}
    ).fillna(0)  # fmt: skip
    lone = {row["lsoa_code"]: (row["count_before"], row["count"]) for row in facts["areas"]}
    assert len(lone) == 42
    for area, pair in lone.items():
        expected = counts.loc[area] if area in counts.index else {"before": 0, "now": 0}
        assert pair == (expected["before"], expected["now"])
    gaps = {area: new / length(now) - old / length(before) for area, (old, new) in lone.items()}
    assert [row["lsoa_code"] for row in facts["areas"]] == sorted(
        gaps, key=lambda area: (-gaps[area], area)
    )
    assert facts["areas_compared"] == 193
    clear = {row["lsoa_code"] for row in facts["areas"] if row["direction"] != "no clear change"}
    order = sorted(
        (area for area in gaps if gaps[area]), key=lambda a: (a not in clear, -abs(gaps[a]))
    )
    assert [abs(gaps[row["lsoa_code"]]) for row in facts["most"]] == [
        abs(gaps[a]) for a in order[:3]
    ]
    more, fewer = (int(sum(np.sign(gap) == way for gap in gaps.values())) for way in (1, -1))
    assert facts["finding"].startswith(f"More in {more} area")
    assert f"fewer in {fewer}" in facts["finding"]
    assert "all 193 areas compared" in facts["finding"]
    assert ("none is a clear change" in facts["finding"]) == (not clear)


def test_the_page_draws_what_it_says_of_the_areas_that_changed(client: TestClient) -> None:
    address = "/towns/oswestry?datetime=2015-10/2016-03&compare=2015-04/2015-09"
    facts = client.get(address).json()["changes"]
    text = client.get(address, headers=HTML).text
    page = Page(text)
    assert "Three areas that changed most" in page.words
    charts = re.findall(r'<svg class="chart changes.*?</svg>', text, re.DOTALL)
    assert len(charts) == 2
    for chart in charts:
        for row in facts["most"]:
            gap = row["count"] - row["count_before"]
            told = f">{abs(gap)} {'more' if gap > 0 else 'fewer'}"
            assert told in chart
            assert chart.count(row["direction"]) == 6  # of three, to be read out and drawn
            assert f"{row['name']}: {row['count_before']} before, {row['count']} now" in chart
            assert f">{row['count_before']}</text>" in chart
    [table] = [item for item in page.tables if item.rows[0][1].words == "Before"]
    shown = [(int(row[1].words), int(row[2].words), row[3].words) for row in table.rows[1:]]
    assert shown == [(r["count_before"], r["count"], r["in_words"]) for r in facts["areas"]]


def test_periods_of_two_lengths_are_drawn_a_month(client: TestClient) -> None:
    address = "/towns/oswestry?theme=crime&datetime=2015-10/2016-03&compare=2014-01/2014-03"
    facts = client.get(address).json()["changes"]
    text = client.get(address, headers=HTML).text
    [chart, _] = re.findall(r'<svg class="chart changes.*?</svg>', text, re.DOTALL)
    for row in facts["most"]:
        was, now = row["count_before"] / 3, row["count"] / 6
        assert row["difference"] == pytest.approx(now - was)
        assert f">{was:.1f}</text>" in chart
        assert f">{now:.1f}</text>" in chart
        assert f">{abs(now - was):.1f} {'more' if now > was else 'fewer'} a month</text>" in chart
    assert "Crimes a month, January to March 2014 (circle)" in Page(text).words


def test_the_places_of_a_town_are_those_of_its_incidents(
    client: TestClient, embedded_incidents: pd.DataFrame
) -> None:
    asb = embedded_incidents["offence"].astype(str).str.startswith("asb")
    chosen = embedded_incidents[asb & (embedded_incidents["town"] == "Oswestry")]
    counts = (
        between(chosen, ("2015-04", "2016-03"))
        .groupby(["easting", "northing"], observed=True)
        .size()
        .sort_values(ascending=False)
    )
    facts = client.get("/towns/oswestry").json()["places"]
    half = int(np.searchsorted(np.cumsum(counts.to_numpy()), counts.sum() / 2) + 1)
    assert (facts["places"], facts["places_with_half"]) == (len(counts), half)
    assert facts["on_places"] == counts.sum()
    assert [row["count"] for row in facts["most"]] == counts.iloc[:6].tolist()
    shares = np.cumsum(counts.to_numpy()) / counts.sum()
    assert [row["cumulative_share"] for row in facts["most"]] == pytest.approx(shares[:6])
    page = Page(client.get("/towns/oswestry", headers=HTML).text)
    assert f"{half} of {len(counts)} places hold half the reports" in page.words
    [table] = [item for item in page.tables if item.rows[0][-1].words == "Running share"]
    assert [int(row[2].words) for row in table.rows[1:]] == counts.iloc[:6].tolist()
    assert [row[3].words for row in table.rows[1:]] == [f"{100 * s:.0f}%" for s in shares[:6]]


def test_places_are_named_as_the_files_have_them(police_client: TestClient) -> None:
    page = Page(police_client.get("/towns/oswestry", headers=HTML).text)
    [table] = [item for item in page.tables if item.rows[0][0].words == "On or near"]
    assert "Leg Street" in [row[0].words.split("Town")[0] for row in table.rows[1:]]
    assert "On or near" not in "".join(row[0].words for row in table.rows[1:])


def test_offences_that_are_never_mapped_have_no_places(client: TestClient) -> None:
    address = "/towns/oswestry?theme=sexual-offences"
    reason = "Sexual offences are never mapped below the town."
    assert client.get(address).json()["places"] == {"reason": reason}
    page = Page(client.get(address, headers=HTML).text)
    assert reason in page.words
    assert "Running share" not in page.words
    assert not [link for link in page.links if "map-points" in link]


def test_the_months_to_compare_with_are_offered_kept_and_refused(client: TestClient) -> None:
    address = "/towns/wem?theme=crime&datetime=2015-10/2016-03&compare=2015-04/2015-09"
    page = Page(client.get(f"{address}&rates=smoothed", headers=HTML).text)
    chosen = [found["value"] for tag, found in page.tags if tag == "option" and "selected" in found]
    assert chosen == ["crime", "2015-10/2016-03", "2015-04/2015-09", "smoothed"]
    for link in page.links:
        if link.startswith("/collections/change/items"):
            assert "compare=2015-04/2015-09" in link
    refused = client.get("/towns/wem?datetime=2015-04/2015-09&compare=2015-06/2015-12")
    assert refused.status_code == 400
    assert "must end before those counted" in refused.json()["detail"]


def test_the_definition_describes_what_a_town_answers(client: TestClient) -> None:
    api = client.get("/api?f=json").json()
    described = api["components"]["schemas"]["Town"]["properties"]
    facts = client.get("/towns/ludlow").json()
    assert set(described) == set(facts)
    for name in ("change", "changes", "places"):
        assert set(described[name]["properties"]) == set(facts[name])
    for name in ("changes", "places"):
        row = described[name]["properties"]["most"]["items"]["properties"]
        assert set(row) == set(facts[name]["most"][0])
