"""Names of at most ten letters for the columns of an ESRI Shapefile."""

from collections.abc import Iterable

LONGEST = 10


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Each name with one of at most ten letters, no two the same, whatever their case.

    The beginnings of all its words are kept, the letters shared out among those that need them:
    `neighbours_count` is `neigh_coun`. A name taken already ends in a number.

    >>> names = ["rate", "hotspot_settings_of", "cluster_reason", "cluster_reasons"]
    >>> list(short_names(names).values())
    ['rate', 'hot_set_of', 'clust_reas', 'clust_rea2']
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    whole = list(names)
    for name in sorted(whole, key=lambda name: len(name) > LONGEST):  # what fits keeps its name
        short, number = _shortened(name), 1
        while short.lower() in taken:
            number += 1
            short = f"{_shortened(name)[: LONGEST - len(str(number))]}{number}"
        found[name] = short
        taken.add(short.lower())
    return {name: found[name] for name in whole}


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    words = name.split("_")
    room = LONGEST - (len(words) - 1)
    if room < len(words):
        return name[:LONGEST]
    given = [0] * len(words)
    while room:
        needing = [i for i, word in enumerate(words) if given[i] < len(word)]
        least = min(needing, key=lambda i: given[i])
        given[least] += 1
        room -= 1
    return "_".join(word[:letters] for word, letters in zip(words, given, strict=True))
