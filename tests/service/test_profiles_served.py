"""The rural, business and deprivation pages: what they say is what their data says."""

import re
from pathlib import Path
from typing import Any

import pytest
from made_dataset import POLICE, made, row
from starlette.testclient import TestClient
from web_pages import Page, Table

from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}


def read(client: TestClient, path: str) -> Page:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, path
    return Page(response.text)


def table(page: Page, heading: str) -> Table:
    """The table whose first heading is this."""
    return next(item for item in page.tables if item.rows[0][0].words == heading)


def whole(text: str) -> int:
    return int(text.replace(",", ""))


def bars(client: TestClient, path: str) -> int:
    """How many bars the wide chart of a page has."""
    text = client.get(path, headers=HTML).text
    charts = re.findall(r'<svg class="chart wide".*?</svg>', text, re.DOTALL)
    return sum(chart.count('class="bar') for chart in charts)


def test_the_rural_page_has_the_measures_of_its_data(client: TestClient) -> None:
    page, facts = read(client, "/rural"), client.get("/rural").json()
    assert "never added" in " ".join(facts["caveats"])
    for measure in facts["measures"]:
        assert f"{measure['count']:,} crimes" in page.words
        assert measure["ratio"]["verdict"] in ("clearly lower", "clearly higher")
        assert measure["share"]["lower"] < measure["share"]["share"] < measure["share"]["upper"]
    kinds = next(
        item
        for item in page.tables
        if [cell.words for cell in item.rows[0]][:2] == ["Kind of place", "By place"]
    )
    rows = {line[0].words: line for line in kinds.rows[1:]}
    for number, measure in enumerate(facts["measures"]):
        for place in measure["places"]:
            assert whole(rows[place["title"]][1 + 2 * number].words) == place["rate"]["count"]
    assert rows["All urban"][1].words == "not rural"
    assert "15 are clearly lower in rural areas" in page.words
    assert facts["mix"]["lower"] == 15


def test_the_season_as_bars_has_a_table_of_the_same_figures(client: TestClient) -> None:
    for path, season in (
        ("/rural", client.get("/rural").json()["measures"][0]["season"]),
        ("/business", client.get("/business").json()["profile"]["season"]),
    ):
        assert bars(client, path) == 12
        page = read(client, path)
        months = [item for item in page.tables if item.rows[1][0].words == "January"]
        assert [whole(line[1].words) for line in months[0].rows[1:]] == [
            month["count"] for month in season["months"]
        ]
        assert "cannot tell a season from a rise or a fall" in page.words


def test_the_business_page_has_the_figures_of_its_data(client: TestClient) -> None:
    page, facts = read(client, "/business"), client.get("/business").json()
    profile = facts["profile"]
    assert (profile["by"], facts["theme"]) == ("flag", "business-crime")
    assert "1,996 crimes" in page.words
    assert "14.0% of all crime (likely 13.4% to 14.6%)" in page.words
    assert "Shoplifting is 48% of it." in page.words
    towns = table(page, "Town")
    assert [(line[0].words, whole(line[1].words)) for line in towns.rows[1:-1]] == [
        (item["town"], item["share"]["part"]) for item in profile["towns"]
    ]
    total = sum(item["share"]["part"] for item in profile["towns"])
    assert total + profile["outside_towns"]["part"] == profile["flag"]["count"]
    areas = table(page, "Area")
    assert [line[-1].words for line in areas.rows[1:]] == [
        item["lsoa_code"] for item in profile["areas"]
    ]
    assert "Not recorded." in page.words
    assert profile["premises"]["kinds"] is None


def test_police_files_say_what_they_cannot_tell(police_client: TestClient) -> None:
    page, facts = read(police_client, "/business"), police_client.get("/business").json()
    assert facts["profile"]["flag"]["count"] is None
    assert "Not known. The source does not record it (data.police.uk street files)." in page.words
    assert "Too low:" in page.words
    assert "A season needs every calendar month" in page.words
    assert bars(police_client, "/business") == 0
    assert "A season needs every calendar month" in read(police_client, "/rural").words


