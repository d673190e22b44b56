"""The straightforward pandas and geopandas programs that `bench.build` compares with.

`bare` reads the files, joins every row's point to the outlines and writes the joined rows: three
calls. `same` does what a safermap build does, as one would write it with these libraries: rows
that cannot be used are told apart, a repeated crime ID counts once, the file's own LSOA code comes
before the point and the two are compared, areas get their class, deprivation, neighbours and the
streets they are named by, and counts are made by offence, month and area.
"""

import json
import sys
import zipfile
from pathlib import Path

import geopandas
import pandas as pd


def read(path: Path) -> pd.DataFrame:
    """Every street file of a folder or a ZIP in one frame."""
    if path.is_dir():
        found = sorted(path.rglob("*-street.csv"))
        return pd.concat([pd.read_csv(file) for file in found], ignore_index=True)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith("-street.csv")]
        return pd.concat([pd.read_csv(archive.open(name)) for name in names], ignore_index=True)


def join(rows: pd.DataFrame, outlines: Path) -> tuple[pd.DataFrame, geopandas.GeoDataFrame]:
    """The rows beside the area that holds their point, and the areas."""
    points = geopandas.GeoDataFrame(
        rows, geometry=geopandas.points_from_xy(rows["Longitude"], rows["Latitude"]), crs=4326
    ).to_crs(27700)
    lsoas = geopandas.read_file(outlines).to_crs(27700)
    [heading] = [name for name in lsoas.columns if name.lower() in ("lsoa11cd", "lsoa11_code")]
    lsoas = lsoas.rename(columns={heading: "code"})[["code", "geometry"]]
    joined = geopandas.sjoin(points, lsoas, how="left", predicate="intersects")
    return joined[~joined.index.duplicated()], lsoas


def bare(files: Path, outlines: Path, out: Path) -> None:
    """Read, join, write."""
    joined, _ = join(read(files), outlines)
    joined.to_parquet(out / "incidents.parquet")


def same(files: Path, outlines: Path, out: Path, facts: list[Path]) -> None:
    """Read, check, join, count, describe the areas, write."""
    rows = read(files)
    month = rows["Month"].astype(str).str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])")
    code = rows["LSOA code"].isna() | rows["LSOA code"].astype(str).str.fullmatch(r"[EW]01\d{6}")
    lon, lat = (pd.to_numeric(rows[name], errors="coerce") for name in ("Longitude", "Latitude"))
    sound = lon.between(-9, 2.1) & lat.between(49.8, 61) | (lon.isna() & lat.isna())
    good = month & code & sound & rows["Crime type"].notna()
    rows[~good].to_csv(out / "refused.csv")
    rows = rows[good].sort_values("Month", kind="stable")
    repeated = rows["Crime ID"].notna() & rows.duplicated("Crime ID", keep="last")
    rows = rows[~repeated].reset_index(drop=True)

    joined, lsoas = join(rows, outlines)
    told, found = joined["LSOA code"], joined["code"]
    own = told.isin(lsoas["code"])
    agreed = float((told == found)[own & joined["Longitude"].notna()].mean())
    joined["lsoa"] = told.where(own, found.where(told.isna()))
    located = joined.dropna(subset="lsoa")
    counts = located.groupby(["Crime type", "Month", "lsoa"]).size().reset_index(name="count")

    streets = located["Location"].str.replace("On or near ", "", regex=False)
    named = located.assign(street=streets).groupby(["lsoa", "street"]).size().reset_index(name="n")
    best = named.sort_values(["lsoa", "n"], ascending=[True, False]).groupby("lsoa").head(2)
    names = best.groupby("lsoa")["street"].agg(" and ".join)
    lsoas = lsoas.merge(names.rename("name"), left_on="code", right_index=True, how="left")
    for path in facts:
        table = pd.read_csv(path)
        lsoas = lsoas.merge(table, left_on="code", right_on=table.columns[0], how="left")
    focal, neighbour = lsoas.sindex.query(lsoas.geometry, predicate="intersects")

    joined.to_parquet(out / "incidents.parquet")
    counts.to_parquet(out / "counts.parquet")
    lsoas.to_parquet(out / "lsoas.parquet")
    pd.DataFrame({"focal": focal, "neighbour": neighbour}).to_parquet(out / "neighbours.parquet")
    said = {"rows": len(rows), "refused": int((~good).sum()), "agreed": agreed}
    (out / "manifest.json").write_text(json.dumps(said))


if __name__ == "__main__":
    how, files, outlines, out, *facts = sys.argv[1:]
    Path(out).mkdir(parents=True, exist_ok=True)
    if how == "bare":
        bare(Path(files), Path(outlines), Path(out))
    else:
        same(Path(files), Path(outlines), Path(out), [Path(fact) for fact in facts])
