"""Which rows a filter keeps: the Common Query Language (CQL2, OGC 21-065r2) on a layer's fields.

A filter is an expression as CQL2 has it in JSON. A row is kept where the expression is true; where
a field is null it is neither true nor false, as in SQL, and the row is left out.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import QuestionError
from geo.fields import Field

GEOMETRY = "geometry"
"""The name of a row's outline or point among its fields."""

_NUMBER, _TEXT, _TRUTH = "a number", "text", "true or false"
_KINDS = {"integer": _NUMBER, "number": _NUMBER, "string": _TEXT, "boolean": _TRUTH}
_DTYPES = {_NUMBER: "Float64", _TEXT: "string", _TRUTH: "boolean"}
_ANY = (_NUMBER, _TEXT, _TRUTH)
_GEOMETRIES = {"bbox", "coordinates", "geometries"}
_MANY = 1_000  # operands


@dataclass(frozen=True)
class _Value:
    """What an expression is for every row: a series with nulls, or an array of geometries."""

    kind: str
    data: Any


@dataclass(frozen=True)
class _Operation:
    """What an operation takes and gives, all its operands of one kind."""

    work: Callable[..., Any]
    takes: tuple[str, ...]
    gives: str
    operands: tuple[int, int]


def kept(
    expression: object, rows: pd.DataFrame, fields: Sequence[Field], outlines: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Which rows an expression is true of.

    Args:
        expression: CQL2 in JSON, as plain values.
        rows: the rows, with a column for each field.
        fields: the fields that the expression may name.
        outlines: of each row, in the coordinates that the expression's geometries are in.

    Returns:
        A flag for each row.

    Raises:
        QuestionError: the expression names what is not there, or sets unlike things beside each
            other. Its words say which, and what there is.
    """
    known = {field.name: _KINDS[field.kind] for field in fields}
    found = _Rows(rows.reset_index(drop=True), known, outlines).value(expression)
    if found.kind != _TRUTH:
        raise QuestionError(f"A filter must be true or false of a feature, not {found.kind}.")
    return np.asarray(found.data.fillna(value=False), dtype=np.bool_)


@dataclass(frozen=True)
class _Rows:
    """The rows that an expression is worked out for."""

    rows: pd.DataFrame
    kinds: Mapping[str, str]
    outlines: NDArray[np.object_]

    def value(self, node: object) -> _Value:
        """The value of an expression, a field or a literal."""
        match node:
            case {"op": str(name), "args": list(operands)}:
                return self._operation(name.lower(), operands)
            case {"property": str(name)}:
                return self._field(name)
            case dict() if _GEOMETRIES & node.keys():
                return _Value(GEOMETRY, np.full(len(self.rows), _geometry(node)))
            case {"date": _} | {"timestamp": _} | {"interval": _}:
                raise QuestionError(
                    "No field is a date or a time; choose months with the parameter datetime."
                )
            case bool():
                return self._literal(_TRUTH, node)
            case int() | float():
                return self._literal(_NUMBER, float(node))
            case str():
                return self._literal(_TEXT, node)
        raise QuestionError(f"A filter has no place for {str(node)[:80]}.")

    def _literal(self, kind: str, value: object) -> _Value:
        return _Value(kind, pd.Series([value] * len(self.rows), dtype=_DTYPES[kind]))

    def _field(self, name: str) -> _Value:
        if name == GEOMETRY:
            return _Value(GEOMETRY, self.outlines)
        if name not in self.kinds:
            known = ", ".join([*self.kinds, GEOMETRY])
            raise QuestionError(f"There is no field '{name}' to filter by; there are {known}.")
        kind = self.kinds[name]
        return _Value(kind, self.rows[name].astype(_DTYPES[kind]))

    def _operation(self, name: str, operands: list[object]) -> _Value:
        known = _OPERATIONS.get(name)
        if known is None:
            raise QuestionError(f"A filter has no '{name}'; there are {', '.join(_OPERATIONS)}.")
        if name == "in" and isinstance(operands[-1], list):
            operands = [*operands[:-1], *operands[-1]]
        values = [self.value(operand) for operand in operands]
        least, most = known.operands
        if not least <= len(values) <= most:
            wanted = f"{least}" if least == most else f"{least} or more"
            raise QuestionError(f"'{name}' takes {wanted} operands, not {len(values)}.")
        kinds = [value.kind for value in values]
        for kind in kinds:
            if kind not in known.takes:
                raise QuestionError(f"'{name}' is for {' or '.join(known.takes)}, not for {kind}.")
            if kind != kinds[0]:
                raise QuestionError(f"'{name}' cannot set {kinds[0]} beside {kind}.")
        found = known.work(*(value.data for value in values))
        return _Value(known.gives, pd.Series(found).astype(_DTYPES[known.gives]))


def _geometry(node: Mapping[str, Any]) -> shapely.Geometry:
    """A geometry of GeoJSON, or the box of its least and greatest coordinates."""
    try:
        if "bbox" in node:
            corners = [float(number) for number in node["bbox"]]
            low, high = corners[:2], corners[len(corners) // 2 :][:2]
            found = shapely.box(*low, *high)
        else:
            found = shapely.from_geojson(orjson.dumps(node))
    except (TypeError, ValueError, shapely.errors.GEOSException):
        found = None
    if found is None or not np.isfinite(shapely.bounds(found)).all() or not shapely.is_valid(found):
        raise QuestionError(f"A filter's geometry is not whole: {str(dict(node))[:80]}.")
    shapely.prepare(found)
    return found


def _joined(join: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def work(first: Any, *others: Any) -> Any:  # noqa: ANN401
        for other in others:
            first = join(first, other)
        return first

    return work


def _calculated(work: Callable[[Any, Any], Any]) -> Callable[[pd.Series, pd.Series], pd.Series]:
    """Arithmetic; what is no number, such as a quotient by nought, is null."""

    def calculate(one: pd.Series, other: pd.Series) -> pd.Series:
        numbers = (part.to_numpy(dtype=np.float64, na_value=np.nan) for part in (one, other))
        with np.errstate(all="ignore"):
            found = work(*numbers)
        return pd.Series(np.where(np.isfinite(found), found, np.nan))

    return calculate


def _in(value: pd.Series, *others: pd.Series) -> pd.Series:
    return _joined(operator.or_)(*(value == other for other in others))


def _like(value: pd.Series, pattern: pd.Series) -> pd.Series:
    """Text that fits a pattern: % is any text, _ any letter, a backslash takes their meaning."""
    if pattern.nunique(dropna=False) > 1:
        raise QuestionError("The pattern of 'like' must be text, not a field.")
    if pattern.empty:
        return value.isna()
    parts = re.findall(r"\\.|%|[^\\%]+|\\", str(pattern.iloc[0]), re.DOTALL)
    pieces = [[""]]
    for part in parts:
        if part == "%":
            pieces.append([""])
        elif part.startswith("\\"):
            pieces[-1].append(re.escape(part[1:] or part))
        else:
            pieces[-1].append(re.escape(part).replace("_", "."))
    first, *others = ("".join(piece) for piece in pieces)
    # The first place where a piece fits is as good as any later one, so none is tried again.
    middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
    last = f".*{others[-1]}" if others else ""
    return value.str.fullmatch(f"{first}{middle}{last}", flags=re.DOTALL)


def _plain(value: pd.Series) -> pd.Series:
    """Text without accents."""
    apart = value.map(lambda text: unicodedata.normalize("NFKD", text), na_action="ignore")
    return apart.str.replace(r"[\u0300-\u036f]", "", regex=True)


def _spatial(work: Callable[[Any, Any], Any]) -> _Operation:
    return _Operation(work, (GEOMETRY,), _TRUTH, (2, 2))


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "+": np.add,
        "-": np.subtract,
        "*": np.multiply,
        "/": np.divide,
        "%": np.fmod,
        "div": lambda one, other: np.trunc(one / other),
        "^": np.power,
    }
)
_OPERATIONS: Mapping[str, _Operation] = MappingProxyType(
    {
        "and": _Operation(_joined(operator.and_), (_TRUTH,), _TRUTH, (2, _MANY)),
        "or": _Operation(_joined(operator.or_), (_TRUTH,), _TRUTH, (2, _MANY)),
        "not": _Operation(operator.invert, (_TRUTH,), _TRUTH, (1, 1)),
        "=": _Operation(operator.eq, _ANY, _TRUTH, (2, 2)),
        "<>": _Operation(operator.ne, _ANY, _TRUTH, (2, 2)),
        "<": _Operation(operator.lt, (_NUMBER, _TEXT), _TRUTH, (2, 2)),
        ">": _Operation(operator.gt, (_NUMBER, _TEXT), _TRUTH, (2, 2)),
        "<=": _Operation(operator.le, (_NUMBER, _TEXT), _TRUTH, (2, 2)),
        ">=": _Operation(operator.ge, (_NUMBER, _TEXT), _TRUTH, (2, 2)),
        "between": _Operation(
            lambda value, low, high: (value >= low) & (value <= high), (_NUMBER,), _TRUTH, (3, 3)
        ),
        "in": _Operation(_in, _ANY, _TRUTH, (2, _MANY)),
        "isnull": _Operation(
            pd.isna,
            (*_ANY, GEOMETRY), _TRUTH, (1, 1),
        ),
        "like": _Operation(_like, (_TEXT,), _TRUTH, (2, 2)),
        "casei": _Operation(lambda value: value.str.casefold(), (_TEXT,), _TEXT, (1, 1)),
        "accenti": _Operation(_plain, (_TEXT,), _TEXT, (1, 1)),
        **{
            name: _Operation(_calculated(work), (_NUMBER,), _NUMBER, (2, 2))
            for name, work in _ARITHMETIC.items()
        },
        **{
            f"s_{name}": _spatial(getattr(shapely, name))
            for name in (
                "intersects", "disjoint", "equals", "touches", "crosses", "within", "contains",
                "overlaps",
            )
        },
    }
)  # fmt: skip
