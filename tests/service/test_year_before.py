"""What is said of a change on the year before, and when nothing is said."""

from pathlib import Path

import pytest
from building import build_files
from starlette.testclient import TestClient

from service.app import create_app
from service.site import Site

SQUARE = "349132,312545"  # in Shrewsbury


def client_of(folder: Path, *files: dict[str, int]) -> TestClient:
    """A client of a dataset of extracts, each so many reports a month."""
    paths = []
    for number, months in enumerate(files):
        path = folder / f"{number}.csv"
        rows = [f"{month},asb,{SQUARE}" for month, count in months.items() for _ in range(count)]
        path.write_text("\n".join(["month,offence,easting,northing", *rows]) + "\n")
        paths.append(path)
    build_files(folder / "home", *paths)
    return TestClient(create_app(Site.open(folder / "home")))


def year(first: int, count: int) -> dict[str, int]:
    return {f"{first}-{month:02d}": count for month in range(1, 13)}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (40, 20, "a fall of 50% from 480 a year before"),
        (20, 40, "a rise of 100% from 240 a year before"),
        (20, 20, "No clear change from 240 a year before"),
    ],
)
def test_a_whole_year_is_set_against_the_whole_year_before(
    tmp_path: Path, before: int, after: int, said: str
) -> None:
    client = client_of(tmp_path, {**year(2014, before), **year(2015, after)})
    assert said in client.get("/towns/shrewsbury").json()["headline"]


def test_two_years_are_set_against_two_years_before(tmp_path: Path) -> None:
    lifted = {month: 20 for first in (2012, 2013, 2014, 2015) for month in year(first, 0)}
    path = tmp_path / "thefts.csv"
    rows = [f"{m},shoplifting,{SQUARE},1" for m, n in lifted.items() for _ in range(n)]
    rows += ["2015-12,shoplifting,350000,300000,1"]
    path.write_text("\n".join(["month,offence,easting,northing,business", *rows]) + "\n")
    build_files(tmp_path / "home", path)
    client = TestClient(create_app(Site.open(tmp_path / "home")))
    for page in ("business", "rural"):
        for months, said in (("2014-01/2015-12", "two years"), ("2015-01/2015-12", "a year")):
            text = client.get(f"/{page}?datetime={months}", headers={"Accept": "text/html"}).text
            assert f"Against {said} before" in text


def test_nothing_is_said_where_a_month_is_not_held(tmp_path: Path) -> None:
    part = {"2015-01": 70, "2015-02": 70, "2015-12": 70}
    first = {month: part[month] for month in ("2015-01", "2015-02")}
    client = client_of(tmp_path, {**year(2014, 30), **first}, {"2015-12": 70})
    headline = client.get("/towns/shrewsbury").json()["headline"]
    assert (
        "No change is told: the files do not hold March 2015, April 2015, May 2015 and 6 "
        in headline
    )
    assert "%" not in headline
    assert "Months are missing" in " ".join(client.get("/towns/shrewsbury").json()["caveats"])
    page = client.get("/towns/shrewsbury", headers={"Accept": "text/html"}).text
    assert page.count("not held") == 9
    assert "do not hold March 2015" in client.get("/", headers={"Accept": "text/html"}).text
    early = client.get("/towns/shrewsbury?datetime=2014-02/2014-12").json()["headline"]
    assert "the files do not hold February to December 2013 to compare with" in early
    assert "Choose an even number of months" in early


def test_a_month_without_a_row_inside_an_extract_is_a_nought(tmp_path: Path) -> None:
    after = {"2015-02": 8, "2015-07": 8, "2015-12": 8}
    client = client_of(tmp_path, {**year(2014, 2), **after})
    assert "No clear change from 24" in client.get("/towns/shrewsbury").json()["headline"]


def test_few_and_one_and_none_are_said_in_words(tmp_path: Path) -> None:
    months = {"2014-01": 1, "2014-12": 9, "2015-01": 12, "2015-12": 3}
    client = client_of(tmp_path, months)
    told = (  # 12 of 13 by chance alone: 28 of 8,192; 3 of 12: 598 of 4,096
        ("2015-01", "there was 1 report: a clear rise."),
        ("2015-12", "there were 9 reports: no clear change."),
    )
    for month, said in told:
        headline = client.get(f"/towns/shrewsbury?datetime={month}").json()["headline"]
        assert said in headline
    headline = client.get("/towns/shrewsbury?datetime=2015-03").json()["headline"]
    assert "hold no reports in Shrewsbury in March 2015. A year before there were none." in headline


def test_a_source_of_asb_alone_says_nothing_of_crime(tmp_path: Path) -> None:
    client = client_of(tmp_path, year(2015, 3))
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert "reports of ASB" in page
    assert "recorded crimes" not in page
    assert client.get("/collections/lsoas/items").json()["metadata"]["theme"] == "asb"
    assert client.get("/collections/lsoas/items?theme=crime").status_code == 400
