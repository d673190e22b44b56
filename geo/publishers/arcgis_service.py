"""Questions to a layer of an ArcGIS feature service, and its answers checked."""

from dataclasses import dataclass
from typing import Any

from geo.errors import FetchError
from geo.publishers.addresses import Entry
from geo.publishers.client import Client
from geo.publishers.pages import Rows

PAGE = 2000  # the publisher gives no more features at once
_BUSY = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Layer:
    """What a service says of a layer. `edited`: when it was last changed, where it says so."""

    columns: tuple[str, ...]
    object_id: str
    page: int
    edited: str | None


class Service:
    """One layer of a service."""

    def __init__(self, client: Client, entry: Entry) -> None:
        self.client = client
        self.entry = entry
        self.url = entry.url()
        self.layer = self._describe()

    def count(self, where: str) -> int:
        """The number of features a condition holds for."""
        answer = self._ask("/query", {"where": where, "returnCountOnly": "true", "f": "json"})
        # asked for as GeoJSON some versions put the count among the properties
        found = answer.get("count", answer.get("properties", {}).get("count"))
        if not isinstance(found, int):
            raise self._unlike("a number of features")
        return found

    def page(self, where: str, offset: int, *, outlines: bool) -> Rows:
        """The features from an offset on, at least one of them."""
        query = {
            "where": where,
            "outFields": "*",
            "returnGeometry": str(outlines).lower(),
            "orderByFields": self.layer.object_id,  # without an order pages may overlap
            "resultOffset": offset,
            "resultRecordCount": self.layer.page,
            **({"outSR": 4326, "f": "geojson"} if outlines else {"f": "json"}),
        }
        rows = self._ask("/query", query).get("features")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unlike("a list of features")
        if not rows:
            raise FetchError(
                f"{self.entry.publisher.name} gave no more of {self.entry.title} after {offset:,} "
                "features, though it counts more; try again later."
            )
        part = "properties" if outlines else "attributes"
        if not all(isinstance(row.get(part), dict) for row in rows):
            raise self._unlike(f"features with {part}")
        return rows

    def _describe(self) -> Layer:
        said = self._ask("", {"f": "json"})
        columns = said.get("fields")
        if not isinstance(columns, list) or not columns:
            raise self._unlike("the columns of a layer")
        names = tuple(str(column.get("name")) for column in columns)
        keys = [column["name"] for column in columns if column.get("type") == "esriFieldTypeOID"]
        edited = (said.get("editingInfo") or {}).get("lastEditDate")
        largest = said.get("maxRecordCount")
        return Layer(
            names,
            said.get("objectIdField") or (keys[0] if keys else names[0]),
            min(PAGE, largest) if isinstance(largest, int) and largest > 0 else PAGE,
            None if edited is None else str(edited),
        )

    def _ask(self, path: str, query: dict[str, object]) -> dict[str, Any]:
        """An answer. An error that comes with status 200 is an error all the same."""
        manners = self.client.addresses.manners
        for attempt in range(1, manners.tries + 1):
            answer = self.client.json(self.entry, self.url + path, query)
            if not isinstance(answer, dict):
                raise self._unlike("a JSON object")
            error = answer.get("error")
            if error is None:
                return answer
            code, said = self._error(error)
            if code not in _BUSY or attempt == manners.tries:
                break
            self.client.wait(attempt)
        name = self.entry.publisher.name
        if code in _BUSY:
            raise FetchError(f"{name} is too busy to answer for {self.entry.title}: {said}.")
        raise FetchError(
            f"{name} does not answer for {self.entry.title} ({said}): "
            f"{self.entry.where_to_mend()}; look at {self.entry.page}."
        )

    @staticmethod
    def _error(error: object) -> tuple[int, str]:
        if not isinstance(error, dict):
            return 0, str(error)[:200]
        details = [str(item) for item in error.get("details") or [] if item]
        said = "; ".join([str(error.get("message") or "an error"), *details])
        code = error.get("code")
        return (code if isinstance(code, int) else 0), said.rstrip(".")[:300]

    def _unlike(self, wanted: str) -> FetchError:
        return FetchError(
            f"{self.entry.publisher.name} answered for {self.entry.title} without {wanted}: "
            f"{self.entry.where_to_mend()}."
        )
