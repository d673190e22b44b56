"""The form of the audit log: its lines, which vouch for those before them, and its head.

A line is JSON and holds, as `before`, the digest of the line before it, over the ends of files too.
The head repeats the last line, so that lines cut off the end are missed. Digests are SHA-256; with
a key they are HMAC-SHA-256, which nobody makes who has the log alone.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from geo.errors import AuditError

HEAD = "head.json"
FIRST = "0" * 64  # what the first line says of the line before
LOOK = "See what stands there with safermap audit --verify."


def digest(data: bytes, key: bytes | None) -> str:
    """What a line or a head is known by, in hexadecimal digits."""
    if key is None:
        return hashlib.sha256(data).hexdigest()
    return hmac.new(key, data, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Head:
    """The last entry: its number from 1, its file, where in it the line starts, and the line."""

    number: int
    file: str
    start: int
    line: str
    keyed: bool

    @property
    def data(self) -> bytes:
        """The line as it stands in the file."""
        return self.line.encode() + b"\n"

    @property
    def end(self) -> int:
        """Where in its file the line ends."""
        return self.start + len(self.data)

    def sealed(self, key: bytes | None) -> bytes:
        """The head as it is written."""
        told = json.dumps(asdict(self))
        return json.dumps({"head": told, "seal": digest(told.encode(), key)}).encode() + b"\n"

    @classmethod
    def read(cls, folder: Path, key: bytes | None) -> Self | None:
        """The head of a log; None where there is none.

        Raises AuditError where it is damaged, altered or made with another key, and OSError where
        it cannot be read.
        """
        try:
            said = json.loads((folder / HEAD).read_bytes())
            head = cls(**json.loads(said["head"]))
            seal = str(said["seal"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise AuditError(f"The head of the audit log in {folder} is damaged.") from error
        if head.keyed != (key is not None):
            kind = "with a key, which was not given" if head.keyed else "without a key"
            raise AuditError(
                f"The audit log in {folder} was begun {kind}. Give the key it was begun with, or "
                "move the folder away to begin another."
            )
        if not hmac.compare_digest(seal, digest(said["head"].encode(), key)):
            raise AuditError(
                f"The head of the audit log in {folder} was altered, or the key is another one."
            )
        return head


def files_of(folder: Path) -> list[Path]:
    """The files of a log, one a month, in order."""
    return sorted(folder.glob("????-??.jsonl"))


def parse(line: bytes) -> dict[str, Any]:
    """The entry of a line. Raises ValueError where it is none."""
    entry = json.loads(line)
    if not isinstance(entry, dict) or not isinstance(entry.get("number"), int):
        raise ValueError("it is no entry")
    return entry
