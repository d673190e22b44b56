"""About the data: the manifest in words, for who wants to know what stands behind a figure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from geo.counted import counted
from geo.dataset import Dataset
from geo.period import NUMBER_WORDS, Period, month_words, parse_month
from service import words
from service.pages.about_facts import about_facts
from service.pages.frame import VINTAGES, frame
from service.pages.render import render_page
from service.site import Site

Told = tuple[str, str]
"""A heading and what there is to say."""

WHO = {
    "police": "The police",
    "partners": "A partner, whose records are confidential",
    "others": "Others",
    "nobody": "Nobody: drawn",
}
MOST_REASONS = 20
MOST_NAMED = 6


def about_page(site: Site) -> bytes:
    """The whole page."""
    facts = about_facts(site.dataset)
    return render_page(
        "about.html",
        **frame(site, "about"),
        facts=facts,
        sources=[_source(site.dataset, source) for source in facts["sources"]],
        areas=list(_areas(facts["areas"])),
        files=[{**file, "date": _day(file["date"])} for file in facts["areas"]["files"]],
        changes=[_change(change) for change in facts["recording_changes"]],
        copy=list(_copy(facts)),
        how_many=_how_many(len(facts["sources"])),
        held=Period.read(facts["period"]).words(),
        denominator=site.dataset.denominator,
    )


def _how_many(sources: int) -> str:
    if sources == 1:
        return "One source"
    few = sources <= len(NUMBER_WORDS)
    return f"{NUMBER_WORDS[sources - 1].capitalize() if few else sources} sources"


def _source(dataset: Dataset, source: dict[str, Any]) -> dict[str, Any]:
    """What is told of one source: rows of a table, and the reasons for refusing."""
    public = source["public_years"] is not None
    told = [
        ("Recorded by", WHO[source["recorded_by"]]),
        ("Months held", _months(source)),
        *(_public(source) if public else _rows(dataset, source)),
        ("Areas round it", _ring(dataset, source)),
        ("Licence", source["licence"] or _unlicensed(source)),
    ]
    if source["attribution"]:
        told.append(("Attribution", source["attribution"]))
    reasons = source["refused"] or []
    return {
        **source,
        "told": told,
        "reasons": reasons[:MOST_REASONS],
        "more_reasons": sum(one["rows"] for one in reasons[MOST_REASONS:]),
    }


def _months(source: dict[str, Any]) -> str:
    period, held = Period.read(source["period"]), source["months_held"]
    missing = [month_words(parse_month(month)) for month in source["months_missing"]]
    if not missing:
        return f"{period.words()}: {counted(held, 'months')}, none missing."
    named = ", ".join(missing[:MOST_NAMED])
    more = f" and {len(missing) - MOST_NAMED:,} more" if len(missing) > MOST_NAMED else ""
    return f"{period.words()}: {counted(held, 'months')}. Missing: {named}{more}."


def _public(source: dict[str, Any]) -> Iterator[Told]:
    years = [Period.read(year).words() for year in source["public_years"]]
    yield "Public", "; ".join(years) if years else "Nothing: no whole year from April is held."
    yield (
        "Files and rows",
        "Not told here: how many rows a partner’s files hold, and which were refused, is for "  # noqa: RUF001
        "those who run this service.",
    )


def _rows(dataset: Dataset, source: dict[str, Any]) -> Iterator[Told]:
    """Rows read = refused + accepted; accepted = in the area, elsewhere, or without a place."""
    rows = source["rows"]
    if rows is None:
        yield "Files and rows", "Not known."
        return
    yield "Rows read", f"{words.number(rows['read'])}, in {counted(source['files'], 'files')}."
    yield (
        "Accepted",
        f"{words.number(rows['accepted'])} ({_share(rows['accepted'], rows['read'])}).",
    )
    yield "Refused", f"{words.number(rows['refused'])} ({_share(rows['refused'], rows['read'])})."
    yield f"In {dataset.area}", f"{words.number(rows['located'])} of those accepted."
    elsewhere = rows["outside"] + rows["ring"]
    if elsewhere:
        yield (
            "Elsewhere",
            f"{words.number(elsewhere)}, in no figure of {dataset.area}"
            + (f"; {words.number(rows['ring'])} of them just round it." if rows["ring"] else "."),
        )
    yield (
        "Without a place",
        f"{words.number(rows['unlocated'])} ({_share(rows['unlocated'], rows['accepted'])} of "
        "those accepted): in no area’s count. They may lie anywhere that the files cover.",  # noqa: RUF001
    )
    yield "Code and map point", _agreement(source)


def _agreement(source: dict[str, Any]) -> str:
    found = source["agreement"]
    why = "outlines are simplified, so a point near an edge may fall across it"
    if source["recorded_by"] == "police":
        why = "police move points to the nearest anonymous place, and outlines are simplified"
    if not found["compared"]:
        return (
            "No row has both the code of a census area and a map point, so they are not compared."
        )
    return (
        f"{words.number(found['disagreed'])} of {words.number(found['compared'])} rows "
        f"({_share(found['disagreed'], found['compared'])}) name a census area that their map "
        f"point lies outside of. They count where the row says: {why}."
    )


def _ring(dataset: Dataset, source: dict[str, Any]) -> str:
    if not len(dataset.ring):
        return "None: the outlines end at the area, so areas at its edge have fewer neighbours."
    covered = source["ring_covered"]
    why = f": {source['ring_why'].rstrip('.')}" if source["ring_why"] else ""
    return (
        f"{covered:,} of {counted(len(dataset.ring), 'areas')} that touch it are covered{why}. "
        "They serve only to judge areas at the edge."
    )


def _unlicensed(source: dict[str, Any]) -> str:
    if source["illustrative"]:
        return "None needed: the incidents are made up."
    return "The partner’s own terms." if source["sensitivity"] == "partner" else "Not stated."  # noqa: RUF001


def _areas(areas: dict[str, Any]) -> Iterator[Told]:
    vintage = VINTAGES.get(areas["vintage"], areas["vintage"])
    yield (
        "Census areas",
        f"{counted(areas['lsoas'], 'areas')} (LSOA {vintage}: lower layer super output areas, of "
        "about 1,500 people each).",
    )
    if areas["estimated"]:
        yield (
            "Partly estimated",
            f"{counted(areas['estimated'], 'areas')}, from the areas of another census.",
        )
    if areas["towns"]:
        yield (
            "Towns",
            f"{areas['towns']:,}, each made of whole census areas, so outlines reach into fields.",
        )
    if areas["sets"]:
        yield "Further areas", ", ".join(areas["sets"])
    unknown = areas["residents_unknown"]
    lacking = f"; not known for {counted(unknown, 'areas')}" if unknown else ""
    yield (
        "Rates divide by",
        f"{areas['denominator']}: {words.number(areas['residents'])} people{lacking}.",
    )
    editions = [str(edition) for edition in areas["deprivation"]]
    yield (
        "Deprivation",
        f"Indices of {' and '.join(editions)}, with the publisher’s own deciles. Editions are "  # noqa: RUF001
        "never subtracted from each other."
        if editions
        else "None was given.",
    )


def _day(date: str | None) -> str:
    """A date as people write it; whatever else was given as it is."""
    try:
        day = datetime.fromisoformat(date or "")
    except ValueError:
        return date or "Not stated"
    return f"{day.day} {day:%B %Y}"


def _change(change: dict[str, Any]) -> dict[str, Any]:
    what = change["what"].removeprefix("when ")
    when = month_words(parse_month(change["month"]))
    return {**change, "when": when, "what": f"{what[0].upper()}{what[1:]}."}


def _copy(facts: dict[str, Any]) -> Iterator[Told]:
    if facts["created"]:
        at = datetime.fromisoformat(facts["created"])
        yield "Built", f"{_day(facts['created'])} at {at:%H:%M} (UTC)."
    else:
        yield (
            "Built",
            "Not told of a public view: it would say when a partner’s records were loaded.",  # noqa: RUF001
        )
    yield "Dataset", f"{facts['dataset_id']}. The same areas and counts always have the same id."
    yield "Coordinates", facts["transformation"]


def _share(part: int, whole: int) -> str:
    return words.percent(part / whole if whole else None, 1)
