"""Every kind of mistake in an area file: the line it is on, the setting, what would be right."""

from pathlib import Path

import pytest
from toml_files import WHOLE, line_of

from geo.area_file import read_area_file
from geo.errors import InputError


def told(path: Path, text: str) -> list[str]:
    """What is said of the file, line by line, without its name where one line says it all."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_area_file(path)
    first, *more = str(caught.value).splitlines()
    if more:
        assert first == f"The area file {path} has {len(more)} mistakes:"
        return more
    assert first.startswith(f"The area file {path}, ")
    return [first.removeprefix(f"The area file {path}, ")]


# What stands in the whole file, what stands there instead, and what is said of it.
CHANGES = [
    ('"E06000020"', '"E0600005"', "area.authorities: 'E0600005' is no authority code; one looks"),
    ('"E06000020"', '"E06000051"', "area.authorities: 'E06000051' is in the list twice."),
    ('"E06000020"', "6", "area.authorities: it must be text in quotes, not 6."),
    ('["E06000051", "E06000020"]', "{a = 1}", "area.authorities: it must be text in quotes, not a"),
    ('["E06000051", "E06000020"]', "6", "area.authorities: it must be a list such as"),
    ("authorities", "autorities", "area.autorities: there is no setting 'autorities' here; did you "
     "mean 'authorities'? There are: name, partnership"),
    ('["West Mercia"]', '"E99000001"', "area.forces: 'E99000001' is no force; one looks like"),
    ("partnership_look_up = ", "#", "area.forces: the authorities of each are known from the part"),
    ("halo = false", "halo = 'no'", "area.halo: it must be true or false, without quotes, not 'n"),
    ("halo = false", "everywhere = true", "area.authorities: everywhere = true takes every LSOA"),
    ("vintage = 2021", "vintage = 2031", "area.vintage: 2031 is not known; it must be '2011', '2"),
    ('"lsoa_*.geojson"', '"oa_*.geojson"', "area.outlines: no file fits "),
    ('"lsoa_*.geojson"', '"lsoa.gpkg"', "area.outlines: there is no file "),
    ('"lsoa_*.geojson"', '"police"', "area.outlines: 'police' is a folder; name the file in it."),
    ('"lsoa_*.geojson"', '"a\\u0000b"', "area.outlines: 'a?b' is no file name."),
    ('"lsoa_*.geojson"', f'"{"a" * 300}"', "area.outlines: 'aaa"),
    ('outlines = ["lsoa_', '#', "area.outlines: it is missing. It is the LSOA outlines"),
    ('"codes.csv"', '"c*.csv"', "area.code_look_up: one file stands here, and none is called "),
    ('"codes.csv"', "3", "area.code_look_up: it must be a file name in quotes, or a table such as"),
    ("edition = 2019", "edition = '2019'", "area.deprivation.edition: it must be a whole number"),
    ("edition = 2019", "edition = 20199", "area.deprivation.edition: 20199 is too large; it must"),
    ("edition = 2019", "editon = 2019", "area.deprivation.editon: there is no setting 'editon' h"),
    ("date = 2019-09-26", "date = true", "area.deprivation.date: it must be text in quotes, not"),
    ('title = "IMD"', 'title = " "', "area.deprivation.title: it is blank."),
    ('title = "IMD"', 'title = "I\\nMD"', "area.deprivation.title: it must be one line of text."),
    ('"mid.csv"', '"late.csv"', "area.residents.file: there is no file "),
    ("residents = [", "#", "area.denominator: there are no residents to choose among; add residen"),
    ("look_up = \"towns.csv\"", "", "area.towns.names: no file says which LSOAs are of which town"),
    ('["Oswestry", "Ludlow"]', '["Ludlow", "Ludlow"]', "area.towns.names: 'Ludlow' is in the list"),
    ('names = ["Os', 'outlines = "wards.geojson"\n#', "area.towns.outlines: towns come from the l"),
    ('id = "wards"', 'id = "All wards"', "area.sets.id: 'All wards' cannot stand in a web address;"
     " use small letters, digits and hyphens, such as 'all-wards'."),
    ('code = "WD24CD"', "", "area.sets.code: it is missing. It is the column of the file that hol"),
    ('kind = "police-street"', 'kind = "police"', "source.kind: 'police' is not known; it must be "
     "'police-street' or 'extract'."),
    ('kind = "police-street"', "", "source.kind: it is missing. It is 'police-street' for files"),
    ('["police", "2018-12.zip"]', '["2019.zip"]', "source.files: there is no file "),
    ('["police", "2018-12.zip"]', "[]", "source.files: it names no file."),
    ('["police", "2018-12.zip"]', '"*.csw"', "source.files: no file fits "),
    ('["police", "2018-12.zip"]', '"asb-1.csv"', "source.files: /"),
    ('["police", "2018-12.zip"]', '"police"\noverlap = "add"', "source.overlap: this is for extr"),
    ('name = "Council ASB"', 'id = "police"\nname = "A"', "source.id: another source has the id"),
    ('name = "Council ASB"', 'id = "all"\nname = "A"', "source.id: 'all' asks for every source;"),
    ('name = "Council ASB"', "", "source: an extract needs a name, by which pages call the source"),
    ('overlap = "replace"', 'overlap = "keep"', "source.overlap: 'keep' is not known; it must be '"
     "refuse', 'replace' or 'add'."),
    ('overlap = "replace"', 'sensitivity = "secret"', "source.sensitivity: 'secret' is not known;"),
    ('overlap = "replace"', "illustrative = 1", "source.illustrative: it must be true or false"),
    ('"asb-personal"]', '"asb-persona"]', "source.offences: 'asb-persona' is no offence; did you "
     "mean 'asb-personal'?"),
    ('offences = ["asb-nuisance", "asb-personal"]', 'grave = "cctv-incidents"', "source.grave: 'cc"
     "tv-incidents' is none of its kinds; did you mean 'cctv-incident'?"),
    ('offences = ["asb-nuisance", "asb-personal"]', 'grave = ["cctv-incident", "sexual-offences"]',
     "source.grave: 'sexual-offences' is none of its kinds"),
    ('offences = ["asb-nuisance", "asb-personal"]', 'grave = ["cctv-incident", "cctv-incident"]',
     "source.grave: 'cctv-incident' is in the list twice."),
    ('overlap = "replace"', "grave = true", "source.grave: it must be a list such as"),
    ('["police", "2018-12.zip"]', '"police"\ngrave = "asb"', "source.grave: this is for extr"),
    ('"%d/%m/%Y"', '"%d/%m"', "source.date_format: '%d/%m' does not tell a day, month and year"),
    ('offence = "What"', "", "source.columns: it does not say where the offence is"),
    ('offence = "What"', 'offense = "What"', "source.columns.offense: there is no column 'offense'"
     "; did you mean 'offence'?"),
    ('= "asb-nuisance"', '= "noise"', "source.offence.Noise: 'Noise' = 'noise' is no code"),
    ("cctv-incident = ", "cctv = ", "source.offence.Camera: 'Camera' = 'cctv-incident' is no code"),
    ("hidden_below = 3", "hidden_below = -1", "disclosure.hidden_below: -1 is too small; it must"),
    ("hidden_below = 3", "hidden_below = 20", "disclosure.hidden_below_grave: grave offences would"
     " be hidden below 12 and all others below 20"),
    ("hidden_below = 3", "hidden_below = 0x" + "f" * 5000, "disclosure.hidden_below: so large a"),
    ("hidden_below = 3", "hidden_under = 3", "disclosure.hidden_under: there is no setting 'hidd"),
    ("[disclosure]", "[disclose]", "disclose: there is no setting 'disclose' here; did you mean 'd"
     "isclosure'? There are: area, source, disclosure, strategy."),
]  # fmt: skip

# Where a mistake is told on another line than the one that was changed: a part of that line.
ELSEWHERE = {
    "area.forces: the": "forces = ",
    "area.authorities: every": "authorities = ",
    "area.outlines: it is": "[area]\n",
    "area.denominator: ": "denominator = ",
    "area.towns.names: no": "names = [",
    "area.towns.outlines: ": 'outlines = "wards.geojson"\n#',
    "area.sets.code: ": "[[area.sets]]",
    "source.kind: it is": '[[source]]\n\nfiles = ["police"',
    "source.files: /": 'files = "asb-*',
    "source: an extract": '[[source]]\n\nkind = "extract"',
    "source.overlap: this": 'overlap = "add"',
    "source.grave: this": 'grave = "asb"',
    "source.columns: ": "[source.columns]",
    "source.offence.Camera": '"Camera"',
    "disclosure.hidden_below_grave": "hidden_below_grave",
}


@pytest.mark.parametrize(("old", "new", "words"), CHANGES)
def test_a_mistake_is_told_with_its_line(folder: Path, old: str, new: str, words: str) -> None:
    text = WHOLE.replace(old, new, 1)
    assert text != WHOLE
    line = WHOLE[: WHOLE.index(old)].count("\n") + 1
    for start, part in ELSEWHERE.items():
        if words.startswith(start):
            line = line_of(text, part)
    said = told(folder / "safermap.toml", text)
    assert [item for item in said if item.startswith(f"line {line}, {words}")], said


def test_many_mistakes_are_all_told_in_the_order_of_their_lines(folder: Path) -> None:
    text = """\
