"""The figures at the top of the home page, for sources that record more or less."""

from pathlib import Path

import pytest
from building import build_files
from starlette.testclient import TestClient
from web_pages import Page

from service.app import create_app
from service.site import Site

OFFENCES = ["shoplifting"] * 3 + ["non-domestic-burglary"] * 2 + ["robbery"] * 5


@pytest.mark.parametrize(
    ("mark", "figure"),
    [
        (None, "50% of crime is non-domestic burglary or shoplifting"),
        ("yes", "100% of crime is against business"),
    ],
)
def test_the_share_against_business_says_what_was_counted(
    tmp_path: Path, mark: str | None, figure: str
) -> None:
    heading, value = (",business", f",{mark}") if mark else ("", "")
    rows = [f"2015-04,{offence},349132,312545{value}" for offence in OFFENCES]
    text = "\n".join([f"month,offence,easting,northing{heading}", *rows])
    (tmp_path / "a.csv").write_text(text + "\n")
    build_files(tmp_path / "home", tmp_path / "a.csv")
    client = TestClient(create_app(Site.open(tmp_path / "home")))
    page = Page(client.get("/", headers={"Accept": "text/html"}).text)
    assert figure.replace(" ", "") in page.words.replace(" ", "")


def test_open_police_data_counts_shoplifting_alone(police_client: TestClient) -> None:
    page = Page(police_client.get("/", headers={"Accept": "text/html"}).text)
    assert "of crime is shoplifting" in page.words
    assert "non-domestic burglary" not in page.words
