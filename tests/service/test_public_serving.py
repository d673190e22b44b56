"""From a partner's extract to a service that anyone may use, by the commands alone."""

from pathlib import Path

import httpx2
import pytest
from asking import strict
from command_line import Run
from serving import serving

from geo.dataset import Dataset
from geo.public.view import public_view

HEADER = "incident_id,month,date,time,offence,location,easting,northing"
SHREWSBURY, CLUN, BISHOPS_CASTLE = "349132,312545", "330000,280800", "332300,288900"


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of drugs offences: three a month in Shrewsbury, a few elsewhere."""
    rows = []
    for i in range(12):
        month = f"{2015 + (i + 3) // 12}-{(i + 3) % 12 + 1:02d}"
        rows += [
            f"S{i}{n},{month},{month}-0{n + 1},21:15,drugs,The Square,{SHREWSBURY}"
            for n in range(3)
        ]
        if i < 3:
            rows.append(f"C{i},{month},{month}-09,02:00,drugs,Secret Lane,{CLUN}")
            rows.append(f"B{i},{month},{month}-09,02:00,drugs,Hidden Close,{BISHOPS_CASTLE}")
    path = tmp_path_factory.mktemp("extract") / "force.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_a_build_hides_small_counts_and_says_so(run: Run, extract: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = run("build", "--incidents", extract, "--out", out)
    assert ended.returncode == 0, ended.stderr
    told = "Hiding small counts, 1 of 1: partner-extract, crime, April 2015 to March 2016"
    assert told in ended.stderr
    seen = public_view(Dataset.open(out))
    assert seen.times.kind.size == 0
    assert seen.manifest["files"] == []
    more = extract.with_name("april.csv")
    more.write_text(f"{HEADER}\nX,2016-04,2016-04-01,10:00,drugs,The Square,{SHREWSBURY}\n")
    again = run("build", "--incidents", extract, more, "--out", out)
    assert again.returncode == 0, again.stderr
    assert "Hiding small counts" not in again.stderr  # the year has not changed


def test_what_is_public_is_served_to_other_machines(
    run: Run, extract: Path, tmp_path: Path
) -> None:
    out, log = tmp_path / "out", tmp_path / "log.txt"
    assert run("build", "--incidents", extract, "--out", out).returncode == 0
    everywhere = ("--public", "--host", "0.0.0.0")  # noqa: S104  what is public may be there
    with serving(log, "--dataset", out, *everywhere) as address:

        def get(path: str) -> httpx2.Response:
            return httpx2.get(f"{address}{path}", trust_env=False)

        found = strict(get("/collections/lsoas/items?theme=crime").text)["features"]
        counts = [one["properties"]["count"] for one in found]
        assert counts.count(36) == 1
        assert counts.count(None) >= 1
        assert sum(count or 0 for count in counts) == 36
        rural = strict(get("/collections/rural-urban/items?theme=crime").text)["features"]
        assert [one["properties"]["count"] for one in rural[:2]] == [6, 36]
        assert "Secret Lane" not in get("/collections/hotspots/items?theme=crime&f=html").text
        assert get("/collections/map-points/items").status_code == 404
