"""The page /about: the manifest in words, true to the files, with nothing of partners in public."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from building import build_files
from command_line import Run
from made_dataset import POLICE, code, row, write_made
from made_partner import FORCE, force_counts
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from geo.incidents.report import without
from geo.public.make import write_public
from geo.public.view import public_view
from geo.recording import RECORDING_CHANGES
from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
OPERATION = "force/secret-operation.csv"
PARTS = ("How to read a figure", "Where the incidents come from", "The areas", "What is hidden",
         "When recording changed", "This copy of the data")  # fmt: skip


def client(dataset: Dataset) -> TestClient:
    return TestClient(create_app(Site(dataset)))


def read(asked: TestClient, path: str = "/about") -> Page:
    response = asked.get(path, headers=HTML)
    assert response.status_code == 200
    return Page(response.text)


def told(page: Page, table: int = 0) -> dict[str, str]:
    """The headings of a table of what is told, with their words."""
    return {head.words: cell.words for head, cell in page.tables[table].rows}


def test_the_account_is_that_of_the_files(tmp_path: Path, extract: Path) -> None:
    """The extract has five sound rows, one outside, one unlocated and one refused."""
    build_files(tmp_path / "home", extract)
    asked = client(Dataset.open(tmp_path / "home"))
    [source] = asked.get("/about?f=json").json()["sources"]
    assert source["rows"] == {
        "read": 8, "refused": 1, "accepted": 7, "located": 5, "unlocated": 1, "outside": 1,
        "ring": 0,
    }  # fmt: skip
    assert source["unlocated_share"] == pytest.approx(1 / 7)
    assert [item["rows"] for item in source["refused"]] == [1]
    assert (source["period"], source["months_missing"]) == ("2015-01/2015-05", [])
    page = read(asked)
    rows = told(page)
    assert rows["Rows read"] == "8, in 1 file."
    assert rows["Accepted"] == "7 (87.5%)."
    assert rows["Refused"] == "1 (12.5%)."
    assert rows["In Shropshire"] == "5 of those accepted."
    assert rows["Elsewhere"].startswith("1, in no figure")
    assert rows["Without a place"].startswith("1 (14.3% of those accepted)")
    [reason] = [cells for cells in page.tables[1].rows if cells[0].words == "month"]
    assert "What stands there is" in reason[1].words
    assert "2015-13" not in page.words
    assert reason[2].words == "1"
    assert "refused.csv" in page.words


def test_the_refused_rows_are_those_of_the_report(tmp_path: Path, run: Run) -> None:
    lines = ["month,offence,easting,northing", "2015-04,asb,349132,312545"]
    lines += [f"2015-{month},asb,349132,312545" for month in (13, 14, 15)]
    lines += ["2015-04,=1+1,349132,312545"] * 2
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    build_files(tmp_path / "home", tmp_path / "a.csv")
    dataset = Dataset.open(tmp_path / "home")
    [source] = client(dataset).get("/about?f=json").json()["sources"]
    assert [item["rows"] for item in source["refused"]] == [3, 2]
    report = (dataset.folder / "refused.csv").read_text("utf-8").splitlines()
    assert sum(",'=1+1," in line for line in report) == 2  # no formula to a spreadsheet
    assert len(report) == 1 + sum(item["rows"] for item in source["refused"])
    run("check", tmp_path / "a.csv", "--report", tmp_path / "report.csv")
    checked = (tmp_path / "report.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[1:] for line in checked] == [line.split(",")[1:] for line in report]


@pytest.mark.parametrize(
    ("value", "reason", "left"),
    [
        ("13", "The month 13 has not happened yet.", "The month … has not happened yet."),
        ("", "It is blank, but the easting is given.", "It is blank, but the easting is given."),
        ("a(b", "'a(b' is not a number.", "What stands there is not a number."),
        ("on", "'on' is not on the list.", "What stands there is not on the list."),
    ],
)
def test_a_reason_is_told_without_its_value(value: str, reason: str, left: str) -> None:
    assert without(value, reason) == left


def test_police_files_say_how_often_code_and_point_disagree(police_client: TestClient) -> None:
    [source] = police_client.get("/about?f=json").json()["sources"]
    rows, agreement = source["rows"], source["agreement"]
    assert rows["accepted"] == sum(rows[n] for n in ("located", "unlocated", "outside", "ring"))
    assert source["files"] == 4
    page = read(police_client)
    said = told(page)["Code and map point"]
    share = 100 * agreement["disagreed"] / agreement["compared"]
    assert f"{agreement['disagreed']:,} of {agreement['compared']:,} rows ({share:.1f}%)" in said
    assert "shared/data" not in page.words


def test_the_page_has_its_parts_and_every_change_of_recording(client: TestClient) -> None:
    page = read(client)
    for part in PARTS:
        assert part in page.words
    for change in RECORDING_CHANGES:
        assert change.source in page.words
        assert change.what.removeprefix("when ")[1:] in page.words
    assert page.words.count("Within the months held here.") == sum(
        2014 * 12 < change.month <= 2016 * 12 + 2 for change in RECORDING_CHANGES
    )
    facts = client.get("/about?f=json").json()
    assert facts["dataset_id"] in page.words
    assert facts["dataset_id"] == client.get("/health").json()["dataset_id"]
    assert facts["areas"]["deprivation"] == [2015, 2019]
    assert facts["areas"]["lsoas"] == 193
    for file in facts["areas"]["files"]:
        assert file["title"] in page.words
        assert file["licence"] in page.words
    assert facts["transformation"] in page.words


def test_every_page_leads_to_it(client: TestClient) -> None:
    for path in ("/", "/rural", "/towns/wem", "/collections"):
        assert "/about" in read(client, path).links
    links = client.get("/", headers={"Accept": "application/json"}).json()["links"]
    assert "/about" in [link["href"].removeprefix("http://testserver") for link in links]
    assert "/about" in client.get("/api?f=json").json()["paths"]


def with_files(home: Path) -> Dataset:
    """Police and a partner's records, each with a file and a refused row."""
    counts = [one | {"source": 1} for one in force_counts(1)]
    police = POLICE | {"licence": "Open Government Licence v3.0"}
    counts.append(row(0, "asb", "2019-06", (1, 1), 4))
    folder = write_made(home, [police, FORCE], counts) / "made"
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    account = {"read": 5, "refused": 1, "accepted": 4, "located": 4, "unlocated": 0, "outside": 0,
               "ring": 0, "compared": 0, "disagreed": 0}  # fmt: skip
    manifest["files"] = [
        {"name": "police.csv", "source": "police", **account},
        {"name": OPERATION, "source": "force", **account, "read": 7_654_321},
    ]
    manifest["warnings"] = [f"{OPERATION} has nothing between June 2018 and May 2019."]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "refused.csv").write_text(
        "file,line,field,value,reason\n"
        "police.csv,3,Month,2019-13,'2019-13' is not a month; it must be YYYY-MM.\n"
        f"{OPERATION},4,address,5 Acacia Avenue,'5 Acacia Avenue' is nowhere.\n"
    )
    dataset = Dataset.open(home)
    write_public(dataset.folder, dataset)
    return dataset


