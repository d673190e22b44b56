"""A dataset that is damaged while it is served, each of its files in turn, and served after that.

What is answered then is either the same bytes as before or a clear refusal, of which the log has a
line that names the dataset. A service that is started on what is left refuses to, or, where the
damage is in what is read later, answers in the same way.
"""

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import uvloop

from bench.asking import Answer, UnansweredError
from bench.faults.kills import area_files, build
from bench.faults.watch import PATHS, ask_once, digest, served
from geo.versions import current_folder

MORE = [
    "/business", "/deprivation", "/compare", "/about", "/towns/ludlow?theme=asb", "/strategy",
    "/search?q=oswestry", "/collections/map-points/items?f=geojson&town=oswestry",
    "/collections/incidents/items?f=geojson&limit=20", "/collections/density/items?town=ludlow",
    "/collections/lsoas/items?f=geojson&datetime=2014-03/2014-09",
]  # fmt: skip
ASKED = [path for path in PATHS if path != "/health"] + MORE
SEED = 20260401
_PLAIN = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""What takes from root the right to read what nobody may."""


@dataclass(frozen=True)
class Damage:
    """What is done, and how; `flips` where no byte is lost, so that only a reader can tell."""

    words: str
    do: Callable[[Path], None]
    flips: bool = False


def damages(folder: Path) -> Iterator[Damage]:
    """Every damage to a version like the one in a folder."""
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    for name in files:
        yield Damage(f"{name} truncated", lambda at, name=name: _cut(at / name))
    for name in files:
        if name.suffix == ".parquet":
            yield Damage(f"{name}, a page flipped", lambda at, a=name: _flip(at / a), flips=True)
        elif name.suffix == ".zip":
            yield Damage(f"{name} flipped", lambda at, name=name: _flip_any(at / name), flips=True)
    yield Damage("made unreadable", _forbid)
    yield Damage("deleted", shutil.rmtree)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip(path: Path) -> None:
    """Turn a bit in the midst of the largest column's data, the values themselves."""
    group = pq.ParquetFile(path).metadata.row_group(0)
    if not group.num_rows:
        return
    columns = [group.column(number) for number in range(group.num_columns)]
    told = max(columns, key=lambda column: column.total_compressed_size)
    start = told.dictionary_page_offset or told.data_page_offset
    _turn(path, start + told.total_compressed_size * 3 // 4)


def _flip_any(path: Path) -> None:
    draw = random.Random(SEED)  # noqa: S311
    _turn(path, draw.randrange(path.stat().st_size // 4, path.stat().st_size * 3 // 4))


def _turn(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0x08
    path.unlink()  # versions share files by links
    path.write_bytes(data)


def _forbid(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0)


def all_damages(folder: Path, most: int | None = None) -> list[str]:
    """Each damage, to a copy of its own."""
    [area] = area_files(folder, 1)
    whole = folder / "whole"
    build(whole, area)
    with served(folder, whole) as service:
        right = uvloop.run(_answers(service.port))
    if bad := [path for path, answer in right.items() if answer.status != 200]:
        raise SystemExit(f"Not answered before anything was damaged: {bad}")
    met, failures = Counter[str](), []
    done = list(damages(current_folder(whole)))[:most]
    for number, damage in enumerate(done):
        home = folder / f"home-{number}"
        shutil.copytree(whole, home)
        found = _served_meanwhile(folder, home, damage, right, met)
        found += _served_after(folder, home, damage, right, met)
        told = [f"{damage.words}: {words}" for words in found]
        print("\n".join([f"  {damage.words}", *told]), flush=True)
        failures += told
        if current_folder(home).exists():
            _allow(current_folder(home))
        shutil.rmtree(home)
    told = ", ".join(f"{met[what]:,} {what}" for what in sorted(met))
    print(f"damage: {len(done)} damages; {told}; {len(failures)} failures", flush=True)
    return failures


def _allow(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700)


async def _answers(port: int) -> dict[str, Answer]:
    found = {}
    for path in ASKED:
        try:
            found[path] = await ask_once(path, port)
        except UnansweredError as error:
            found[path] = Answer(0, {}, str(error).encode())
    return found


def _served_meanwhile(
    folder: Path, home: Path, damage: Damage, right: dict[str, Answer], met: Counter[str]
) -> list[str]:
    """Damaged after it was opened, before most of it was asked for."""
    with served(folder, home, before=_PLAIN if not os.geteuid() else ()) as service:
        damage.do(current_folder(home))
        found = uvloop.run(_answers(service.port))
        said = service.said
    return _judged(found, right, (said, str(home)), ("the same", "refused"), met)


def _served_after(
    folder: Path, home: Path, damage: Damage, right: dict[str, Answer], met: Counter[str]
) -> list[str]:
    """Damaged before it was opened."""
    before = _PLAIN if not os.geteuid() else ()
    try:
        with served(folder, home, before=before) as service:
            found = uvloop.run(_answers(service.port))
            said = service.said
    except SystemExit:  # it did not answer
        said = (folder / "service.log").read_text("utf-8")
        if "Traceback" in said or str(home) not in said:
            return [f"started on it, said: {said[-500:]}"]
        met["starts refused"] += 1
        return []
    kinds = ("the same after a start", "refused after a start")
    wrong = _judged(found, right, (said, str(home)), kinds, met)
    if not damage.flips:
        wrong.append("a service starts on it as if nothing were")
    return wrong


def _judged(
    found: dict[str, Answer],
    right: dict[str, Answer],
    logged: tuple[str, str],
    kinds: tuple[str, str],
    met: Counter[str],
) -> list[str]:
    (said, home), (same, refused) = logged, kinds
    wrong = []
    for path, answer in found.items():
        if digest(answer) == digest(right[path]):
            met[same] += 1
        elif answer.status == 503 and home.encode() not in answer.body:
            met[refused] += 1
            if home not in said:
                wrong.append(f"{path} was refused, and the log does not name the dataset")
        else:
            wrong.append(f"{path}: {answer.status} {answer.body[:200]!r}")
    if "Traceback" in said:
        wrong.append(f"a traceback in the log: {said[-700:]}")
    return wrong
