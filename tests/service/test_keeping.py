"""The commands purge, backup, restore and audit, and a service on the day something expires."""

import re
from datetime import date
from pathlib import Path

import pytest
from command_line import Run, refused, tree
from kept_sources import NEW, OLD, REFUSED, build_kept, texts_under
from starlette.testclient import TestClient

from boundaries import SHROPSHIRE
from geo.retention import FOR_EVER, Keep
from geo.versions import all_versions, current_folder
from service.app import create_app
from service.audit import AuditLog, Entry
from service.audit.read import entries
from service.site import Site

UNTIL = Keep(until=date(2016, 4, 30))
LONG = Keep(until=date(2999, 3, 31))


def test_what_is_held_too_long_is_refused_until_it_is_purged(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home"
    build_kept(tmp_path, UNTIL)
    build_kept(tmp_path, UNTIL)
    for command in (
        ("serve", "--dataset", home, "--port", 0),
        ("serve", "--public", "--dataset", home, "--port", 0),
        ("export", "--layer", "lsoas", "--out", tmp_path / "x.gpkg", "--dataset", home),
        ("publish", "postgresql://nowhere/x", "--dataset", home),
        ("compare", tmp_path / "other", "--dataset", home),
        ("briefing", "--town", "Oswestry", "--out", tmp_path / "x.pdf", "--dataset", home),
        ("strategy", "--dataset", home),
        ("backup", tmp_path / "b.gz", "--dataset", home),
    ):
        refused(
            run(*command), "Force extract, November 2014 to February 2016", "30 April 2016",
            f"safermap purge --dataset {home}",
        )  # fmt: skip
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(("x", "b."))]
    done = run("purge", "--dataset", home)
    assert done.returncode == 0, done.stderr
    for words in ("Force extract, November 2014 to February 2016", "9 rows", "now current",
                  "delete backups"):  # fmt: skip
        assert words in done.stdout
    assert not any(word in texts_under(home) for word in (OLD, NEW, REFUSED))
    found = run("export", "--layer", "lsoas", "--out", tmp_path / "x.gpkg", "--dataset", home,
                "--theme", "asb")  # fmt: skip
    assert found.returncode == 0, found.stderr
    again = run("purge", "--dataset", home)
    assert "Nothing in" in again.stdout


