"""Every layer says whose records it counted, and what else there is of the same."""

from pathlib import Path
from typing import Any

import pytest
from layer_names import OF_AREAS
from made_dataset import COUNCIL, COUNTS, INSIDE, POLICE, made

from geo.dataset import Dataset
from geo.errors import QuestionError, UnknownNameError
from geo.query import Question
from layers.layer import Answer
from layers.metadata import describe
from layers.registry import find_layer, offered_layers

BOTH = "data.police.uk street files and Council ASB reports"


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made(tmp_path_factory.mktemp("grid"))


def ask(dataset: Dataset, name: str, **asked: str) -> tuple[Answer, dict[str, Any]]:
    layer, question = find_layer(name), Question.ask(dataset, **asked)
    answer = layer.compute(dataset, question)
    return answer, describe(dataset, layer, question, answer)


@pytest.mark.parametrize("name", OF_AREAS)
def test_every_row_and_the_metadata_name_the_source(grid: Dataset, name: str) -> None:
    answer, said = ask(grid, name, theme="asb")
    assert set(answer.rows["source"]) == {"data.police.uk street files"} == {said["source"]}
    assert said["sources"] == [
        {"id": "police", "name": "data.police.uk street files", "count": 34, "months_counted": 12}
    ]
    # July 2018 to June 2019: of the council's reports those of April 2019.
    assert said["also_recorded_by"] == [
        {"id": "council-asb", "name": "Council ASB reports", "count": 20, "months_counted": 2}
    ]
    assert not any("Added up" in text for text in said["caveats"])
    assert said["attribution"] == (
        "Incidents: data.police.uk street files. Source: the makers of grids."
    )


@pytest.mark.parametrize("name", OF_AREAS)
def test_added_up_is_said_with_what_it_means(grid: Dataset, name: str) -> None:
    answer, said = ask(grid, name, theme="asb", source="all", months="2019-04/2019-09")
    assert set(answer.rows["source"]) == {BOTH} == {said["source"]}
    assert [item["count"] for item in said["sources"]] == [34, 25]
    assert said["also_recorded_by"] == []
    assert said["caveats"][0] == (
        f"Added up: {BOTH} may hold the same incident, which is then counted twice."
    )
    assert said["months_missing"] == ["2019-05", "2019-07", "2019-08", "2019-09"]


def test_a_source_that_holds_none_of_the_months_has_no_total(grid: Dataset) -> None:
    _, said = ask(grid, "lsoas", theme="asb", months="2018-01/2018-06")
    assert [item["count"] for item in said["also_recorded_by"]] == [None]


def test_totals_beside_are_of_the_place_and_town_that_are_shown(grid: Dataset) -> None:
    _, said = ask(grid, "lsoas", theme="asb", town="northtown", months="2019-04/2019-06")
    assert said["sources"][0]["count"] == 30
    assert said["also_recorded_by"][0]["count"] == 20
    _, rural = ask(grid, "lsoas", theme="asb", place="rural", months="2019-04/2019-06")
    assert (rural["sources"][0]["count"], rural["also_recorded_by"][0]["count"]) == (4, 0)


def test_drawn_incidents_are_flagged_for_their_own_source_alone(tmp_path: Path) -> None:
    drawn = COUNCIL | {"illustrative": True}
    both = made(tmp_path, [POLICE, drawn], [c for c in COUNTS if c["source"] < 2])
    for source, flag in (("police", False), ("council-asb", True), ("all", True)):
        answer, said = ask(both, "lsoas", theme="asb", source=source)
        assert set(answer.rows["illustrative"]) == {flag} == {said["illustrative"]}
        assert any("Illustrative" in text for text in said["caveats"]) == flag


def test_deprivation_has_the_editions_and_domains_of_the_dataset(grid: Dataset) -> None:
    layer = find_layer("deprivation")
    fields = {field.name: field for field in layer.fields(grid)}
    assert [name for name in fields if name.startswith("imd")] == [
        "imd2025_rank", "imd2025_decile", "imd2025_score", "imd2025_geographical_barriers_decile",
        "imd2019_rank", "imd2019_decile",
    ]  # fmt: skip
    assert fields["imd2025_geographical_barriers_decile"].title == (
        "Geographical Barriers of IMD 2025, decile; 1 is the most deprived tenth"
    )
    assert layer.drawing(grid).field == "imd2025_decile"
    answer, _ = ask(grid, "deprivation", theme="asb")
    assert list(answer.rows.columns) == list(fields)
    assert answer.facts["decile_of"] == "IMD 2025, national deciles"
    assert [item["areas"] for item in answer.facts["by_decile"]] == [4] * 6 + [3] * 4


