"""The inset of the rural page: its kinds, their shares of the residents, and its size."""

import gzip
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pandas as pd
import pytest
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.query import Question
from layers.registry import find_layer
from service.pages.rural_inset import Inset, rural_inset
from service.site import Site

TO_2021 = {"C1": "UN1", "C2": "UF1", "D1": "RLN1", "D2": "RLF1", "E1": "RSN1", "E2": "RSF1"}


def inset_of(dataset: Dataset) -> Inset | None:
    """The inset as the rural page has it."""
    _, rows = Site(dataset).computed.answer(
        find_layer("rural-urban"), Question.ask(dataset, "crime")
    )
    return rural_inset(dataset, [row for row in rows if row["level"] == "class"])


def shares(dataset: Dataset, kinds: dict[str, str]) -> list[str]:
    """The share of all residents in each kind, by the beginning of the class's code."""
    lsoas = dataset.lsoas
    by_class = lsoas.groupby("ruc_code")["residents"].sum()
    total = lsoas["residents"].sum()
    return [
        f"{100 * by_class[by_class.index.str.startswith(start)].sum() / total:.0f}"
        for start in kinds
    ]


def with_classes(dataset: Dataset, codes: pd.Series) -> Dataset:
    """The same areas in other classes."""
    return replace(dataset, lsoas=dataset.lsoas.assign(ruc_code=codes))


def test_each_kind_has_its_share_of_the_residents(embedded: Dataset) -> None:
    kinds = {"C": "Urban", "D": "Town and fringe", "E": "Village and dispersed"}
    inset = inset_of(embedded)
    assert inset
    assert [(title, share) for title, _, share in inset.kinds] == [
        (title, f"{share}% of residents")
        for title, share in zip(kinds.values(), shares(embedded, kinds), strict=True)
    ]


def test_the_classes_of_2021_are_told_by_their_own_names(embedded: Dataset) -> None:
    newer = with_classes(embedded, embedded.lsoas["ruc_code"].map(TO_2021))
    inset, older = inset_of(newer), inset_of(embedded)
    assert inset
    assert older
    assert [kind[0] for kind in inset.kinds] == ["Urban", "Larger rural", "Smaller rural"]
    assert [kind[1:] for kind in inset.kinds] == [kind[1:] for kind in older.kinds]


def test_without_classes_there_is_none_and_without_urban_areas_nothing_is_hatched(
    embedded: Dataset,
) -> None:
    assert rural_inset(embedded, []) is None
    rural = with_classes(embedded, embedded.lsoas["ruc_code"].map(lambda _: "E1"))
    inset = inset_of(rural)
    assert inset
    assert [(title, share) for title, _, share in inset.kinds] == [
        ("Village and dispersed", "100% of residents")
    ]
    assert 'fill="url' not in inset.drawing


def test_unknown_residents_are_said_and_not_counted_as_nought(embedded: Dataset) -> None:
    _, rows = Site(embedded).computed.answer(
        find_layer("rural-urban"), Question.ask(embedded, "crime")
    )
    classes = [{**row, "residents_share": None} for row in rows if row["level"] == "class"]
    inset = rural_inset(embedded, classes)
    assert inset
    assert {share for _, _, share in inset.kinds} == {"residents not known"}


def test_the_drawing_is_named_described_small_and_inside_its_frame(client: TestClient) -> None:
    page = client.get("/rural", headers={"Accept": "text/html"}).text
    [text] = re.findall(r'<svg class="inset".*?</svg>', page, re.DOTALL)
    assert len(gzip.compress(text.encode())) < 2_000
    drawing = ET.fromstring(text)  # noqa: S314  ours
    names = [drawing.attrib[f"aria-{how}"] for how in ("labelledby", "describedby")]
    named = [drawing.find(f"*[@id='{name}']") for name in names]
    assert all(part is not None and part.text for part in named)
    left, top, wide, high = map(float, drawing.attrib["viewBox"].split())
    for path in drawing.findall("path"):
        for ring in path.attrib["d"].split("z")[:-1]:
            start, _, steps = ring[1:].partition("l")
            x, y = (int(value) for value in re.findall(r"-?\d+", start))
            numbers = [int(value) for value in re.findall(r"-?\d+", steps)]
            for dx, dy in [(0, 0), *zip(numbers[::2], numbers[1::2], strict=True)]:
                x, y = x + dx, y + dy
                assert left <= x <= left + wide
                assert top <= y <= top + high


@pytest.mark.parametrize("words", ["What counts as rural", "of residents"])
def test_the_page_says_in_words_what_the_drawing_shows(client: TestClient, words: str) -> None:
    page = client.get("/rural", headers={"Accept": "text/html"}).text
    assert words in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
