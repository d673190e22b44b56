"""What catalogues are told of layers: valid, complete, and true of the layers themselves."""

import csv
import io
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest
import rdflib
from building import build_files
from layer_names import SHIPPED
from lxml import etree, isoschematron
from made_partner import partner
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.errors import SafermapError
from geo.public.view import public_view
from layers.registry import offered_layers
from service.app import create_app
from service.site import Site

GMD, GCO = "{http://www.isotc211.org/2005/gmd}", "{http://www.isotc211.org/2005/gco}"
SPACES = {"d": GMD.strip("{}"), "c": GCO.strip("{}"), "l": "http://www.opengis.net/gml/3.2"}
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
REPORT = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
LATER = (  # where GEMINI 2.3 (2018) asks for other than 2.1, whose rules these are
    "Use constraints shall be provided",  # now other constraints of legal ones
    "Limitations on public access code list value",  # looks at those of use as well
    "The gmd:pass element is not nillable",  # now nil where it was not evaluated
)


def schema(ending: str) -> str:
    """A schema that was published for records."""
    try:
        found = [str(one.locate()) for one in files("ckanext-spatial") or ()]
    except PackageNotFoundError:
        pytest.skip("needs the schemas that ckanext-spatial ships")
    return next(path for path in found if path.endswith(ending))


def record(client: TestClient, layer: str, form: str = "gemini") -> bytes:
    response = client.get(f"/collections/{layer}?f={form}")
    assert response.status_code == 200
    return response.content


def text(tree: etree._Element, path: str) -> list[str]:
    found = tree.findall(path, SPACES)
    return [" ".join("".join(one.itertext()).split()) for one in found]


@pytest.fixture(scope="module")
def iso() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(schema("iso19139eden/gmx/gmx.xsd")))


@pytest.mark.parametrize("layer", SHIPPED)
def test_a_gemini_record_is_valid_by_the_schema_of_iso_19139(
    client: TestClient, iso: etree.XMLSchema, layer: str
) -> None:
    found = etree.fromstring(record(client, layer))
    assert iso.validate(found), iso.error_log
    title = found.find(".//d:citation//d:title", SPACES)
    title.getparent().remove(title)
    assert not iso.validate(found)


@pytest.mark.parametrize(
    "rules", ["medin/ISOTS19139A1Constraints_v1.4.sch", "gemini2-schematron-20110906-v1.2.sch"]
)
def test_a_gemini_record_keeps_the_rules_of_its_profile(embedded: Dataset, rules: str) -> None:
    kept = isoschematron.Schematron(
        etree.parse(schema(rules)), store_report=True, validate_schema=False
    )
    for contact in ("csp@example.gov.uk", None):
        asked = TestClient(create_app(Site(embedded, contact=contact)))
        kept.validate(etree.fromstring(record(asked, "hotspots")))
        broken = kept.validation_report.iter(REPORT)
        said = [" ".join("".join(one.itertext()).split()) for one in broken]
        lacks = [words for words in said if not words.startswith(LATER)]
        assert all(contact is None and "electronicMailAddress" in words for words in lacks)


def test_a_gemini_record_says_what_the_layer_is(embedded: Dataset) -> None:
    asked = TestClient(create_app(Site(embedded, contact="csp@example.gov.uk")))
    found = etree.fromstring(record(asked, "hotspots"))
    assert text(found, "d:metadataStandardVersion") == ["2.3"]
    assert text(found, ".//d:citation//d:title")[0] == (
        "Hot spots: Shropshire, January 2014 to March 2016 (illustrative)"
    )
    [abstract] = text(found, ".//d:abstract")
    for words in ("not real reports", "residents at the 2011 Census", "Recorded is not the same"):
        assert words in abstract
    assert text(found, ".//l:beginPosition") == ["2014-01-01"]
    assert text(found, ".//l:endPosition") == ["2016-03-31"]
    box = [float(words) for words in text(found, ".//d:EX_GeographicBoundingBox/*/c:Decimal")]
    west, south, east, north = embedded.lsoa_shapes.extent
    assert box == [west, east, south, north]
    assert set(text(found, ".//d:electronicMailAddress")) == {"csp@example.gov.uk"}
    [lineage] = text(found, ".//d:lineage//d:statement")
    for words in ("49,495 rows read", "Office for National Statistics", "OSTN15", embedded.id):
        assert words in lineage
    for address in text(found, ".//d:linkage/d:URL"):
        assert asked.get(address).status_code == 200


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph")  # rdflib's own reader of JSON-LD has one
def test_a_catalogue_in_dcat_has_every_layer_with_addresses_that_answer(
    client: TestClient, embedded: Dataset
) -> None:
    response = client.get("/collections", headers={"Accept": "application/ld+json"})
    assert response.headers["content-type"] == "application/ld+json"
    graph = rdflib.Graph().parse(data=response.content, format="json-ld")
    [catalogue] = graph.subjects(rdflib.RDF.type, DCAT.Catalog)
    datasets = set(graph.objects(catalogue, DCAT.dataset))
    names = {str(one).rpartition("/")[2] for one in datasets}
    assert names == set(offered_layers(embedded))
    for dataset in datasets:
        for wanted in (DCT.title, DCT.description, DCT.publisher, DCT.license, DCT.provenance,
                       DCT.spatial, DCT.temporal, DCAT.keyword, DCAT.distribution):  # fmt: skip
            assert list(graph.objects(dataset, wanted)), wanted
        assert "illustrative" in str(graph.value(dataset, DCT.title))
        [box] = graph.objects(graph.value(dataset, DCT.spatial), DCAT.bbox)
        assert str(box).startswith("POLYGON((")
        for one in graph.objects(dataset, DCAT.distribution):
            address = graph.value(one, DCAT.downloadURL)
            media = str(graph.value(one, DCAT.mediaType)).partition("media-types/")[2]
            answer = client.get(f"{address}&limit=1")
            assert answer.headers["content-type"].startswith(media)
    alone = rdflib.Graph().parse(data=record(client, "towns", "dcat"), format="json-ld")
    named = {triple for triple in alone if not any(isinstance(one, rdflib.BNode) for one in triple)}
    assert len(named) > 20
    assert named <= set(graph)


