"""Tokens: made once, shown once, kept as a hash; revoked or expired they open nothing.

A token has 256 random bits, so that one round of SHA-256 keeps it: there is nothing to guess.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import filelock

from geo.errors import AccessError, InputError
from service.access.roles import ROLES, Role, Visitor

TOKENS, KEY = "tokens.json", "key"
LONGEST = timedelta(days=366)
_MARK = "safermap"
_TOKEN = re.compile(rf"{_MARK}_([0-9a-f]{{8}})_([\w-]{{43}})", re.ASCII)
_SPAN = re.compile(r"([1-9]\d{0,3})([dh])", re.ASCII)
_NAME = re.compile(r"[\w][\w .&'()-]{0,59}")


@dataclass(frozen=True)
class Token:
    """One token as it is kept. `created`, `expires` and `revoked` are in UTC; None: not revoked."""

    id: str
    name: str
    role: Role
    created: datetime
    expires: datetime
    hash: str
    revoked: datetime | None = None

    @property
    def visitor(self) -> Visitor:
        """Who shows it."""
        return Visitor(f"{self.name} ({self.id})", self.role)

    def open_at(self, now: datetime) -> bool:
        """Whether it opens anything at a time."""
        return self.revoked is None and now < self.expires


class Tokens:
    """The tokens of a service, in a folder that nobody else can read.

    A process that serves reads them again when another has changed them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: tuple[tuple[int, int, int] | None, dict[str, Token]] = (None, {})

    def create(
        self, name: str, role: str, span: str, now: datetime | None = None
    ) -> tuple[Token, str]:
        """A new token, and the text that whoever has it must show, which is kept nowhere.

        Raises InputError where a part is not as it must be, AccessError where it cannot be kept.
        """
        if role not in ROLES[1:]:
            raise InputError(
                f"--role must be {' or '.join(ROLES[1:])}, not '{role}'; what is public needs no "
                "token."
            )
        if not _NAME.fullmatch(name):
            raise InputError(
                f"--name must be up to 60 letters, digits, spaces and . & ' ( ) -, not '{name}'. "
                "It says who used the token: name a team, not a person."
            )
        now = (now or datetime.now(UTC)).replace(microsecond=0)
        number, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        token = Token(number, name, role, now, now + span_of(span), _hash(secret))
        with self._changing() as known:
            known[number] = token
        return token, f"{_MARK}_{number}_{secret}"

    def revoke(self, number: str, now: datetime | None = None) -> Token:
        """Let a token open nothing from now on.

        Raises InputError where there is none of that id, AccessError where it cannot be kept.
        """
        with self._changing() as known:
            if number not in known:
                raise InputError(
                    f"There is no token '{number}'. `safermap token list` shows their ids."
                )
            if known[number].revoked is None:
                when = (now or datetime.now(UTC)).replace(microsecond=0)
                known[number] = replace(known[number], revoked=when)
            return known[number]

    def all(self) -> list[Token]:
        """Every token there is, the oldest first. Raises AccessError where they cannot be read."""
        return sorted(self._known().values(), key=lambda token: (token.created, token.id))

    def shown(self, text: str) -> Token | None:
        """The token that somebody shows, if it is one that opens anything."""
        found = _TOKEN.fullmatch(text.strip())
        if found is None:
            return None
        token = self.by_id(found[1])
        same = hmac.compare_digest(_hash(found[2]), token.hash if token else _hash(""))
        return token if same else None

    def by_id(self, number: str) -> Token | None:
        """The token of that id, if it opens anything now."""
        token = self._known().get(number)
        return token if token and token.open_at(datetime.now(UTC)) else None

    def key(self) -> bytes:
        """What sessions are signed with, made when it is first asked for.

        Raises AccessError where it cannot be read or kept.
        """
        path = self.folder / KEY
        try:
            with self._locked():
                if not path.exists():
                    _write(path, secrets.token_bytes(32))
                key = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error
        if len(key) != 32:
            raise AccessError(f"{path} is damaged; remove it, and everybody signs in again.")
        return key

    def _known(self) -> dict[str, Token]:
        path = self.folder / TOKENS
        try:
            state = path.stat()
            at = (state.st_ino, state.st_mtime_ns, state.st_size)
            if at != self._read[0]:
                self._read = at, _parsed(path)
        except FileNotFoundError:
            self._read = None, {}
        except OSError as error:
            raise _unreadable(path, error) from error
        return self._read[1]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Token]]:
        """The tokens, to be changed and kept; nobody else changes them meanwhile."""
        path = self.folder / TOKENS
        try:
            with self._locked():
                known = dict(self._known())
                yield known
                told = [asdict(token) for token in known.values()]
                text = json.dumps({"tokens": told}, default=datetime.isoformat, indent=2)
                _write(path, text.encode() + b"\n")
        except OSError as error:
            raise _unreadable(path, error) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with filelock.FileLock(self.folder / ".lock", timeout=10):
            yield


def span_of(text: str) -> timedelta:
    """How long a token lasts, such as 90d or 12h.

    Raises InputError where it is not so, or longer than 366 days.
    """
    found = _SPAN.fullmatch(text)
    span = timedelta(**{{"d": "days", "h": "hours"}[found[2]]: int(found[1])}) if found else None
    if span is None or span > LONGEST:
        raise InputError(
            f"--expires must be days or hours, such as 90d or 12h, and 366d at most, not '{text}'."
        )
    return span


def _parsed(path: Path) -> dict[str, Token]:
    try:
        told = json.loads(path.read_bytes())["tokens"]
        dates = ("created", "expires", "revoked")
        tokens = [
            Token(**one | {d: datetime.fromisoformat(one[d]) for d in dates if one[d]})
            for one in told
        ]
        if any(token.role not in ROLES for token in tokens):
            raise ValueError("a role that there is not")
    except (ValueError, KeyError, TypeError) as error:
        raise AccessError(
            f"{path} is damaged. Put back a copy of it, or remove it and create the tokens anew."
        ) from error
    return {token.id: token for token in tokens}


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Beside, then renamed, readable by the owner alone from its first byte on."""
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _unreadable(path: Path, error: OSError) -> AccessError:
    return AccessError(f"{path} cannot be read or written: {error.strerror or error}.")