[area]
name = ""
authorities = ["E0600005", "Shropshire"]
everywhere = true
outlines = ["lsoa_e.geojson", "gone.geojson"]
colour = "red"

[[source]]
kind = "police-street"
files = "gone"
columns.date = "Day"

[[source]]
kind = "police-street"
files = "police"

[disclosure]
hidden_below = 1.5
"""
    starts = [
        "line 2, area.name: it is blank",
        "line 3, area.authorities: 'E0600005' is no authority code",
        "line 3, area.authorities: 'Shropshire' is no authority code",
        "line 3, area.authorities: everywhere = true takes every LSOA",
        f"line 5, area.outlines: there is no file {folder / 'gone.geojson'}.",
        "line 6, area.colour: there is no setting 'colour' here; there are: name,",
        f"line 10, source.files: there is no file {folder / 'gone'}.",
        "line 11, source.columns: it does not say where the offence is",
        "line 11, source.columns: this is for extracts alone",
        "line 13, source: another source has the id 'police' already",
        "line 18, disclosure.hidden_below: it must be a whole number, not 1.5",
    ]
    for line, start in zip(told(folder / "safermap.toml", text), starts, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1, area: it is missing."),
        ("area = 3", "line 1, area: it must be a table of settings, not 3."),
        ("[[area]]", "line 1, area: it must be a table of settings, not a list."),
        ("source = 'x'\n[area]", "line 1, source: it must be a list such as"),
        ("source = [3]\n[area]", "line 1, source: it must be a table of settings, not 3."),
        ("\n[area]\n", "line 2, area: it does not say whose LSOAs;"),
        ("[area]\nforces = []", "line 2, area.forces: it takes no LSOA at all;"),
        ("[area]\neverywhere = false", "line 2, area.everywhere: it takes no LSOA at all;"),
        ("[area]\nvintage = 'common'", "line 2, area.vintage: the LSOAs that both censuses have"),
        ("[area]\nauthorities = '-'\npartnerships = 'E22000190'", "line 3, area.partnerships: the"),
        ("[area]\ntowns.points = 'towns.csv'", "line 2, area.towns.points: no file says which"),
        ("[area]\nsets = [\n{id = 'a'},\n{id = 'a'}]", "line 4, area.sets.id: another set has the"),
    ],
)
def test_a_file_that_says_too_little_is_told_what_it_lacks(
    folder: Path, text: str, words: str
) -> None:
    assert any(line.startswith(words) for line in told(folder / "safermap.toml", text))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[area", "line 1: Expected ']' at the end of a table declaration."),
        (b'[area]\nname = "a\nb = 1\n', "line 2: a text in quotes does not end on its line."),
        (b"[area]\nname = Shropshire\n", "line 2: this value is not TOML; text stands in quotes"),
        (b"[area]\nname\n", "line 2: a name must be followed by = and a value."),
        (b"[area]\nname = 'a'\nname = 'b'\n", "line 3: this setting is there twice."),
        (b"[area]\n[area.towns]\n[area]\n", "line 3: the table [area] is there twice."),
        (b'[area]\noutlines = "C:\\data"\n', "line 2: a text with backslashes needs single quotes"),
        (b"a = [\n1,\n", "line 2: this value is not TOML"),
        (b"a = " + b"[" * 5000, "its lists or tables are nested too deeply."),
        (b"a = " + b"9" * 5000, "line 1: "),
        (b"[area]\nname = '\xe9'\n", "line 2: byte 0xe9 is not UTF-8; save the file as UTF-8."),
        ("[area]".encode("utf-16"), "line 1: byte 0xff is not UTF-8; save the file as UTF-8."),
        (b"\0" * 99, "line 1: "),
        (
            b"\n" + b"a." * 40_000 + b"b = 1",
            "line 2: the line is longer than 10,000 letters; break",
        ),
    ],
)
def test_a_file_that_is_not_toml_is_told_where(folder: Path, content: bytes, words: str) -> None:
    path = folder / "safermap.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_area_file(path)
    assert str(caught.value).startswith(f"The area file {path} is not TOML: {words}")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_an_area_file_is_refused(folder: Path) -> None:
    for path, words in (
        (folder / "gone.toml", "cannot be read: No such file or directory."),
        (folder / "police", "is a folder; name the file in it."),
        (folder / "imd.csv" / "x", "cannot be read: Not a directory."),
        (Path("/dev/zero"), "is over 256 KiB, so it is none."),
    ):
        with pytest.raises(InputError) as caught:
            read_area_file(path)
        assert str(caught.value) == f"The area file {path} {words}"


def test_a_value_is_shown_short_and_without_control_characters(folder: Path) -> None:
    text = f"[area]\nauthorities = '{'x' * 5000}'\nforces = \"\\u001b[31m1\""
    said = told(folder / "safermap.toml", text)
    assert any(f"'{'x' * 60}…' is no authority" in line for line in said)
    assert any("'?[31m1' is no force" in line for line in said)
    assert max(map(len, said)) < 400
