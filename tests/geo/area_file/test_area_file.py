"""An area file that is whole: everything it says is understood."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from toml_files import WHOLE, line_of

from geo.area_file import AreaFile, Disclosure, SourcePlan, read_area_file, read_area_files
from geo.areas.plan import AreaPlan, InputFile, SetPlan, TownsPlan
from geo.errors import InputError
from geo.incidents import ColumnMap, Source
from geo.incidents.table import POLICE_STREET


def read(folder: Path, text: str, name: str = "safermap.toml") -> AreaFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_area_file(path)


def test_the_area_is_what_the_file_says(folder: Path) -> None:
    def file(name: str, **said: object) -> InputFile:
        return replace(InputFile(folder / name), **said)

    assert read(folder, WHOLE).area == AreaPlan(
        name="Shropshire",
        partnership="Shropshire CSP",
        authorities=("E06000051", "E06000020"),
        forces=("West Mercia",),
        outlines=(file("lsoa_e.geojson"), file("lsoa_w.geojson")),
        vintage="2021",
        deprivation=(file("imd.csv", edition=2019, date="2019-09-26", title="IMD", licence="OGL"),),
        rural_urban=(file("ruc.csv"),),
        residents=(
            file("census.csv"),
            file("mid.csv", source="ONS", attribution="Source: ONS"),
        ),
        denominator="mid-2022",
        code_look_up=file("codes.csv"),
        partnership_look_up=file("csp.csv"),
        halo=False,
        towns=TownsPlan(look_up=file("towns.csv"), names=("Oswestry", "Ludlow")),
        sets=(SetPlan("wards", "Wards", file("wards.geojson"), "WD24CD", "WD24NM"),),
    )


def test_the_sources_are_what_the_file_says(folder: Path) -> None:
    police, council = read(folder, WHOLE).sources
    assert police == SourcePlan(
        id="police",
        name="data.police.uk street files",
        kind="police-street",
        files=(folder / "police", folder / "2018-12.zip"),
        sensitivity="open",
        offences=POLICE_STREET.offences,
        licence="Open Government Licence v3.0",
        attribution="Contains public sector information licensed under the Open Government "
        "Licence v3.0.",
    )
    assert police.source == POLICE_STREET
    assert council.files == (folder / "asb-1.csv", folder / "asb-2.csv")
    assert (council.overlap, council.licence, council.illustrative) == ("replace", None, False)
    assert council.column_map == ColumnMap(
        name="Council ASB",
        date_format="%d/%m/%Y",
        columns={"date": "Day", "offence": "What"},
        offence={"Noise": "asb-nuisance", "Camera": "cctv-incident"},
        kinds={"cctv-incident": "CCTV incidents"},
    )
    assert council.source == Source(
        "council-asb",
        "Council ASB",
        "partner",
        offences=("asb-nuisance", "asb-personal"),
        kinds=(("cctv-incident", "CCTV incidents"),),
    )


def test_what_is_hidden_is_what_the_file_says(folder: Path) -> None:
    assert read(folder, WHOLE).disclosure == Disclosure(3, 12)
    assert read(folder, WHOLE.split("[disclosure]")[0]).disclosure == Disclosure(5, 10)


LEAST = "[area]\nname = 'Everywhere'\neverywhere = true\noutlines = 'lsoa_e.geojson'\n"


def test_the_printed_figures_are_the_file_that_it_names(folder: Path) -> None:
    (folder / "printed.csv").touch()
    text = f'{WHOLE}\n[strategy]\nfile = "printed.csv"\ntitle = "Strategy"\ndate = 2017-04-01\n'
    found = read(folder, text).strategy
    assert found == InputFile(folder / "printed.csv", title="Strategy", date="2017-04-01")
    assert read(folder, WHOLE).strategy is None
    line = line_of(text, 'file = "printed.csv"')
    with pytest.raises(InputError, match=rf"line {line}, strategy\.file: there is no file"):
        read(folder, text.replace("printed.csv", "absent.csv"))
    (folder / "a.toml").write_text(WHOLE, encoding="utf-8")
    (folder / "b.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="strategy: the two name different files"):
        read_area_files([folder / "a.toml", folder / "b.toml"])


def test_the_least_that_an_area_file_can_say(folder: Path) -> None:
    whole = read(folder, LEAST)
    assert whole == AreaFile(
        folder / "safermap.toml",
        AreaPlan(
            "Everywhere", "Everywhere", (InputFile(folder / "lsoa_e.geojson"),), everywhere=True
        ),
    )


def test_an_extract_without_columns_has_the_canonical_header(folder: Path) -> None:
    more = "[[source]]\nid = 'x'\nname = 'Force'\nkind = 'extract'\nfiles = 'asb-1.csv'\n"
    [source] = read(folder, LEAST + more).sources
    assert source.column_map == ColumnMap(name="Force")
    assert (source.id, source.overlap, source.offences) == ("x", "refuse", None)


def test_an_extract_with_one_offence_tells_no_other_apart(folder: Path) -> None:
    more = (
        "[[source]]\nname = 'Noise'\nkind = 'extract'\nfiles = 'asb-1.csv'\nsensitivity = 'open'\n"
        "columns.date = 'Day'\nconstants.offence = 'asb-nuisance'\n"
    )
    [source] = read(folder, LEAST + more).sources
    assert source.offences == ("asb-nuisance",)
    assert source.sensitivity == "open"


def test_paths_start_at_the_folder_of_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "settings").mkdir()
    text = LEAST.replace("lsoa_e", "../lsoa_e")
    files = read(folder / "settings", text).area.outlines
    assert files == (InputFile(folder / "settings/../lsoa_e.geojson"),)
    monkeypatch.chdir(folder)
    path = Path("safermap.toml")
    path.write_text(LEAST.replace("'lsoa_e", f"'{folder}/lsoa_e"))
    assert read_area_file(path).area.outlines == (InputFile(folder / "lsoa_e.geojson"),)


def test_a_name_with_the_marks_of_a_pattern_is_first_a_name(folder: Path) -> None:
    (folder / "lsoa_[e].geojson").touch()
    files = read(folder, LEAST.replace("lsoa_e", "lsoa_[e]")).area.outlines
    assert files == (InputFile(folder / "lsoa_[e].geojson"),)


def test_a_byte_order_mark_and_windows_line_ends_are_read(folder: Path) -> None:
    path = folder / "safermap.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert read_area_file(path) == read(folder, WHOLE)


def test_the_same_area_file_under_two_names_is_no_contradiction(folder: Path) -> None:
    one, other = read(folder, WHOLE, "a.toml"), read(folder, WHOLE, "b.toml")
    both = read_area_files([one.path, other.path])
    assert (both.path, both.area, both.sources) == (one.path, one.area, other.sources)


def test_area_files_of_one_area_bring_their_sources_together(folder: Path) -> None:
    extract = "[[source]]\nkind = 'extract'\n"
    force = read(folder, f"{LEAST}\n{extract}name = 'Force'\nfiles = 'asb-1.csv'\n", "a.toml")
    wardens = read(folder, f"{LEAST}\n{extract}name = 'Wardens'\nfiles = 'asb-2.csv'\n", "b.toml")
    both = read_area_files([force.path, wardens.path])
    assert both.sources == (*force.sources, *wardens.sources)
    assert [source.id for source in both.sources] == ["force", "wardens"]


def test_two_area_files_that_contradict_each_other_are_refused_with_the_reason(
    folder: Path,
) -> None:
    changed = (
        WHOLE.replace('"E06000051", ', "")
        .replace("2021", "2011")
        .replace('name = "Council ASB"', 'id = "council-asb"\nname = "Wardens"')
        .replace("hidden_below = 3", "hidden_below = 4")
    )
    one, other = read(folder, WHOLE, "a.toml"), read(folder, changed, "b.toml")
    with pytest.raises(InputError) as caught:
        read_area_files([one.path, other.path])
    assert str(caught.value).splitlines() == [
        f"The area files {folder / 'a.toml'} and {folder / 'b.toml'} contradict each other; keep "
        "one.",
        "area.authorities: E06000051, E06000020 and E06000020.",
        "area.vintage: '2021' and '2011'.",
        "source council-asb, name: 'Council ASB' and 'Wardens'.",
        "source council-asb, column_map: it differs.",
        "disclosure: the two hide different counts.",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_area_file_without_permission_is_an_error(folder: Path) -> None:
    read(folder, LEAST)
    (folder / "safermap.toml").chmod(0)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        read_area_file(folder / "safermap.toml")
