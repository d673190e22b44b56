"""The rural page against earlier months, offence by offence, and what it gives to take away."""

import csv
import io
import re
from dataclasses import replace

import pandas as pd
import pytest
from scipy import stats
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from geo.period import MONTH_NAMES, parse_month
from geo.profiles.figures import HIGHER, LOWER, SAME, ratio_of, share_of
from geo.profiles.months import CalendarMonth, Season
from geo.profiles.offences import OffenceRatio
from service.pages.profile_words import offences_heading, season_charts, season_heading
from service.pages.ratio_chart import ratio_charts
from service.pages.rural_rail import SMALL_TOWNS, rail_finding
from service.pages.share_scale import share_scales

HTML = {"Accept": "text/html"}
HALF = "/rural?datetime=2015-10/2016-03&compare=2014-04/2015-03"


@pytest.fixture(scope="module")
def rural(embedded: Dataset, embedded_incidents: pd.DataFrame) -> pd.DataFrame:
    """The crimes of rural areas."""
    codes = embedded.lsoas.loc[embedded.lsoas["place"] == "rural", "lsoa_code"]
    crime = ~embedded_incidents["offence"].astype(str).str.startswith("asb")
    return embedded_incidents[crime & embedded_incidents["lsoa_code"].isin(codes)]


def count(incidents: pd.DataFrame, first: str, last: str) -> int:
    return int(incidents["month"].between(parse_month(first), parse_month(last)).sum())


def test_rural_areas_are_set_against_months_of_another_length(
    client: TestClient, rural: pd.DataFrame
) -> None:
    now, before = count(rural, "2015-10", "2016-03"), count(rural, "2014-04", "2015-03")
    facts = client.get(HALF).json()
    change = facts["change"]
    assert (facts["rural"]["count"], change["count_before"]) == (now, before)
    assert change["ratio"] == pytest.approx(now / 6 / (before / 12))
    p = stats.binomtest(now, now + before, 6 / 18).pvalue
    assert change["p"] == pytest.approx(p, rel=1e-6)
    measure = facts["measures"][0]["change"]
    assert (measure["before"], measure["after"]) == (before, now)
    assert measure["ratio"] == pytest.approx(now / 6 / (before / 12))
    words = Page(client.get(HALF, headers=HTML).text).words
    assert "Against Apr 2014 to Mar 2015" in words
    assert f"a month ({100 * (measure['lower'] - 1):.0f}% to " in words
    assert f"{before:,} in 12 months to {now:,} in 6 months" in words


def test_the_rows_of_the_changes_are_those_of_the_download(client: TestClient) -> None:
    page = Page(client.get(HALF, headers=HTML).text)
    [link] = [link for link in page.links if "/change/" in link and "f=csv" in link]
    assert "place=rural" in link
    assert "compare=2014-04/2015-03" in link
    rows = list(csv.DictReader(io.StringIO(client.get(link).text.removeprefix("\ufeff"))))
    [table] = [item for item in page.tables if item.rows[0][1].words == "Before"]
    shown = sorted((int(row[1].words), int(row[2].words), row[3].words) for row in table.rows[1:])
    assert shown == sorted((int(r["count_before"]), int(r["count"]), r["in_words"]) for r in rows)
    assert len(rows) == 111


def test_the_whole_area_stands_below_its_rural_and_urban_parts(
    client: TestClient, embedded_incidents: pd.DataFrame
) -> None:
    page = Page(client.get("/rural", headers=HTML).text)
    [table] = [t for t in page.tables if t.rows[0][1].words == "Areas" and len(t.rows[0]) == 9]
    rows = {row[0].words: row for row in table.rows[1:]}
    assert [*rows][-1] == "Shropshire"
    crime = ~embedded_incidents["offence"].astype(str).str.startswith("asb")
    located = embedded_incidents[crime & embedded_incidents["lsoa_code"].notna()]
    total = count(located, "2015-04", "2016-03")
    assert rows["Shropshire"][4].words == f"{total:,}"
    assert rows["Shropshire"][2].words == "306,129"
    parts = [int(rows[name][4].words.replace(",", "")) for name in ("All rural", "All urban")]
    assert sum(parts) == total
    assert rows["All rural"][3].words == "57.3%"


def test_a_mark_stands_where_its_ratio_is_and_is_filled_where_it_is_clear(
    police_client: TestClient,
) -> None:
    facts = police_client.get("/rural").json()
    text = police_client.get("/rural", headers=HTML).text
    charts = re.findall(r'<svg class="chart ratios.*?</svg>', text, re.DOTALL)
    assert len(charts) == 2
    ways = {LOWER: "down", HIGHER: "up", SAME: "same"}
    for chart in charts:
        marks = re.findall(r'<circle class="point (\w+)" cx="([\d.]+)"', chart)
        assert [way for way, _ in marks] == [ways[o["verdict"]] for o in facts["offences"]]
        at = [float(x) for _, x in marks]
        [same] = re.findall(r'class="at-same" x1="([\d.]+)"', chart)
        ratios = [o["ratio"]["ratio"] for o in facts["offences"]]
        assert [x < float(same) for x in at] == [ratio < 1 for ratio in ratios]
        in_order = sorted(range(len(at)), key=lambda i: ratios[i])
        assert [at[i] for i in in_order] == sorted(at)
        for offence in facts["offences"]:
            assert f"{offence['ratio']['ratio']:.2f} (" in chart
            assert f"{offence['title']}: " in chart


def offence(title: str, rural: int, urban: int, verdict: str) -> OffenceRatio:
    return OffenceRatio(title, title, ratio_of(rural, urban, 1000, 1000), 0.01, verdict)