def test_the_log_says_what_was_purged_before_and_after(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home"
    old = build_kept(tmp_path, UNTIL).folder.name
    run("purge", "--dataset", home)
    told = list(entries(home / "audit"))
    assert [(one["action"], one["actor"]) for one in told] == [
        ("purge-begun", "command line"), ("purge-begun", "command line"),
        ("purged", "command line"), ("purged", "command line"),
    ]  # fmt: skip
    source = {"source": "force", "months": "2014-11/2016-02", "keep_until": "2016-04-30",
              "keep_months": None}  # fmt: skip
    assert [one["what"] for one in told] == [
        source, {"versions": old}, source | {"rows": 9}, {"versions": old}
    ]  # fmt: skip
    assert not any(word in texts_under(home / "audit") for word in (OLD, NEW, REFUSED))
    said = run("audit", "--dataset", home)
    assert len(said.stdout.splitlines()) == 4
    assert re.search(r'command line \(operator\)  purged  source="force" .* rows=9', said.stdout)


def test_nothing_is_purged_that_cannot_be_recorded(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home"
    build_kept(tmp_path, UNTIL)
    (tmp_path / "log").write_text("a file where a folder should be")
    before = tree(home)
    refused(run("purge", "--dataset", home, "--audit-log", tmp_path / "log"), "cannot be written")
    assert tree(home) == before


def test_a_purge_of_nothing_is_an_error(tmp_path: Path, run: Run) -> None:
    refused(run("purge", "--dataset", tmp_path / "none"), "There is no dataset")
    assert not (tmp_path / "none").exists()


def test_a_build_says_that_earlier_versions_are_held_too_long(tmp_path: Path, run: Run) -> None:
    build_kept(tmp_path, UNTIL)
    area = tmp_path / "here" / "safermap.toml"
    text = re.sub(r'file = "', f'file = "{SHROPSHIRE.parent}/', SHROPSHIRE.read_text("utf-8"))
    more = "\n".join(
        f'[[source]]\nid = "{name}"\nname = "{name}"\nkind = "extract"\n'
        f'files = "{tmp_path / name}.csv"\n{keep}'
        for name, keep in (("force", "keep_until = 2016-04-30\n"), ("council", ""))
    )
    area.write_text(f"{text}\n{more}", encoding="utf-8")
    done = run("build", "--out", tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "force.csv was passed over: it may be held until 30 April 2016." in done.stdout
    assert "Earlier versions hold what may not be held any longer: 1." in done.stdout


def test_a_backup_is_restored_and_both_are_recorded(tmp_path: Path, run: Run) -> None:
    home, file, log = tmp_path / "home", tmp_path / "b.tar.gz", tmp_path / "log"
    build_kept(tmp_path, LONG)
    done = run("backup", file, "--dataset", home, "--audit-log", log)
    assert done.returncode == 0, done.stderr
    assert "held until 31 March 2999 and no longer" in done.stdout
    done = run("restore", file, "--dataset", tmp_path / "other", "--audit-log", log)
    assert done.returncode == 0, done.stderr
    assert tree(current_folder(tmp_path / "other")) == tree(current_folder(home))
    [backed, restored] = entries(log)
    assert (backed["action"], restored["action"]) == ("backup", "restore")
    assert backed["what"]["version"] == current_folder(home).name
    assert restored["what"]["version"] == current_folder(tmp_path / "other").name
    file.write_bytes(file.read_bytes()[:-20])
    ended = run("restore", file, "--dataset", home, "--audit-log", log)
    assert ended.returncode == 2
    assert "is damaged: it is cut off. Nothing was restored." in ended.stderr
    assert len(all_versions(home)) == 1


def test_nothing_is_backed_up_or_restored_that_cannot_be_recorded(tmp_path: Path, run: Run) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    build_kept(tmp_path, LONG)
    run("backup", tmp_path / "b.gz", "--dataset", home)
    log.write_text("a file where a folder should be")
    before = tree(home)
    for command in (
        ("backup", tmp_path / "c.gz", "--dataset", home),
        ("restore", tmp_path / "b.gz", "--dataset", home),
        ("restore", tmp_path / "b.gz", "--dataset", tmp_path / "new"),
    ):
        ended = run(*command, "--audit-log", log)
        assert ended.returncode == 2
        assert "The audit log in" in ended.stderr
    assert tree(home) == before
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob("*c.gz*"))


def test_an_altered_log_is_told(tmp_path: Path, run: Run) -> None:
    key = tmp_path / "key"
    key.write_text("0123456789abcdef" * 4)
    log = AuditLog(tmp_path / "log", key.read_bytes())
    for layer in ("lsoas", "towns", "lsoas"):
        log.record(Entry("reader", "partner", "download", {"layer": layer}))
    found = run("audit", "--audit-log", tmp_path / "log", "--layer", "lsoas", "--actor", "reader")
    assert len(found.stdout.splitlines()) == 2
    asked = ("audit", "--verify", "--audit-log", tmp_path / "log", "--audit-key", key)
    done = run(*asked)
    assert "Entries 1 to 3 fit together" in done.stdout
    [noted] = re.findall(r"--noted (\S+)", done.stdout)
    assert run(*asked, "--noted", noted).returncode == 0
    refused(run(*asked, "--noted", f"{noted[:-1]}{'0' if noted[-1] != '0' else '1'}"), "line 3")
    refused(run(*asked, "--noted", "x"), "is no seal")
    refused(run(*asked[:-2]), "begun with a key")
    [path] = (tmp_path / "log").glob("*.jsonl")
    path.write_text(path.read_text().replace("towns", "wards"))
    refused(run(*asked), f"{path.name}, line 3: it does not vouch for the line before")
    key.write_text("short")
    refused(run(*asked), "has 5 bytes; it must have 32 or more")
    refused(run("audit", "--verify", "--audit-log", tmp_path / "no"), "There is no audit log in")


@pytest.fixture
def days() -> list[date]:
    """The day it is, for a service; the last one counts."""
    return [date(2999, 3, 31)]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    build_kept(tmp_path, LONG)
    return Site.open(tmp_path / "home")


@pytest.fixture
def service(site: Site, days: list[date]) -> TestClient:
    return TestClient(create_app(site, today=lambda: days[-1]), raise_server_exceptions=False)


PATHS = ("/", "/collections/lsoas/items?theme=burglary", "/ready",
         "/collections/lsoas/items?theme=burglary&f=gpkg", "/towns/shrewsbury")  # fmt: skip


def test_a_service_shows_nothing_after_midnight(
    site: Site, service: TestClient, days: list[date]
) -> None:
    assert site.expires == date(2999, 4, 1)
    for path in PATHS * 2:
        assert service.get(path).status_code == 200, path
    made = site.files.get("kept", "txt", lambda path: path.write_text("x")).path
    days.append(date(2999, 4, 1))
    assert service.get("/health").status_code == 200  # to start it again would not help
    for path in (*PATHS, "/nowhere"):
        answer = service.get(path)
        assert answer.status_code == 503, path
        assert answer.headers["Cache-Control"] == "no-store"
        assert "may not be held any longer" in answer.json()["detail"]
        assert str(site.dataset.folder) not in answer.text
    page = service.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "Nothing is shown at present</h1>" in page.text
    assert "Content-Security-Policy" in page.headers
    for held in site.dataset.held:
        assert held.source.name not in page.text
        assert held.period.words() not in page.text
    assert not made.exists()
    [style] = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page.text)[:1]
    assert service.get(style).status_code == 200


def test_a_service_expires_with_the_first_of_the_datasets_beside_it(
    site: Site, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    build_kept(other, Keep(until=date(2998, 1, 1)), council=2)
    both = Site.open(tmp_path / "home", [other / "home"])
    assert both.expires == date(2998, 1, 2)


def test_without_an_agreement_a_service_never_expires(tmp_path: Path) -> None:
    build_kept(tmp_path, FOR_EVER)
    assert Site.open(tmp_path / "home").expires is None
