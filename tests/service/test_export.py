"""`safermap export`: the bytes of the addresses, written whole, and only where they are new."""

import os
from pathlib import Path

import pytest
from command_line import Run
from layer_names import SHIPPED
from made_partner import partner
from starlette.testclient import TestClient

from service.formats import FORMATS

GRID = "http://www.opengis.net/def/crs/EPSG/0/27700"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_has_the_bytes_of_its_address(
    run: Run, client: TestClient, embedded_home: Path, tmp_path: Path, kind: str
) -> None:
    crs = {"crs": GRID} if kind not in ("kml", "csv", "pmtiles") else {}
    query = {"theme": "asb", "datetime": "2015-01/2015-06", "filter": "count > 3", **crs,
             "limit": "50"}  # fmt: skip
    expected = client.get("/collections/hotspots/items", params={**query, "f": kind})
    assert expected.status_code == 200
    options = [word for name, value in query.items() for word in (f"--{name}", value)]
    out = tmp_path / "layer.file"
    ended = run(
        "export", "--dataset", embedded_home, "--layer", "hotspots", "--format", kind,
        "--out", out, "--base", "http://testserver/", *options,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, f"Wrote {out}\n")
    assert out.read_bytes() == expected.content
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["layer.file"]


def test_a_file_whose_content_is_the_same_is_left_alone(
    run: Run, embedded_home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "lsoas.gpkg"
    command = ("export", "--dataset", embedded_home, "--layer", "lsoas", "--out", out)
    run(*command)
    os.utime(out, (1_000_000_000, 1_000_000_000))
    number = out.stat().st_ino
    ended = run(*command)
    assert (ended.returncode, ended.stdout) == (0, f"{out} is as it was\n")
    assert (out.stat().st_mtime, out.stat().st_ino) == (1_000_000_000, number)
    ended = run(*command, "--theme", "asb")
    assert ended.stdout == f"Wrote {out}\n"
    assert out.stat().st_mtime > 1_000_000_000


def test_all_layers_go_into_a_folder_by_the_names_of_downloads(
    run: Run, client: TestClient, embedded_home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "layers"
    ended = run(
        "export", "--dataset", embedded_home, "--layer", "all", "--format", "fgb",
        "--out", folder, "--town", "ludlow",
    )  # fmt: skip
    assert ended.returncode == 0
    assert (
        "rural-urban was passed over. The layer rural-urban has no areas of a town" in ended.stdout
    )
    names = set()
    for layer in SHIPPED:
        if layer != "rural-urban":
            response = client.get(f"/collections/{layer}/items?town=ludlow&f=fgb")
            name = response.headers["content-disposition"].partition('"')[2].rstrip('"')
            names.add(name)
            assert (folder / name).read_bytes() == response.content
    assert {path.name for path in folder.iterdir()} == names


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--layer", "nowhere"], "There is no layer 'nowhere'"),
        (["--layer", "lsoas", "--format", "xls"], "use --format geojson, csv, gpkg"),
        (["--layer", "lsoas", "--format", "html"], "There is no format 'html'"),
        (["--layer", "lsoas", "--theme", "juggling"], "juggling"),
        (["--layer", "lsoas", "--bbox", "1,2,3"], "bbox must be"),
        (["--layer", "lsoas", "--filter", "nothing = 1"], "nothing"),
        (["--layer", "lsoas", "--limit", "none"], "limit must be a whole number"),
        (["--layer", "lsoas", "--format", "kml", "--crs", GRID], "longitude and latitude alone"),
        (["--layer", "all", "--theme", "juggling"], "juggling"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is(
    run: Run, embedded_home: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    ended = run("export", "--dataset", embedded_home, "--out", folder, *options)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert list(folder.iterdir()) == []


def test_a_place_that_takes_no_file_is_named(run: Run, embedded_home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for layer, out in (("lsoas", tmp_path / "file" / "x.gpkg"), ("all", tmp_path / "file"),
                       ("lsoas", tmp_path / "absent" / "x.gpkg")):  # fmt: skip
        ended = run("export", "--dataset", embedded_home, "--layer", layer, "--out", out)
        assert ended.returncode == 2
        assert str(out) in ended.stderr
    assert (tmp_path / "file").read_text() == "kept"


def test_partners_records_are_written_whole_only_with_a_word(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    partner(home, 1)
    question = ("--theme", "burglary", "--datetime", "2018-04/2019-03", "--format", "csv")
    command = ("export", "--dataset", home, "--layer", "lsoas", *question)
    whole, public = tmp_path / "whole.csv", tmp_path / "public.csv"
    ended = run(*command, "--out", whole)
    assert ended.returncode == 0
    assert ended.stdout.startswith("These files hold partners' records with small counts unhidden")
    ended = run(*command, "--out", public, "--public")
    assert (ended.returncode, ended.stdout) == (0, f"Wrote {public}\n")
    assert b"Hidden" not in whole.read_bytes()
    assert public.read_bytes() != whole.read_bytes()
    hidden = [line for line in public.read_text("utf-8-sig").splitlines() if ",,," in line]
    assert hidden


def test_all_layers_go_into_one_file_of_tiles(
    run: Run, client: TestClient, embedded_home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "layers.pmtiles"
    command = ("export", "--dataset", embedded_home, "--layer", "all", "--format", "pmtiles")
    ended = run(*command, "--out", out)
    assert (ended.returncode, ended.stdout) == (0, f"Wrote {out}\n")
    assert out.read_bytes() == client.get("/collections?f=pmtiles").content
    ended = run(*command, "--out", out, "--theme", "asb")
    assert ended.returncode == 2
    assert "leave out --theme, or write a file a layer into a folder" in ended.stderr
