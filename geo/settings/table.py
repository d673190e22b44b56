"""What a table of settings may hold, and what is said where it does not."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from geo.slugs import is_slug, slug

Place = tuple[str | int, ...]
"""Where a setting is: names of tables and settings, and positions in lists."""
Contradiction = tuple[Place, str]
"""Where in a table, and a sentence on what is wrong there."""

TOLD, ABSENT = "told", "absent"  # kinds of mistake: where something is, where something lacks
_SHOWN = 60  # characters of a value that a message shows
_SENTENCES = {
    "string_type": "it must be text in quotes, not {}.",
    "bool_type": "it must be true or false, without quotes, not {}.",
    "int_type": "it must be a whole number, not {}.",
    "date_type": "it must be a date such as 2027-03-31, without quotes, not {}.",
    "list_type": "it must be a list such as ['one', 'two'], not {}.",
    "dict_type": "it must be a table with lines such as key = 'text', not {}.",
    "greater_than_equal": "{} is too small; it must be {ge} or more.",
    "less_than_equal": "{} is too large; it must be {le} or less.",
    "literal_error": "{} is not known; it must be {expected}.",
    "model_type": "it must be a table of settings, not {}.",
}


class Table(BaseModel):
    """One table of a settings file. A subclass says which settings there are.

    Validation never stops at the first mistake: what is wrong with single settings and what
    contradicts itself between them is told together.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """What does not hold between settings, in a table that may have other mistakes.

        `folder` is where the settings file lies; paths in it start there.
        """
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _tell_all(
        cls, table: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        found: list[InitErrorDetails] = []
        made: Self | None = None
        try:
            made = handler(table)
        except ValidationError as error:
            found += [_told(item["loc"], cls._words(item), item["type"]) for item in error.errors()]
        if isinstance(table, Mapping):
            told = cls.contradictions(table, info.context or Path())
            found += [_told(place, words) for place, words in told]
        if made is None or found:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return made

    @classmethod
    def _words(cls, item: ErrorDetails) -> str:
        """One sentence on what is wrong and what would be right."""
        kind, value = item["type"], shown(item["input"])
        last = str(item["loc"][-1]) if item["loc"] else ""
        if kind in (TOLD, ABSENT):
            return item["msg"]
        if kind == "value_error":
            return str(item["ctx"]["error"])
        if kind == "missing":
            return f"it is missing. It is {cls.model_fields[last].description}."
        if kind == "extra_forbidden":
            return f"there is no setting {shown(last)} here{near(last, cls.model_fields)}."
        sentence = _SENTENCES.get(kind, "{} cannot stand here: {msg}.")
        return sentence.format(value, msg=item["msg"], **item.get("ctx", {}))


def _told(place: Place, words: str, kind: str = TOLD) -> InitErrorDetails:
    kept = ABSENT if kind in (ABSENT, "missing") else TOLD
    error = PydanticCustomError(kept, "{words}", {"words": words})
    return InitErrorDetails(type=error, loc=place, input=None)


def shown(value: object) -> str:
    """A value as a message shows it: short, and never taken apart.

    >>> shown("E0600005"), shown(True), shown(["a"]), shown(5)
    ("'E0600005'", 'true', 'a list', '5')
    """
    if isinstance(value, str):
        return f"'{short(value)}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | date | time) or (isinstance(value, int) and abs(value) < 10**18):
        return str(value)
    kinds = {dict: "a table", list: "a list", int: "so large a number"}
    return kinds.get(type(value), "such a value")


def short(text: str) -> str:
    r"""The text on one line, cut where it is long.

    >>> short("two\nlines")
    'two?lines'
    """
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in cut)


def near(name: str, known: Iterable[str]) -> str:
    """The rest of a sentence on an unknown name: the one that was meant, and all there are.

    >>> near("adres", ["address", "name"])
    "; did you mean 'address'? There are: address, name"
    """
    names = list(known)
    close = difflib.get_close_matches(name[:_SHOWN], names, 1)
    meant = f"; did you mean '{close[0]}'? There are" if close else "; there are"
    return f"{meant}: {', '.join(names)}"


def as_list(value: object) -> list[Any]:
    """A list as it is, and a single entry as a list of one."""
    if isinstance(value, list):
        return value
    if isinstance(value, str | dict):
        return [value]
    raise ValueError(_SENTENCES["list_type"].replace("{}", shown(value)))


def twice(table: Mapping[str, Any], *names: str) -> Iterator[Contradiction]:
    """Texts and files in these lists that an earlier entry named."""
    for name in names:
        entries, seen = table.get(name), set[str]()
        for position, entry in enumerate(entries if isinstance(entries, list) else []):
            said = entry.get("file") if isinstance(entry, dict) else entry
            if isinstance(said, str):
                if said in seen:
                    yield (name, position), f"{shown(said)} is in the list twice."
                seen.add(said)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank.")
    if not text.isprintable():
        raise ValueError("it must be one line of text.")
    return text.strip()


def _slug(text: str) -> str:
    if not is_slug(text):
        hint = f", such as '{slug(text)}'" if slug(text) else ""
        raise ValueError(
            f"{shown(text)} cannot stand in a web address; use small letters, digits and "
            f"hyphens{hint}."
        )
    return text


NotBlank = Annotated[str, AfterValidator(_not_blank)]
Slug = Annotated[str, AfterValidator(_slug)]
