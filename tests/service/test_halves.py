"""Where no year before is held, the later half of the months is set against the earlier."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from incident_rows import incident_rows
from made_dataset import POLICE, made, row
from made_partner import seen_by_anyone
from scipy import stats
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from geo.measures.change import compare
from geo.period import Period, parse_month
from geo.query import Question
from geo.versions import current_folder
from layers.comparison import why_not
from service.app import create_app
from service.pages.compared import halved, set_against, untold
from service.site import Site
from service.words import halves_changed

HTML = {"Accept": "text/html"}
FIRST, SECOND = ("2018-10", "2018-11"), ("2018-12", "2019-01")


@pytest.fixture(scope="module")
def reports(police_home: Path) -> pd.DataFrame:
    """The reports of ASB in the real files, one by one, as they lie on disk."""
    found = incident_rows(current_folder(police_home)).to_pandas()
    return found[found["offence"].astype(str).str.startswith("asb")]


def halves_of(incidents: pd.DataFrame) -> tuple[int, int]:
    first, second = (
        int(incidents["month"].between(*map(parse_month, half)).sum()) for half in (FIRST, SECOND)
    )
    return first, second


def test_a_town_is_told_by_the_halves_of_its_months(
    police_client: TestClient, reports: pd.DataFrame
) -> None:
    facts = police_client.get("/towns/oswestry?theme=asb").json()
    assert facts["period"] == "2018-10/2019-01"
    before, after = halves_of(reports[reports["town"] == "Oswestry"])
    assert (before, after, facts["count"]) == (144, 109, 253)
    change = facts["change"]
    assert (change["count_before"], change["count"]) == (before, after)
    assert (change["period_before"], change["period"]) == tuple(map("/".join, (FIRST, SECOND)))
    test = stats.binomtest(after, before + after)
    assert change["p"] == pytest.approx(test.pvalue, rel=1e-6)
    limits = test.proportion_ci(0.95, "exact")
    low, high = (share / (1 - share) for share in (limits.low, limits.high))
    assert (change["ratio_lower"], change["ratio_upper"]) == pytest.approx((low, high))
    told = [f"{100 * (1 - ratio):.0f}%" for ratio in (after / before, high, low)]
    assert told == ["24%", "2%", "42%"]
    assert facts["headline"].endswith(
        "The second two months had fewer than the first, 109 against 144: a fall of 24%, likely "
        "between 2% and 42%."
    )


def test_its_areas_are_told_by_the_same_halves(
    police_client: TestClient, reports: pd.DataFrame
) -> None:
    changes = police_client.get("/towns/oswestry?theme=asb").json()["changes"]
    for row_ in changes["areas"]:
        of_area = reports[reports["lsoa_code"] == row_["lsoa_code"]]
        assert (row_["count_before"], row_["count"]) == halves_of(of_area), row_["name"]
    counts = [(row_["count_before"], row_["count"]) for row_ in changes["most"]]
    assert counts == [(55, 40), (21, 8), (12, 23)]
    assert changes["most"][0]["name"] == "Town centre"
    assert "none is a clear change" in changes["finding"]


def test_the_page_says_that_they_are_halves_and_may_be_the_season(
    police_client: TestClient, reports: pd.DataFrame
) -> None:
    text = police_client.get("/towns/oswestry?theme=asb", headers=HTML).text
    words = Page(text).words
    assert "109 against 144" in text
    assert "Three areas that changed most" in words
    assert "October to November 2018 (circle) and December 2018 to January 2019 (arrow)" in words
    assert "The second two months are set against the first, since the files do not hold" in words
    assert "a change may be the season" in words
    before, after = halves_of(reports[reports["lsoa_code"].notna()])
    fall = f"{100 * (1 - after / before):.0f}%"
    assert f"In all of Shropshire: down from {before:,} to {after:,}, a fall of {fall}" in words
    links = [link for link in Page(text).links if link.startswith("/collections/change/items")]
    assert len(links) == 2  # the map and the file
    config = text.split("data-map-config")[1].partition("</script>")[0].replace("\\u0026", "&")
    layer = re.search(r'"(/collections/change/items[^"]*)"', config)
    assert layer is not None
    for link in (*links, layer[1]):
        assert {"datetime=2018-12/2019-01", "compare=2018-10/2018-11"} <= set(
            link.partition("?")[2].split("&")
        )


def test_rural_areas_are_told_by_halves_too(police_client: TestClient) -> None:
    facts = police_client.get("/rural").json()
    change, measure = facts["change"], facts["measures"][0]["change"]
    assert change["count"] + change["count_before"] == facts["rural"]["count"] == 2_527
    assert (measure["before"], measure["after"]) == (change["count_before"], change["count"])
    words = Page(police_client.get("/rural", headers=HTML).text).words
    assert "Second two months against the first" in words
    assert "All rural areas together. Down from 1,314 to 1,213" in words
    assert "In all of Shropshire" not in words


def test_named_months_and_a_year_before_come_first(client: TestClient) -> None:
    year = client.get("/towns/oswestry?datetime=2015-10/2016-03").json()
    assert year["change"]["period_before"] == "2014-10/2015-03"
    assert year["changes"]["halves"] is None
    named = client.get("/towns/oswestry?datetime=2014-03/2014-04&compare=2014-01").json()
    assert (named["change"]["period_before"], named["changes"]["halves"]) == (
        "2014-01/2014-01", None,
    )  # fmt: skip
    halves = client.get("/towns/oswestry?datetime=2014-01/2014-06").json()
    assert halves["change"]["period_before"] == "2014-01/2014-03"
    assert halves["change"]["period"] == "2014-04/2014-06"
    assert halves["changes"]["halves"].startswith("The second three months are set against")


@pytest.mark.parametrize("months", ["2018-10/2018-12", "2019-01"])
def test_months_that_cannot_be_halved_say_what_would_be_needed(
    police_client: TestClient, months: str
) -> None:
    facts = police_client.get(f"/towns/oswestry?datetime={months}").json()
    assert "Choose an even number of months to set the second half" in facts["headline"]
    assert "Choose an even number of months" in facts["changes"]["reason"]
    assert (facts["changes"]["most"], facts["changes"]["halves"]) == ([], None)
    assert facts["change"]["ratio"] is None


def test_a_month_is_set_against_the_month_before_it(police_client: TestClient) -> None:
    path = "/towns/oswestry?datetime=2018-12/2019-01"
    facts = police_client.get(path).json()
    assert "The second month had more than the first, 62 against 47: no clear" in facts["headline"]
    page = Page(police_client.get(path, headers=HTML).text)
    first = [found for tag, found in page.tags if tag == "option" and found["value"] == ""]
    assert len(first) == 1
    assert "selected" in first[0]
    assert "First half of these months" in page.words
    one = Page(police_client.get("/towns/oswestry?datetime=2019-01", headers=HTML).text)
    assert "Choose months" in one.words
    assert "First half of these months" not in one.words


def test_months_with_one_missing_are_not_halved(tmp_path: Path) -> None:
    source = POLICE | {"period": "2018-01/2018-06", "months_missing": ["2018-03"]}
    dataset = made(tmp_path, [source], [row(0, "asb", "2018-02", (4, 4), 30)])
    question = Question.ask(dataset, "asb", town="northtown")
    assert set_against(dataset, question) == question
    assert "even number" not in f"{untold(dataset, question)}"
    rest = Question.ask(dataset, "asb", "2018-04/2018-05", town="northtown")
    assert halved(rest, told := set_against(dataset, rest))
    assert (told.period, told.compare) == (
        Period.read("2018-05/2018-05"), Period.read("2018-04/2018-04"),
    )  # fmt: skip


def test_public_figures_are_halved_by_whole_years_alone(tmp_path: Path) -> None:
    public = seen_by_anyone(tmp_path, 1)
    both = Question.ask(public, "burglary", "2018-04/2020-03", town="northtown")
    assert set_against(public, both).compare == Period.read("2018-04/2019-03")
    first = Question.ask(public, "burglary", "2018-04/2019-03", town="northtown")
    assert set_against(public, first) == first
    said = untold(public, first)
    assert said == (
        "No change is told: there are no public figures of April 2017 to March 2018 to compare "
        "with."
    )
    items = TestClient(create_app(Site(public))).get(
        "/collections/change/items?theme=burglary&datetime=2018-04/2019-03"
    )
    assert "files do not hold" not in items.text
    assert "no public figures of April 2017" in items.text


def test_open_files_say_that_they_do_not_hold_them(police: Dataset) -> None:
    asked = Question.ask(police, "asb", "2019-01")
    assert why_not(police, asked) == (
        "No change is told: the files do not hold January 2018 to compare with."
    )


@pytest.mark.parametrize(
    ("before", "after", "clear", "months", "said"),
    [
        (0, 0, False, 2, "Neither the first two months nor the second had any."),
        (7, 7, False, 1, "The second month had as many as the first, 7 against 7: no clear change"),
        (4, 20, True, 6, "The second six months had more than the first, 20 against 4: a clear r"),
        (40, 80, True, 13, "80 against 40: a rise of 100%, likely between 35% and 200%."),
    ],
)
def test_halves_are_told_in_one_sentence(
    before: int, after: int, clear: bool, months: int, said: str
) -> None:
    period = Period(2015 * 12, 2015 * 12 + months - 1)
    found = halves_changed(before, after, compare([before], [after]), clear, period).striptags()
    assert said in found
    assert not np.any([word in found for word in ("nan", "inf")])
    assert len(re.findall(r"\.(?: |$)", found)) == 1
