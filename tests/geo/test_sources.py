"""Several sources in one dataset: whose records a question counts, and what is refused."""

from pathlib import Path

import pytest
from made_dataset import COUNCIL, COUNTS, INSIDE, POLICE, RING, ROADS, made, row, write_made

from geo.dataset import Dataset
from geo.errors import DatasetError, QuestionError
from geo.offences import ASB, CRIME
from geo.query import Question
from geo.recorders import first_recorded, themes


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Police, a council and collision records over a grid of squares."""
    return made(tmp_path_factory.mktemp("grid"))


def total(dataset: Dataset, **asked: str) -> int:
    return int(Question.ask(dataset, **asked).counts(dataset).sum())


def test_the_areas_are_those_inside_and_the_ring_is_apart(grid: Dataset) -> None:
    assert (len(grid.lsoas), len(grid.ring)) == (len(INSIDE), len(RING)) == (36, 28)
    assert grid.neighbours.n == 64
    assert grid.counts.cube.shape == (6, 21, 65)
    assert [source.id for source in grid.sources] == ["police", "council-asb", "roads"]
    assert grid.sources[2].kinds == (("road-collision", "Road collisions"),)
    assert grid.holds_partner_records
    assert not grid.illustrative
    # A corner of the inside touches three squares inside and five of the ring.
    assert grid.neighbours.degree[INSIDE.index((1, 1))] == 8
    assert grid.neighbours.degree[36 + RING.index((0, 0))] == 3


def test_a_theme_is_answered_from_the_first_source_that_records_it(grid: Dataset) -> None:
    asb = Question.ask(grid, "asb")
    assert asb.sources == (0,)
    assert asb.period.iso() == "2018-07/2019-06"
    assert asb.counts(grid).sum() == 34
    assert asb.unlocated(grid) == 7
    assert Question.ask(grid, "road-collision").sources == (2,)
    assert Question.ask(grid, "asb-nuisance").sources == (1,)
    assert Question.ask(grid).theme.name == "crime"


def test_another_source_or_all_are_counted_where_that_is_asked(grid: Dataset) -> None:
    assert total(grid, theme="asb", source="council-asb") == 25
    assert Question.ask(grid, "asb", source="council-asb").unlocated(grid) == 2
    both = Question.ask(grid, "asb", "2019-04/2019-09", source="all")
    assert both.sources == (0, 1)
    assert both.counts(grid).sum() == 30 + 4 + 20 + 5
    assert both.unlocated(grid) == 7 + 2


def test_equal_questions_are_asked_in_different_words(grid: Dataset) -> None:
    asked = [Question.ask(grid, "crime", source=source) for source in (None, "police", "all")]
    assert asked[0] == asked[1] == asked[2]
    assert hash(asked[0]) == hash(asked[2])
    assert Question.ask(grid, "asb") != Question.ask(grid, "asb", source="council-asb")


def test_the_latest_months_are_those_of_the_source(grid: Dataset) -> None:
    council = Question.ask(grid, "asb", source="council-asb")
    assert council.period.iso() == "2019-04/2019-09"
    assert (council.months_counted(grid), len(council.months_missing(grid))) == (5, 1)
    assert Question.ask(grid, "road-collision").period.iso() == "2018-01/2018-03"
    shared = Question.ask(grid, "asb", source="all")
    assert shared.period.iso() == "2019-04/2019-06"
    assert len(shared.months_missing(grid)) == 1  # one of the two lacks May
    assert shared.months_counted(grid) == 3


def test_an_open_end_is_the_end_of_the_source(grid: Dataset) -> None:
    asked = Question.ask(grid, "asb", "../2019-05", source="council-asb")
    assert asked.period.iso() == "2019-04/2019-05"
    assert Question.ask(grid, "asb", "2018-12/..").period.iso() == "2018-12/2019-06"


def test_months_that_only_another_source_holds_are_missing(grid: Dataset) -> None:
    asked = Question.ask(grid, "asb", "2019-03/2019-07")
    assert (asked.months_counted(grid), len(asked.months_missing(grid))) == (4, 1)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"source": "x"},
            r"There is no source 'x'; choose one of police, council-asb, roads or all\.",
        ),
        (
            {"theme": "crime", "source": "council-asb"},
            r"For the theme crime: the source council-asb \(Council ASB reports\) does not record "
            r"this, or not apart from other offences; police does\.",
        ),
        (
            {"theme": "asb", "source": "roads"},
            r"the source roads \(Collision records\) does not .*; police and council-asb do\.",
        ),
        (
            {"theme": "homicide"},
            r"the sources \(data\.police\.uk street files, Council ASB reports and Collision "
            r"records\) do not record this",
        ),
        (
            {"theme": "asb", "months": "2019-07/2019-09"},
            r"data\.police\.uk street files holds 2018-01/2019-06, and no month of 2019-07/2019-09",
        ),
        (
            {"theme": "asb", "months": "2018-01/2018-02", "source": "council-asb"},
            "Council ASB reports holds 2019-04/2019-09",
        ),
        ({"months": "2017-12/2018-03"}, "The dataset holds 2018-01/2019-09"),
        ({"theme": "piracy"}, "choose one of crime, asb, .*, road-collision"),
    ],
)
def test_what_no_source_can_answer_is_refused_naming_what_can(
    grid: Dataset, asked: dict[str, str], words: str
) -> None:
    with pytest.raises(QuestionError, match=words):
        Question.ask(grid, **asked)


def test_a_kind_of_its_own_is_neither_crime_nor_asb(grid: Dataset) -> None:
    theme = Question.ask(grid, "road-collision").theme
    assert (theme.title, theme.noun) == ("Road collisions", "records")
    assert total(grid, theme="road-collision") == 9
    assert total(grid, theme="crime", months="2018-02") == 0
    assert not theme.offences & (CRIME | ASB)


def test_the_themes_of_a_dataset_are_those_a_source_records(grid: Dataset) -> None:
    names = set(themes(grid))
    assert {"crime", "asb", "asb-nuisance", "shoplifting", "rural-crime", "road-collision"} <= names
    assert not names & {"homicide", "rural-flagged", "livestock", "drugs"}


def test_a_dataset_of_a_kind_alone_starts_with_it(tmp_path: Path) -> None:
    roads = made(tmp_path, [ROADS], [row(0, "road-collision", "2018-02", (3, 3), 9)])
    assert Question.ask(roads).theme.name == "road-collision"
    assert first_recorded(roads, "asb", "crime") == "road-collision"
    assert list(themes(roads)) == ["road-collision"]


def test_the_source_that_records_a_mark_comes_before_one_that_has_stand_ins(tmp_path: Path) -> None:
    force = POLICE | {"id": "force", "name": "Force extract", "sensitivity": "partner"}
    counts = [
        row(0, "shoplifting", "2019-06", (2, 2), 40),
        row(1, "shoplifting", "2019-06", (2, 2), 10, business=True),
        row(1, "burglary", "2019-06", (2, 2), 3, business=False),
        row(1, "other-crime", "2019-06", (2, 2), 2),
    ]
    both = made(tmp_path, [POLICE, force], counts)
    assert Question.ask(both, "shoplifting").sources == (0,)
    business = Question.ask(both, "business-crime")
    assert business.sources == (1,)
    assert (business.counts(both).sum(), business.untold(both)) == (10, 2)
    assert business.marked(both)
    everything = Question.ask(both, "business-crime", source="all")
    assert everything.sources == (0, 1)
    assert everything.counts(both).sum() == 40 + 10  # the marks of each source by its own rule
    assert not everything.marked(both)
    assert not Question.ask(both, "business-crime", source="police").marked(both)
    # Offences the police tell apart are told of them alone.
    assert both.held[0].told == frozenset(POLICE["offences"])


def test_where_only_rows_can_say_each_source_is_told_by_its_own(tmp_path: Path) -> None:
    one, two = POLICE | {"offences": None}, COUNCIL | {"offences": None}
    counts = [
        row(0, "robbery", "2019-04", (2, 2), 1),
        row(1, "asb-nuisance", "2019-04", (2, 2), 1),
    ]
    both = made(tmp_path, [one, two], counts)
    assert both.held[0].told == CRIME
    assert both.held[1].told == ASB
    with pytest.raises(QuestionError, match="police does"):
        Question.ask(both, "homicide", source="council-asb")


def test_areas_without_a_class_are_neither_rural_nor_urban(tmp_path: Path) -> None:
    def unclassed(frame):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        frame.loc[frame.index[:4], ["place", "ruc_code"]] = None
        return frame

    grid = made(tmp_path, edit=unclassed)
    rural, urban = (Question.ask(grid, place=place).areas(grid) for place in ("rural", "urban"))
    assert (len(rural), len(urban)) == (14, 18)
    assert not set(rural) & {0, 1, 2, 3}
    assert not grid.rural[:4].any()


def test_a_place_that_no_area_is_of_is_refused(tmp_path: Path) -> None:
    urban = made(tmp_path, edit=lambda frame: frame.assign(place="urban", ruc_code="UN1"))
    with pytest.raises(QuestionError, match="No area of Gridshire is classed as rural; leave out"):
        Question.ask(urban, place="rural")
    with pytest.raises(QuestionError, match="No area of Gridshire is classed as rural, so"):
        Question.ask(urban, "rural-crime")
    assert "rural-crime" not in themes(urban)


def test_a_ring_that_does_not_stand_behind_the_areas_is_damage(tmp_path: Path) -> None:
    write_made(tmp_path, edit=lambda frame: frame.iloc[::-1])
    with pytest.raises(DatasetError, match="is damaged; build it again"):
        Dataset.open(tmp_path)


@pytest.mark.parametrize("number", [1, 3])
def test_another_format_is_refused(tmp_path: Path, number: int) -> None:
    manifest = write_made(tmp_path) / "made/manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', f'"format": {number}'))
    with pytest.raises(DatasetError, match=f"has format {number}; this version reads 2. Build it"):
        Dataset.open(tmp_path)


def test_counts_keep_sources_marks_and_months_apart(grid: Dataset) -> None:
    found = sum(
        int(grid.counts.cube[k].sum())
        for k, source in enumerate(grid.counts.sources)
        if source == 0
    )
    assert found == sum(item["count_all"] for item in COUNTS if item["source"] == 0)
