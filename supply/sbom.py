"""The software bill of materials, as CycloneDX JSON: `python -m supply.sbom FILE`.

uv writes what is locked: packages, their versions, and what needs what. To that come the licences
that the installed packages state, and the JavaScript that is within one of them. The files of each
package, with their hashes, are in uv.lock.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from xstatic.pkg import leaflet

from supply.audit import UV

_LOCKED = ("--frozen", "--no-dev", "--all-extras", "--format", "cyclonedx1.5")
_LONGEST = 100  # letters of a licence's name; what is longer is its text
_CARRIER = "xstatic-leaflet"
_LIKE_LEAFLET = "(same as Leaflet)"
LEAFLET: dict[str, Any] = {
    "type": "library",
    "bom-ref": f"leaflet@{leaflet.VERSION}",
    "name": leaflet.NAME,
    "version": leaflet.VERSION,
    "purl": f"pkg:npm/{leaflet.NAME}@{leaflet.VERSION}",
    "licenses": [{"expression": "BSD-2-Clause"}],
}


def bill_of_materials() -> dict[str, Any]:
    """Everything that a user of safermap runs, of every extra and system.

    Raises CalledProcessError where the lock file cannot be read.
    """
    asked = [str(UV), "--preview-features", "sbom-export", "--quiet", "export", *_LOCKED]
    bill: dict[str, Any] = json.loads(subprocess.check_output(asked))
    for component in bill["components"]:
        component.pop("externalReferences", None)
        if told := list(_licences(component["name"])):
            component["licenses"] = told
    bill["components"].append(LEAFLET)
    carrier = next(c["bom-ref"] for c in bill["components"] if c["name"] == _CARRIER)
    known = {one["ref"]: one for one in bill["dependencies"]}
    known.setdefault(carrier, {"ref": carrier}).setdefault("dependsOn", []).append(
        LEAFLET["bom-ref"]
    )
    bill["dependencies"] = [*known.values(), {"ref": LEAFLET["bom-ref"]}]
    return bill


def _licences(package: str) -> Iterator[dict[str, Any]]:
    """What a package says of its licence; nothing where it does not, or is not installed here."""
    try:
        told = metadata(package).json
    except PackageNotFoundError:
        return
    if expression := told.get("license_expression"):
        yield {"expression": expression}
        return
    classed = [
        kind.rpartition(" :: ")[2]
        for kind in told.get("classifier", ())
        if kind.startswith("License :: ") and not kind.endswith("OSI Approved")
    ]
    stated = str(told.get("license", "")).strip()
    if stated == _LIKE_LEAFLET:
        yield from LEAFLET["licenses"]
        return
    for name in classed or [stated]:
        if name and "\n" not in name and len(name) <= _LONGEST:
            yield {"license": {"name": name}}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(bill_of_materials(), indent=1) + "\n", encoding="utf-8")
