"""What the documents list is what the code has."""

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from setting_tables import tables_in
from typer.core import TyperCommand, TyperOption
from typer.main import get_command

from bench import naive
from geo.area_file.area_table import AreaTable, SetTable, TownsTable
from geo.area_file.files import FilesTable, FileTable
from geo.area_file.read import AreaFileTable, DisclosureTable
from geo.area_file.source_table import SourceTable
from geo.dataset import Dataset
from geo.incidents import CANONICAL, ColumnMap
from geo.offences import OFFENCES, RURAL_OFFENCES
from layers.registry import all_layers
from service import fetch
from service.addresses import router
from service.cli import app
from service.operation.counts import Counts
from service.operation.exposition import exposition
from service.parameters import STYLE
from service.publish.command import publish_command
from service.site import Site

ROOT = Path(__file__).parent.parent


def names_in(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_-]+)`", text))


def test_every_column_of_an_extract_is_documented() -> None:
    table = (ROOT / "docs/extracts.md").read_text("utf-8").split("## Another header")[0]
    columns = {
        name for line in table.splitlines() if "|" in line for name in names_in(line.split("|")[1])
    }
    assert columns == set(CANONICAL)


def test_every_offence_code_is_documented() -> None:
    codes = (ROOT / "docs/extracts.md").read_text("utf-8").split("## Offence codes")[1]
    assert names_in(codes) == {*OFFENCES, *RURAL_OFFENCES}


def documented(name: str, heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    section = (ROOT / "docs" / name).read_text("utf-8").split(f"\n## {heading}\n")[1]
    rows = [line for line in section.split("\n## ")[0].splitlines() if line.startswith("| `")]
    return {name for row in rows for name in names_in(row.split("|")[1])}


SECTIONS = {
    AreaTable: "`[area]`",
    FileTable: "A file",
    FilesTable: "A file",
    TownsTable: "`[area.towns]`",
    SetTable: "`[[area.sets]]`",
    SourceTable: "`[[source]]`",
    DisclosureTable: "`[disclosure]`",
}


def test_every_setting_of_an_area_file_is_documented_and_no_other() -> None:
    assert set(tables_in(AreaFileTable)) == {AreaFileTable, *SECTIONS}
    for table, heading in SECTIONS.items():
        assert documented("area-file.md", heading) == set(table.model_fields), heading
    last = (ROOT / "docs/area-file.md").read_text("utf-8").splitlines()[-1]
    assert names_in(last) == set(AreaFileTable.model_fields)


def test_every_setting_of_a_column_map_is_documented() -> None:
    text = (ROOT / "docs/extracts.md").read_text("utf-8")
    example = tomllib.loads(text.split("```toml")[1].split("```")[0])
    assert set(example) == set(ColumnMap.model_fields)


def test_the_changelog_names_every_layer() -> None:
    assert set(all_layers()) <= names_in((ROOT / "CHANGELOG.md").read_text("utf-8"))


def test_the_readme_names_only_files_that_are_there() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert targets
    assert [name for name in targets if not (ROOT / name).exists()] == []


def test_every_fetch_command_and_option_is_documented() -> None:
    text = (ROOT / "docs/fetching.md").read_text("utf-8")
    for command in fetch.app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert f"`{name}" in text or f"fetch {name}" in text
        for option in inspect.signature(command.callback).parameters:
            assert f"--{option}" in text, f"{name} --{option}"


def test_every_option_of_publish_is_documented_and_no_other() -> None:
    text = (ROOT / "docs/postgis.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `--")]
    options = set(re.findall(r"`--([a-z-]+)`", "".join(rows)))
    taken = {name.replace("_", "-") for name in inspect.signature(publish_command).parameters}
    assert options == taken - {"context", "database"}


def options(command: TyperCommand, *path: str) -> Iterator[tuple[str, TyperOption]]:
    """Every option there is, with the name of its command."""
    for name, below in getattr(command, "commands", {}).items():
        yield from options(below, *path, name)
    for item in command.params:
        if isinstance(item, TyperOption):
            yield " ".join(path), item


def test_every_setting_is_documented_and_no_other() -> None:
    text = (ROOT / "docs/operation.md").read_text("utf-8").split("\n## Settings\n")[1]
    rows = [line for line in text.split("\n## ")[0].splitlines() if line.startswith("| `")]
    told = {
        (variable, option)
        for row in rows
        for variable in re.findall(r"`(SAFERMAP_[A-Z_]+)`", row.split("|")[1])
        for option in re.findall(r"`(--[a-z-]+)`", row.split("|")[2])
    }
    taken = {
        (str(item.envvar), name)
        for _, item in options(get_command(app))
        if item.envvar
        for name in item.opts
        if not name.startswith("--oidc-")  # in docs/access.md
    }
    assert told == taken
    assert len(rows) == len({variable for variable, _ in told})


def test_every_option_of_serve_is_a_variable_too() -> None:
    serve = [item for name, item in options(get_command(app)) if name == "serve"]
    assert len(serve) > 10
    assert [item.opts for item in serve if not item.envvar and item.name != "help"] == []


def test_every_metric_and_event_is_documented(embedded: Dataset) -> None:
    text = (ROOT / "docs/operation.md").read_text("utf-8")
    told = exposition(Counts(()), Site(embedded)).decode()
    metrics = set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE))
    assert set(re.findall(r"`(safermap_\w+)`", text)) == metrics
    code = "".join(path.read_text("utf-8") for path in (ROOT / "service").rglob("*.py"))
    section = text.split("| event | |")[1].split("\n## ")[0]
    events = set(re.findall(r'told\(\s*"([a-z-]+)"', code)) - {"request"}
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == events


def test_every_setting_of_the_identity_provider_is_documented_and_no_other() -> None:
    text = (ROOT / "docs/access.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `--oidc-")]
    told = {tuple(re.findall(r"`([^`]+)`", row)[:2]) for row in rows}
    options = get_command(app).commands["serve"].params  # type: ignore[attr-defined]
    found = {(option.opts[0], option.envvar) for option in options}
    assert told == {(name, variable) for name, variable in found if name.startswith("--oidc-")}


def test_what_the_methods_page_says_of_the_ten_first_areas_is_what_is_computed(
    police: Dataset,
) -> None:
    text = (ROOT / "docs/methods.md").read_text("utf-8")
    for theme in ("asb", "shoplifting"):
        assert "\n".join(naive.table(police, theme)) in text


def test_nothing_is_called_a_cluster_that_the_exact_test_does_not_support(police: Dataset) -> None:
    for theme in ("asb", "shoplifting"):
        rows = naive.verdicts(police, theme)
        assert (rows["cluster"] == (rows["q"] <= 0.10)).all()
        assert ((rows["normal_q"] <= 0.05) & (rows["cluster"] == False)).any(), theme  # noqa: E712


def test_every_style_and_what_it_takes_is_documented() -> None:
    text = (ROOT / "docs/qgis.md").read_text("utf-8")
    paths = {
        str(getattr(route, "path", "")).replace("{name}", "{layer}") for route in router.routes
    }
    told = {address.partition("?")[0] for address in re.findall(r"`(/[^`]+)`", text)}
    assert {path for path in paths if "style" in path or "qgis" in path} == told
    assert set(STYLE) - {"f"} <= names_in(text)
    assert set(re.findall(r"style\?f=(\w+)", text)) == {"qml", "sld", "qlr"}
