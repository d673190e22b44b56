"""Features as an ESRI Shapefile in a ZIP archive, with a text that says what its columns are."""

import shutil
import warnings
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas
import pyogrio

from geo.fields import Field
from geo.formats.content import Content
from geo.formats.short_names import LONGEST, short_names

README = "README.txt"
LONGEST_TEXT = 254  # bytes of UTF-8 in a column of text
_MARK = "…"


def write_shapefile(content: Content, path: Path) -> None:
    """A ZIP archive of .shp, .shx, .dbf, .prj, .cpg and README.txt.

    Columns have names of at most ten letters, and text of more than 254 bytes is cut: README.txt
    says which column is which, and has the constants whole.
    """
    short = short_names(content.all_names)
    frame = content.frame().rename(columns=short)
    texts = [short[column.name] for column in content.columns if column.kind == "string"]
    cut = [name for name in texts if any(map(_too_long, frame[name].dropna()))]
    for name in cut:
        frame[name] = frame[name].map(_cut, na_action="ignore")
    with TemporaryDirectory(dir=path.parent) as folder:
        _write(content, frame, Path(folder) / f"{content.name}.shp")
        readme = Path(folder) / README
        readme.write_text(_readme(content, short, cut), encoding="utf-8", newline="\r\n")
        _pack(sorted(Path(folder).iterdir()), content, path)


def _write(content: Content, frame: geopandas.GeoDataFrame, path: Path) -> None:
    date = content.stamp.strftime("%Y-%m-%d")
    with warnings.catch_warnings():
        # GDAL says that a number of 15 digits may lose the last of them
        warnings.filterwarnings("ignore", message="Value .* of field", category=RuntimeWarning)
        pyogrio.write_dataframe(
            frame,
            path,
            layer=content.name,
            driver="ESRI Shapefile",
            geometry_type=content.geometry,
            encoding="UTF-8",
            layer_options={"DBF_DATE_LAST_UPDATE": date},
        )


def _pack(files: list[Path], content: Content, path: Path) -> None:
    stamp = content.stamp.timetuple()[:6]
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)


def _too_long(text: str) -> bool:
    return len(text.encode()) > LONGEST_TEXT


def _cut(text: str) -> str:
    if not _too_long(text):
        return text
    room = LONGEST_TEXT - len(_MARK.encode())
    return text.encode()[:room].decode(errors="ignore") + _MARK


def _readme(content: Content, short: dict[str, str], cut: list[str]) -> str:
    lines = [content.title, "", content.description, "", "Columns", ""]
    for column in content.columns:
        lines += [f"{short[column.name]:<{LONGEST}}  {_said(column, short[column.name])}"]
    if cut:
        lines += ["", f"Cut to {LONGEST_TEXT} bytes, the most there is room for: {', '.join(cut)}."]
    if content.constants:
        lines += ["", "The same in every row", ""]
        lines += [f"{short[name]}: {words}" for name, words in content.constants.items()]
    return "\n".join(lines) + "\n"


def _said(column: Field, short: str) -> str:
    said = column.title if column.name == short else f"{column.name}: {column.title}"
    if column.unit:
        said += f" ({column.unit})"
    if column.null:
        said += f". Empty: {column.null}"
    return said