def test_an_offence_without_a_ratio_has_its_count_alone() -> None:
    rows = [offence("A", 12, 0, HIGHER), offence("B", 0, 12, LOWER), offence("C", 5, 6, SAME)]
    charts = ratio_charts(rows, "crimes", "t", hollow=False)
    assert charts is not None
    assert charts[0].count("<circle") == 2
    assert charts[0].count("no ratio") == 2  # once to be read out, once drawn
    bare = [replace(row, ratio=ratio_of(3, 4, None, None)) for row in rows]
    assert ratio_charts(bare, "crimes", "t", hollow=False) is None
    assert ratio_charts([], "crimes", "t", hollow=False) is None


def test_the_heading_says_what_most_offences_are() -> None:
    lower = [offence(name, 1, 9, LOWER) for name in ("Drugs", "Robbery", "Arson")]
    same = [offence(name, 5, 5, SAME) for name in ("Burglary", "Other theft", "Fraud")]
    rarer = "clearly rarer in rural areas"
    assert offences_heading(lower) == f"Every offence is {rarer}"
    assert offences_heading([*lower, same[0]]) == f"Most offences are {rarer}, but not burglary"
    assert offences_heading([*lower, *same[:2]]).endswith("but not burglary or other theft")
    assert offences_heading([*lower, *same]) == "Offence by offence"
    assert offences_heading([]) == "Offence by offence"


def test_shares_stand_on_one_scale_from_nought() -> None:
    first, second, none = share_scales([share_of(40, 100), share_of(10, 100), share_of(0, 0)])
    assert none is None
    at = [float(re.search(r'class="dot" cx="([\d.]+)"', f"{one}")[1]) for one in (first, second)]  # type: ignore[index]
    start = 14
    assert (at[0] - start) / (at[1] - start) == pytest.approx(4, rel=1e-2)
    assert ">60%</text>" in f"{first}"
    assert ">60%</text>" in f"{second}"
    assert share_scales([None, share_of(0, 0)]) == [None, None]


def test_hot_spots_that_are_all_in_small_towns_are_said_to_be(
    police: Dataset, police_client: TestClient
) -> None:
    found = police_client.get("/collections/hotspots/items?place=rural").json()
    rows = [feature["properties"] for feature in found["features"]]
    hot = [row["lsoa_code"] for row in rows if row["hotspot_class"] == "hot spot"]
    lsoas = police.lsoas.set_index("lsoa_code")
    assert {*lsoas.loc[hot, "ruc_code"]} <= {"D1", "D2"}
    assert {*lsoas.loc[hot, "town"]} == {"Wem", "Whitchurch"}
    villages = [row for row in rows if lsoas.loc[row["lsoa_code"], "ruc_code"] in ("E1", "E2")]
    raised = sum(row["hotspot_class"] == "raised" for row in villages)
    heading, note = rail_finding(police, rows)
    assert heading == "All three rural hot spots are in small towns"
    assert note == (
        "Wem and Whitchurch count as rural in the official classes. No village or dispersed area "
        f"is a hot spot; {raised} are raised."
    )
    words = Page(police_client.get("/rural", headers=HTML).text).words
    assert f"{heading} {note}" in words


@pytest.mark.parametrize(
    ("towns", "villages", "said"),
    [
        (1, 0, "The one rural hot spot is in a small town"),
        (2, 0, "Both rural hot spots are in small towns"),
        (1, 1, "1 of 2 rural hot spots is in small towns"),
        (0, 1, "The one rural hot spot is not in a small town"),
        (0, 2, "None of 2 rural hot spots is in a small town"),
        (0, 0, "No rural area is a hot spot"),
    ],
)
def test_the_rail_claims_no_town_that_is_none(
    police: Dataset, towns: int, villages: int, said: str
) -> None:
    lsoas = police.lsoas
    small = lsoas["ruc_code"].isin(SMALL_TOWNS) & lsoas["town"].notna()
    kinds = [*lsoas["lsoa_code"][small][:2], *lsoas["lsoa_code"][lsoas["ruc_code"] == "E1"][:2]]
    hot = {*kinds[:towns], *kinds[2 : 2 + villages]}
    rows = [
        {"lsoa_code": code, "hotspot_class": "hot spot" if code in hot else "not unusual"}
        for code in kinds
    ]
    assert rail_finding(police, rows)[0] == said
    untold = [{**row, "hotspot_class": "not told"} for row in rows]
    assert rail_finding(police, untold) == ("Where it stands out", "")


def season(uneven: bool | None) -> Season:
    months = tuple(
        CalendarMonth(name, 10 + i, 30, (10 + i) / 30, 0.2, 0.9, 1 / 12)
        for i, name in enumerate(MONTH_NAMES)
    )
    told = uneven is not None
    busiest = "December" if told else None
    return Season(months, None, None, uneven, busiest, "January" if told else None, (), None)


def test_the_season_is_named_where_there_is_one() -> None:
    assert season_heading(season(True), "Rural crime") == "Rural crime is highest in December"
    assert season_heading(season(False), "Rural crime") == "Rural crime has no clear season"
    assert season_heading(season(None), "Rural crime") == "The season is not told"
    for chart in season_charts(season(True), "crimes", hollow=False):
        assert chart.count(">0.7 a day in December</text>") == 1
    for chart in season_charts(season(False), "crimes", hollow=False):
        assert "a day in" not in chart


def test_the_rural_page_goes_from_the_map_to_offences_and_season(client: TestClient) -> None:
    text = client.get("/rural", headers=HTML).text
    names = ("legend", "offences", "season", "kinds", "side-by-side", "changed", "week", "every")
    places = [text.index(f'id="{name}"') for name in names if name != "legend"]
    assert text.index('class="legend"') < places[0]
    assert places == sorted(places)
