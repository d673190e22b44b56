"""ZIP archives that no publisher makes."""

import io
import struct
import warnings
import zipfile
from collections.abc import Iterable

from incident_files import STREET_HEADER, csv_bytes, street_row

NAME = "2018-10/2018-10-west-mercia-street.csv"
OCTOBER = csv_bytes(STREET_HEADER, *[street_row()] * 3)
NOVEMBER = csv_bytes(STREET_HEADER, street_row(Month="2018-11"))


def archive(*members: tuple[str, bytes]) -> bytes:
    """A ZIP of these members, which may have the same name twice."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")  # of the same name twice
        for name, data in members:
            made.writestr(name, data)
    return file.getvalue()


def lying(data: bytes, *, size: int | None = None, packed: int | None = None) -> bytes:
    """The ZIP of one member with another size of it, plain or packed, in both its headers."""
    made = bytearray(data)
    local, central = made.index(b"PK\x03\x04"), made.rindex(b"PK\x01\x02")
    for value, places in ((packed, (local + 18, central + 20)), (size, (local + 22, central + 24))):
        if value is not None:
            for place in places:
                struct.pack_into("<I", made, place, value)
    return bytes(made)


def bomb() -> bytes:
    """A street file of 64 MB that is packed a thousand times."""
    return archive((NAME, OCTOBER + b" " * 2**26))


def _climbing() -> Iterable[tuple[str, bytes, str]]:
    for path in (
        "../2018-10-x-street.csv",
        "/2018-10-x-street.csv",
        "C:\\2018-10-x-street.csv",
        "C:2018-10-x-street.csv",
        "2018-10\\..\\..\\x-street.csv",
        "2018-10/../../x-street.csv",
        "\\\\host\\share\\x-street.csv",
    ):
        yield path, archive((path, OCTOBER)), "would lie outside the folder"


HOSTILE = {
    "packed a thousand times": (bomb(), "is packed 1,0"),
    "a bomb with a small size": (lying(bomb(), size=2000), "cannot be read: Bad CRC-32"),
    "a bomb with a great packed size": (
        lying(bomb(), packed=2**26),
        "cannot be read: it is cut off",
    ),
    "a size too small": (lying(archive((NAME, OCTOBER)), size=200), "cannot be read: Bad CRC-32"),
    "a size too great": (lying(archive((NAME, OCTOBER)), size=5000), "the ZIP says 5,000"),
    "a size of two gigabytes": (lying(archive((NAME, OCTOBER)), size=2**31 - 1), "is packed"),
    "two members of one name": (archive((NAME, OCTOBER), (NAME, NOVEMBER)), "holds two files"),
    "the same member twice": (archive((NAME, OCTOBER), (NAME, OCTOBER)), "holds two files"),
    **{name: (data, words) for name, data, words in _climbing()},
}
