"""The addresses of the publishers, from the file that ships and a user's own on top of it."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from geo.errors import FetchError, InputError

SHIPPED = Path(__file__).with_name("addresses.toml")
_WEB = re.compile(r"https?://[^\s/?#{}]+\S*")
_PLACEHOLDER = re.compile(r"\{(?!month\})|(?<!\{month)\}")


def _web_address(value: str) -> str:
    if value and (_WEB.fullmatch(value) is None or _PLACEHOLDER.search(value)):
        raise ValueError("it must begin with https:// or http://, {month} its only placeholder")
    return value


def _day(value: str) -> str:
    if value:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError('it must be a day such as "2026-11-22", or empty') from None
    return value


_Address = Annotated[str, AfterValidator(_web_address)]
_Day = Annotated[str, AfterValidator(_day)]
_Checksum = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
_Column = Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Manners(_Table):
    """How a publisher is asked: tries, waits in seconds, limits in MiB and days."""

    tries: int = Field(ge=1, le=100)
    back_off: float = Field(ge=0, le=3600)
    longest_wait: float = Field(ge=0, le=86400)
    timeout: float = Field(gt=0, le=86400)
    largest_mib: int = Field(ge=1)
    keep_days: float = Field(ge=0, le=36500)


class Publisher(_Table):
    """Who publishes, under which licence, and how often it may be asked."""

    name: str
    licence: str
    attribution: str
    requests_per_second: float = Field(gt=0, le=1e6)


class Entry(_Table):
    """One thing to fetch. `file` is the addresses file in which to correct it."""

    key: str
    file: str
    publisher: Publisher
    title: str
    address: _Address = ""
    last_good: _Day = ""
    page: str = ""
    sha256: _Checksum = ""
    query: str = ""
    everywhere: str = ""
    code_column: _Column = ""
    authority_column: _Column = ""
    look_up: str = ""

    def url(self, **parts: str) -> str:
        """The address, its placeholders filled. Raises FetchError where it has to be given."""
        if not self.address:
            raise FetchError(
                f"The address of {self.title} is not known: find it at {self.page}, and give it "
                f"as `address` of [entry.{self.key}] in a file of your own with --addresses."
            )
        address = self.address
        for name, value in parts.items():
            address = address.replace(f"{{{name}}}", value)
        return address.rstrip("/")

    def where_to_mend(self) -> str:
        """Which entry to change, and since when it may be wrong."""
        good = f"last known good on {self.last_good}" if self.last_good else "not known to be good"
        where = self.file if self.file == "--address" else f"[entry.{self.key}] in {self.file}"
        return f"the address of {where}, {good}, may have to be changed"


class Addresses(_Table):
    """Every entry and the manners, validated."""

    manners: Manners
    publisher: dict[str, Publisher]
    entries: dict[str, Entry] = Field(alias="entry")

    @classmethod
    def read(cls, path: Path | None = None) -> "Addresses":
        """The addresses that ship, with those of the file at `path` on top.

        Raises InputError with every mistake in the file at once.
        """
        table = _load(SHIPPED)
        files = dict.fromkeys(table["entry"], SHIPPED.name)
        mistakes: list[str] = []
        if path is not None:
            own = _load(path)
            mistakes += _lay_over(table, own)
            files |= dict.fromkeys(own.get("entry", {}) if not mistakes else {}, str(path))
        mistakes += _join(table, files)
        try:
            addresses = cls.model_validate(table)
        except ValidationError as error:
            mistakes += [_sentence(item) for item in error.errors(include_url=False)]
        if mistakes:
            raise InputError(f"{path} cannot be used for addresses: {'; '.join(mistakes)}.")
        return addresses

    def entry(self, key: str) -> Entry:
        """The entry of that name. Raises InputError where there is none."""
        if key not in self.entries:
            raise InputError(f"There is no [entry.{key}] among the addresses.")
        return self.entries[key]


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {error}.") from error


def _lay_over(table: dict[str, Any], own: dict[str, Any]) -> list[str]:
    """Put a user's tables over those that ship. What stands where a table must is returned."""
    mistakes = []
    for kind, value in own.items():
        if kind in ("publisher", "entry") and isinstance(value, dict):
            for key, fields in value.items():
                if not isinstance(fields, dict):
                    mistakes.append(f"{kind}.{key} must be a table")
                    continue
                before = table[kind].get(key, {})
                if "address" in fields:  # what was known of another address is not of this one
                    before = {**before, "last_good": "", "sha256": ""}
                table[kind][key] = {**before, **fields}
        elif kind == "manners" and isinstance(value, dict):
            table[kind] |= value
        elif kind in table:
            mistakes.append(f"{kind} must be a table")
        else:
            table[kind] = value
    return mistakes


def _join(table: dict[str, Any], files: dict[str, str]) -> list[str]:
    """Give every entry its publisher. A name that stands for nothing is returned."""
    mistakes = []
    for key, entry in table["entry"].items():
        publisher, look_up = entry.get("publisher"), entry.get("look_up")
        if isinstance(publisher, str) and publisher not in table["publisher"]:
            mistakes.append(f"entry.{key}.publisher: there is no [publisher.{publisher}]")
        if isinstance(look_up, str) and look_up and look_up not in table["entry"]:
            mistakes.append(f"entry.{key}.look_up: there is no [entry.{look_up}]")
        given = {name: value for name, value in entry.items() if name not in ("key", "file")}
        if isinstance(publisher, str):
            given["publisher"] = table["publisher"].get(publisher, table["publisher"]["ons"])
        table["entry"][key] = {**given, "key": key, "file": files.get(key, SHIPPED.name)}
    return mistakes


def _sentence(error: Any) -> str:  # noqa: ANN401  the library's own dictionary
    """One mistake, with where it is."""
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{where} is unknown"
    if error["type"] == "missing":
        return f"{where} is missing"
    said = str(error["msg"]).removeprefix("Value error, ")
    shown = f", and is {error['input']!r}" if not isinstance(error["input"], dict) else ""
    return f"{where}: {said[:1].lower()}{said[1:]}{shown}"
