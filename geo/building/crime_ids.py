"""Crime IDs: which rows speak of a crime that another row speaks of too.

A crime ID that occurs again is one crime: the row of the latest month stands, and of several in
that month the last.
"""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_POLICE_ID = 64  # characters, as data.police.uk has them
_ODD = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93,
     0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3],
    dtype=np.uint64,
)  # fmt: skip


def crime_keys(ids: pa.ChunkedArray) -> Keys:
    """A number for each ID: equal IDs have equal numbers, and unequal ones nearly always unequal.

    0 stands for no ID. The numbers are the same on every machine.
    """
    texts = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    keys = np.zeros(len(texts), dtype=np.uint64)
    length = pc.fill_null(pc.binary_length(texts), 0).to_numpy()
    police = length == _POLICE_ID
    if police.any():
        chosen = texts.filter(pa.array(police))
        start = chosen.offset
        first, last = (chosen.buffers()[1] and np.frombuffer(chosen.buffers()[1], np.int32))[
            [start, start + len(chosen)]
        ]
        words = np.frombuffer(chosen.buffers()[2], np.uint8)[first:last].copy().view(np.uint64)
        keys[police] = (words.reshape(-1, 8) * _ODD).sum(axis=1, dtype=np.uint64)
    other = np.flatnonzero((length > 0) & ~police)
    told = texts.take(pa.array(other)).to_pylist()
    keys[other] = [
        int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
        for text in told
    ]
    return keys


def superseded_rows(keys: Keys, ids: pa.ChunkedArray, months: pa.ChunkedArray) -> NDArray[np.int64]:
    """Positions of the rows whose ID a later row has again: by month, then by order of the rows.

    `keys` are the numbers of the `ids`. Only where two are equal are the IDs themselves compared.
    """
    told = np.sort(keys[keys != 0])
    if not (told[1:] == told[:-1]).any():
        return np.array([], dtype=np.int64)
    encoded = ids.combine_chunks().dictionary_encode()
    known = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return repeated(known.astype(np.int64), months.to_numpy())


def repeated(keys: NDArray[np.int64], months: NDArray[np.int32]) -> NDArray[np.int64]:
    """Positions, rising, of the rows that do not stand. Rows with a key below 0 always stand."""
    rows = np.flatnonzero(keys >= 0)
    order = rows[np.lexsort((rows, months[rows], keys[rows]))]
    again = keys[order][:-1] == keys[order][1:]
    return np.sort(order[:-1][again])
