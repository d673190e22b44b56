"""The command `safermap export`: layers as files, the same that the addresses give."""

import filecmp
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from geo.errors import InputError, QuestionError
from service.console import stdout
from service.loading import HOME, Home

if TYPE_CHECKING:
    from layers.layer import Layer
    from service.file_body import FileBody
    from service.responses import Body
    from service.site import Site

ALL = "all"
PMTILES = "pmtiles"
SERVED = "http://127.0.0.1:8000"
Asked = str | None


def export_command(
    layer: Annotated[str, typer.Option(help=f"The layer by name, or {ALL} for every one.")],
    out: Annotated[
        Path,
        typer.Option(
            help="The file to write, or a folder. For all layers a folder, or NAME.pmtiles for all "
            "of them in one PMTiles file."
        ),
    ],
    kind: Annotated[
        str, typer.Option("--format", help="Such as gpkg, shp, fgb, parquet, csv or geojson.")
    ] = "gpkg",
    dataset: Home = HOME,
    *,
    theme: Annotated[Asked, typer.Option(help="What to count; without it all crime.")] = None,
    datetime: Annotated[
        Asked, typer.Option(help="Months such as 2015-04/2016-03; without it the latest 12.")
    ] = None,
    compare: Annotated[Asked, typer.Option(help="Earlier months to set against.")] = None,
    place: Annotated[Asked, typer.Option(help="rural or urban areas alone.")] = None,
    source: Annotated[Asked, typer.Option(help="Whose records to count, by id.")] = None,
    town: Annotated[Asked, typer.Option(help="The areas of one town alone, by id.")] = None,
    areas: Annotated[Asked, typer.Option("--set", help="One set of named areas alone.")] = None,
    cell: Annotated[Asked, typer.Option(help="Metres of a cell, of a grid or density.")] = None,
    shape: Annotated[Asked, typer.Option(help="Shape of the cells of a grid.")] = None,
    bandwidth: Annotated[Asked, typer.Option(help="Metres of a density's reach.")] = None,
    bbox: Annotated[Asked, typer.Option(help="A box: west,south,east,north.")] = None,
    bbox_crs: Annotated[Asked, typer.Option(help="URI of the system of the box.")] = None,
    filter_: Annotated[Asked, typer.Option("--filter", help="A filter in CQL2.")] = None,
    filter_lang: Annotated[Asked, typer.Option(help="cql2-text or cql2-json.")] = None,
    filter_crs: Annotated[Asked, typer.Option(help="URI of the filter's system.")] = None,
    sortby: Annotated[Asked, typer.Option(help="Fields to sort by, such as -count,name.")] = None,
    properties: Annotated[Asked, typer.Option(help="Fields to write, with commas.")] = None,
    crs: Annotated[
        Asked,
        typer.Option(
            help="URI of the system of the outlines, such as "
            "http://www.opengis.net/def/crs/EPSG/0/27700; without it longitude and latitude."
        ),
    ] = None,
    limit: Annotated[Asked, typer.Option(help="At most so many features.")] = None,
    offset: Annotated[Asked, typer.Option(help="Features to pass over first.")] = None,
    base: Annotated[
        str, typer.Option(help="Address of the service, for the links in GeoJSON and JSON-FG.")
    ] = SERVED,
    public: Annotated[
        bool,
        typer.Option("--public", help="Write what anyone may see: partners' small counts hidden."),
    ] = False,
) -> None:
    """Write a layer, or all of them, as files: the same bytes that the service sends.

    A file whose content would be the same is left alone.
    """
    given = {
        "theme": theme, "datetime": datetime, "compare": compare, "place": place,
        "source": source, "town": town, "set": areas, "cell": cell, "shape": shape,
        "bandwidth": bandwidth, "bbox": bbox, "bbox-crs": bbox_crs, "filter": filter_,
        "filter-lang": filter_lang, "filter-crs": filter_crs, "sortby": sortby,
        "properties": properties, "crs": crs, "limit": limit, "offset": offset, "f": kind,
    }  # fmt: skip
    from service.formats import FORMATS  # noqa: PLC0415  only this needs all of these
    from service.site import Site  # noqa: PLC0415

    if kind not in FORMATS:
        raise QuestionError(f"There is no format '{kind}'; use --format {', '.join(FORMATS)}.")
    query = {name: value for name, value in given.items() if value is not None}
    site = Site.open(dataset, public=public)
    if site.dataset.holds_partner_records:
        _say(
            "These files hold partners' records with small counts unhidden; for what anyone may "
            "see use --public."
        )
    if layer != ALL:
        _export(site, site.layer(layer), query, out, base)
    elif kind == PMTILES and out.suffix == f".{PMTILES}":
        _export_together(site, query, out)
    else:
        _make_folder(out)
        _export_all(site, query, out, base)


def _export_all(site: "Site", query: dict[str, str], folder: Path, base: str) -> None:
    """Every layer that the question can be put to; of another it is said why not."""
    done, why = 0, QuestionError()
    for one in site.layers.values():
        try:
            _export(site, one, query, folder, base)
        except QuestionError as error:
            why = error
            _say(f"{one.name} was passed over. {error}")
        else:
            done += 1
    if not done:
        raise why


def _export_together(site: "Site", query: dict[str, str], out: Path) -> None:
    """Every layer in one file, with what is asked by default."""
    from service.vector_tiles import dataset_tiles  # noqa: PLC0415

    if asked := [f"--{name}" for name in query if name != "f"]:
        raise QuestionError(
            f"One file of all layers has what is asked by default; leave out {', '.join(asked)}, "
            "or write a file a layer into a folder."
        )
    with stdout.status("Making the tiles of every layer."):
        body = dataset_tiles(site)
    _save(body, out)


def _export(site: "Site", layer: "Layer", query: dict[str, str], out: Path, base: str) -> None:
    """Write one layer to a file, or into a folder under the name that a download has."""
    from service.downloads import features_as  # noqa: PLC0415
    from service.formats import FORMATS  # noqa: PLC0415
    from service.items import file_name  # noqa: PLC0415
    from service.parameters import read_question  # noqa: PLC0415
    from service.window import read_window  # noqa: PLC0415

    window = read_window(query, layer, site.dataset)
    body = features_as(site, layer, query["f"], window=window, query=query, base=base.rstrip("/"))
    if out.is_dir():
        question = read_question(site.dataset, query)
        out = out / file_name(site, layer, question, FORMATS[query["f"]].ending)
    _save(body, out)


def _save(body: "Body | FileBody", out: Path) -> None:
    try:
        new = _put(body, out)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}.") from error
    _say(f"Wrote {out}" if new else f"{out} is as it was")


def _put(body: "Body | FileBody", out: Path) -> bool:
    """Write beside and rename, so that whoever looks finds the old file or the new one, whole.

    Not where the old one has the same content; whether it was written.
    """
    partial = out.with_name(f".{out.name}.part")
    try:
        body.save(partial)
        new = not (out.is_file() and filecmp.cmp(partial, out, shallow=False))
        if new:
            partial.replace(out)
        return new
    finally:
        partial.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} is no folder to write to: {error.strerror}.") from error


def _say(line: str) -> None:
    stdout.print(Text(line), soft_wrap=True)
