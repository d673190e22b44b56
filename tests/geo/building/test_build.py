"""What a dataset is made of: every row accounted for, repeated crimes counted once."""

import csv
import io
import json
import shutil
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from building import build_files
from incident_rows import incident_rows

from boundaries import SHROPSHIRE
from geo.building.build import Built
from geo.dataset import Dataset
from geo.errors import InputError
from geo.versions import current_folder

HEADER = "incident_id,month,offence,easting,northing\n"
SQUARE = "349132,312545"  # in Shrewsbury
LOCATED = {"2018-10": 2293, "2018-11": 2142, "2018-12": 1970, "2019-01": 2069}
PARTS = ("located", "ring", "unlocated", "outside")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def accounts(built: Built) -> dict[str, dict[str, Any]]:
    """What became of each file, by its name without the folder."""
    return {Path(account["name"]).name: account for account in built.manifest["files"]}


@pytest.fixture(scope="module")
def codes() -> set[str]:
    return {row["lsoa_code"] for row in rows_of(SHROPSHIRE.parent / "lsoa_facts.csv")}


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
        assert account["accepted"] == sum(account[part] for part in PARTS)
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
    incidents = incident_rows(current_folder(police_home)).to_pandas()
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
    # Each file is given twice, once in the ZIP and once loose.
    both = build_files(tmp_path / "home", tmp_path / "all.zip", shared / "data/police/2018-19")
    passed_over = both.manifest["files_passed_over"]
    assert len(passed_over) == 4
    assert all("is the same as" in why and "all.zip" in why for why in passed_over.values())
    assert both.manifest["dataset_id"] == police.id
    loose, zipped = (
        [{**account, "name": None} for account in manifest["files"]]
        for manifest in (police.manifest, both.manifest)
    )
    assert zipped == loose


def test_a_repeated_crime_id_of_the_real_files_is_one_crime(shared: Path, tmp_path: Path) -> None:
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
    whole = build_files(tmp_path, path)
    assert len(others) == 29
    assert {(item.file, item.line, item.value) for item in whole.refusals} == others
    rows = whole.manifest["rows"]
    assert (rows["read"], rows["accepted"]) == (77_729, 77_729 - 29)
    known = incident_rows(whole.folder)["crime_id"].drop_null()
    assert len(known) == len(known.unique())


@pytest.mark.parametrize("order", [["a.csv", "b.csv"], ["b.csv", "a.csv"]])
def test_the_row_of_the_latest_month_stands_in_whatever_order_they_come(
    tmp_path: Path, order: list[str]
) -> None:
    (tmp_path / "a.csv").write_text(
        f"{HEADER}A,2015-05,drugs,{SQUARE}\n,2015-05,asb,{SQUARE}\n,2015-05,asb,{SQUARE}\n"
    )
    (tmp_path / "b.csv").write_text(f"{HEADER}A,2015-04,drugs,{SQUARE}\nB,2015-04,asb,{SQUARE}\n")
    whole = build_files(tmp_path / "home", *(tmp_path / name for name in order))
    [refusal] = whole.refusals
    assert (Path(refusal.file).name, refusal.line, refusal.value) == ("b.csv", 2, "A")
    # Two ASB reports without an ID are two incidents.
    assert len(incident_rows(whole.folder)) == 4
    assert (accounts(whole)["b.csv"]["accepted"], accounts(whole)["b.csv"]["refused"]) == (1, 1)
    counts = Dataset.open(tmp_path / "home").counts
    drugs = [kind.offence == "drugs" for kind in counts.kinds]
    assert counts.cube[drugs].sum(axis=(0, 2)).tolist() == [0, 1]


def test_an_id_that_moved_out_of_the_area_is_counted_there_and_not_here(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER}A,2015-04,drugs,{SQUARE}\nB,2015-04,asb,{SQUARE}\n")
    (tmp_path / "b.csv").write_text(
        f"{HEADER}A,2015-05,drugs,530000,180000\nC,2015-05,asb,{SQUARE}\n"
    )
    whole = build_files(tmp_path / "home", tmp_path / "a.csv", tmp_path / "b.csv")
    [refusal] = whole.refusals
    assert (Path(refusal.file).name, refusal.value) == ("a.csv", "A")
    assert incident_rows(whole.folder)["crime_id"].to_pylist() == ["B", "C"]
    rows = whole.manifest["rows"]
    assert (rows["read"], rows["refused"], rows["located"], rows["outside"]) == (4, 1, 2, 1)


def test_files_with_nothing_in_the_area_are_refused(tmp_path: Path) -> None:
    (tmp_path / "extract.csv").write_text(f"{HEADER},2018-10,asb,530000,180000\n,2018-10,asb,,\n")
    with pytest.raises(InputError, match="None of the 2 rows lies in Shropshire"):
        build_files(tmp_path / "home", tmp_path / "extract.csv")


def test_no_file_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no incident file"):
        build_files(tmp_path)


def test_months_that_no_file_holds_are_named(tmp_path: Path) -> None:
    # The first extract covers its empty month; nothing covers the one between the two files.
    (tmp_path / "a.csv").write_text(f"{HEADER},2014-11,asb,{SQUARE}\n,2015-01,asb,{SQUARE}\n")
    (tmp_path / "b.csv").write_text(f"{HEADER},2015-03,asb,{SQUARE}\n")
    build_files(tmp_path / "home", tmp_path / "a.csv", tmp_path / "b.csv")
    folder = current_folder(tmp_path / "home")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["period"] == "2014-11/2015-03"
    [source] = manifest["sources"]
    assert source["months_missing"] == ["2015-02"]
    assert rows_of(folder / "refused.csv") == []


def test_a_mistyped_old_date_is_doubted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER},1915-01,asb,{SQUARE}\n,2015-01,asb,{SQUARE}\n")
    built = build_files(tmp_path / "home", tmp_path / "a.csv")
    [warning] = built.manifest["warnings"]
    assert "nothing between January 1915 and January 2015: look for mistyped dates" in warning


def test_files_of_two_kinds_are_two_sources(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "extract.csv").write_text(f"{HEADER},2018-10,asb,{SQUARE}\n")
    street = shared / "data/police/2018-19/2018-10-west-mercia-street.csv"
    shutil.copy(street, tmp_path)
    built = build_files(tmp_path / "home", tmp_path / "extract.csv", tmp_path / street.name)
    told = [(source["id"], source["rows"]["located"]) for source in built.manifest["sources"]]
    assert told == [("police", 2293), ("partner-extract", 1)]
    rows = incident_rows(built.folder)
    assert set(rows["source"].to_pylist()) == {"police", "partner-extract"}
