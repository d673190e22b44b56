"""A printed figure asked of the dataset."""

from geo.dataset import Dataset
from geo.strategy.figures import Figure, Strategy
from geo.strategy.incidents import count_again
from geo.strategy.places import PLACES
from geo.strategy.verdicts import CannotTell, Check, unknown


def recount(dataset: Dataset, strategy: Strategy, figure: Figure) -> Check:
    """The figure from the dataset's own incidents, residents, classes and deprivation.

    `cannot be known` where it is another area's, counts what the dataset does not, or is of months
    that are not held.
    """
    try:
        if not is_own(dataset, figure.area):
            because = f"It is of {figure.area}; the dataset holds {dataset.area} alone."
            raise CannotTell("another area", because)
        if figure.measure in PLACES:
            return PLACES[figure.measure](dataset, figure)
        return count_again(dataset, strategy, figure)
    except CannotTell as found:
        return unknown("dataset", found.reason, str(found))


def is_own(dataset: Dataset, area: str) -> bool:
    """Whether a name is that of the dataset's area, `&` and `and` being the same."""
    names = (area, dataset.area)
    one, other = (name.casefold().replace("&", "and") for name in names)
    return one == other
