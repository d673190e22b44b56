"""A folder with every file that the area files of these tests name."""

from pathlib import Path

import pytest
from toml_files import make_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Such a folder."""
    make_files(tmp_path)
    return tmp_path
