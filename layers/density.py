"""How densely incidents lie, as ground between rounded levels."""

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.contours import filled_contours
from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.fields import Field
from geo.measures.density import Lattice, kernel_density, peak
from geo.query import Question
from geo.shapes import Shapes
from layers.breaks import class_labels, rounded, rounded_breaks
from layers.figures import QUESTION, question_columns
from layers.layer import Answer, Drawing, Layer, always
from layers.within import (
    COUNTS,
    MOVED,
    Shown,
    absent,
    bandwidth_size,
    cell_size,
    least_size,
    reach,
    shown_places,
)

IN_TOWN, EVERYWHERE = (300, 100), (1_000, 250)  # bandwidth and cell, metres
LARGEST_BANDWIDTH = 1_500  # metres; beyond it one incident is too faint to have a level
MOST_CELLS = 8_000_000


def compute(dataset: Dataset, question: Question) -> Answer:
    """One row a band of density, the lowest first.

    The surface is made of all the incidents that the question is put to, in the town or not, and
    cut to the ground that is shown; the levels follow the incidents that are shown.
    """
    shown = shown_places(dataset, question)
    bandwidth, cell = _sizes(dataset, question)
    ground = _ground(dataset, question)
    lattice, surface = _surface(dataset, question, ground, (bandwidth, cell))
    levels, bands = _bands(shown, lattice, surface, bandwidth)
    count = _counted(shown, bands)
    cut = shapely.intersection(bands, ground)
    km2 = shapely.area(cut) / 1e6
    drawn = np.flatnonzero(km2 > 0)
    rows = pd.DataFrame(
        {
            "name": [f"{label} per km²" for label in class_labels(levels)[1:]],
            "low": np.array(levels, dtype=np.float64),
            "high": np.array([*levels[1:], np.nan] if levels else [], dtype=np.float64),
            "km2": km2,
            "count": count,
            "share": count / shown.total if shown.total else np.zeros(len(levels)),
            **question_columns(dataset, question),
        }
    ).iloc[drawn]
    ids = [f"from-{levels[i]:.1f}".removesuffix(".0") for i in drawn]
    facts = {
        **shown.facts,
        "outside_the_bands": shown.total - int(count[drawn].sum()),
        "bandwidth": bandwidth,
        "cell": cell,
    }
    return Answer(
        rows.reset_index(drop=True),
        Shapes.of(ids, cut[drawn]),
        list(range(len(drawn))),
        facts,
    )


def _sizes(dataset: Dataset, question: Question) -> tuple[int, int]:
    """Bandwidth and cell: none finer than the points, and at least two cells to a bandwidth.

    With wider cells a lone incident could fall between their centres.
    """
    least = least_size(dataset, question)
    wide, narrow = IN_TOWN if question.town else EVERYWHERE
    most = LARGEST_BANDWIDTH
    wanted = max(wide, 2 * (question.detail.cell or narrow))
    bandwidth = bandwidth_size(question, 2 * least, wanted, most)
    return bandwidth, cell_size(question, least, min(narrow, bandwidth // 3), bandwidth // 2)


def _ground(dataset: Dataset, question: Question) -> shapely.Geometry:
    """The areas that are shown, as one outline."""
    if question.town is None and question.place is None:
        return dataset.ground
    shown = question.areas(dataset)[question.shown(dataset)]
    return shapely.union_all(dataset.lsoas.geometry.to_numpy()[shown])


def _surface(
    dataset: Dataset, question: Question, ground: shapely.Geometry, sizes: tuple[int, int]
) -> tuple[Lattice, NDArray[np.float64]]:
    bandwidth, cell = sizes
    if ground.is_empty:
        return Lattice(0, 0, cell, 1, 1), np.zeros((1, 1))
    margin = bandwidth + cell
    bounds = np.array(ground.bounds) + np.array([-margin, -margin, margin, margin])
    lattice = Lattice.covering(bounds, cell)
    if lattice.columns * lattice.rows > MOST_CELLS:
        raise QuestionError(
            f"That would be {lattice.columns * lattice.rows:,} cells; ask for a town, or for a "
            "larger cell."
        )
    everyone = shown_places(dataset, question.everywhere())
    west, south, east, north = bounds
    near = (everyone.easting >= west) & (everyone.easting <= east)
    near &= (everyone.northing >= south) & (everyone.northing <= north)
    points = (everyone.easting[near], everyone.northing[near], everyone.count[near])
    return lattice, kernel_density(*points, lattice, bandwidth)


def _bands(
    shown: Shown, lattice: Lattice, surface: NDArray[np.float64], bandwidth: int
) -> tuple[list[float], NDArray[np.object_]]:
    """The levels and the ground from each to the next.

    The lowest is a tenth of what a lone incident has at its point, so that every incident is in a
    band; the others are set so that about as many incidents are in each.
    """
    column = np.floor((shown.easting - lattice.west) / lattice.cell).astype(np.int64)
    row = np.floor((shown.northing - lattice.south) / lattice.cell).astype(np.int64)
    inside = (column >= 0) & (column < lattice.columns) & (row >= 0) & (row < lattice.rows)
    if not inside.any():
        return [], np.array([], dtype=object)
    values = np.repeat(surface[row[inside], column[inside]], shown.count[inside])
    levels = [rounded(peak(bandwidth) / 10), *rounded_breaks(values)]
    return levels, filled_contours(lattice, surface, levels)


def _counted(shown: Shown, bands: NDArray[np.object_]) -> NDArray[np.int64]:
    """The incidents shown whose point lies in each band; on a border, in the higher one."""
    count = np.zeros(len(bands), dtype=np.int64)
    left = np.ones(len(shown.count), dtype=bool)
    shapely.prepare(bands)
    for i in reversed(range(len(bands))):
        held = left & shapely.intersects_xy(bands[i], shown.easting, shown.northing)
        count[i] = shown.count[held].sum()
        left &= ~held
    return count


LAYER = Layer(
    name="density",
    title="Density",
    summary="How densely incidents lie, smoothed with a quartic kernel, as ground between rounded "
    "levels per square kilometre; about as many incidents lie in each of the levels.",
    fields=always(
        (
            Field("name", "string", "The band in words"),
            Field("low", "number", "Lowest density of the band", "per km²"),
            Field("high", "number", "Density that it stays below", "per km²", "it has no end"),
            Field("km2", "number", "Ground in the band", "km²"),
            Field("count", "integer", "Incidents shown whose point lies in it", "incidents"),
            Field("share", "number", "Share of the incidents shown that have a point", "0 to 1"),
            *QUESTION,
        )
    ),
    drawing=always(Drawing("low", "bands", "per km²")),
    compute=compute,
    label="name",
    caveats=(
        MOVED,
        "Smoothed: each incident is spread over the ground within the bandwidth, so the edge of a "
        "band is no border on the ground. Incidents outside the area are not in it, so it falls "
        "off too early at its edge.",
        COUNTS,
    ),
    shapes=reach,
    absent=absent,
    unit="bands",
    within_town=True,
    takes=("bandwidth", "cell"),
    finer=True,
)
