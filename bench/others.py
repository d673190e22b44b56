"""pygeoapi and tipg in an environment of their own, serving features that safermap served.

pygeoapi reads a GeoJSON file: of its providers for files the GeoPackage one needs a Python that
loads extensions of SQLite, and GeoParquet takes three times as long. It runs under gunicorn, as its
container image does, which is faster than under uvicorn. tipg runs under uvicorn with uvloop, over
PostGIS that holds the coordinates as they are sent, so that it has none to transform.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from platformdirs import user_cache_path
from psycopg import sql

from bench.postgres import PASSWORD, Server
from bench.serve import free_port, wait_for

PACKAGES = ("pygeoapi==0.21.0", "tipg==1.6.1", "gunicorn==27.0.1", "uvicorn[standard]==0.54.0")
DATABASE = "bench"
HOST = "127.0.0.1"
WHERE = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def environment() -> Path:
    """The folder of the programs, installed at the first run and kept by their versions."""
    name = "-".join(package.replace("==", "-") for package in PACKAGES)
    folder = user_cache_path("safermap-bench") / name
    if not (folder / "whole").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin/python", "-m", "pip", "install", "-qq", *PACKAGES]
        subprocess.run(pip, check=True)
        (folder / "whole").touch()
    return folder / "bin"


@contextmanager
def running(
    command: list[str], ready: str, folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a server that has answered once, until it is left."""
    with (
        Path(folder, f"{Path(command[0]).name}.log").open("w") as log,
        subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log) as process,
    ):
        try:
            answer = wait_for(ready)
            if not answer.is_success:
                raise SystemExit(f"{ready} answered {answer.status_code}:\n{answer.text[:2000]}")
            yield process
        finally:
            process.terminate()


@contextmanager
def pygeoapi(folder: Path, name: str, collection: Mapping[str, Any]) -> Iterator[str]:
    """The address of a collection that pygeoapi serves."""
    programs, port = environment(), free_port()
    base = f"http://{HOST}:{port}"
    data, config, openapi = (folder / file for file in ("data.geojson", "config.json", "api.json"))
    data.write_text(json.dumps({k: collection[k] for k in ("type", "features")}))
    config.write_text(json.dumps(_settings(base, port, name, data)))
    environ = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    make = [programs / "pygeoapi", "openapi", "generate", config, "--output-file", openapi]
    subprocess.run(make, check=True, env=environ, stdout=subprocess.DEVNULL)
    command = [str(programs / "gunicorn"), "-w", "1", "-b", f"{HOST}:{port}"]
    with running([*command, "pygeoapi.flask_app:APP"], f"{base}/", folder, environ):
        yield f"{base}/collections/{name}"


def _settings(base: str, port: int, name: str, data: Path) -> dict[str, Any]:
    """What pygeoapi must be told, with nothing on that takes time."""
    provider = {"type": "feature", "name": "GeoJSON", "data": str(data), "id_field": "id"}
    about = {"title": name, "description": name, "keywords": [name]}
    url = {"name": name, "url": base}
    return {
        "server": {
            "bind": {"host": HOST, "port": port}, "url": base, "mimetype": "application/json",
            "encoding": "utf-8", "languages": ["en-GB"], "gzip": True, "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10_000}, "admin": False,
            "map": {"url": base, "attribution": name},
        },
        "logging": {"level": "CRITICAL"},
        "metadata": {
            "identification": {
                **about, "keywords_type": "theme", "terms_of_service": name, "url": base
            },
            "license": url, "provider": url, "contact": {**url, "email": "someone@example.org"},
        },
        "resources": {
            name: {
                "type": "collection", **about, "links": [], "providers": [provider],
                "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": WHERE}},
            }
        },
    }  # fmt: skip


@contextmanager
def tipg(folder: Path, server: Server, names: list[str]) -> Iterator[dict[str, str]]:
    """The address of each table that tipg serves, by its name."""
    programs, port = environment(), free_port()
    base = f"http://{HOST}:{port}"
    database = server.address(DATABASE, "postgres", quote(PASSWORD))
    command = [str(programs / "uvicorn"), "tipg.main:app", "--port", str(port)]
    quiet = ["--log-level", "warning"]
    with running([*command, *quiet], f"{base}/healthz", folder, {"DATABASE_URL": database}):
        yield {name: f"{base}/collections/public.{name}" for name in names}


def load(server: Server, name: str, features: list[dict[str, Any]]) -> None:
    """Put features into a table with a key and a spatial index, their columns as in the JSON."""
    columns = {
        key: _type(f["properties"][key] for f in features) for key in features[0]["properties"]
    }
    table, listed = (
        sql.Identifier(name),
        sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(key), sql.SQL(kind))
            for key, kind in columns.items()
        ),
    )
    with psycopg.connect(server.address(DATABASE, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL(
                "CREATE TABLE {} AS SELECT f->>'id' AS feature_id, p.*, "
                "ST_SetSRID(ST_GeomFromGeoJSON(f->'geometry'), 4326)::geometry({}, 4326) AS geom "
                "FROM jsonb_array_elements(%s::jsonb) f, jsonb_to_record(f->'properties') AS p({})"
            ).format(table, sql.SQL(features[0]["geometry"]["type"]), listed),
            [json.dumps(features)],
        )
        connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (feature_id)").format(table))
        connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(table))
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(table))


def _type(values: Iterator[Any]) -> str:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {bool}:
        return "boolean"
    if kinds and kinds <= {int, float}:
        return "double precision" if float in kinds else "integer"
    return "text"
