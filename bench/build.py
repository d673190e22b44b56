"""Build time against the straightforward pandas and geopandas.sjoin program, on the same files."""

import sys
import tempfile
from pathlib import Path

from bench.processes import compare, report

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "police"
RUNS = 5


def main() -> None:
    """Compare on one county's four months and on one national month, where the files are there."""
    if not SHARED.exists():
        print(f"Build: left out, it needs the police files in {SHARED}")
        return
    for title, files in (
        ("four months of one force", SHARED / "2018-19"),
        ("one month, nearly every force", SHARED / "archives" / "all-forces-2018-12.zip"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            safermap = [str(Path(sys.executable).parent / "safermap"), "build"]
            commands = {
                "pandas.read_csv + geopandas.sjoin": [
                    sys.executable,
                    "-m",
                    "bench.plain_build",
                    str(files),
                    f"{folder}/plain",
                ],
                "safermap build": [
                    *safermap,
                    "--incidents",
                    str(files),
                    "--out",
                    f"{folder}/safermap",
                ],
            }
            print(f"Build, {title}: median of {RUNS} runs, whole process")
            report(compare(commands, RUNS))


if __name__ == "__main__":
    main()
