"""Columns of text as positions into their distinct values.

Incident files say the same few things over and over. What is checked or looked up is done once a
distinct value and then spread over the rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Positions = NDArray[np.int32]

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)$"
_UNSEEN = r"[\p{Cc}\p{Cf}]+"  # controls and formats of Unicode


@dataclass(frozen=True)
class Texts:
    """One column: `at` has for each row the position in `distinct`, or -1 where it is blank."""

    at: Positions
    distinct: pa.StringArray

    @classmethod
    def of(cls, values: pa.Array | pa.ChunkedArray) -> "Texts":
        """A column as it was read, without the white space round its texts."""
        if isinstance(values, pa.ChunkedArray):
            values = values.unify_dictionaries().combine_chunks()
        encoded = values.dictionary_encode()
        at = encoded.indices.fill_null(-1).to_numpy()
        trimmed = pc.utf8_trim_whitespace(encoded.dictionary)
        if not trimmed.equals(encoded.dictionary):
            again = trimmed.dictionary_encode()
            at = np.append(again.indices.to_numpy(), np.int32(-1))[at]
            trimmed = again.dictionary
        blank = pc.index(trimmed, "").as_py()
        return cls(at if blank < 0 else np.where(at == blank, np.int32(-1), at), trimmed)

    @classmethod
    def same(cls, value: str, rows: int) -> "Texts":
        """One value in every row; blank where it is nothing but white space."""
        return cls.of(pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([value])))

    @property
    def blank(self) -> Mask:
        """Rows with nothing in them."""
        return self.at < 0

    def rows(self, values: NDArray[Any], blank: object) -> NDArray[Any]:
        """A value of each distinct text, spread over the rows; `blank` where there is none."""
        spread = np.append(values, np.array([blank], dtype=values.dtype))
        return spread[self.at]

    def matching(self, pattern: str) -> Mask:
        """Which distinct texts match a regular expression."""
        return np.asarray(pc.match_substring_regex(self.distinct, pattern), dtype=bool)

    def equal(self, text: str) -> Mask:
        """Rows with exactly this text."""
        found = pc.index(self.distinct, text).as_py()
        return self.at == found if found >= 0 else np.zeros(len(self.at), dtype=bool)

    @cached_property
    def numbers(self) -> tuple[NDArray[np.float64], Mask]:
        """The distinct texts as numbers, NaN where they are none, and which are none."""
        wrong = ~self.matching(_NUMBER)
        clean = pc.if_else(pa.array(wrong), pa.scalar(None, pa.string()), self.distinct)
        return clean.cast(pa.float64()).to_numpy(zero_copy_only=False), wrong

    def looked_up(self, known: Mapping[str, object], kind: pa.DataType) -> tuple[pa.Array, Mask]:
        """What each row's text stands for, null where unknown or blank; and which rows unknown."""
        found = pa.array([known.get(text) for text in self.distinct.to_pylist()], kind)
        unknown = np.asarray(pc.is_null(found))
        return found.take(pa.array(self.at, mask=self.blank)), self.rows(unknown, False)

    def seen(self) -> "Texts":
        """The column without what is not seen, such as characters that turn a line round."""
        seen = pc.replace_substring_regex(self.distinct, _UNSEEN, " ")
        if seen.equals(self.distinct):
            return self
        return Texts.of(seen.take(pa.array(self.at, mask=self.blank)))

    def take(self, rows: NDArray[Any]) -> "Texts":
        """The column of these rows alone, by position or mask."""
        return Texts(self.at[rows], self.distinct)

    def array(self) -> pa.DictionaryArray:
        """The column as Arrow has it, null where blank."""
        indices = pa.array(self.at, mask=self.blank)
        return pa.DictionaryArray.from_arrays(indices, self.distinct)
