"""Reading a filter: an expression of the Common Query Language (CQL2) as text or as JSON."""

from collections.abc import Mapping

import cql2

from geo.errors import QuestionError
from service.parameters import FILTER_LANGUAGES, LONGEST_FILTER

NESTED = 32  # what the parser of the text is safe with many times over
DEPTH = 100  # of what it finds


def read_expression(query: Mapping[str, str]) -> object | None:
    """The filter of a request as CQL2 has it in JSON; None where there is none.

    Raises QuestionError where it is too long, or is not CQL2 in the language named.
    """
    language = query.get("filter-lang", FILTER_LANGUAGES[0])
    if language not in FILTER_LANGUAGES:
        raise QuestionError(
            f"filter-lang must be {' or '.join(FILTER_LANGUAGES)}, not '{language}'."
        )
    text = query.get("filter")
    if text is None:
        return None
    if len(text) > LONGEST_FILTER:
        raise QuestionError(f"filter may be {LONGEST_FILTER:,} letters long, not {len(text):,}.")
    as_json = text.lstrip().startswith("{")
    if as_json != (language == "cql2-json"):
        raise QuestionError(f"filter is not written in {language}, as filter-lang has it.")
    if _nested(text) > NESTED:
        raise QuestionError(f"filter has more than {NESTED} brackets within each other.")
    try:
        found: object = cql2.Expr(text).to_json()
    except Exception as error:  # the parser has no error of its own
        raise QuestionError(_unread(str(error))) from None
    if _depth(found) > DEPTH:
        raise QuestionError(f"filter has more than {DEPTH} expressions within each other.")
    return found


def _nested(text: str) -> int:
    deepest = depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _depth(found: object) -> int:
    deepest, waiting = 0, [(found, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [(part, depth + 1) for part in inside]
    return deepest


def _unread(said: str) -> str:
    """Where the parser stopped, in one sentence."""
    lines = said.strip().splitlines()
    place = lines[0].removeprefix("-->").strip() if lines else ""
    where = f" It could not be read at line and column {place}." if place[:1].isdigit() else ""
    return (
        "filter is not an expression of CQL2, such as count >= 10 AND hotspot_class = 'hot spot'."
        + where
    )
