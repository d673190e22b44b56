"""What is held too long is refused to whoever opens it, and gone for good once it is purged."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from incident_rows import incident_rows
from kept_sources import NEW, OLD, REFUSED, WHILE_HELD, build_kept, texts_under
from killed import killed_at

from geo.building.purge import Purged, plan_purge, purge
from geo.dataset import Dataset
from geo.errors import DatasetError, ExpiredError, InputError
from geo.period import Period
from geo.public.view import public_view
from geo.retention import FOR_EVER, Keep
from geo.versions import all_versions, current_folder, roll_back

UNTIL = Keep(until=date(2016, 4, 30))
MONTHS = Keep(months=18)
AFTER = date(2016, 5, 1)  # of both: with 18 months, November 2014 is one too many
TABLES = ("lsoas", "towns", "counts", "neighbours", "dropped", "public")


def purged(home: Path, today: date = AFTER) -> Purged:
    return purge(home, plan_purge(home, today), today)


def rows(dataset: Dataset) -> dict[str, int]:
    return {one["id"]: one["rows"]["accepted"] for one in dataset.manifest["sources"]}


@pytest.mark.parametrize("keep", [UNTIL, MONTHS, Keep(UNTIL.until, MONTHS.months)])
def test_it_is_shown_on_the_last_day_and_not_on_the_next(tmp_path: Path, keep: Keep) -> None:
    build_kept(tmp_path, keep)
    home = tmp_path / "home"
    assert Dataset.open(home, date(2016, 4, 30)).expires == AFTER
    with pytest.raises(ExpiredError, match=r"Force extract, November 2014.*safermap purge"):
        Dataset.open(home, AFTER)
    with pytest.raises(ExpiredError):
        Dataset.open(home)  # by the clock


def test_what_may_be_held_for_ever_never_expires(tmp_path: Path) -> None:
    build_kept(tmp_path, FOR_EVER)
    assert Dataset.open(tmp_path / "home").expires is None
    assert not plan_purge(tmp_path / "home", date(2999, 1, 1)).versions


def test_nothing_of_a_source_is_left_once_it_is_purged(tmp_path: Path) -> None:
    home = tmp_path / "home"
    build_kept(tmp_path, FOR_EVER)
    second = build_kept(tmp_path, UNTIL, council=3)
    before = texts_under(home)
    assert all(word in before for word in (OLD, NEW, REFUSED, "Council Road"))
    planned = plan_purge(home, AFTER)
    assert len(planned.versions) == 2  # the first too, which said nothing of a day
    assert [(item.source, Period(item.first, item.last).iso()) for item in planned.overdue] == [
        ("force", "2014-11/2016-02")
    ]
    done = purge(home, planned, AFTER)
    assert done.rows == {"force": 9}
    left = texts_under(home)
    assert not any(word in left for word in (OLD, NEW, REFUSED))
    assert "Council Road" in left
    [version] = all_versions(home)
    assert version.folder == done.folder == current_folder(home) != second.folder
    assert rows(Dataset.open(home, AFTER)) == {"council": 3}
    assert not plan_purge(home, AFTER).versions
    with pytest.raises(DatasetError, match="no version before"):
        roll_back(home)


def test_only_the_months_that_are_too_old_go(tmp_path: Path) -> None:
    home = tmp_path / "home"
    build_kept(tmp_path, FOR_EVER)
    build_kept(tmp_path, MONTHS)
    assert all(word in texts_under(home) for word in (OLD, NEW, REFUSED))
    assert purged(home).rows == {"force": 5}
    left = texts_under(home)
    assert not any(word in left for word in (OLD, REFUSED))
    assert NEW in left
    dataset = Dataset.open(home, AFTER)
    assert rows(dataset) == {"force": 3, "council": 4}
    assert dataset.held[0].period.iso() == "2016-02/2016-02"
    [file, _] = dataset.manifest["files"]
    assert (file["read"], file["refused"], file["accepted"], file["expired"]) == (4, 1, 3, 5)
    assert len(incident_rows(current_folder(home))) == 7


@pytest.mark.parametrize("keep", [UNTIL, MONTHS])
def test_a_purge_leaves_what_a_build_of_that_day_makes(tmp_path: Path, keep: Keep) -> None:
    build_kept(tmp_path, keep)
    done = purged(tmp_path / "home").folder
    (tmp_path / "other").mkdir()
    built = build_kept(tmp_path / "other", keep, AFTER).folder
    assert done is not None
    for name in TABLES:
        mine, other = (folder / f"{name}.parquet" for folder in (done, built))
        assert mine.exists() == other.exists(), name
        if mine.exists():
            assert mine.read_bytes() == other.read_bytes(), name
    assert OLD not in texts_under(built)
    again = build_kept(tmp_path, keep, AFTER)  # takes nothing to be done already
    assert again.changed
    assert rows(Dataset.open(tmp_path / "home", AFTER)) == rows(
        Dataset.open(tmp_path / "other/home", AFTER)
    )


def test_what_was_public_of_it_goes_with_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    build_kept(tmp_path, UNTIL)
    with pytest.raises(ExpiredError):
        public_view(Dataset.open(home, AFTER))
    done = purged(home).folder
    assert done is not None
    assert not (done / "public.parquet").exists()


def test_where_nothing_would_be_left_there_is_no_dataset(tmp_path: Path) -> None:
    home = tmp_path / "home"
    build_kept(tmp_path, UNTIL, council=0)
    assert purged(home).folder is None
    assert not any(word in texts_under(home) for word in (OLD, NEW, REFUSED))
    with pytest.raises(DatasetError, match="There is no dataset"):
        Dataset.open(home)
    assert not plan_purge(home, AFTER).versions
    build_kept(tmp_path, FOR_EVER)
    assert Dataset.open(home).expires is None


def test_older_versions_go_where_the_current_one_is_sound(tmp_path: Path) -> None:
    home = tmp_path / "home"
    old = build_kept(tmp_path, UNTIL)
    new = build_kept(tmp_path, UNTIL, AFTER)
    assert new.manifest["files_passed_over"] == {
        str(tmp_path / "force.csv"): "it may be held until 30 April 2016"
    }
    assert OLD in texts_under(home)
    with pytest.raises(ExpiredError):
        roll_back(home)
    planned = plan_purge(home, AFTER)
    assert planned.versions == (old.folder.name,)
    assert purge(home, planned, AFTER).folder is None
    assert current_folder(home) == new.folder
    assert OLD not in texts_under(home)


def test_a_version_that_cannot_be_read_goes_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    old = build_kept(tmp_path, UNTIL)
    build_kept(tmp_path, UNTIL, AFTER)
    (old.folder / "manifest.json").write_text("{", encoding="utf-8")
    assert plan_purge(home, AFTER).versions == (old.folder.name,)
    purged(home)
    assert OLD not in texts_under(home)


def test_an_agreement_made_longer_keeps_the_rows(tmp_path: Path) -> None:
    build_kept(tmp_path, UNTIL)
    build_kept(tmp_path, Keep(until=date(2999, 4, 30)))
    assert not plan_purge(tmp_path / "home", AFTER).versions
    Dataset.open(tmp_path / "home", AFTER)
    roll_back(tmp_path / "home")
    Dataset.open(tmp_path / "home", AFTER)


def test_a_build_of_what_may_not_be_held_at_all_is_refused(tmp_path: Path) -> None:
    words = "nothing to build: .*force.csv: it may be held until 30 April 2016"
    with pytest.raises(InputError, match=words):
        build_kept(tmp_path, UNTIL, AFTER, council=0)
    with pytest.raises(InputError, match="it may be held for 1 month, the present one counted"):
        build_kept(tmp_path, Keep(months=1), AFTER, council=0)
    assert not (tmp_path / "home").exists()


def test_a_month_later_the_same_files_are_built_anew(tmp_path: Path) -> None:
    one = build_kept(tmp_path, MONTHS)
    assert not build_kept(tmp_path, MONTHS).changed
    two = build_kept(tmp_path, MONTHS, AFTER)
    assert two.changed
    assert one.manifest["rows"]["read"] - two.manifest["rows"]["read"] == 5
    assert two.manifest["files"][0]["expired"] == 5


def test_a_damaged_part_leaves_everything_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    built = build_kept(tmp_path, MONTHS)
    part = built.folder / "parts" / f"{built.manifest['files'][0]['part']}.zip"
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(DatasetError, match="is damaged"):
        purged(home)
    assert current_folder(home) == built.folder
    assert not list(home.glob(".building-*"))


PURGE = """
from datetime import date
from pathlib import Path
from geo.building.purge import plan_purge, purge

