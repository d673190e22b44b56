"""Datasets built by an area file from the publishers' own files, against an independent count."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
from command_line import Run
from real_settings import (
    HEREFORDSHIRE,
    NATION_2018,
    SHROPSHIRE,
    TELFORD,
    YEAR_2018,
    YEAR_2025,
    RealSettings,
    Settings,
)
from street_rows import Row, codes_in, crimes_once, street_rows

from geo.dataset import Dataset

MONTHS_2018 = {"2018-10": 2293, "2018-11": 2142, "2018-12": 1970, "2019-01": 2069}
MONTHS_2025 = [f"2025-0{month}" for month in range(1, 10)]
CLASSES_2011 = {"C1": 74, "C2": 8, "D1": 45, "D2": 3, "E1": 54, "E2": 9}
CLASSES_2021 = {"UN1": 67, "UF1": 19, "RLN1": 24, "RLF1": 23, "RSN1": 44, "RSF1": 21}

Cells = Counter[tuple[str, str, str]]
Build = Callable[..., Dataset]


@pytest.fixture(scope="module")
def real(shared: Path) -> RealSettings:
    return RealSettings(shared)


@pytest.fixture
def built(real: RealSettings, run: Run, tmp_path: Path) -> Build:
    """Writes an area file, builds from it by the command and opens what came of it."""

    def built(area: Settings, *incidents: str) -> Dataset:
        path = real.write(tmp_path / "safermap.toml", area, *incidents)
        ended = run("build", "--area", path, "--out", tmp_path / "home")
        assert ended.returncode == 0, ended.stderr
        dataset = Dataset.open(tmp_path / "home")
        for warning in dataset.manifest["warnings"]:
            assert f"Warning: {warning}" in ended.stdout
        return dataset

    return built


def by_month(dataset: Dataset) -> dict[str, int]:
    """Incidents in the area by month; months without any are left out."""
    cube = dataset.counts.cube[:, :, : len(dataset.lsoas)].sum(axis=(0, 2))
    months = zip(dataset.period.months(), cube.tolist(), strict=True)
    return {month_text(month): count for month, count in months if count}


def month_text(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def cells(dataset: Dataset, *, ring: bool = False) -> Cells:
    """Incidents by LSOA code, month and offence."""
    inside = len(dataset.lsoas)
    codes = [*dataset.lsoas["lsoa_code"], *dataset.ring["lsoa_code"]]
    places = range(inside, len(codes)) if ring else range(inside)
    found: Cells = Counter()
    months = [month_text(month) for month in dataset.period.months()]
    for kind, cube in zip(dataset.counts.kinds, dataset.counts.cube, strict=True):
        for month, counts in zip(months, cube, strict=True):
            for place in places:
                if counts[place]:
                    found[codes[place], month, kind.offence] += int(counts[place])
    return found


def expected(rows: list[Row], area: dict[str, str]) -> Counter[tuple[str, str]]:
    """Crimes by area and month; `area` says which area an LSOA code is of."""
    return Counter((area[row.code], row.month) for row in crimes_once(rows) if row.code in area)


def without_offence(found: Cells) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for (code, month, _), count in found.items():
        sums[code, month] += count
    return sums


def rows_of(real: RealSettings, *incidents: str) -> list[Row]:
    return [row for name in incidents for row in street_rows(real.data / name)]


def codes_of(real: RealSettings, vintage: int, *authorities: str) -> dict[str, str]:
    """The LSOA codes of authorities, each an area of its own."""
    names = (real.data / f"boundaries/lsoa{vintage}_{code}.geojson" for code in authorities)
    return {code: code for name in names for code in codes_in(name)}


def agreement(dataset: Dataset) -> float:
    return 1 - float(dataset.manifest["agreement"]["share_disagreed"])


def assert_sums(manifest: dict[str, Any], rows: list[Row]) -> None:
    """Every row of every file is accounted for."""
    read = Counter(row.file for row in rows)
    assert {account["name"]: account["read"] for account in manifest["files"]} == read
    for account in manifest["files"]:
        placed = (account[name] for name in ("located", "ring", "unlocated", "outside"))
        assert account["read"] == account["refused"] + sum(placed)


def test_shropshire_on_lsoa_2021(real: RealSettings, built: Build) -> None:
    dataset = built(real.on_2021(), YEAR_2025)
    rows = rows_of(real, YEAR_2025)
    codes = codes_of(real, 21, SHROPSHIRE)
    assert without_offence(cells(dataset)) == expected(rows, codes)
    assert list(by_month(dataset)) == MONTHS_2025
    assert_sums(dataset.manifest, rows)
    # Of all rows with a code of Shropshire 98.0% lie in its outline; those of the ring count here.
    assert agreement(dataset) == pytest.approx(0.98, abs=0.002)
    assert dataset.manifest["warnings"] == []
    assert Counter(dataset.lsoas["ruc_code"]) == CLASSES_2021
    deciles = dataset.lsoas["imd2025_geographical_barriers_decile"]
    assert (len(deciles), int((deciles == 1).sum())) == (198, 79)
    told = Counter(dataset.lsoas["built_up_area"].fillna(""))
    assert (told["Shrewsbury"], told["Oswestry"], told[""]) == (46, 11, 48)
    assert dataset.manifest["area"]["denominator"]["name"] == "mid-2022"
    assert dataset.manifest["area"]["deprivation"] == [2025]


def test_shropshire_on_lsoa_2011(real: RealSettings, built: Build) -> None:
    dataset = built(real.on_2011(), YEAR_2018)
    rows = rows_of(real, YEAR_2018)
    assert by_month(dataset) == MONTHS_2018
    assert without_offence(cells(dataset)) == expected(rows, codes_of(real, 11, SHROPSHIRE))
    assert_sums(dataset.manifest, rows)
    assert agreement(dataset) == pytest.approx(0.968, abs=0.002)
    assert dataset.manifest["warnings"] == []
    assert Counter(dataset.lsoas["ruc_code"]) == CLASSES_2011
    deciles = dataset.lsoas["imd2019_geographical_barriers_decile"]
    assert (len(deciles), int((deciles == 1).sum())) == (193, 65)
    assert int(dataset.residents.sum()) == 306_129


def common_area(real: RealSettings) -> dict[str, str]:
    """Codes of either vintage in Shropshire, and the lowest code of those that share ground."""
    with Path(real.code_look_up).open(encoding="utf-8-sig", newline="") as file:
        pairs = [
            (row["LSOA11CD"], row["LSOA21CD"])
            for row in csv.DictReader(file)
            if row["LAD22CD"] == SHROPSHIRE
        ]
    label = {code: code for pair in pairs for code in pair}
    for _ in pairs:  # the lowest label spreads along a chain of pairs
        before = dict(label)
        for old, new in pairs:
            label[old] = label[new] = min(label[old], label[new])
        if label == before:
            break
    return label


@pytest.mark.parametrize("outlines", ["11", "21"])
def test_both_vintages_on_the_areas_in_common(
    real: RealSettings, built: Build, outlines: str
) -> None:
    settings = real.on_2011() | {
        "outlines": real.path(f"boundaries/lsoa{outlines}_E*.geojson"),
        "vintage": "common",
        "code_look_up": real.code_look_up,
    }
    dataset = built(settings, YEAR_2018, YEAR_2025)
    label = common_area(real)
    assert len(dataset.lsoas) == len(set(label.values())) == 191
    rows = rows_of(real, YEAR_2018, YEAR_2025)
    assert_sums(dataset.manifest, rows)
    found: Counter[tuple[str, str]] = Counter()
    for (code, month, _), count in cells(dataset).items():
        found[label[code], month] += count
    assert found == expected(rows, label)
    assert list(by_month(dataset)) == [*MONTHS_2018, *MONTHS_2025]
    assert {m: c for m, c in by_month(dataset).items() if m < "2020"} == MONTHS_2018
    [source] = dataset.manifest["sources"]
    assert source["period"] == "2018-10/2025-09"
    assert len(source["months_missing"]) == 71


@pytest.mark.parametrize("code", [TELFORD, HEREFORDSHIRE])
@pytest.mark.parametrize(("vintage", "incidents"), [(21, YEAR_2025), (11, YEAR_2018)])
def test_a_neighbour_by_changing_one_code(  # noqa: PLR0917  one fixture more than the rule knows
    real: RealSettings, built: Build, tmp_path: Path, code: str, vintage: int, incidents: str
) -> None:
    settings = real.on_2021() if vintage == 21 else real.on_2011()
    if vintage == 11:
        del settings["residents"]  # that file is of Shropshire alone
    dataset = built(settings, incidents)
    text = (tmp_path / "safermap.toml").read_text("utf-8")
    assert text.count(SHROPSHIRE) == 1
    neighbour = built(settings | {"authorities": [code]}, incidents)
    changed = (tmp_path / "safermap.toml").read_text("utf-8")
    assert changed == text.replace(SHROPSHIRE, code)
    rows = rows_of(real, incidents)
    assert without_offence(cells(neighbour)) == expected(rows, codes_of(real, vintage, code))
    assert_sums(neighbour.manifest, rows)
    assert set(neighbour.lsoas["lsoa_code"]).isdisjoint(dataset.lsoas["lsoa_code"])


def test_a_whole_force_through_the_look_up(real: RealSettings, built: Build) -> None:
    settings = real.on_2021() | {
        "outlines": real.path("boundaries/lsoa21_england_wales_coarse.gpkg"),
        "forces": ["West Mercia"],
        "code_look_up": real.code_look_up,
        "partnership_look_up": real.partnership_look_up,
    }
    del settings["authorities"]
    dataset = built(settings, YEAR_2025)
    frame = pd.read_excel(real.partnership_look_up, engine="calamine")
    authorities = set(frame.loc[frame["PFA21NM"] == "West Mercia", "LAD21CD"])
    assert len(authorities) == 9
    with Path(real.code_look_up).open(encoding="utf-8-sig", newline="") as file:
        codes = {
            row["LSOA21CD"]: row["LSOA21CD"]
            for row in csv.DictReader(file)
            if row["LAD22CD"] in authorities
        }
    rows = rows_of(real, YEAR_2025)
    assert without_offence(cells(dataset)) == expected(rows, codes)
    assert_sums(dataset.manifest, rows)
    [source] = dataset.manifest["sources"]
    assert source["ring_covered"] == []
    assert "Dyfed-Powys" in source["ring_why"]


@pytest.mark.parametrize(
    ("vintage", "incidents", "share"), [(21, YEAR_2025, 0.9808), (11, YEAR_2018, 0.9681)]
)
def test_agreement_is_what_geopandas_finds(
    real: RealSettings, built: Build, vintage: int, incidents: str, share: float
) -> None:
    settings = real.on_2021() if vintage == 21 else real.on_2011()
    dataset = built(settings | {"halo": False}, incidents)
    assert agreement(dataset) == pytest.approx(share, abs=0.00005)


@pytest.mark.parametrize(
    ("vintage", "incidents", "share"), [(11, YEAR_2025, 0.846), (21, YEAR_2018, 0.835)]
)
def test_files_of_the_other_vintage_are_doubted_and_bridged(
    real: RealSettings, built: Build, vintage: int, incidents: str, share: float
) -> None:
    settings = (real.on_2021() if vintage == 21 else real.on_2011()) | {"halo": False}
    bare = built(settings, incidents)
    [warning] = bare.manifest["warnings"]
    told = re.match(
        r"Only ([\d.]+)% of .* LSOA that their row names: ([\d,]+) rows name E01", warning
    )
    assert told is not None
    assert "code_look_up" in warning
    assert float(told[1]) / 100 == pytest.approx(share, abs=0.005)
    label, known = common_area(real), codes_of(real, vintage, SHROPSHIRE)
    strange = sum(r.code in label and r.code not in known for r in rows_of(real, incidents))
    assert 0.95 * strange < int(told[2].replace(",", "")) <= strange
    bridged = built(settings | {"code_look_up": real.code_look_up}, incidents)
    assert bridged.manifest["warnings"] == []
    rows = rows_of(real, incidents)
    for dataset in (bare, bridged):
        assert_sums(dataset.manifest, rows)
    # A code of one area is exact; the points of an LSOA that was split may stray over its edge.
    found: Counter[tuple[str, str]] = Counter()
    for (code, month, _), count in cells(bridged).items():
        found[label[code], month] += count
    wanted = expected(rows, label)
    astray = (found - wanted).total() + (wanted - found).total()
    assert astray <= 0.003 * wanted.total()


def touching(path: str, codes: set[str]) -> set[str]:
    """Codes of the outlines that share a point with those of some codes, by geopandas."""
    frame = geopandas.read_file(path)
    frame["geometry"] = frame.geometry.make_valid()
    [column] = [name for name in frame.columns if "code" in name.lower() or "CD" in name]
    inside = frame[column].isin(codes)
    joined = frame[~inside].sjoin(frame.loc[inside, ["geometry"]], predicate="intersects")
    return set(joined[column])


def test_the_ring_of_one_force(real: RealSettings, built: Build) -> None:
    settings = real.on_2011() | {"partnership_look_up": real.partnership_look_up}
    dataset = built(settings, YEAR_2018)
    [source] = dataset.manifest["sources"]
    assert len(dataset.ring) == 28
    assert source["ring_covered"] == dataset.ring["lsoa_code"].tolist()
    assert source["ring_why"] == ""
    rows = rows_of(real, YEAR_2018)
    ring = {code: code for code in dataset.ring["lsoa_code"]}
    assert without_offence(cells(dataset, ring=True)) == expected(rows, ring)
    assert source["rows"]["ring"] == expected(rows, ring).total()
    # Nothing of the ring is in a count of the area.
    assert without_offence(cells(dataset)) == expected(rows, codes_of(real, 11, SHROPSHIRE))
    assert set(dataset.lsoas["lsoa_code"]).isdisjoint(ring)


def national(real: RealSettings) -> Settings:
    return real.on_2011() | {
        "outlines": real.path("boundaries/lsoa11_england_wales_coarse.gpkg"),
        "code_look_up": real.code_look_up,
        "partnership_look_up": real.partnership_look_up,
    }


def test_the_ring_of_many_forces(real: RealSettings, built: Build) -> None:
    coarse = str(national(real)["outlines"])
    codes = codes_of(real, 11, SHROPSHIRE)
    ring = touching(coarse, set(codes))
    assert len(ring) == 66
    alone = built(national(real), YEAR_2018)
    assert set(alone.ring["lsoa_code"]) == ring
    forces = dict(zip(alone.ring["lsoa_code"], alone.ring["force"], strict=True))
    assert set(forces.values()) == {
        "West Mercia", "Dyfed-Powys", "North Wales", "Cheshire", "Staffordshire"
    }  # fmt: skip
    [source] = alone.manifest["sources"]
    ours = {code for code, force in forces.items() if force == "West Mercia"}
    assert set(source["ring_covered"]) == ours
    assert 0 < len(ours) < 66
    for force in ("Dyfed-Powys", "North Wales", "Cheshire", "Staffordshire"):
        assert force in source["ring_why"]
    assert alone.manifest["warnings"] == []

    together = built(national(real), NATION_2018)
    [source] = together.manifest["sources"]
    assert set(source["ring_covered"]) == ring
    assert source["ring_why"] == ""
    rows = rows_of(real, NATION_2018)
    around = {code: code for code in ring}
    assert without_offence(cells(together, ring=True)) == expected(rows, around)
    assert without_offence(cells(together)) == expected(rows, codes)
    assert_sums(together.manifest, rows)


@pytest.fixture(scope="module")
def nation_rows(real: RealSettings) -> list[Row]:
    return rows_of(real, NATION_2018)


def test_the_whole_nation_on_all_lsoas(
    real: RealSettings, built: Build, nation_rows: list[Row]
) -> None:
    settings = national(real) | {"name": "England and Wales", "everywhere": True}
    del settings["authorities"], settings["residents"]
    dataset = built(settings, NATION_2018)
    assert len(dataset.lsoas) == 34_753
    assert dataset.manifest["rows"]["read"] == len(nation_rows) == 342_885
    assert_sums(dataset.manifest, nation_rows)
    codes = {code: code for code in dataset.lsoas["lsoa_code"]}
    assert without_offence(cells(dataset)) == expected(nation_rows, codes)
    for account in dataset.manifest["files"]:
        mine = [row for row in nation_rows if row.file == account["name"]]
        assert (
            account["unlocated"] + account["outside"]
            >= sum(not row.code for row in mine) - (account["refused"])
        )
        assert account["located"] <= sum(row.code in codes for row in mine)
    located = sum(row.code in codes for row in crimes_once(nation_rows))
    assert dataset.manifest["rows"]["located"] == located
    # What four forces did not give is told, not shown as nought in silence.
    absent = {"Greater Manchester", "Metropolitan Police", "West Midlands", "West Yorkshire"}
    told = dataset.manifest["warnings"]
    for force in absent:
        [warning] = [text for text in told if f"No file of {force} holds any month" in text]
        areas = int((dataset.lsoas["force"] == force).sum())
        assert f"its {areas:,} areas" in warning
    assert len(told) == 5
    assert any("fine enough?" in text for text in told)  # these outlines are coarse
    forces = set(dataset.lsoas["force"].dropna())
    assert absent < forces
