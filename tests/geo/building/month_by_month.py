"""What a month by month build is held against."""

import shutil
from pathlib import Path

from command_line import tree

from geo.area_file import AreaFile
from geo.building.build import Built, build

NEW_EACH_TIME = ("manifest.json",)  # it says when it was built and after what


def reissue(path: Path) -> None:
    """The publisher's file again, with one of its rows withdrawn and another changed."""
    rows = path.read_bytes().splitlines(keepends=True)
    del rows[len(rows) // 2]
    at = next(i for i, row in enumerate(rows) if b"E01028946" in row and b"Drugs" not in row)
    rows[at] = rows[at].replace(rows[at].split(b",")[-3], b"Drugs")
    path.write_bytes(b"".join(rows))


def assert_fresh(built: Built, tmp_path: Path, plan: AreaFile) -> None:
    """The version is what a build in an empty home makes of the same inputs."""
    fresh = build(plan, tmp_path / "fresh")
    assert built.manifest["dataset_id"] == fresh.manifest["dataset_id"]
    mine, theirs = tree(built.folder), tree(fresh.folder)
    assert mine.keys() == theirs.keys()
    for name, data in mine.items():
        if name not in NEW_EACH_TIME:
            assert data == theirs[name], name
    for key in built.manifest.keys() - {"created", "history"}:
        assert built.manifest[key] == fresh.manifest[key], key
    shutil.rmtree(tmp_path / "fresh")
