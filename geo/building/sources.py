"""Sources of files that nothing more is said of: told apart by their headers."""

from collections.abc import Iterable
from pathlib import Path

from geo.area_file.plans import ATTRIBUTION, OPEN_LICENCE, SourcePlan
from geo.errors import InputError
from geo.incidents import street
from geo.incidents.columns import CANONICAL_MAP, ColumnMap
from geo.incidents.csvs import header
from geo.incidents.files import IncidentFile, find_files
from geo.incidents.table import POLICE_STREET


def plan_sources(paths: Iterable[Path], column_map: ColumnMap | None) -> tuple[SourcePlan, ...]:
    """A source of the police street files under the paths, and one of the other files.

    The others are read by the column map, or by the canonical header where there is none. Raises
    InputError where a path holds no incident file.
    """
    police: dict[Path, None] = {}
    others: dict[Path, None] = {}
    for file in find_files(list(paths)):
        chosen = police if _is_street(file) else others
        chosen[file.path] = None
    extract = column_map or CANONICAL_MAP
    plans = []
    if police:
        plans.append(
            SourcePlan(
                POLICE_STREET.id,
                POLICE_STREET.name,
                "police-street",
                tuple(police),
                POLICE_STREET.sensitivity,
                offences=POLICE_STREET.offences,
                licence=OPEN_LICENCE,
                attribution=ATTRIBUTION,
            )
        )
    if others:
        source = extract.source
        plans.append(
            SourcePlan(
                source.id,
                source.name,
                "extract",
                tuple(others),
                source.sensitivity,
                column_map=extract,
                offences=source.offences,
            )
        )
    return tuple(plans)


def _is_street(file: IncidentFile) -> bool:
    """Told by the header; what cannot be read is told when it is read."""
    if file.member is not None:
        return True
    first = file.start().decode("utf-8-sig", "replace").encode()
    try:
        return set(street.COLUMNS) <= set(header(file.name, first))
    except InputError:
        return False
