"""The page /strategy and the command `safermap strategy`: the same figures, plainly said."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asking import strict
from building import plan_files
from command_line import Run, cells, refused
from starlette.testclient import TestClient
from web_pages import Page, Table

from boundaries import SHROPSHIRE
from geo.area_file import AreaFile
from geo.areas.plan import InputFile
from geo.building.build import build
from geo.dataset import Dataset
from geo.errors import InputError
from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
PRINTED = SHROPSHIRE.with_name("strategy.csv")
ONE = (
    "figure,table,what,area,measure,printed,theme,months\n"
    "five,T,Drugs,Shropshire,number,{},drugs,2015-01/2015-05\n"
)


@pytest.fixture(scope="module")
def facts(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = strict(client.get("/strategy").text)
    return found


def planned(extract: Path, printed: Path | None) -> AreaFile:
    """The area that ships with one extract, and these printed figures or none."""
    strategy = None if printed is None else InputFile(printed)
    return replace(plan_files(extract), strategy=strategy)


def page(client: TestClient) -> Page:
    response = client.get("/strategy", headers=HTML)
    assert response.status_code == 200
    return Page(response.text)


def rows(table: Table) -> list[list[str]]:
    return [[" ".join(cell.words.split()) for cell in row] for row in table.rows]


def test_every_figure_has_a_check_from_the_dataset(facts: dict[str, Any]) -> None:
    assert facts["printed"] == len(facts["figures"]) == 239
    for figure in facts["figures"]:
        assert [check["basis"] for check in figure["checks"]][-1] == "dataset"
        for check in figure["checks"]:
            assert check["verdict"] in ("equal", "differs", "cannot be known")
            assert (check["recomputed"] is None) == (check["verdict"] == "cannot be known")
            assert (check["reason"] is None) == (check["verdict"] == "equal")
            assert check["because"] or check["verdict"] == "equal"
    for name, basis in (("from_the_print", "print"), ("from_the_dataset", "dataset")):
        checks = [c for f in facts["figures"] for c in f["checks"] if c["basis"] == basis]
        for verdict, count in facts[name].items():
            assert sum(check["verdict"] == verdict for check in checks) == count


def test_the_document_says_what_its_figures_are(facts: dict[str, Any]) -> None:
    assert facts["illustrative"] is True
    assert facts["source"] == "Illustrative incidents"
    assert facts["denominator"] == "residents at the 2011 Census"
    assert facts["period"] == "2014-01/2016-03"
    assert facts["caveats"][0].startswith("Illustrative incidents")
    assert facts["caveats"][1].startswith("Equal by design")
    assert "proves nothing" in facts["caveats"][1]


def test_the_page_shows_every_figure_of_the_document(
    client: TestClient, facts: dict[str, Any]
) -> None:
    tally, unsound, beside, *tables = page(client).tables
    assert [row[1:] for row in rows(tally)[1:]] == [
        [str(count) for count in facts[name].values()]
        for name in ("from_the_print", "from_the_dataset")
    ]
    assert len(rows(unsound)) == facts["from_the_print"]["differs"] + 1
    shown = [row for table in tables for row in rows(table)[1:]]
    assert len(shown) == 239
    for figure, row in zip(facts["figures"], shown, strict=True):
        assert row[0].startswith(figure["what"])
        assert row[1:3] == [figure["area"], figure["printed"]]
        for check in figure["checks"]:
            cell = row[4] if check["basis"] == "dataset" else row[3]
            assert check["verdict"].capitalize() in cell
            assert (check["recomputed_as_printed"] or "") in cell
            assert ("illustrative" in cell) == check["illustrative"] or check["basis"] == "print"
            assert check["because"] in row[5]
    [compared] = facts["comparators"]["tables"]
    assert compared["areas"] == ["Shropshire", "Telford & Wrekin", "Herefordshire", "West Mercia"]
    for item, row in zip(compared["offences"], rows(beside)[1:], strict=True):
        assert row[0] == item["what"]
        assert row[1].startswith(f"{item['own']['rate']:.2f}")
        for area, cell in zip(compared["areas"], row[2:], strict=True):
            printed = item["printed"][area]
            low, high = printed["limits"]
            assert f"{low:.2f} to {high:.2f}" in cell
            assert cell.endswith(f"printed {printed['number']:,} ({printed['printed']})")


def test_the_worst_of_the_print_comes_first(client: TestClient) -> None:
    because = [row[-1] for row in rows(page(client).tables[1])[1:]]
    assert all(text.startswith("The print does not add up") for text in because[:5])
    assert all("rounding of the parts" in text for text in because[-4:])


def test_the_page_says_plainly_that_equality_proves_nothing(client: TestClient) -> None:
    words = page(client).words
    assert "The incidents here are illustrative." in words
    assert "that is by design and proves nothing" in words
    assert "Compare one offence across areas in the same months only" in words
    assert "169,595 residents, which the printed rates imply" in words


def test_the_command_prints_the_same_document(
    run: Run, embedded_home: Path, facts: dict[str, Any]
) -> None:
    done = run("strategy", "--dataset", embedded_home, "--json")
    assert done.returncode == 0
    assert strict(done.stdout) == facts


def test_the_command_prints_a_table(run: Run, embedded_home: Path) -> None:
    done = run("strategy", "--dataset", embedded_home)
    assert done.returncode == 0
    assert "By design" in done.stdout
    assert "illustrative" in done.stdout
    assert "Worked out again from the print itself: 95 equal, 17 differ" in done.stdout
    assert "proves nothing" in done.stdout
    assert cells(done.stdout, "Nuisance ASB, share")[1:3] == ["70.1", "70.8"]
    assert cells(done.stdout, "Shoplifting ")[0] == "Shoplifting"


def test_the_csv_has_a_row_a_check(client: TestClient, facts: dict[str, Any]) -> None:
    response = client.get("/strategy?f=csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert 'filename="shropshire-strategy.csv"' in response.headers["content-disposition"]
    found = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    checks = [(f["figure"], c["verdict"]) for f in facts["figures"] for c in f["checks"]]
    assert [(row["figure"], row["verdict"]) for row in found] == checks
    assert {row["caveat"] for row in found} == {facts["caveats"][0]}


def test_real_data_is_not_called_illustrative(police_client: TestClient) -> None:
    facts = strict(police_client.get("/strategy").text)
    assert facts["illustrative"] is False
    assert not any("llustrative" in text for text in facts["caveats"])
    assert facts["from_the_print"]["equal"] == 95
    assert facts["from_the_dataset"]["equal"] == 2  # areas, and geographical barriers
    words = page(police_client).words
    assert "llustrative" not in words
    assert "Not recomputed." in words


def test_it_is_linked_and_documented(client: TestClient) -> None:
    assert "/strategy" in Page(client.get("/", headers=HTML).text).links
    path = client.get("/api?f=json").json()["paths"]["/strategy"]["get"]
    assert set(path["responses"]["200"]["content"]) == {"text/html", "application/json", "text/csv"}
    assert "There is no parameter 'theme' here" in client.get("/strategy?theme=asb").text


def test_without_a_print_there_is_no_page_and_the_command_says_so(
    run: Run, extract: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    build(planned(extract, None), home)
    client = TestClient(create_app(Site(Dataset.open(home))))
    response = client.get("/strategy")
    assert response.status_code == 404
    assert "no printed figures" in response.json()["detail"]
    assert "/strategy" not in client.get("/api?f=json").json()["paths"]
    assert "/strategy" not in Page(client.get("/", headers=HTML).text).links
    refused(run("strategy", "--dataset", home), "has no printed figures", "--file")
    facts = json.loads(run("strategy", "--dataset", home, "--file", PRINTED, "--json").stdout)
    assert facts["title"] == "strategy.csv"
    assert facts["printed"] == 239


def test_a_print_of_its_own_is_built_in_and_checked(extract: Path, tmp_path: Path) -> None:
    path = tmp_path / "printed.csv"
    path.write_text(ONE.format(5))
    plan = planned(extract, path)
    assert build(plan, tmp_path / "home").changed
    assert not build(plan, tmp_path / "home").changed
    path.write_text(ONE.format(6))
    assert build(plan, tmp_path / "home").changed
    client = TestClient(create_app(Site(Dataset.open(tmp_path / "home"))))
    [figure] = client.get("/strategy").json()["figures"]
    assert figure["printed"] == "6"
    assert figure["checks"][0]["recomputed"] == 5
    assert figure["checks"][0]["reason"] == "source"
    assert "Everything that can be worked out from the print itself" in page(client).words


def test_a_wrong_file_is_refused_by_command_and_build(
    run: Run, embedded_home: Path, extract: Path, tmp_path: Path
) -> None:
    path = tmp_path / "printed.csv"
    path.write_text(ONE.format("some"))
    asked = run("strategy", "--dataset", embedded_home, "--file", path)
    refused(asked, "printed.csv, line 2, printed: it must be a number")
    plan = planned(extract, path)
    with pytest.raises(InputError, match="line 2, printed"):
        build(plan, tmp_path / "home")
    assert not (tmp_path / "home" / "CURRENT").exists()
