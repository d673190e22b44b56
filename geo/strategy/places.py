"""Printed figures of places and people, asked of the dataset: none of them counts incidents."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from geo.areas.residents import denominator
from geo.dataset import Dataset
from geo.rural_urban import CLASSES
from geo.strategy.figures import Figure, Measure, fixed
from geo.strategy.verdicts import CannotTell, Check


def people_of(dataset: Dataset) -> int:
    """Residents of the whole area. Raises CannotTell where they are not known."""
    people = int(dataset.residents.sum()) if dataset.residents_known.all() else 0
    if not people:
        raise CannotTell("denominators", "The residents of the area are not known.")
    return people


def _residents(dataset: Dataset, figure: Figure) -> Check:
    people, how = Fraction(people_of(dataset)), dataset.denominator
    if figure.equals(people):
        return Check("dataset", how, people, "equal")
    because = f"The denominators differ: the dataset divides by {how}."
    return Check("dataset", how, people, "differs", "denominators", because)


def _areas(dataset: Dataset, figure: Figure) -> Check:
    vintage = dataset.manifest["area"]["vintage"]
    return _places(figure, len(dataset.lsoas), f"LSOAs of {vintage}")


def _deprived(dataset: Dataset, figure: Figure) -> Check:
    if figure.theme is None:
        raise CannotTell("not recorded", "The file does not say which deprivation it is of.")
    column = f"{figure.theme.parts[0]}_decile"
    if column not in dataset.lsoas:
        raise CannotTell("not recorded", f"The dataset has no {column} of its areas.")
    count = int((dataset.lsoas[column] == 1).sum())
    return _places(figure, count, f"LSOAs with {column} 1, of {len(dataset.lsoas):,}")


def _places(figure: Figure, count: int, how: str) -> Check:
    if figure.equals(Fraction(count)):
        return Check("dataset", how, Fraction(count), "equal")
    because = "The areas or their edition differ from those of the print."
    return Check("dataset", how, Fraction(count), "differs", "source", because)


def _rural(dataset: Dataset, figure: Figure) -> Check:
    """The share of residents in rural areas by the official split; beside it, each kind alone."""
    people_of(dataset)
    if not dataset.rural.any():
        raise CannotTell("not recorded", "No area is classed as rural.")
    value = _share(dataset.residents, dataset.rural)
    how = f"residents of areas classed as rural, by {dataset.denominator}"
    if figure.equals(value):
        return Check("dataset", how, value, "equal")
    kinds = dataset.lsoas["ruc_code"].map(_kind)
    alone = [
        f"{kind} alone: {_by_every_count(dataset, (kinds == kind).to_numpy())}."
        for kind in dict.fromkeys(kinds[dataset.rural])
    ]
    official = f"By the official class rural is {_by_every_count(dataset, dataset.rural)}."
    return Check("dataset", how, value, "differs", "definition", " ".join([official, *alone]))


def _kind(code: object) -> str | None:
    """A rural-urban class without its particulars, such as being sparse."""
    return CLASSES[str(code)].title.split(",")[0] if code in CLASSES else None


def _by_every_count(dataset: Dataset, chosen: NDArray[np.bool_]) -> str:
    """The share of residents that some areas have, by every count of residents there is."""
    counts = {
        denominator(name).title: dataset.lsoas[name]
        for name in map(str, dataset.lsoas)
        if name.startswith("residents_")
    }
    return " and ".join(
        f"{fixed(_share(people.to_numpy(dtype=np.int64), chosen), 1)}% of {title}"
        for title, people in counts.items()
        if people.notna().all() and people.sum()
    )


def _share(people: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Fraction:
    return Fraction(100 * int(people[chosen].sum()), int(people.sum()))


PLACES: dict[Measure, Callable[[Dataset, Figure], Check]] = {
    "residents": _residents,
    "areas": _areas,
    "deprived": _deprived,
    "rural": _rural,
}
"""How each measure that counts no incidents is worked out; each may raise CannotTell."""