home, today = Path(sys.argv[3]), date(2016, 5, 1)
purge(home, plan_purge(home, today), today)
"""
STEPS = [
    (4, "geo.building.version.write_tables", 0),
    (4, "geo.building.version.write_manifest", 0),
    (4, "geo.versions._switch", 0),
    (4, "geo.versions._clear_left", 1),
    (4, "os.unlink", 9),
    (0, "geo.versions._clear_left", 0),
    (0, "geo.versions._clear_left", 1),
    (0, "os.rmdir", 1),
]


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Folders of a home of two versions, by the council's rows in the second."""
    made = {}
    for council in (4, 0):
        made[council] = tmp_path_factory.mktemp(f"council-{council}")
        build_kept(made[council], FOR_EVER)
        build_kept(made[council], UNTIL, council=council)
    return made


@pytest.mark.parametrize(("council", "step", "after"), STEPS)
def test_killed_at_any_step_it_is_whole_and_the_next_finishes(
    two_versions: dict[int, Path], tmp_path: Path, council: int, step: str, after: int
) -> None:
    home = tmp_path / "home"
    shutil.copytree(two_versions[council] / "home", home)
    first = current_folder(home)
    killed_at(step, after, PURGE, home)
    try:
        served = current_folder(home)
    except DatasetError:
        assert not council
    else:
        dataset = Dataset.open(home, WHILE_HELD)
        assert (served == first) == ("force" in rows(dataset))
        assert len(incident_rows(served)) == sum(rows(dataset).values())
    purged(home)
    assert not any(word in texts_under(home) for word in (OLD, NEW, REFUSED))
    assert not list(home.glob(".[br]*"))
    if council:
        assert rows(Dataset.open(home, AFTER)) == {"council": 4}


def test_a_served_version_that_cannot_be_read_must_be_built_anew(tmp_path: Path) -> None:
    built = build_kept(tmp_path, UNTIL)
    (built.folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match="is damaged; build it again"):
        purged(tmp_path / "home")
    assert built.folder.exists()
