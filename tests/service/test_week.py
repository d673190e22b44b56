"""The week on a town's page: the same figures in words, chart, table and JSON."""

import re
from dataclasses import replace

import numpy as np
import pytest
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from geo.query import Question
from geo.when import WEEKEND, When, when
from service.pages.week import week_heading
from service.pages.week_chart import WeekChart

HTML = {"Accept": "text/html"}
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def section(client: TestClient, path: str) -> str:
    text = client.get(path, headers=HTML).text
    [found] = re.findall(r'<section aria-labelledby="week">.*?</section>', text, re.S)
    return str(found)


def legend(shown: str) -> list[tuple[str, str]]:
    """Colour and words of each class of the chart, lowest first."""
    keys = shown.partition('<ul class="keys"')[2].partition("</ul>")[0]
    return re.findall(r'fill="(#\w+)"/></svg>([^<]*)</li>', keys)


@pytest.mark.parametrize("theme", ["asb", "violence", "homicide"])
def test_chart_and_table_hold_the_figures_of_the_data(client: TestClient, theme: str) -> None:
    path = f"/towns/shrewsbury?theme={theme}"
    facts = client.get(path).json()
    week = facts["week"]
    assert list(week["hours"]) == list(week["days"]) == DAYS
    assert {day: sum(hours) for day, hours in week["hours"].items()} == week["days"]
    assert sum(week["days"].values()) == week["incidents"] == facts["count"]
    shown = section(client, path)
    flat = [f"{count:,}" for hours in week["hours"].values() for count in hours]
    wide, narrow, _ = shown.split("</svg>", 2)
    for chart in (wide, narrow):
        colours = re.findall(r'class="cell" fill="(#\w+)"', chart)
        assert len(colours) == 168
        steps = [colour for colour, _ in legend(shown)]
        shades = [steps.index(colour) for colour in colours]
        counts = [int(count.replace(",", "")) for count in flat]
        order = sorted(range(168), key=lambda i: counts[i])
        assert [shades[i] for i in order] == sorted(shades)
    rows = re.findall(r"<tr><th scope=\"row\">[^<]*</th>(.*?)</tr>", shown)
    by_hour = [re.findall(r"<td>([^<]*)</td>", row) for row in rows]
    assert [list(column) for column in zip(*by_hour, strict=True)] == [
        flat[24 * day : 24 * day + 24] for day in range(7)
    ]
    assert week["finding"] in Page(shown).words


def test_the_night_time_economy_peaks_at_weekend_nights(client: TestClient) -> None:
    week = client.get("/towns/shrewsbury?theme=violence").json()["week"]
    nights = week["weekend_nights"]
    assert nights["ratio_lower"] > 1
    assert nights["p"] < 1e-6
    assert "times as many as on Monday to Thursday nights" in week["finding"]


def test_few_incidents_are_given_as_counts(client: TestClient) -> None:
    week = client.get("/towns/wem?theme=robbery&datetime=2015-04/2015-06").json()["week"]
    assert "%" not in str(week["finding"])


def test_one_incident_is_one(client: TestClient) -> None:
    week = client.get("/towns/albrighton?theme=drugs&datetime=2014-06").json()["week"]
    assert week["finding"].startswith("0 of 1 crime fell")


def test_open_data_says_why_there_are_no_hours(police_client: TestClient) -> None:
    week = police_client.get("/towns/oswestry?theme=asb").json()["week"]
    assert week["reason"] == "Open police data has months only: it tells no day and no hour."
    assert week["hours"] is week["finding"] is week["weekend_nights"] is None
    assert week["share_unknown"] == 1
    assert week["reason"] in Page(section(police_client, "/towns/oswestry?theme=asb")).words


def test_the_rural_page_tells_the_hours_of_rural_areas(client: TestClient) -> None:
    facts = client.get("/rural?theme=crime").json()
    week = facts["week"]
    assert sum(week["days"].values()) == week["incidents"] == facts["rural"]["count"]
    shown = section(client, "/rural?theme=crime")
    assert week["finding"] in Page(shown).words
    assert "by day and hour in rural areas" in Page(shown).words


def test_the_heading_is_what_the_nights_hold(client: TestClient) -> None:
    path = "/towns/shrewsbury?theme=violence"
    week = client.get(path).json()["week"]
    nights = week["weekend_nights"]
    assert week["heading"] == (
        f"Friday to Sunday nights hold {100 * nights['share']:.0f}% of crimes"
    )
    timed = sum(map(sum, week["hours"].values()))
    assert nights["share"] == nights["count"] / timed
    assert week["heading"] in Page(section(client, path)).words
    quiet = client.get("/towns/wem?theme=robbery&datetime=2015-04/2015-06").json()["week"]
    assert "%" not in quiet["heading"]


def test_where_no_hours_are_told_the_heading_says_so(police_client: TestClient) -> None:
    page = Page(section(police_client, "/towns/oswestry?theme=asb"))
    assert page.words.startswith("Days and hours are not told Open police data has months only")


@pytest.mark.parametrize(
    ("nights", "hours", "said"),
    [
        ({"count": 0, "others": 0, "p": float("nan"), "ratio": float("nan")}, 50, "No crimes at"),
        ({"count": 9, "others": 8, "p": 0.6, "ratio": 1.5}, 50, "are not clearly different from"),
        ({"count": 2, "others": 30, "p": 0.01, "ratio": 0.1}, 50, "are quieter than others"),
        ({"count": 8, "others": 0, "p": 0.01, "ratio": float("inf")}, 8, "are busier than others"),
        ({"count": 30, "others": 5, "p": 0.01, "ratio": 8.0, "share": 0.6}, 50, "hold 60% of crim"),
    ],
)
def test_the_heading_claims_no_more_than_the_nights_show(
    embedded: Dataset, nights: dict[str, float], hours: int, said: str
) -> None:
    question = Question.ask(embedded, "crime", town="wem")
    found = when(embedded, question)
    table = np.zeros((7, 24), dtype=np.int64)
    table[2, 12] = hours
    made: When = replace(found, table=table, weekend=replace(found.weekend, **nights))
    assert said in week_heading(question, made)


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        ({(4, 22): 1}, ["None", "1 or more"]),
        ({(4, 22): 3, (0, 1): 3}, ["Under 3", "3 or more"]),
        ({(d, h): 2 for d in range(7) for h in range(24)}, ["Under 2", "2 or more"]),
    ],
)
def test_an_hour_with_some_never_looks_like_one_with_none(
    counts: dict[tuple[int, int], int], labels: list[str]
) -> None:
    table = np.zeros((7, 24), dtype=np.int64)
    for (day, hour), count in counts.items():
        table[day, hour] = count
    chart = WeekChart(table, np.tile(WEEKEND[:, None], 24))
    assert [label for _, label in chart.legend] == labels
    low, high = (colour for colour, _ in chart.legend)
    for svg in chart.draw("Title"):
        cells = re.findall(r'class="cell" fill="(#\w+)"', svg)
        assert [colour == high for colour in cells] == (table.ravel() > 0).tolist()
        assert {*cells} <= {low, high}
