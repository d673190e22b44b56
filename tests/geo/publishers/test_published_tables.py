"""Residents from Nomis, and the files of the Indices of Deprivation."""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from publisher_server import ArcGis, Asked, File, PublisherServer, Reply

from geo.errors import FetchError, InputError
from geo.publishers import population
from geo.publishers.client import Client
from geo.publishers.deprivation import fetch_deprivation, file_name
from geo.publishers.download import Fetched

CODES = [f"E0102{number:04d}" for number in range(250)]
LOOK_UP = [
    {"LSOA21CD": code, "LAD22CD": "E06000051", "FID": n} for n, code in enumerate(CODES[:220])
]


def residents(code: str, year: int) -> int:
    return 1000 + int(code[-3:]) + year % 100


@dataclass
class Nomis:
    """Nomis over some LSOAs: at most so many cells at once, whatever is asked for."""

    most: int = 25_000
    missing: tuple[str, ...] = ()

    def __call__(self, asked: Asked) -> Reply:
        query = asked.query
        assert (query["gender"], query["c_age"], query["measures"]) == ("0", "0", "20100")
        year = 2024 if query["date"] == "latest" else int(query["date"])
        wanted = CODES if query["geography"] == "TYPE151" else query["geography"].split(",")
        start = int(query["RecordOffset"])
        cells = [code for code in wanted if code not in self.missing]
        here = cells[start : start + min(self.most, int(query["RecordLimit"]))]
        return Reply.of({"obs": [self._cell(code, year) for code in here]} if here else {})

    @staticmethod
    def _cell(code: str, year: int) -> dict[str, object]:
        return {
            "geography": {"value": code, "description": "Somewhere 001A", "geogcode": code},
            "time": {"value": year, "description": year},
            "obs_value": {"value": residents(code, year)},
        }


def people(
    client: Client, *years: int, authorities: tuple[str, ...] = (), refresh: bool = False
) -> Fetched:
    entry = client.addresses.entry("population-2021")
    return population.fetch_population(client, entry, years, authorities, refresh=refresh)


def rows_of(fetched: Fetched) -> list[tuple[str, int, int]]:
    with fetched.path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        assert next(reader) == ["lsoa_code", "year", "residents"]
        return [(code, int(year), int(count)) for code, year, count in reader]


@pytest.fixture
def nomis(server: PublisherServer) -> Nomis:
    answers = Nomis()
    server.answers["/nomis"] = answers
    server.answers["/towns/0"] = ArcGis(LOOK_UP)
    return answers


@pytest.mark.parametrize("most", [25_000, 70])
def test_residents_of_everywhere(
    client: Client, nomis: Nomis, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    nomis.most = most
    monkeypatch.setattr(population, "PAGE", 100)
    expected = [(code, 2024, residents(code, 2024)) for code in CODES]
    assert rows_of(people(client)) == expected


def test_residents_of_an_authority_in_two_years(
    client: Client, server: PublisherServer, nomis: Nomis
) -> None:
    found = rows_of(people(client, 2022, 2021, authorities=("E06000051",)))
    assert found == [
        (code, year, residents(code, year)) for year in (2021, 2022) for code in CODES[:220]
    ]
    asked = [item.query["geography"] for item in server.asked if item.path.startswith("/nomis")]
    assert [len(codes.split(",")) for codes in asked] == [100, 100, 20] * 2


def test_residents_are_kept_for_a_while(
    client: Client, server: PublisherServer, nomis: Nomis
) -> None:
    first = people(client)
    count = len(server.asked)
    assert people(client).sha256 == first.sha256
    assert len(server.asked) == count
    people(client, refresh=True)
    assert len(server.asked) > count


def test_residents_that_do_not_come_are_missed(client: Client, nomis: Nomis) -> None:
    nomis.missing = (CODES[7],)
    with pytest.raises(FetchError, match=rf"219 of 220 cells .*{CODES[7]} among them"):
        people(client, 2022, authorities=("E06000051",))
    nomis.missing = tuple(CODES)
    with pytest.raises(FetchError, match="without observations"):
        people(client, 2022)
    with pytest.raises(InputError, match="99 is not a year"):
        people(client, 99)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "Incorrect geography"}, "Incorrect geography"),
        ({"obs": [{"geography": {}}]}, "of another shape"),
        ({"obs": [{**Nomis._cell(CODES[0], 2024), "obs_value": {"value": "many"}}]}, "shape"),
        ({"obs": []}, "no residents"),
        ([], "without observations"),
    ],
)
def test_residents_of_another_shape_are_refused(
    client: Client, server: PublisherServer, answer: object, words: str
) -> None:
    server.answers["/nomis"] = lambda _: Reply.of(answer)
    with pytest.raises(FetchError, match=words):
        people(client)


