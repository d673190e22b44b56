"""A number and what it counts, in words."""


def counted(number: int, plural: str) -> str:
    """The number with commas, and the noun as it asks for.

    >>> counted(1, "areas"), counted(1200, "crimes"), counted(0, "records")
    ('1 area', '1,200 crimes', '0 records')
    """
    return f"{number:,} {plural if number != 1 else plural.removesuffix('s')}"
