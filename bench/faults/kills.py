"""kill -9 of workers and of builds at random moments, while clients ask."""

import asyncio
import os
import random
import shutil
import signal
import time
from pathlib import Path

import uvloop

from bench.asking import UnansweredError
from bench.faults.watch import Service, Watch, ask_once, run, served, until
from bench.features import SAFERMAP
from bench.samples import write_area_file, write_extract
from geo.versions import all_versions, contents, current_folder

MOMENTS, SEED = 50, 20260401


def workers(folder: Path, moments: int = MOMENTS) -> list[str]:
    """Only what a killed worker's own connections were waiting for may be lost."""
    home, [area] = folder / "home", area_files(folder, 1)
    build(home, area)
    with served(folder, home, "--workers", 2) as service:
        watch, killed = uvloop.run(_kill_workers(service, moments))
        said = service.said.count("a worker ended by itself (-9); another takes its place")
    stray = [words for port, words in watch.lost if port not in killed]
    print(
        f"workers: {moments} killed, {watch.answered:,} requests answered, {len(watch.lost)} lost "
        f"on connections of killed workers, {len(stray)} others, {len(watch.wrong)} wrong answers",
        flush=True,
    )
    failures = [*stray, *watch.wrong]
    if said != moments:
        failures.append(f"the log tells of {said} workers that ended")
    return failures


async def _kill_workers(service: Service, moments: int) -> tuple[Watch, set[int]]:
    watch, draw, ports = Watch(service.port), random.Random(SEED), set[int]()  # noqa: S311
    await watch.learn()
    async with watch.asking():
        for _ in range(moments):
            await asyncio.sleep(draw.uniform(0.1, 0.8))
            worker = draw.choice(service.workers)
            os.kill(worker, signal.SIGSTOP)  # so that it takes no connection while they are read
            ports |= clients_of(worker, service.port)
            os.kill(worker, signal.SIGKILL)
            await until(lambda: len(set(service.workers) - {worker}) == 2, "two workers")  # noqa: B023
        met = watch.answered
        await until(lambda: watch.answered > met + 200, "answers after all")
    return watch, ports


def clients_of(process: int, port: int) -> set[int]:
    """The ports of the clients whose connections a process has."""
    held = set()
    for file in Path(f"/proc/{process}/fd").iterdir():
        try:
            held.add(str(file.readlink()))
        except OSError:
            continue
    found = set()
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        _, here, there, *rest = line.split()
        if int(here.partition(":")[2], 16) == port and f"socket:[{rest[6]}]" in held:
            found.add(int(there.partition(":")[2], 16))
    return found


def builds(folder: Path, moments: int = MOMENTS) -> list[str]:
    """A killed build costs no request and leaves nothing, and the next one works."""
    home, [first, second] = folder / "home", area_files(folder, 2)
    build(home, first)
    before, name = contents(home), current_folder(home).name
    with served(folder, home, "--workers", 2) as service:
        watch, died = uvloop.run(_kill_builds(service, home, second, moments))
        ended = run("build", "--area", second, "--out", home)
    failures = [*(words for _, words in watch.lost), *watch.wrong]
    if ended.returncode:
        failures.append(f"the next build failed: {ended.stderr}")
    failures += [f"{left} was left" for left in home.glob(".building-*")]
    run("rollback", name, "--out", home)
    for version in all_versions(home):
        if not version.current:
            shutil.rmtree(version.folder)
    after = contents(home)
    if after != before:
        failures.append(f"on disk there are {after}, before there were {before}")
    print(
        f"builds: {died} killed of {moments}, {watch.answered:,} requests answered, "
        f"{len(watch.lost)} lost, {len(watch.wrong)} wrong answers; the next build "
        f"{'failed' if ended.returncode else 'worked'}, {after['bytes'] - before['bytes']} bytes "
        "more on disk",
        flush=True,
    )
    return failures


async def _kill_builds(service: Service, home: Path, area: Path, moments: int) -> tuple[Watch, int]:
    watch, draw, died = Watch(service.port), random.Random(SEED), 0  # noqa: S311
    first = current_folder(home).name
    await watch.learn()
    command = [SAFERMAP, "build", "--area", str(area), "--out", str(home)]
    start = time.monotonic()
    lasts = 0.0
    async with watch.asking():
        for number in range(moments + 1):
            before = service.workers
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            if number:  # the first is to see how long one takes
                await asyncio.sleep(draw.uniform(0.2, 1.0) * lasts)
                if process.returncode is None:
                    process.kill()
            died += bool(number) and await process.wait() == -signal.SIGKILL
            await process.wait()
            lasts = lasts or time.monotonic() - start
            if current_folder(home).name != first:  # it was done before
                await shows(service, home, before)
                await watch.learn()
                before = service.workers
                await go_back(home, first)
                await shows(service, home, before)
                await watch.learn()
    return watch, died


async def go_back(home: Path, name: str) -> None:
    """Serve a version again, while clients go on: one that waits for longer is let go of."""
    ended = await asyncio.to_thread(run, "rollback", name, "--out", home)
    if ended.returncode:
        raise SystemExit(ended.stderr)


async def shows(service: Service, home: Path, before: list[int]) -> None:
    """Wait until every worker has the current version, and those before have gone."""
    name = current_folder(home).name
    wanted = next(v for v in all_versions(home) if v.name == name).manifest["dataset_id"]
    for _ in range(3000):
        try:
            answer = await ask_once("/health", service.port)
        except UnansweredError:
            answer = None
        gone = not set(before) & set(service.workers) and len(service.workers) == 2
        if gone and answer and f'"{wanted}"'.encode() in answer.body:
            return
        await asyncio.sleep(0.02)
    raise SystemExit(f"{name} was not switched to")


def area_files(folder: Path, number: int) -> list[Path]:
    """So many area files, each with other incidents."""
    found = [folder / f"area-{seed}.toml" for seed in range(1, number + 1)]
    for seed, path in enumerate(found, 1):
        write_extract(path.with_suffix(".csv"), seed)
        write_area_file(path, path.with_suffix(".csv"))
    return found


def build(home: Path, area: Path) -> None:
    """A version of an area file; SystemExit where it fails."""
    ended = run("build", "--area", area, "--out", home)
    if ended.returncode:
        raise SystemExit(ended.stderr)