def test_a_public_view_tells_nothing_of_a_partners_files(tmp_path: Path) -> None:
    whole = with_files(tmp_path)
    public = client(public_view(whole))
    for path in ("/about?f=html", "/about?f=json"):
        text = public.get(path).text
        assert not re.search("secret|Acacia|nowhere|7,?654,?321|refused.*address", text)
    police, force = public.get("/about?f=json").json()["sources"]
    assert police["rows"]["refused"] == 1
    assert police["licence"] == "Open Government Licence v3.0"
    assert [item["rows"] for item in police["refused"]] == [1]
    assert (force["rows"], force["agreement"], force["refused"], force["files"]) == (None,) * 4
    assert force["public_years"] == ["2018-04/2019-03", "2019-04/2020-03"]
    words = read(public).words
    assert "This is a public view." in words
    assert "April 2018 to March 2019; April 2019 to March 2020" in words
    assert "not told of a public view" in words.lower()


def test_those_who_run_it_see_the_partners_account(tmp_path: Path) -> None:
    asked = client(with_files(tmp_path))
    _, force = asked.get("/about?f=json").json()["sources"]
    assert force["rows"]["read"] == 7_654_321
    assert [item["reason"] for item in force["refused"]] == ["What stands there is nowhere."]
    words = read(asked).words
    assert "this machine alone" in words
    assert "Acacia" not in words


def test_months_that_no_file_holds_are_named(tmp_path: Path) -> None:
    source = POLICE | {"months_missing": ["2018-03", "2018-09"]}
    dataset = Dataset.open(write_made(tmp_path, [source], [row(0, "asb", "2019-06", (1, 1), 4)]))
    asked = client(dataset)
    [found] = asked.get("/about?f=json").json()["sources"]
    assert (found["months_held"], found["ring_covered"]) == (16, 28)
    assert "16 months. Missing: March 2018, September 2018." in told(read(asked))["Months held"]
    assert code((1, 1)) not in read(asked).words


def test_a_damaged_report_is_said_to_be(tmp_path: Path) -> None:
    dataset = with_files(tmp_path)
    (dataset.folder / "refused.csv").write_bytes(b"file,line\npolice.csv,3\n")
    answer = client(dataset).get("/about")
    assert answer.status_code == 503
    assert "damaged" in answer.json()["detail"]


def test_the_form_on_the_home_page_leads_to_the_town(client: TestClient) -> None:
    page = read(client, "/")
    values = [found["value"] for tag, found in page.tags if tag == "option"]
    assert values[0] == ""
    assert len(values) == 20
    asked = client.get(f"/towns?town={values[1]}", headers=HTML, follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, f"/towns/{values[1]}")
    asked = client.get("/towns?town=", follow_redirects=False)
    assert asked.headers["location"] == "/#towns"
    asked = client.get("/towns?town=//elsewhere.example/", follow_redirects=False)
    assert asked.headers["location"].startswith("/towns/%2F%2Felsewhere")
    assert client.get("/towns?town=nowhere").status_code == 404
    assert client.get("/towns?theme=asb").status_code == 400


def test_a_first_look_says_so_and_what_to_do_next(
    client: TestClient, police_client: TestClient
) -> None:
    words = read(client, "/").words
    assert "A first look." in words
    for command in ("safermap check FILES", "safermap build --incidents", "safermap serve"):
        assert command in words
    assert "A first look." not in read(police_client, "/").words


def test_illustrative_incidents_are_recorded_by_nobody(client: TestClient) -> None:
    [source] = client.get("/about").json()["sources"]
    assert (source["illustrative"], source["recorded_by"]) == (True, "nobody")
    words = Page(client.get("/about", headers={"Accept": "text/html"}).text).words
    assert "Recorded byNobody: drawn" in words
