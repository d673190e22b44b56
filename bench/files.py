"""34,753 areas as FlatGeobuf and GeoParquet beside pyogrio and geopandas writing the same frame.

`python -m bench.files` prints time and peak memory of whole processes, in turn: `safermap export`,
which opens the dataset and answers the question first, the same of one area, which does the rest
but hardly writes, and a program that merely reads the frame that came of it and writes it.
"""

import sys
import tempfile
from pathlib import Path

import geopandas
import pyogrio

from bench.build import SAFERMAP, prepare, python
from bench.processes import compare, cost_of, report

LAYER = "lsoas"
RUNS = 5


def plain(source: Path, out: Path) -> None:
    """Read a frame and write it again, by the ending of the file."""
    frame = geopandas.read_parquet(source)
    if out.suffix == ".fgb":
        pyogrio.write_dataframe(frame, out, driver="FlatGeobuf")
    else:
        frame.to_parquet(out, index=False, compression="zstd")


def main(*asked: str) -> None:
    """Both formats; or, in a process of its own, the plain way of one."""
    if asked:
        plain(*map(Path, asked))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home, source = prepare(folder), folder / "frame.parquet"
        export = [SAFERMAP, "export", "--dataset", str(home), "--layer", LAYER]
        cost_of([*export, "--format", "parquet", "--out", str(source)])
        for ending, writer in (("fgb", "pyogrio"), ("parquet", "geopandas")):
            ours, theirs = folder / f"ours.{ending}", folder / f"theirs.{ending}"

            def remove(*files: Path) -> None:
                for file in files:
                    file.unlink(missing_ok=True)

            commands = {
                f"{writer}, the same frame": python("files", source, theirs),
                "safermap export": [*export, "--format", ending, "--out", str(ours)],
                "safermap export, one of them": [
                    *export,
                    "--format",
                    ending,
                    "--out",
                    str(ours),
                    "--limit",
                    "1",
                ],
            }
            costs = compare(commands, RUNS, lambda a=ours, b=theirs: remove(a, b))
            number = len(geopandas.read_parquet(source, columns=["feature_id", "geometry"]))
            print(f"{number:,} areas as {ending}: median of {RUNS} runs")
            report(costs)


if __name__ == "__main__":
    main(*sys.argv[1:])