def test_partner_records_are_said_to_be_limited_unless_only_what_is_public_is_shown(
    tmp_path: Path,
) -> None:
    whole = partner(tmp_path, 1)
    for dataset, limited in ((whole, True), (public_view(whole), False)):
        asked = TestClient(create_app(Site(dataset)))
        found = etree.fromstring(record(asked, "lsoas"))
        said = text(found, ".//d:MD_LegalConstraints/d:otherConstraints")
        assert said[0].startswith("Public access limited") == limited
        assert ("Open Government Licence v3.0" in said) != limited
        if not limited:
            assert "rows read" not in text(found, ".//d:lineage//d:statement")[0]
        for path in (
            "/api?f=json", "/about?f=json", "/collections?f=json", "/collections/lsoas?f=json",
            "/collections/lsoas/items", "/collections/lsoas/items?f=gpkg", "/qgis/project.qgs",
            "/collections/lsoas/style?f=qlr",
        ):  # fmt: skip
            told = asked.get(path)
            assert told.status_code == 200, path
            assert (b"open-government-licence" in told.content) != limited, path


def test_the_dictionary_has_every_field_of_every_layer(
    client: TestClient, embedded: Dataset
) -> None:
    wanted = {
        (layer.name, field.name, field.kind, field.title, field.unit or "", field.null or "")
        for layer in offered_layers(embedded).values()
        for field in layer.fields(embedded)
    }
    text = client.get("/dictionary?f=csv").content.decode("utf-8-sig")
    rows = [*csv.reader(io.StringIO(text))]
    assert rows[0] == ["layer", "field", "type", "title", "unit", "empty_means"]
    assert {tuple(row) for row in rows[1:]} == wanted
    assert len(rows) == len(wanted) + 1
    fields = client.get("/dictionary?f=json").json()["fields"]
    told = {
        (layer, one["name"], one["type"], one["title"], one["unit"] or "", one["null"] or "")
        for one in fields
        for layer in one["layers"]
    }
    assert told == wanted


@pytest.mark.parametrize("wrong", ["somebody", "a@b", "<a@b.uk>", "two words@a.uk", "a@b.uk\n"])
def test_a_contact_that_is_no_address_is_refused(embedded: Dataset, wrong: str) -> None:
    with pytest.raises(SafermapError, match="--contact must be an address of electronic mail"):
        Site(embedded, contact=wrong)


def test_the_contact_stands_on_the_page_of_a_layer(embedded: Dataset) -> None:
    asked = TestClient(create_app(Site(embedded, contact="csp@example.gov.uk")))
    page = asked.get("/collections/towns", headers={"Accept": "text/html"}).text
    assert 'href="mailto:csp@example.gov.uk"' in page
    assert asked.get("/api?f=json").json()["info"]["contact"] == {"email": "csp@example.gov.uk"}


ATOM = {"a": "http://www.w3.org/2005/Atom"}


def entries(dataset: Dataset) -> list[dict[str, str]]:
    """What the feed of a dataset says."""
    response = TestClient(create_app(Site(dataset))).get("/feed")
    assert response.headers["content-type"] == "application/atom+xml"
    found = etree.fromstring(response.content)
    listed = [
        {etree.QName(part).localname: part.text or "" for part in entry}
        for entry in found.findall("a:entry", ATOM)
    ]
    assert found.find("a:updated", ATOM).text == listed[0]["updated"]
    return listed


def test_the_feed_has_an_entry_for_each_version_the_latest_first(tmp_path: Path) -> None:
    home, extracts = tmp_path / "home", [tmp_path / f"{name}.csv" for name in ("may", "june")]
    for month, extract in enumerate(extracts, 5):
        lines = ["month,offence,easting,northing", f"2015-0{month},asb,349132,312545"]
        extract.write_text("\n".join(lines) + "\n")
    build_files(home, extracts[0])
    first = Dataset.open(home)
    build_files(home, *extracts)
    second = Dataset.open(home)
    one, two = entries(first), entries(second)
    assert len(one) == 1
    assert two[1] == one[0]
    assert two[0]["updated"] >= one[0]["updated"]
    assert two[0]["id"] != one[0]["id"]
    assert "1 file new" in two[0]["summary"]
    assert "1 file as before" in two[0]["summary"]


def test_the_feed_of_a_public_view_says_nothing_of_when_partners_were_loaded(
    tmp_path: Path,
) -> None:
    whole = partner(tmp_path, 1)
    [entry] = entries(public_view(whole))
    assert entry["updated"] == "2020-03-31T00:00:00+00:00"
    assert whole.id not in str(entry)
    assert len(entries(whole)) == 1
