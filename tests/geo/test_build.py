"""What a dataset is made of: every row accounted for, repeated crimes counted once."""

import csv
import io
import json
import zipfile
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import geopandas
import pandas as pd
import pytest

from boundaries import SHROPSHIRE
from geo.areas import Areas
from geo.dataset import Dataset, current_folder
from geo.errors import InputError
from geo.incidents import read_incidents
from geo.prepare import Prepared, prepare

HEADER = "incident_id,month,offence,easting,northing\n"
SQUARE = "349132,312545"  # in Shrewsbury
LOCATED = {"2018-10": 2293, "2018-11": 2142, "2018-12": 1970, "2019-01": 2069}


def prepared(*paths: Path) -> Prepared:
    return prepare(read_incidents(list(paths)), Areas.open(SHROPSHIRE))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def codes() -> set[str]:
    return {row["lsoa_code"] for row in rows_of(SHROPSHIRE / "lsoa_facts.csv")}


def test_every_row_of_the_real_files_is_accounted_for(
    shared: Path, police: Dataset, codes: set[str]
) -> None:
    assert len(police.manifest["files"]) == 4
    for account in police.manifest["files"]:
        rows = rows_of(Path(account["name"]))
        month = rows[0]["Month"]
        assert account["months"] == [month, month]
        assert account["read"] == len(rows) == account["accepted"] + account["refused"]
        assert account["located"] == sum(row["LSOA code"] in codes for row in rows)
        assert account["located"] == LOCATED[month]
        assert account["unlocated"] == sum(row["LSOA code"] == "" for row in rows)
        assert account["outside"] == sum(row["LSOA code"] not in {*codes, ""} for row in rows)
        assert account["accepted"] == sum(
            account[part] for part in ("located", "unlocated", "outside")
        )
    totals = police.manifest["rows"]
    assert totals["read"] == 41_731
    assert totals == {
        name: sum(account[name] for account in police.manifest["files"]) for name in totals
    }


def test_the_counts_are_those_of_the_rows(police: Dataset, shared: Path, codes: set[str]) -> None:
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for path in (shared / "data/police/2018-19").glob("*.csv"):
        for row in rows_of(path):
            if row["LSOA code"] in codes and row["Crime type"] == "Anti-social behaviour":
                expected[row["LSOA code"], row["Month"]] += 1
    asb = [kind.offence == "asb" for kind in police.counts.kinds]
    cube = police.counts.cube[asb].sum(axis=0)
    found = {
        (code, month): int(cube[m, i])
        for i, code in enumerate(police.lsoas["lsoa_code"])
        for m, month in enumerate(LOCATED)
        if cube[m, i]
    }
    assert found == dict(expected)


def test_the_incidents_on_disk_are_the_located_and_unlocated_rows(
    police_home: Path, police: Dataset
) -> None:
    incidents = geopandas.read_parquet(current_folder(police_home) / "incidents.parquet")
    totals = police.manifest["rows"]
    assert len(incidents) == totals["located"] + totals["unlocated"]
    assert int(incidents["lsoa_code"].isna().sum()) == totals["unlocated"]
    town = police.lsoas.set_index("lsoa_code")["town"]
    placed = incidents.dropna(subset="lsoa_code")
    assert placed["town"].fillna("").tolist() == town[placed["lsoa_code"]].fillna("").tolist()


def test_a_zip_gives_the_same_dataset_as_its_files(
    shared: Path, police: Dataset, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (shared / "data/police/2018-19").glob("*.csv"):
            archive.write(path, f"{path.name[:7]}/{path.name}")
    both = prepared(tmp_path / "all.zip", shared / "data/police/2018-19")  # each file given twice
    assert len(both.passed_over) == 4
    assert all("all.zip" in first for first in both.passed_over.values())
    loose = [
        {key: value for key, value in account.items() if key not in {"name", "months"}}
        for account in police.manifest["files"]
    ]
    zipped = [
        {key: value for key, value in asdict(account).items() if key not in {"name", "months"}}
        for account in both.accounts
    ]
    assert zipped == loose


def test_a_repeated_crime_id_of_the_real_files_is_one_crime(shared: Path) -> None:
    path = shared / "data/police/archives/west-mercia-2025-01-to-2025-09.zip"
    holders: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            text = io.TextIOWrapper(archive.open(name), "utf-8", newline="")
            for line, row in enumerate(csv.DictReader(text), start=2):
                if row["Crime ID"]:
                    holders[row["Crime ID"]].append((row["Month"], f"{path}/{name}", line))
    others = {
        (file, line, crime_id)
        for crime_id, found in holders.items()
        for _, file, line in sorted(found)[:-1]
    }
    whole = prepared(path)
    assert len(others) == 29
    assert {(item.file, item.line, item.value) for item in whole.refusals} == others
    assert sum(account.read for account in whole.accounts) == 77_729
    assert sum(account.accepted for account in whole.accounts) == 77_729 - 29
    known = whole.incidents["crime_id"].drop_null()
    assert len(known) == len(known.unique())


def test_the_row_of_the_latest_month_stands_in_whatever_order_they_come(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f"{HEADER}A,2015-05,drugs,{SQUARE}\n,2015-05,asb,{SQUARE}\n,2015-05,asb,{SQUARE}\n"
    )
    (tmp_path / "b.csv").write_text(f"{HEADER}A,2015-04,drugs,{SQUARE}\nB,2015-04,asb,{SQUARE}\n")
    for order in (["a.csv", "b.csv"], ["b.csv", "a.csv"]):
        whole = prepared(*(tmp_path / name for name in order))
        [refusal] = whole.refusals
        assert (Path(refusal.file).name, refusal.line, refusal.value) == ("b.csv", 2, "A")
        assert whole.incidents.num_rows == 4  # two ASB reports without an ID are two incidents
        accounts = {Path(item.name).name: item for item in whole.accounts}
        assert (accounts["b.csv"].accepted, accounts["b.csv"].refused) == (1, 1)


def test_two_sources_together_are_refused(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "extract.csv").write_text(f"{HEADER},2018-10,asb,{SQUARE}\n")
    street = shared / "data/police/2018-19/2018-10-west-mercia-street.csv"
    with pytest.raises(InputError, match=r"Partner extract and data\.police\.uk street files"):
        prepared(tmp_path / "extract.csv", street)


def test_files_with_nothing_in_the_area_are_refused(tmp_path: Path) -> None:
    (tmp_path / "extract.csv").write_text(f"{HEADER},2018-10,asb,530000,180000\n,2018-10,asb,,\n")
    with pytest.raises(InputError, match="None of the 2 rows lies in Shropshire"):
        prepared(tmp_path / "extract.csv")


def test_no_file_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match="no incident file"):
        prepared()


def test_months_that_no_file_holds_are_named(tmp_path: Path) -> None:
    from geo.build import write_dataset

    # The first extract covers its empty month; nothing covers the one between the two files.
    (tmp_path / "a.csv").write_text(f"{HEADER},2014-11,asb,{SQUARE}\n,2015-01,asb,{SQUARE}\n")
    (tmp_path / "b.csv").write_text(f"{HEADER},2015-03,asb,{SQUARE}\n")
    write_dataset(prepared(tmp_path / "a.csv", tmp_path / "b.csv"), tmp_path / "home")
    folder = current_folder(tmp_path / "home")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["period"] == "2014-11/2015-03"
    assert manifest["sources"][0]["months_missing"] == ["2015-02"]
    assert len(pd.read_csv(folder / "refused.csv")) == 0
