"""Which bytes of a file a request wants (RFC 9110, 14)."""

import re

Range = tuple[int, int]
"""The first byte, and the one after the last."""

MOST = 64  # ranges in one request
_ONE = re.compile(r"(\d{0,18})-(\d{0,18})")


def read_ranges(header: str, size: int) -> list[Range] | None:
    """The ranges that a Range header asks of a file of so many bytes, in its order.

    None where the whole file is to be sent: a header of another unit or not as the standard has it
    is not heeded, nor one that asks for more than the file, which would cost more than it saves.
    Empty where no range lies in the file.

    >>> read_ranges("bytes=0-99, -10", 1000)
    [(0, 100), (990, 1000)]
    """
    unit, _, rest = header.partition("=")
    asked = [_ONE.fullmatch(part.strip()) for part in rest.split(",")]
    if unit.strip().lower() != "bytes" or len(asked) > MOST:
        return None
    found = []
    for one in asked:
        if one is None or one.group() == "-":
            return None
        first, last = one.groups()
        if first and last and int(last) < int(first):
            return None
        start = int(first) if first else max(size - int(last), 0)
        end = min(int(last) + 1, size) if first and last else size
        if start < end:
            found.append((start, end))
    return found if sum(end - start for start, end in found) <= size else None
