"""Asks for known vulnerabilities of the locked dependencies: `python -m supply.audit`.

uv sends the names and versions of uv.lock to OSV (https://osv.dev), whose Python part is the
advisory database of the Python Packaging Authority. PyPI's own API has the same, but mirrors of
PyPI have not, and answer as if nothing were known.
"""

import os
import subprocess
import sys
from pathlib import Path

UV = Path(sys.executable).with_name("uv")
SERVICE = "https://api.osv.dev/"
SECONDS = 20
"""After which the service counts as not reachable."""
_SURE, _FOUND = 0, 1  # how uv ends; otherwise it could not ask


def audit(service: str = SERVICE, seconds: float = SECONDS) -> tuple[int, str]:
    """The status to end by, and what to say: 1 where a vulnerability is known.

    Where the service cannot be asked nothing is known, and that is no reason to fail.
    """
    asked = [str(UV), "--preview-features", "audit-command", "audit", "--frozen", "--no-dev"]
    limits = {"UV_HTTP_TIMEOUT": "5", "UV_HTTP_CONNECT_TIMEOUT": "3", "UV_HTTP_RETRIES": "0"}
    try:
        done = subprocess.run(
            [*asked, "--service-url", service],
            env=os.environ | limits,
            capture_output=True,
            check=False,
            text=True,
            timeout=seconds,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 0, _unknown(service, str(error))
    if done.returncode == _SURE:
        return 0, done.stderr.strip()
    if done.returncode == _FOUND:
        return 1, f"{done.stdout.strip()}\n{done.stderr.strip()}"
    return 0, _unknown(service, done.stderr.strip().splitlines()[-1].strip())


def _unknown(service: str, why: str) -> str:
    return f"Known vulnerabilities were not looked up: {service} cannot be asked ({why})."


if __name__ == "__main__":
    status, words = audit()
    print(words)
    sys.exit(status)
