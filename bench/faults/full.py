"""Disks that take no more: where datasets are kept, for temporary files, for the audit log."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench.asking import Answer
from bench.faults.kills import area_files, build
from bench.faults.watch import AbsentError, Watch, ask_once, run, served
from bench.samples import write_area_file, write_extract
from geo.versions import contents, current_folder

FILES = [
    f"/collections/{layer}/items?f={kind}"
    for layer in ("lsoas", "hotspots") for kind in ("gpkg", "fgb", "kml", "parquet", "shp")
]  # fmt: skip
OTHERS = ["/", "/rural", "/collections/lsoas/items?f=geojson", "/towns/oswestry", "/health"]


@contextmanager
def small(place: Path, size: int) -> Iterator[Path]:
    """A disk of so many bytes, mounted on a folder that is made. Raises AbsentError."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        raise AbsentError("only root may mount the small disk that it needs")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def fill(place: Path) -> None:
    """Leave no byte free."""
    with (place / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


def home(folder: Path) -> list[str]:
    """A build that finds no room says so and leaves the dataset before, which is served."""
    first, second = area_files(folder, 2)
    build(folder / "first", first)
    held = contents(folder / "first")["bytes"]
    failures = []
    with small(folder / "disk", held + 1_500_000) as disk:
        place = disk / "home"
        shutil.copytree(folder / "first", place)
        before = current_folder(place), contents(place)
        with served(folder, place, "--workers", 2) as service:

            async def asked() -> Watch:
                watch = Watch(service.port)
                await watch.learn()
                async with watch.asking():
                    await _build(second, place, told)
                return watch

            told: list[tuple[int, str]] = []
            watch = uvloop.run(asked())
        [(status, words)] = told
        if status != 2 or "No space left" not in words or "Traceback" in words:
            failures.append(f"the build ended with {status}: {words}")
        if (current_folder(place), contents(place)) != before:
            failures.append("the build left something behind")
    print(
        f"full-home: the build ended with {status} ({words.strip()[-60:]}); {watch.answered:,} "
        f"requests answered, {len(watch.lost)} lost, {len(watch.wrong)} wrong answers",
        flush=True,
    )
    return [*failures, *(words for _, words in watch.lost), *watch.wrong]


async def _build(area: Path, place: Path, told: list[tuple[int, str]]) -> None:
    """What a build ended with and said."""
    ended = await asyncio.to_thread(run, "build", "--area", area, "--out", place)
    told.append((ended.returncode, " ".join(ended.stderr.split())))


async def _each(port: int, paths: Sequence[str], token: str | None = None) -> list[Answer]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return [await ask_once(path, port, headers) for path in paths]


def temporary(folder: Path) -> list[str]:
    """Files for download are refused with 507, and everything else is answered."""
    [area] = area_files(folder, 1)
    build(folder / "home", area)
    with small(folder / "disk", 64 * 1024) as disk:
        environ = {"TMPDIR": str(disk)}
        with served(folder, folder / "home", environ=environ) as service:
            fill(disk)
            files = uvloop.run(_each(service.port, FILES))
            others = uvloop.run(_each(service.port, OTHERS))
            (disk / "filler").unlink()
            left = [str(path) for path in disk.rglob("*") if path.is_file() and path.stat().st_size]
    refused = [one for one in files if one.status == 507 and b"disk for temporary" in one.body]
    answered = [one for one in others if one.status == 200]
    print(
        f"full-temporary: {len(refused)} of {len(FILES)} files refused with 507, "
        f"{len(answered)} of {len(OTHERS)} others answered, {len(left)} files left",
        flush=True,
    )
    wrong = [f"{one.status} {one.body[:100]!r}" for one in files if one not in refused]
    wrong += [f"{one.status} {one.body[:100]!r}" for one in others if one not in answered]
    wrong += left
    return wrong


def audit(folder: Path) -> list[str]:
    """What cannot be recorded is not shown; what is public is."""
    build_partner(folder)
    token = make_token(folder / "access", "partner")
    with small(folder / "disk", 64 * 1024) as disk:
        log = disk / "audit"
        options = ("--access", folder / "access", "--audit-log", log)
        with served(folder, folder / "home", *options) as service:
            [before] = uvloop.run(_each(service.port, OTHERS[2:3], token))
            fill(disk)
            told = uvloop.run(_each(service.port, OTHERS[:4], token))
            public = uvloop.run(_each(service.port, OTHERS))
            (disk / "filler").unlink()
            [after] = uvloop.run(_each(service.port, OTHERS[2:3], token))
            verified = run("audit", "--audit-log", log, "--verify", "--dataset", folder / "home")
    refused = [one for one in told if one.status == 507 and b"E0102" not in one.body]
    answered = [one for one in public if one.status == 200]
    print(
        f"full-audit: {len(refused)} of {len(told)} restricted answers refused with 507, "
        f"{len(answered)} of {len(public)} public ones given; with room again {after.status}, "
        f"and the log {'fits together' if not verified.returncode else 'does not fit together'}",
        flush=True,
    )
    wrong = [f"{one.status} {one.body[:100]!r}" for one in told if one not in refused]
    wrong += [f"{one.status} {one.body[:100]!r}" for one in public if one not in answered]
    if (before.status, after.status, after.body) != (200, 200, before.body):
        wrong.append(f"{before.status} before, {after.status} after")
    return wrong + ([verified.stderr] if verified.returncode else [])


def build_partner(folder: Path) -> Path:
    """The home, in a folder, of a dataset of a partner's few incidents."""
    write_extract(folder / "partner.csv", 1, each=400)
    write_area_file(folder / "partner.toml", folder / "partner.csv", "partner")
    build(folder / "home", folder / "partner.toml")
    return folder / "home"


def make_token(folder: Path, role: str) -> str:
    """The text of a new token."""
    ended = run("token", "create", "--role", role, "--name", "Campaign", "--access", folder)
    found = [word for word in ended.stdout.split() if word.startswith("safermap_")]
    if ended.returncode or len(found) != 1:
        raise SystemExit(ended.stdout + ended.stderr + json.dumps(found))
    return found[0]
