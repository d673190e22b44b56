"""What went wrong between here and a publisher, each in one sentence."""

import ssl
from pathlib import Path

import urllib3
from urllib3 import exceptions

from geo.errors import FetchError
from geo.publishers.addresses import Entry

_MEANINGS = {
    429: "is asked too often and still says to wait after every try; try again in an hour",
    500: "has a fault of its own; try again later",
    502: "is not available at the moment; try again later",
    503: "is not available at the moment; try again later",
    504: "takes too long to answer; try again later",
}

_Kinds = type[Exception] | tuple[type[Exception], ...]
_CAUSES: tuple[tuple[_Kinds, str], ...] = (
    (
        exceptions.NameResolutionError,
        "{name} cannot be reached: the name {host} is not found. Is this machine connected to the "
        "internet, and may it look up names?",
    ),
    (
        exceptions.ProxyError,
        "{name} cannot be reached: the proxy set for this machine does not answer. Look at "
        "HTTPS_PROXY and NO_PROXY.",
    ),
    (
        (exceptions.SSLError, ssl.SSLError),
        "{name} cannot be reached safely: this machine does not trust the certificate of {host}.",
    ),
    (
        exceptions.NewConnectionError,
        "{name} cannot be reached: {host} takes no connection. Is this machine connected to the "
        "internet?",
    ),
    (
        exceptions.TimeoutError,
        "{name} took too long to answer ({url}); try again later.",
    ),
)


class StatusError(FetchError):
    """An answer with an HTTP status that is no success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class UnreachableError(FetchError):
    """No answer at all: no network, no such name, refused, too slow."""


def of_status(status: int, entry: Entry, url: str) -> StatusError:
    """The sentence for an HTTP status."""
    name = entry.publisher.name
    if status in _MEANINGS:
        return StatusError(status, f"{name} {_MEANINGS[status]} (status {status}, {url}).")
    if status in (401, 403):
        said = f"{name} does not let {url} be read (status {status})"
    elif status in (404, 410):
        said = f"{name} has nothing at {url} (status {status})"
    else:
        said = f"{name} does not accept the request for {url} (status {status})"
    return StatusError(status, f"{said}: {entry.where_to_mend()}; look at {entry.page}.")


def of_network(error: Exception, entry: Entry, url: str) -> FetchError:
    """The sentence for a request that got no answer."""
    name, cause = entry.publisher.name, error
    if isinstance(error, exceptions.MaxRetryError) and error.reason is not None:
        cause = error.reason
    host = urllib3.util.parse_url(url).host
    for kinds, words in _CAUSES:
        if isinstance(cause, kinds):
            return UnreachableError(words.format(name=name, host=host, url=url))
    if isinstance(cause, exceptions.LocationValueError):
        return FetchError(f"{name} sends {url} on to an address that is not http or https.")
    if isinstance(cause, exceptions.ResponseError) and "redirect" in str(cause):
        return FetchError(f"{name} sends {url} on too often: {entry.where_to_mend()}.")
    return UnreachableError(f"{name} broke the connection off at every try ({url}).")


def not_expected(entry: Entry, url: str, wanted: str, start: bytes) -> FetchError:
    """The sentence for an answer of another kind than was wanted."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    got = "a web page" if text.startswith((b"<!doctype html", b"<html")) else "something else"
    return FetchError(
        f"{entry.publisher.name} answered {url} with {got} instead of {wanted}: "
        f"{entry.where_to_mend()}."
    )


def not_written(error: OSError, where: Path) -> FetchError:
    """The sentence for a disk that does not take the file."""
    return FetchError(f"{error.filename or where} cannot be written: {error.strerror or error}.")
