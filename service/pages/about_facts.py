"""What a dataset is made of and what became of every row, for the page and for programs."""

from collections import Counter
from typing import Any

from geo.dataset import Dataset
from geo.held import Held
from geo.period import month_iso
from geo.public.tables import Published
from geo.recording import RECORDING_CHANGES
from geo.refused import Reason, refused_reasons
from layers.metadata import attribution, licence_of
from service.pages.frame import recorded_by

ROWS = ("read", "refused", "accepted", "located", "unlocated", "outside", "ring")
COMPARED = ("compared", "disagreed")
OF_A_FILE = ("title", "source", "vintage", "date", "licence", "attribution", "notes")


def about_facts(dataset: Dataset) -> dict[str, Any]:
    """The whole account; of partners' files nothing where only their public tables are at hand."""
    manifest = dataset.manifest
    refused = refused_reasons(dataset)
    return {
        "area": dataset.area,
        "partnership": dataset.partnership,
        "dataset_id": dataset.id,
        "created": manifest.get("created"),
        "period": dataset.period.iso(),
        "illustrative": dataset.illustrative,
        "public": bool(dataset.published),
        "sources": [
            _source(dataset, held, dataset.published.get(s), refused[held.source.id])
            for s, held in enumerate(dataset.held)
        ],
        "areas": _areas(dataset),
        "disclosure": _disclosure(dataset),
        "recording_changes": [
            {
                "month": month_iso(change.month),
                "what": change.what,
                "source": change.source,
                "within": dataset.period.first < change.month <= dataset.period.last,
            }
            for change in RECORDING_CHANGES
        ],
        "transformation": manifest["transformation"],
        "attribution": attribution(dataset),
        "licence": licence_of(dataset),
    }


def _source(
    dataset: Dataset, held: Held, published: Published | None, refused: Counter[Reason]
) -> dict[str, Any]:
    """One source; `rows`, `agreement` and `refused` are None where its files are not told of."""
    source = held.source
    files = [file for file in dataset.manifest["files"] if file["source"] == source.id]
    rows = {name: sum(file[name] for file in files) for name in (*ROWS, *COMPARED)}
    entry: dict[str, Any] = next(
        (one for one in dataset.manifest.get("sources", ()) if one["id"] == source.id), {}
    )
    return {
        "id": source.id,
        "name": source.name,
        "recorded_by": recorded_by(source),
        "illustrative": source.illustrative,
        "sensitivity": source.sensitivity,
        "public_years": None if published is None else [year.iso() for year in published.years],
        "kinds": dict(source.kinds),
        "period": held.period.iso(),
        "months_held": len(held.period) - len(held.months_missing),
        "months_missing": [month_iso(month) for month in sorted(held.months_missing)],
        "ring_covered": len(held.ring_covered),
        "ring_why": held.ring_why,
        "caveats": list(held.caveats),
        "licence": entry.get("licence"),
        "attribution": held.attribution,
        "files": len(files) or None,
        "rows": {name: rows[name] for name in ROWS} if files else None,
        "unlocated_share": rows["unlocated"] / rows["accepted"] if rows["accepted"] else None,
        "agreement": {
            "compared": rows["compared"],
            "disagreed": rows["disagreed"],
            "share_disagreed": rows["disagreed"] / rows["compared"] if rows["compared"] else None,
        }
        if files
        else None,
        "refused": [
            {"field": field, "reason": reason, "rows": count}
            for (field, reason), count in refused.most_common()
        ]
        if files
        else None,
    }


def _areas(dataset: Dataset) -> dict[str, Any]:
    area = dataset.manifest["area"]
    return {
        "vintage": str(area["vintage"]),
        "lsoas": len(dataset.lsoas),
        "ring": len(dataset.ring),
        "towns": len(dataset.towns),
        "estimated": int(dataset.lsoas["estimated"].sum()),
        "denominator": dataset.denominator,
        "residents": int(dataset.residents.sum()),
        "residents_unknown": int((~dataset.residents_known).sum()),
        "deprivation": list(area["deprivation"]),
        "sets": list(dataset.sets.values()),
        "files": [{name: file.get(name) for name in OF_A_FILE} for file in area["files"]],
    }


def _disclosure(dataset: Dataset) -> dict[str, Any]:
    """What is hidden of partners' records: counts from 1 to just below each limit."""
    limits = dataset.manifest["disclosure"]
    return {
        "partners": [one.name for one in dataset.sources if one.sensitivity == "partner"],
        "hidden_below": limits["hidden_below"],
        "hidden_below_grave": limits["hidden_below_grave"],
        "hidden_here": bool(dataset.published),
    }
