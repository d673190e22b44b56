"""What a question counts at points, and one by one: never of offences that are not mapped."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.counts import KIND_COLUMNS, night_of
from geo.dataset import Dataset
from geo.grouping import group_rows, positions
from geo.offences import NEVER_MAPPED, Kind
from geo.period import Period, parse_month
from geo.query import Question
from geo.rows import KeptRows, kept_rows

_TOLD = ("month", "date", "hour", "offence", "business", "rural_flag", "rural_offence")
_WORDS = pa.dictionary(pa.int32(), pa.string())
ROWS = pa.schema(
    [
        pa.field("source", pa.int8(), nullable=False),  # a position in the dataset's sources
        pa.field("month", pa.int32(), nullable=False),  # the rest as in the incident table
        pa.field("date", pa.date32()),
        pa.field("hour", pa.int8()),
        pa.field("offence", _WORDS, nullable=False),
        pa.field("business", pa.bool_()),
        pa.field("rural_flag", pa.bool_()),
        pa.field("rural_offence", _WORDS),
        pa.field("lsoa", pa.int32(), nullable=False),  # a position in the dataset's LSOAs
        pa.field("easting", pa.float64(), nullable=False),
        pa.field("northing", pa.float64(), nullable=False),
        pa.field("location", _WORDS),  # null: the file does not say
    ]
)


def place_counts(dataset: Dataset, question: Question) -> NDArray[np.int64]:
    """Counts of the period by place, in the order of `dataset.places`; 0 elsewhere.

    Of the areas that are shown, and without the offences that are never mapped. Raises HiddenError
    where only public tables are at hand.
    """
    question.need_records(dataset)
    places = dataset.places
    chosen = question.holds(dataset, places.kinds, places.sources) & ~_unmapped(places.kinds)
    total = places.counts(chosen, question.period)
    return np.where(asked_places(dataset, question), total, 0)


def asked_places(dataset: Dataset, question: Question) -> NDArray[np.bool_]:
    """Which of `dataset.places` lie in the areas that are shown."""
    asked: NDArray[np.bool_] = _asked_areas(dataset, question)[dataset.places.lsoa]
    return asked


def asked_rows(dataset: Dataset, question: Question) -> pa.Table:
    """The incidents that `place_counts` counts, one by one, in the columns of ROWS.

    In the order of the files, of which only those are read that hold the months asked about, one
    at a time. Raises HiddenError as `place_counts`, DatasetError where a part is damaged.
    """
    question.need_records(dataset)
    source = {dataset.sources[s].id: s for s in question.sources}
    files = [
        file
        for file in dataset.manifest["files"]
        if file["source"] in source
        and question.period.overlaps(Period(*map(parse_month, file["months"])))
    ]
    with dataset.reading("incidents"):
        found = [
            _of_part(dataset, question, source[kept.account["source"]], kept)
            for kept in kept_rows(dataset.folder, files, *_TOLD)
        ]
        return pa.concat_tables([ROWS.empty_table(), *found]).unify_dictionaries()


def _of_part(dataset: Dataset, question: Question, source: int, kept: KeptRows) -> pa.Table:
    month, place = (kept.rows[name].to_numpy() for name in ("month", "place"))
    pointed = kept.places["easting"].is_valid().to_numpy()[place]
    inside = (kept.lsoa >= 0) & _asked_areas(dataset, question)[kept.lsoa]
    asked = inside & pointed & (question.period.first <= month) & (month <= question.period.last)
    rows, place, lsoa = kept.rows.filter(pa.array(asked)), place[asked], kept.lsoa[asked]
    told = rows.append_column("night", night_of(rows["hour"])).select(KIND_COLUMNS)
    of, first = group_rows(map(positions, told.columns))
    kinds = [Kind(**row) for row in told.take(first).to_pylist()]
    counted = question.holds(dataset, kinds, [source] * len(kinds)) & ~_unmapped(kinds)
    chosen = pa.array(counted[of])
    at = pa.array(place).filter(chosen)
    columns = {
        "source": pa.repeat(pa.scalar(source, pa.int8()), len(at)),
        "lsoa": pa.array(lsoa).filter(chosen),
        "easting": kept.places["easting"].take(at),
        "northing": kept.places["northing"].take(at),
        "location": kept.places["location"].dictionary_encode().take(at),
    }
    found = [columns[name] if name in columns else rows[name].filter(chosen) for name in ROWS.names]
    return pa.table(found, schema=ROWS)


def never_mapped(dataset: Dataset, question: Question) -> int:
    """Incidents of the areas shown that are of an offence that is never mapped."""
    counts = dataset.counts
    chosen = question.holds(dataset, counts.kinds, counts.sources) & _unmapped(counts.kinds)
    total = counts.by_month(chosen, question.period).sum(axis=0)[question.areas(dataset)]
    return int(total[question.shown(dataset)].sum())


def _unmapped(kinds: Sequence[Kind]) -> NDArray[np.bool_]:
    return np.array([kind.offence in NEVER_MAPPED for kind in kinds], dtype=bool)


def _asked_areas(dataset: Dataset, question: Question) -> NDArray[np.bool_]:
    """Which of the LSOAs are shown."""
    shown = np.zeros(len(dataset.lsoas), dtype=bool)
    shown[question.areas(dataset)[question.shown(dataset)]] = True
    return shown
