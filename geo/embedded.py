"""The embedded dataset: real areas with illustrative incidents, for a first look."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.areas import Areas
from geo.build import write_dataset
from geo.incidents import Source, read_incidents
from geo.prepare import prepare
from geo.sample import write_sample

ILLUSTRATIVE = Source("illustrative", "Illustrative incidents", "open", illustrative=True)
FILE_NAME = "illustrative-incidents.csv"


def build_embedded(pack: Path, home: Path) -> str:
    """Draw the illustrative extract, read and join it as any other file, and switch to it.

    Returns the version name. Raises DatasetError where `home` cannot be written.
    """
    areas = Areas.open(pack)
    with TemporaryDirectory() as folder:
        extract = Path(folder) / FILE_NAME
        write_sample(extract, areas.lsoas, areas.towns)
        reads = (
            replace(read, name=FILE_NAME, source=ILLUSTRATIVE) for read in read_incidents([extract])
        )
        return write_dataset(prepare(reads, areas), home)
