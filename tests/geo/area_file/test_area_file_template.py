"""The area file that `safermap init` writes: every setting is in it, and it is true."""

import re
import tomllib
from pathlib import Path

import pytest
from setting_tables import tables_in

from geo.area_file import AreaFile, read_area_file, write_template
from geo.area_file.read import AreaFileTable
from geo.errors import InputError

NAMES = re.compile(r'"((?:\w+/)+[\w*.-]+|police)"')


def written(folder: Path) -> str:
    path = folder / "safermap.toml"
    write_template(path)
    return path.read_text("utf-8")


def uncommented(text: str) -> str:
    """The text with its examples in force: `#name = ...`, where `# Words` explains."""
    return re.sub(r"(?m)^#(?=\S)", "", text)


def read_with_files(folder: Path, text: str) -> AreaFile:
    """The text read, once there is a file for every path in it."""
    for name in set(NAMES.findall(text)):
        path = folder / name.replace("*", "1")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "safermap.toml").write_text(text, encoding="utf-8")
    return read_area_file(folder / "safermap.toml")


def test_as_it_is_written_it_lacks_nothing_but_the_files(tmp_path: Path) -> None:
    text = written(tmp_path)
    with pytest.raises(InputError) as caught:
        read_area_file(tmp_path / "safermap.toml")
    assert str(caught.value).count("there is no file") == 2
    assert "has 2 mistakes" in str(caught.value)
    whole = read_with_files(tmp_path, text)
    assert (whole.area.name, len(whole.sources)) == ("Shropshire", 1)


def test_its_examples_are_without_a_mistake(tmp_path: Path) -> None:
    whole = read_with_files(tmp_path, uncommented(written(tmp_path)))
    assert [source.id for source in whole.sources] == ["police", "council-asb"]
    kinds = {"cctv-incident": "CCTV incidents", "stalking": "Reports of stalking"}
    assert whole.sources[1].column_map.kinds == kinds
    assert whole.sources[1].source.grave == ("stalking",)
    assert whole.area.towns.names == ("Shrewsbury", "Oswestry")
    names = [item.path.name for item in whole.area.residents]
    assert names == ["census_2021.csv", "mid-1.csv", "mid-2022.csv"]


def test_it_explains_every_setting(tmp_path: Path) -> None:
    text = written(tmp_path)
    tables = set(tables_in(AreaFileTable))
    assert {table.__name__ for table in tables} >= {"AreaTable", "SetTable", "FilesTable"}
    for table in tables:
        for name in table.model_fields:
            assert re.search(rf"(?m)^[# ]*\[*([\w.]+\.)?{name}\b|[{{ ]{name} = ", text), name


def test_its_examples_show_the_values_that_stand_without_them(tmp_path: Path) -> None:
    disclosure = tomllib.loads(uncommented(written(tmp_path)))["disclosure"]
    whole = read_with_files(tmp_path, (tmp_path / "safermap.toml").read_text("utf-8"))
    assert disclosure == vars(whole.disclosure)


def test_it_never_writes_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "safermap.toml"
    path.write_text("mine")
    with pytest.raises(InputError, match="is there already and was left as it is"):
        write_template(path)
    assert path.read_text() == "mine"
    for elsewhere in (path / "below", tmp_path / "no" / "where", tmp_path):
        with pytest.raises(InputError, match=r"cannot be written|is there already"):
            write_template(elsewhere)


@pytest.mark.parametrize("number", [1, 2])
def test_the_examples_of_the_document_are_without_a_mistake(tmp_path: Path, number: int) -> None:
    document = Path(__file__).parents[3] / "docs/area-file.md"
    text = document.read_text("utf-8").split("```toml\n")[number].split("```")[0]
    assert len(read_with_files(tmp_path, text).sources) == number