def test_where_no_edition_has_the_whole_index_a_domain_is_drawn(tmp_path: Path) -> None:
    def domains(frame):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        whole = ["imd2019_rank", "imd2019_decile", "imd2025_rank", "imd2025_decile"]
        return frame.drop(columns=whole).assign(imd2025_crime_rank=None)

    dataset = made(tmp_path, edit=domains)
    layer = find_layer("deprivation")
    drawn = layer.drawing(dataset)
    assert drawn.field == "imd2025_geographical_barriers_decile"
    assert drawn.legend == "Geographical Barriers of IMD 2025 decile"
    answer, _ = ask(dataset, "deprivation", theme="asb")
    assert answer.facts["decile_of"] == "Geographical Barriers of IMD 2025, national deciles"
    assert answer.facts["by_decile"][1]["areas"] == len(INSIDE)
    names = [field.name for field in layer.fields(dataset)]
    assert "imd2025_crime_rank" not in names  # no area has one


def test_areas_that_the_index_does_not_hold_are_empty_and_left_out(tmp_path: Path) -> None:
    def welsh(frame):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        names = [name for name in frame.columns if name.startswith("imd")]
        frame.loc[frame.index[:10], names] = None
        return frame

    answer, _ = ask(made(tmp_path, edit=welsh), "deprivation", theme="asb")
    assert answer.rows["imd2025_decile"].isna().sum() == 10
    assert answer.facts["without_decile"] == 10
    assert sum(item["areas"] for item in answer.facts["by_decile"]) == 26
    assert answer.rows["imd2025_decile"].dropna().map(type).eq(int).all()


def test_a_layer_that_the_dataset_cannot_fill_says_why_and_is_not_offered(tmp_path: Path) -> None:
    def bare(frame):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        frame = frame[[name for name in frame.columns if not name.startswith("imd")]]
        return frame.assign(place=None, ruc_code=None, town=None)

    dataset = made(tmp_path, edit=bare, towns=False, area={"deprivation": []})
    assert list(offered_layers(dataset)) == ["change", "hotspots", "lsoas", "persistence"]
    for name, words in (
        ("deprivation", "The dataset has no deciles of deprivation"),
        ("rural-urban", "The dataset has no rural-urban classes"),
        ("towns", "The dataset has no towns"),
    ):
        with pytest.raises(UnknownNameError, match=words):
            find_layer(name, dataset)
    with pytest.raises(QuestionError, match="no deciles of deprivation"):
        ask(dataset, "deprivation")
    answer, _ = ask(dataset, "hotspots", theme="asb")
    assert answer.rows["place"].isna().all()


def test_unclassed_areas_are_in_neither_side_of_the_split(tmp_path: Path) -> None:
    def unclassed(frame):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        frame.loc[frame.index[:4], ["place", "ruc_code"]] = None
        return frame

    answer, said = ask(made(tmp_path, edit=unclassed), "rural-urban", theme="asb")
    split = answer.rows[answer.rows["level"] == "rural or urban"]
    assert dict(zip(split["code"], split["areas"], strict=True)) == {"rural": 14, "urban": 18}
    assert split["count"].sum() == 30  # the four reports lie in an area without a class
    assert any("4 areas with no rural-urban class" in text for text in said["caveats"])


@pytest.mark.parametrize("how", ["unknown", "nobody"])
def test_without_residents_there_is_no_rate(tmp_path: Path, how: str) -> None:
    def edit(frame):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        frame.loc[frame.index[:2], "residents"] = None if how == "unknown" else 0
        return frame

    dataset = made(tmp_path, edit=edit)
    rows = ask(dataset, "hotspots", theme="asb")[0].rows
    assert rows["rate"].isna().tolist() == [True, True] + [False] * (len(INSIDE) - 2)
    assert rows["residents"].isna().sum() == (2 if how == "unknown" else 0)
    reason = "residents are not known" if how == "unknown" else "Nobody lives here"
    assert reason in rows["hotspot_reason"].iloc[0]
    split = ask(dataset, "rural-urban", theme="asb")[0].rows.set_index("code")
    assert split["rate"].isna().to_dict()["rural"] == (how == "unknown")
    assert not split["rate"].isna().to_dict()["urban"]
    deciles = ask(dataset, "deprivation", theme="asb")[0].facts["by_decile"]
    assert (deciles[0]["rate"] is None) == (how == "unknown")


def test_what_files_do_not_hold_and_what_is_estimated_is_said_to_every_reader(
    tmp_path: Path,
) -> None:
    absent = "No file of Eastshire holds any month: its 9 areas count only what others recorded."
    sources = (POLICE | {"caveats": [absent], "attribution": "Words of the licence."}, COUNCIL)
    counts = [row for row in COUNTS if row["source"] < 2]
    grid = made(
        tmp_path,
        sources,
        counts,
        lambda frame: frame.assign(estimated=[i < 4 for i in range(len(frame))]),
    )
    answer, said = ask(grid, "lsoas", theme="asb")
    assert absent in said["caveats"]
    assert (
        "Partly estimated: what is known of 4 areas was carried over from the areas of another "
        "census." in said["caveats"]
    )
    assert "Words of the licence." in said["attribution"]
    assert answer.rows["estimated"].sum() == 4
    _, of_council = ask(grid, "lsoas", theme="asb", source="council-asb")
    assert absent not in of_council["caveats"]