def test_the_deprivation_page_has_the_figures_of_its_data(client: TestClient) -> None:
    path = "/deprivation?theme=asb"
    page, facts = read(client, path), client.get(path).json()
    profile = facts["profile"]
    assert bars(client, path) == 10
    deciles = table(page, "Decile")
    for line, item in zip(deciles.rows[1:], profile["index"]["deciles"], strict=True):
        assert whole(line[3].words) == item["rate"]["count"]
        assert line[4].words == f"{item['rate']['rate']:.1f}"
    assert "no clear slope: anything from a fall of 40.1 to a rise of 13.8" in page.words
    assert "have 33.0% of the reports and 10.3% of the residents" in page.words
    assert "Without them, the rate from the most deprived" in page.words
    indices = table(page, "Index")
    assert [line[0].words.startswith(item["title"]) for line, item in
            zip(indices.rows[1:], profile["domains"], strict=True)] == [True] * 3  # fmt: skip
    assert indices.rows[-1][1].words == "65"
    assert indices.rows[-1][-1].words == "Rises by 50.3"
    assert indices.rows[1][2].words == "\N{MINUS SIGN}13.1"
    assert "/collections/deprivation/items?" in " ".join(page.links)


@pytest.mark.parametrize("path", ["/rural", "/business", "/deprivation"])
def test_data_and_page_carry_period_source_denominator_and_caveats(
    client: TestClient, path: str
) -> None:
    facts = client.get(path).json()
    assert facts["period"] == "2015-04/2016-03"
    assert facts["source"] == "Illustrative incidents"
    assert facts["illustrative"] is True
    assert facts["denominator"] == "residents at the 2011 Census"
    assert facts["caveats"][0].startswith("Illustrative incidents")
    words = read(client, path).words
    for caveat in facts["caveats"][:3]:
        assert caveat in words
    nav = [at for tag, at in read(client, path).tags if tag == "a" and "aria-current" in at]
    assert [at["href"] for at in nav] == [path]


def grid(home: Path, **more: Any) -> TestClient:  # noqa: ANN401
    source = POLICE | {"offences": None, "period": "2018-07/2019-12"}
    counts = [row(0, "shoplifting", "2019-06", (2, 2), 30, business=True),
              row(0, "shoplifting", "2018-09", (5, 5), 20, business=True)]  # fmt: skip
    return TestClient(create_app(Site(made(home, [source], counts, **more))))


def test_the_new_definition_leads_the_caveats_where_the_months_touch_it(tmp_path: Path) -> None:
    client = grid(tmp_path)
    touched, not_touched = "/business?datetime=2019-05/2019-07", "/business?datetime=2018-08"
    assert client.get(touched).json()["caveats"][0].startswith("Defined anew on 1 June 2019:")
    assert "Defined anew on 1 June 2019" in read(client, touched).words
    assert "1 June 2019" not in read(client, not_touched).words


def test_a_clear_slope_is_said_with_its_limits(tmp_path: Path) -> None:
    counts = [row(0, "shoplifting", "2019-06", (x, y), 100 - 9 * ((6 * (x - 1) + y - 1) % 10))
              for x in range(1, 7) for y in range(1, 7)]  # fmt: skip
    client = TestClient(create_app(Site(made(tmp_path, [POLICE], counts))))
    slope = client.get("/deprivation").json()["profile"]["index"]["slope"]["slope"]
    assert slope["upper"] < 0
    words = read(client, "/deprivation").words
    low, high = (f"{abs(slope[name]):.1f}" for name in ("upper", "lower"))
    assert f"falls by {abs(slope['value']):.1f} per 1,000 residents" in words
    assert f"likely {low} to {high}." in words


def test_pages_that_a_dataset_cannot_fill_are_not_in_the_menu(tmp_path: Path) -> None:
    client = grid(
        tmp_path,
        edit=lambda frame: frame[[name for name in frame.columns if "imd" not in name]],
        area={"deprivation": []},
    )
    links = read(client, "/").links
    assert "/business" in links
    assert "/deprivation" not in links
    assert client.get("/deprivation").status_code == 404
    assert "no deciles" in client.get("/deprivation").json()["detail"]
    bare = made(tmp_path / "b", [POLICE | {"offences": ["asb"]}], [])
    client = TestClient(create_app(Site(bare)))
    assert "/business" not in read(client, "/").links
    assert client.get("/business").status_code == 404
