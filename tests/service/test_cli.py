"""Checking and building from the command line: what is said, what is left behind."""

import os
from pathlib import Path

import pytest
from command_line import Run, cells, refused, tree

HEADER = "incident_id,month,offence,easting,northing"
SQUARE = "349132,312545"  # in Shrewsbury


def test_the_installed_command_checks_builds_and_refuses(
    spawn: Run, extract: Path, tmp_path: Path
) -> None:
    checked = spawn("check", extract)
    assert checked.returncode == 0, checked.stderr
    assert cells(checked.stdout, "extract.csv")[1:] == ["8", "7", "1"]
    built = spawn("build", "--incidents", extract, "--out", tmp_path / "out")
    assert built.returncode == 0, built.stderr
    refused(spawn("serve", "--dataset", tmp_path / "nowhere"), "safermap build --incidents FILE")


def test_check_accounts_for_every_row_and_writes_nothing(run: Run, extract: Path) -> None:
    result = run("check", extract)
    assert result.returncode == 0, result.stderr
    assert cells(result.stdout, "extract.csv")[1:] == ["8", "7", "1"]
    assert "2015-13" in result.stdout
    assert tree(extract.parent) == {"extract.csv": extract.read_bytes()}


def test_check_writes_the_refused_rows_where_it_is_told(
    run: Run, extract: Path, tmp_path: Path
) -> None:
    report = tmp_path / "refused.csv"
    assert run("check", extract, "--report", report).returncode == 0
    lines = report.read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "2015-13" in lines[1]
    refused(run("check", extract, "--report", tmp_path / "no" / "where.csv"), "cannot be written")


def test_build_accounts_for_every_row_and_makes_the_dataset_current(
    run: Run,
    extract: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    result = run("build", "--incidents", extract, "--out", out)
    assert result.returncode == 0, result.stderr
    assert cells(result.stdout, "extract.csv")[1:] == ["8", "1", "5", "1", "1"]
    current = (out / "CURRENT").read_text()
    assert current in result.stdout
    assert (out / current / "manifest.json").exists()
    assert [path.name for path in out.iterdir() if path.is_dir()] == [current]


def test_a_column_map_reads_another_header(run: Run, tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text(
        "Day,Kind,E,N\n30/11/2015,Dr\xf4gs,349132,312545\n", encoding="cp1252"
    )
    (tmp_path / "map.toml").write_text(
        'name = "County police"\nencoding = "cp1252"\ndate_format = "%d/%m/%Y"\n'
        '[columns]\ndate = "Day"\noffence = "Kind"\neasting = "E"\nnorthing = "N"\n'
        '[offence]\n"Drôgs" = "drugs"\n',
        encoding="utf-8",
    )
    refused(run("check", tmp_path / "theirs.csv"), "theirs.csv")
    for command in (["check"], ["build", "--out", tmp_path / "out", "--incidents"]):
        result = run(*command, tmp_path / "theirs.csv", "--columns", tmp_path / "map.toml")
        assert result.returncode == 0, result.stderr
        assert "No row was refused." in result.stdout


BAD = {
    "missing.csv": (None, "There is no file or folder"),
    "empty.csv": ("", "empty.csv"),
    "other.csv": ("a,b\n1,2\n", "no column for an offence"),
    "outside.csv": (f"{HEADER}\nA,2015-01,drugs,530000,180000\n", "None of the 1 rows lies"),
    "refused.csv": (f"{HEADER}\nA,2015-01,mischief,{SQUARE}\n", "refused.csv"),
    "cut.zip": ("PK\x03\x04 cut", "no ZIP file"),
    "binary.csv": ("\x00\x01\x02" * 50, "binary.csv"),
    "header.csv": (f"{HEADER}\n", "header.csv"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("before", [False, True])
def test_a_bad_file_ends_in_one_paragraph_and_leaves_the_old_figures(
    run: Run,
    extract: Path,
    tmp_path: Path,
    name: str,
    before: bool,
) -> None:
    content, words = BAD[name]
    bad, out = tmp_path / name, tmp_path / "out"
    if content is not None:
        bad.write_text(content, encoding="latin-1")
    if before:
        assert run("build", "--incidents", extract, "--out", out).returncode == 0
    old = tree(out)
    for arguments in (["--incidents", bad], ["--incidents", extract, "--incidents", bad]):
        if name in ("outside.csv", "refused.csv", "header.csv") and len(arguments) > 2:
            continue  # beside sound rows these are read, and reported
        refused(run("build", *arguments, "--out", out), words)
        assert tree(out) == old
        assert out.exists() == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--columns", "nowhere.toml"], "cannot be read"),
        (["--columns", "{extract}"], "is not TOML"),
        (["--area", "nowhere"], "nowhere"),
        (["--denominator", "martians"], "census-2011"),
        (["--out", "{extract}"], "{extract}"),
        (["--out", "{extract}/below"], "{extract}"),
        (["--out", "/proc/nowhere"], "cannot be written"),
    ],
)
def test_a_bad_option_ends_in_one_paragraph(
    run: Run,
    extract: Path,
    options: list[str],
    words: str,
) -> None:
    filled = [option.format(extract=extract) for option in options]
    content = extract.read_bytes()
    refused(run("build", "--incidents", extract, *filled), words.format(extract=extract))
    assert extract.read_bytes() == content
    assert tree(extract.parent) == {"extract.csv": content}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_no_permission_is_said(run: Run, extract: Path, tmp_path: Path) -> None:
    extract.chmod(0)
    refused(run("check", extract), "no permission")
    extract.chmod(0o600)
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    refused(run("build", "--incidents", extract, "--out", out), "cannot be written")


def test_init_writes_an_area_file_once(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    written = (tmp_path / "here" / "safermap.toml").read_text("utf-8")
    assert "[area]" in written
    refused(run("init"), "safermap.toml is there already and was left as it is")
    result = run("init", tmp_path / "other.toml")
    assert (result.returncode, f"Wrote {tmp_path / 'other.toml'}." in result.stdout) == (0, True)
    assert (tmp_path / "other.toml").read_text("utf-8") == written
    refused(run("init", tmp_path / "no" / "where.toml"), "cannot be written")
