"""What /compare says where an area holds less than another, or something else."""

import re
from pathlib import Path

import pandas as pd
from comparing import HTML, facts, page, rows, served
from made_dataset import COUNCIL, POLICE, made, row, shire
from web_pages import Page

from geo.dataset import Dataset

JUNE = "theme=shoplifting&datetime=2019-06"


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
