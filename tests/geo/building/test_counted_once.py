"""Nothing is counted twice, however rows are divided into files and whatever their order."""

import csv
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from building import plan_files
from hypothesis import given, settings
from hypothesis import strategies as st
from incident_rows import incident_rows

from geo.area_file import SourcePlan
from geo.areas.codes import UNLOCATED
from geo.building.build import Built, build
from geo.errors import InputError
from geo.incidents.columns import CANONICAL_MAP

HEADER = "incident_id,month,offence,easting,northing"
SHREWSBURY, OSWESTRY, LONDON, NOWHERE = "349132,312545", "329500,329500", "530000,180000", ","
PLACES = (SHREWSBURY, OSWESTRY, LONDON, NOWHERE)
OFFENCES = ("asb", "drugs", "burglary")

Cell = tuple[int, str, int]
Row = tuple[str, int, str, str]  # ID, month of 2015, offence, place
rows_drawn = st.lists(
    st.tuples(
        st.sampled_from(["", "", "A", "B", "C", "D"]),
        st.integers(1, 4),
        st.sampled_from(OFFENCES),
        st.sampled_from(PLACES),
    ),
    max_size=14,
)
ANCHOR: Row = ("Z", 1, "drugs", SHREWSBURY)  # so that there is always something in the area


def write(folder: Path, name: str, rows: list[Row]) -> Path:
    told = (f"{ref},2015-{month:02},{offence},{place}" for ref, month, offence, place in rows)
    path = folder / name
    path.write_text("\n".join([HEADER, *told]) + "\n")
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that keeps its areas from one build to the next."""
    return tmp_path_factory.mktemp("home")


def built_of(home: Path, overlap: str, *files: Path) -> Built:
    plan = plan_files(files[0])
    [source] = plan.sources
    source = SourcePlan(
        source.id,
        source.name,
        "extract",
        files,
        "partner",
        overlap,
        CANONICAL_MAP,  # type: ignore[arg-type]
    )
    return build(type(plan)(plan.path, plan.area, (source,)), home)


def counts(built: Built) -> Counter[Cell]:
    """Counts by month, offence and area."""
    found: Counter[Cell] = Counter()
    for row in pq.read_table(built.folder / "counts.parquet").to_pylist():
        found[row["month"] % 12 + 1, row["offence"], row["lsoa"]] += row["count_all"]
    return found


def assert_whole(built: Built, read: int) -> None:
    rows = built.manifest["rows"]
    assert rows["read"] == read == rows["refused"] + rows["accepted"]
    assert rows["accepted"] == sum(rows[k] for k in ("located", "ring", "unlocated", "outside"))
    with (built.folder / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        assert rows["refused"] == sum(1 for _ in csv.DictReader(file))
    assert sum(counts(built).values()) == rows["located"] + rows["unlocated"]
    assert len(incident_rows(built.folder)) == rows["located"] + rows["unlocated"]


def unlike_months(rows: list[Row]) -> list[Row]:
    """Rows of which no two have the same ID and month: there the order of rows decides."""
    seen, kept = set(), []
    for row in rows:
        if not row[0] or row[:2] not in seen:
            kept.append(row)
            seen.add(row[:2])
    return kept


def one_of_each(rows: list[Row]) -> list[Row]:
    """Rows of which no two have the same ID."""
    first = {row[0] or number: row for number, row in reversed([*enumerate(rows)])}
    return [row for number, row in enumerate(rows) if first[row[0] or number] is row]


def crimes(rows: list[Row]) -> Counter[tuple[int, str, str]]:
    """What should be counted: of each ID the row of the latest month, if it is in the area."""
    last = {row[0]: row for row in sorted(rows, key=lambda row: row[1]) if row[0]}
    counted = [*last.values(), *(row for row in rows if not row[0])]
    return Counter(row[1:] for row in counted if row[3] != LONDON)


@settings(max_examples=40)
@given(rows=rows_drawn, data=st.data())
def test_any_division_of_the_rows_gives_the_same_counts(
    home: Path, rows: list[Row], data: st.DataObject
) -> None:
    rows = unlike_months([ANCHOR, *rows])
    of_file = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    files = [[row for row, at in zip(rows, of_file, strict=True) if at == n] for n in range(4)]
    order = data.draw(st.permutations([n for n in range(4) if files[n]]))
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = [write(folder, f"{n}.csv", data.draw(st.permutations(files[n]))) for n in order]
        # The same rows without an ID in two files are the same bytes, which count once.
        same = len({path.read_bytes() for path in paths}) < len(paths)
        divided = built_of(home, "add", *paths)
        whole = built_of(home, "refuse", write(folder, "whole.csv", rows))
        if not same:
            assert counts(divided) == counts(whole)
            assert_whole(divided, len(rows))
        assert_whole(whole, len(rows))
        expected = crimes(rows)
        assert sum(expected.values()) == sum(counts(whole).values())
        by_kind: Counter[tuple[int, str, bool]] = Counter()
        for (month, offence, lsoa), count in counts(whole).items():
            by_kind[month, offence, lsoa == UNLOCATED] += count
        wanted: Counter[tuple[int, str, bool]] = Counter()
        for (month, offence, place), count in expected.items():
            wanted[month, offence, place == NOWHERE] += count
        assert by_kind == wanted


@settings(max_examples=40)
@given(extracts=st.lists(rows_drawn, min_size=1, max_size=3))
def test_a_later_extract_stands_for_the_months_it_covers(
    home: Path, extracts: list[list[Row]]
) -> None:
    extracts[-1] = [ANCHOR, *extracts[-1]]
    # Of an ID that one file has in two months, the earlier row has given way before.
    extracts = [one_of_each(rows) for rows in extracts if rows]
    kept: list[Row] = []
    for number, rows in enumerate(extracts):
        covered: set[int] = set()
        for later in extracts[number + 1 :]:
            months = [row[1] for row in later]
            covered.update(range(min(months), max(months) + 1))
        kept += [row for row in rows if row[1] not in covered]
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = [write(folder, f"{n}.csv", rows) for n, rows in enumerate(extracts)]
        if len({path.read_bytes() for path in paths}) < len(paths):
            return
        built = built_of(home, "replace", *paths)
        assert_whole(built, sum(map(len, extracts)))
        told: Counter[tuple[int, str]] = Counter()
        for (month, offence, _), count in counts(built).items():
            told[month, offence] += count
        wanted: Counter[tuple[int, str]] = Counter()
        for (month, offence, _), count in crimes(kept).items():
            wanted[month, offence] += count
        assert told == wanted


def test_extracts_without_ids_that_share_a_month(home: Path, tmp_path: Path) -> None:
    one = write(tmp_path, "1.csv", [("", 1, "asb", SHREWSBURY), ("", 2, "asb", SHREWSBURY)])
    two = write(tmp_path, "2.csv", [("", 2, "asb", SHREWSBURY), ("", 2, "asb", OSWESTRY)])
    with pytest.raises(InputError, match=r"1\.csv and .*2\.csv both hold rows of 2015-02"):
        built_of(home, "refuse", one, two)
    assert built_of(home, "add", one, two).manifest["rows"]["located"] == 4
    replaced = built_of(home, "replace", one, two)
    assert replaced.manifest["rows"]["located"] == 3
    [refusal] = replaced.refusals
    assert (refusal.file, refusal.line, refusal.field) == (str(one), 3, "month")
    assert "later file" in refusal.reason


def test_extracts_with_ids_may_share_a_month(home: Path, tmp_path: Path) -> None:
    one = write(tmp_path, "1.csv", [("A", 1, "asb", SHREWSBURY), ("B", 2, "asb", SHREWSBURY)])
    two = write(tmp_path, "2.csv", [("B", 2, "drugs", SHREWSBURY), ("C", 2, "asb", OSWESTRY)])
    built = built_of(home, "refuse", one, two)
    assert built.manifest["rows"]["located"] == 3
    told = {row["crime_id"]: row["offence"] for row in incident_rows(built.folder).to_pylist()}
    assert told == {"A": "asb", "B": "drugs", "C": "asb"}
