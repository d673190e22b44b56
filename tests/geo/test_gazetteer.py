"""The search of a dataset: what is found by what is written, and what must not be."""

from dataclasses import replace

import numpy as np
import pytest

from geo.building.names import street_of
from geo.dataset import Dataset
from geo.gazetteer import Found, Gazetteer


@pytest.fixture(scope="module")
def gazetteer(police: Dataset) -> Gazetteer:
    """Of the real police files."""
    return Gazetteer(police)


def kinds(found: list[Found]) -> list[tuple[str, str]]:
    return [(item.kind, item.name) for item in found]


def test_a_town_comes_first_and_its_areas_next(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("oswestry", 12)
    assert kinds(found)[:2] == [("town", "Oswestry"), ("area", "Oswestry town centre")]
    assert found[0].id == found[0].town_id == found[1].town_id == "oswestry"


@pytest.mark.parametrize("code", ["E01028906", "e01028906", " E0102 8906 "])
def test_a_code_leads_to_its_area(gazetteer: Gazetteer, police: Dataset, code: str) -> None:
    found = gazetteer.find(code, 12)
    if " " in code.strip():
        assert found == []  # two words, of which none is the code
        return
    [area] = found
    assert (area.kind, area.id) == ("area", "E01028906")
    at = police.lsoas["lsoa_code"].tolist().index("E01028906")
    assert (area.easting, area.northing) == tuple(police.centroids[at])


def test_every_area_is_found_by_its_code_and_by_its_name(
    gazetteer: Gazetteer, police: Dataset
) -> None:
    for code, name in zip(police.lsoas["lsoa_code"], police.lsoas["name"], strict=True):
        assert [item.id for item in gazetteer.find(code, 2)] == [code]
        assert code in [item.id for item in gazetteer.find(name, 50)]


def test_a_street_stands_where_the_police_put_it(gazetteer: Gazetteer, police: Dataset) -> None:
    found = gazetteer.find("leg st", 12)
    assert kinds(found) == [("street", "Leg Street")]
    named = np.array([street_of(place or "") == "Leg Street" for place in police.places.location])
    points = set(zip(police.places.easting[named], police.places.northing[named], strict=True))
    assert (found[0].easting, found[0].northing) in points
    lon, lat = found[0].lonlat
    assert abs(lon + 3.054) < 0.002
    assert abs(lat - 52.860) < 0.002


def test_a_whole_word_goes_before_its_beginning(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("leg", 1)[0].name == "Leg Street"
    assert "Legge's Hill" in [item.name for item in gazetteer.find("leg", 12)]


@pytest.mark.parametrize("text", ["", " ", "x", "?!", "-", "zzzzz", "é", "\0\0", "osw\nestry"])
def test_what_fits_nothing_finds_nothing(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text, 12) == []


@pytest.mark.parametrize("text", ["LEG STREET", "leg  street", "Street, Leg", "lég street"])
def test_case_accents_order_and_punctuation_do_not_matter(gazetteer: Gazetteer, text: str) -> None:
    assert kinds(gazetteer.find(text, 12)) == [("street", "Leg Street")]


def test_no_more_are_found_than_asked_for(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.find("sh", 5)) == 5
    assert len(gazetteer.find("street", 500)) > 100


def test_a_street_of_two_towns_is_found_in_both(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("church street", 50)
    towns = [item.detail for item in found if item.name == "Church Street"]
    assert len(set(towns)) == len(towns) >= 3


def test_streets_of_partners_and_of_drawn_records_are_not_found(police: Dataset) -> None:
    for changed in ({"sensitivity": "partner"}, {"illustrative": True}):
        held = tuple(replace(one, source=replace(one.source, **changed)) for one in police.held)
        hidden = replace(police, held=held)
        assert [item for item in Gazetteer(hidden).find("leg st", 9) if item.kind == "street"] == []
        assert Gazetteer(hidden).find("oswestry", 1)[0].kind == "town"
