"""A real identity provider (npm's oidc-provider) in a process of its own."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import pytest

SOURCE = Path(__file__).parent / "service" / "identity"
OLDEST = 20  # of Node.js
CLIENT, SECRET = "safermap-test", "a-secret-of-this-test"


def installed(folder: Path) -> Path:
    """The provider with what it needs, in a folder that keeps it for the next time.

    Skips where there is no npm, Node.js is too old, or npm cannot get the packages.
    """
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("needs node and npm, which are absent")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(told.strip().lstrip("v").split(".")[0]) < OLDEST:
        pytest.skip(f"needs Node.js {OLDEST} or later, not {told.strip()}")
    wanted = (SOURCE / "package-lock.json").read_bytes()
    done = folder / "installed-package-lock.json"
    with filelock.FileLock(folder / ".lock"):
        for path in SOURCE.iterdir():
            if path.is_file():
                shutil.copy(path, folder)
        if not (done.exists() and done.read_bytes() == wanted):
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            ended = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
            )
            if ended.returncode != 0:
                pytest.skip(f"needs npm's oidc-provider, which npm cannot get: {ended.stderr}")
            done.write_bytes(wanted)
    return folder


@contextmanager
def providing(folder: Path, logs: Path, redirect_uri: str) -> Iterator[str]:
    """The issuer of a provider that sends people back to one address, until it is left.

    `folder` is where it is installed, `logs` where it says what it says.
    """
    command = ["node", "provider.mjs", CLIENT, SECRET, redirect_uri]
    said = logs / "provider.txt"
    with (
        said.open("wb") as log,
        subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                pytest.fail(f"The provider did not start: {said.read_text('utf-8')}")
            yield json.loads(line)["issuer"]
        finally:
            process.terminate()
