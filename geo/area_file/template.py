"""The commented area file that `safermap init` writes."""

from importlib.resources import files
from pathlib import Path

from geo.errors import InputError


def write_template(path: Path) -> None:
    """Write an area file to begin with, in which every setting is explained.

    Raises InputError where there is such a file already, or where it cannot be written.
    """
    text = files("geo.area_file").joinpath("template.toml").read_text("utf-8")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(f"{path} is there already and was left as it is.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{path} cannot be written: {reason}.") from error
