"""A table of a dataset of which one bit was altered is told, and never read as other figures."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from geo.dataset import Dataset
from geo.errors import DatasetError
from geo.versions import current_folder


@pytest.mark.parametrize("name", ["counts", "lsoas", "towns", "neighbours"])
def test_a_page_of_which_a_bit_is_turned_is_damage(
    embedded_home: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(embedded_home, tmp_path / "home")
    path = current_folder(tmp_path / "home") / f"{name}.parquet"
    group = pq.ParquetFile(path).metadata.row_group(0)
    data = path.read_bytes()
    columns = [group.column(number) for number in range(group.num_columns)]
    largest = max(columns, key=lambda column: column.total_compressed_size)  # values, no heads
    start = largest.dictionary_page_offset or largest.data_page_offset
    altered = bytearray(data)
    altered[start + largest.total_compressed_size // 2] ^= 1
    path.write_bytes(altered)
    with pytest.raises(DatasetError, match="damaged; build it again"):
        Dataset.open(tmp_path / "home")
    path.write_bytes(data)
    Dataset.open(tmp_path / "home")
