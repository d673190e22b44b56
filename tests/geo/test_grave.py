"""Kinds that a source marks as grave: from its settings to the rules of what is hidden."""

from pathlib import Path

import pytest
from building import plan_files

from geo.area_file import AreaFile
from geo.building.build import build
from geo.dataset import Dataset
from geo.errors import InputError
from geo.grave import GRAVE, grave_offences
from geo.incidents import ColumnMap
from geo.public.groups import groups_of

DOCUMENT = Path(__file__).parents[2] / "docs/other-sources.md"
SQUARE = "349132,312545"  # in Shrewsbury


@pytest.fixture
def column_map(tmp_path: Path) -> ColumnMap:
    """The document's example, with columns for the places."""
    text = DOCUMENT.read_text("utf-8").split("## Grave kinds")[1].split("```toml\n")[1]
    text = text.split("```")[0].replace("[columns]", "[columns]\neasting = 'E'\nnorthing = 'N'")
    path = tmp_path / "refuge.toml"
    path.write_text(text)
    return ColumnMap.read(path)


def referrals(folder: Path, column_map: ColumnMap) -> AreaFile:
    file = folder / "referrals.csv"
    file.write_text(f"Day,Reason,E,N\n2015-04-01,Stalking,{SQUARE}\n2015-04-02,Housing,{SQUARE}\n")
    return plan_files(file, column_map=column_map)


def test_a_kind_marked_as_grave_is_kept_with_its_source_and_guarded(
    tmp_path: Path, column_map: ColumnMap
) -> None:
    build(referrals(tmp_path, column_map), tmp_path / "home")
    dataset = Dataset.open(tmp_path / "home")
    assert [source.grave for source in dataset.sources] == [("stalking",)]
    assert grave_offences(dataset.sources) == GRAVE | {"stalking"}
    found = {table.name: table.grave for table in groups_of(dataset.held[0])}
    assert found == {"stalking": True, "housing-advice": False}


def test_marking_a_kind_makes_another_dataset_of_the_same_parts(
    tmp_path: Path, column_map: ColumnMap
) -> None:
    unmarked = build(referrals(tmp_path, replaced(column_map, [])), tmp_path / "home")
    marked = build(referrals(tmp_path, column_map), tmp_path / "home")
    assert marked.changed
    assert marked.manifest["dataset_id"] != unmarked.manifest["dataset_id"]
    assert marked.manifest["history"][0]["reused"] == 1
    assert not build(referrals(tmp_path, column_map), tmp_path / "home").changed


def replaced(column_map: ColumnMap, grave: list[str]) -> ColumnMap:
    return column_map.model_copy(update={"grave": grave})


def test_the_codes_known_as_grave_need_no_mark() -> None:
    assert grave_offences(()) == GRAVE
    assert {"domestic-abuse", "hate-crime", "sexual-offences"} <= GRAVE


def test_a_grave_kind_that_is_no_kind_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        "name = 'Refuge'\n\ngrave = ['stalking', 'staking']\n[columns]\ndate = 'D'\n"
        "offence = 'O'\n[kinds]\nstalking = 'Stalking'\n"
    )
    with pytest.raises(InputError) as caught:
        ColumnMap.read(path)
    said = "line 3, grave: 'staking' is none of its kinds; did you mean 'stalking'?"
    assert said in str(caught.value)
