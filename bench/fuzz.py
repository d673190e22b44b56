"""Questions by the thousand, right and wrong, drawn from the service's own API definition.

Schemathesis reads `/api` and asks whatever it allows and much that it does not. Nothing may be
answered with a server error, with a status or a type that the definition does not name, or with a
document that is other than it says.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.serve import free_port, wait_for

EXAMPLES = 1_300  # of each address; over 20,000 in all
PATIENCE = 120  # seconds; a file of all layers is made when it is first asked for
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "allow_header_conformance",
)


def fuzz(address: str, examples: int) -> tuple[int, str]:
    """How many questions passed, and what was said; none where one did not."""
    command = [Path(sys.executable).with_name("schemathesis"), "run", f"{address}/api"]
    command += ["--max-examples", str(examples), "--checks", ",".join(CHECKS)]
    command += ["--request-timeout", str(PATIENCE)]
    command += ["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color"]
    with tempfile.TemporaryDirectory() as folder:  # where it keeps what it found
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    passed = re.search(r"([\d,]+) generated, ([\d,]+) passed\n", ended.stdout)
    whole = ended.returncode == 0 and passed is not None and passed[1] == passed[2]
    return int(passed[2].replace(",", "")) if whole and passed else 0, ended.stdout + ended.stderr


def main() -> None:
    """Ask the embedded dataset; print what was asked and whether all of it passed."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("safermap")
    with tempfile.TemporaryDirectory() as home:
        command = [program, "serve", "--port", str(port)]
        server = subprocess.Popen([*command, "--log-format", "off"], cwd=home)
        try:
            wait_for(f"{address}/health")
            passed, said = fuzz(address, EXAMPLES)
        finally:
            server.terminate()
            server.wait()
    if not passed:
        raise SystemExit(said)
    print(f"{passed:,} questions drawn from /api: all answered as it says")


if __name__ == "__main__":
    main()