def test_residents_given_twice_are_refused(client: Client, server: PublisherServer) -> None:
    cell = Nomis._cell(CODES[0], 2024)

    def twice(asked: Asked) -> Reply:
        return Reply.of({"obs": [cell, cell] if asked.query["RecordOffset"] == "0" else []})

    server.answers["/nomis"] = twice
    with pytest.raises(FetchError, match=f"gave {CODES[0]} of 2024 twice"):
        people(client)


def test_the_recorded_answer_is_read(client: Client, server: PublisherServer, shared: Path) -> None:
    text = (shared / "data/api/nomis_lsoa_population_salisbury_2024.json").read_bytes()
    recorded = json.loads(text)

    def answer(asked: Asked) -> Reply:
        return Reply.of(recorded if asked.query["RecordOffset"] == "0" else {"obs": []})

    server.answers["/nomis"] = answer
    rows = rows_of(people(client))
    assert len(rows) == 28
    assert rows[0] == ("E01031980", 2024, 3845)
    assert sum(count for _, _, count in rows) == 47_234


def workbook(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name in names:
            book.writestr(name, "<x/>")
    return made.getvalue()


IMD = b"LSOA code (2011),Index of Multiple Deprivation (IMD) Rank\nE01000001,29199\n"


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/imd/File_7.csv", IMD, "deprivation-2019-File_7.csv"),
        ("/imd/File%207%20(v2).csv", IMD, "deprivation-2019-File_7__v2_.csv"),
        ("/download?id=7", IMD, "deprivation-2019-index.csv"),
        ("/x", workbook("xl/workbook.xml"), "deprivation-2019-index.xlsx"),
    ],
)
def test_deprivation_comes_as_published(
    client: Client, server: PublisherServer, path: str, body: bytes, name: str
) -> None:
    server.answers[path.split("?", maxsplit=1)[0]] = File(body)
    fetched = fetch_deprivation(client, 2019, server.address + path)
    assert fetched.path.read_bytes() == body
    assert file_name(fetched, 2019) == name


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body>This page, that page</body></html>", "a web page instead of a CSV or XLSX"),
        (b'{"error": 1, "a": 2}', "something else"),
        (b"", "something else"),
        (workbook("readme.txt"), "something else"),
        (b"a\x00b,c", "something else"),
    ],
)
def test_what_is_no_table_is_refused(
    client: Client, server: PublisherServer, body: bytes, words: str
) -> None:
    server.answers["/imd"] = File(body)
    with pytest.raises(FetchError, match=words):
        fetch_deprivation(client, 2019)


def test_an_address_that_is_not_known_has_to_be_given(client: Client) -> None:
    with pytest.raises(FetchError, match=r"GOV\.UK.*--address"):
        fetch_deprivation(client, 2025)
    with pytest.raises(InputError, match="no edition 2010"):
        fetch_deprivation(client, 2010)
    with pytest.raises(InputError, match="must begin with https"):
        fetch_deprivation(client, 2025, "file:///etc/passwd")


def test_a_given_address_that_has_changed_says_so(client: Client) -> None:
    address = client.addresses.entry("deprivation-2019").address.replace("File_7", "File_8")
    with pytest.raises(FetchError, match="address of --address, not known to be good"):
        fetch_deprivation(client, 2025, address)
