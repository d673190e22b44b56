"""What a client may ask: so often, so large, and so much work."""

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.errors import BusyError, SafermapError
from service.access.access import Access
from service.app import create_app
from service.operation import work
from service.operation.limited import ADDRESS_BYTES, BODY_BYTES, Frequency
from service.operation.settings import Limits, Rate
from service.operation.work import Work
from service.site import Site

SOMEBODY, ELSEWHERE = ("192.0.2.1", 4000), ("198.51.100.7", 4000)


def client_at(site: Site, at: tuple[str, int], limits: Limits) -> TestClient:
    return TestClient(create_app(site, limits=limits), client=at, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def site(embedded: Dataset) -> Site:
    return Site(embedded)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("600/minute", Rate(600, 60)), ("5/second", Rate(5, 1)), ("9/hour", Rate(9, 3600))],
)
def test_a_rate_is_read(text: str, rate: Rate) -> None:
    assert Rate.read(text) == rate
    assert Rate.read("off") is None


@pytest.mark.parametrize("text", ["", "0/minute", "600", "600/day", "-1/minute", "6e2/minute"])
def test_what_is_no_rate_is_said(text: str) -> None:
    with pytest.raises(SafermapError, match="such as 600/minute, or off"):
        Rate.read(text)


@given(
    st.integers(1, 20),
    st.integers(1, 60),
    st.lists(st.floats(0, 20, allow_subnormal=False), max_size=80),
)
def test_never_more_than_twice_the_rate_in_any_span(
    requests: int, seconds: int, pauses: list[float]
) -> None:
    """A full span at once, and what becomes free meanwhile; whoever waits as told is let in."""
    now = [0.0]
    frequency = Frequency(Rate(requests, seconds), lambda: now[0])
    let: list[float] = []
    for pause in pauses:
        now[0] += pause
        wait = frequency.wait("a")
        assert frequency.wait(f"b{len(let)}{now[0]}") == 0  # others are not counted with it
        if not wait:
            let.append(now[0])
        else:
            before = now[0]
            now[0] += wait * (1 + 1e-9) + 1e-9
            assert frequency.wait("a") == 0  # what it was told to wait is enough
            let.append(now[0])
            assert now[0] > before
    for at in let:
        assert sum(at <= other < at + seconds for other in let) <= 2 * requests


@given(st.integers(1, 1000))
def test_who_keeps_to_the_rate_never_waits(requests: int) -> None:
    now = [0.0]
    frequency = Frequency(Rate(requests, 60), lambda: now[0])
    for _ in range(200):
        assert frequency.wait("a") == 0
        now[0] += 60 / requests


def test_one_too_many_is_told_when_to_ask_again(site: Site) -> None:
    app = create_app(site, limits=Limits(Rate(3, 3600)))
    somebody, other = (TestClient(app, client=at) for at in (SOMEBODY, ELSEWHERE))
    assert [somebody.get("/collections").status_code for _ in range(3)] == [200] * 3
    refused = somebody.get("/collections")
    assert refused.status_code == 429
    assert 1190 < int(refused.headers["Retry-After"]) <= 1200
    assert refused.headers["Content-Security-Policy"]
    page = somebody.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 429
    assert "Too many requests" in page.text
    assert other.get("/collections").status_code == 200
    assert somebody.get("/static/map.js").status_code == 200
    assert somebody.get("/health").status_code == 200


def test_addresses_of_one_network_are_one_client_and_this_machine_is_none(site: Site) -> None:
    app = create_app(site, limits=Limits(Rate(2, 3600)))
    found = [
        TestClient(app, client=(f"2001:db8::{number}", 1)).get("/collections").status_code
        for number in range(1, 4)
    ]
    assert found == [200, 200, 429]
    assert TestClient(app, client=("2001:db8:0:1::1", 1)).get("/collections").status_code == 200
    for here in ("127.0.0.1", "::1"):
        near = TestClient(app, client=(here, 1))
        assert {near.get("/collections").status_code for _ in range(5)} == {200}


def test_what_is_too_long_is_refused(site: Site) -> None:
    client = client_at(site, SOMEBODY, Limits())
    assert client.get("/collections", params={"f": "x" * ADDRESS_BYTES}).status_code == 414
    body = client.request("GET", "/collections", content=b"x")
    assert (body.status_code, body.headers["connection"]) == (413, "close")
    assert client.post("/collections", content=b"x" * (BODY_BYTES + 1)).status_code == 413
    assert client.post("/collections", content=b"x" * BODY_BYTES).status_code == 405


def test_a_body_that_does_not_say_its_length_is_bounded_too(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    access = Access(tmp_path_factory.mktemp("access"))
    app = create_app({"public": site, "partner": site, "analyst": site}, access=access)
    client = TestClient(app, base_url="https://testserver", raise_server_exceptions=False)

    def pieces() -> Iterator[bytes]:
        yield b"token="
        yield from [b"x" * 1024] * 64

    head = {"Origin": "https://testserver", "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/login", content=pieces(), headers=head).status_code == 413


def test_an_answer_that_takes_too_long_is_given_up_and_is_there_later() -> None:
    go, late = threading.Event(), []

    async def ask() -> None:
        working = Work(0.2, lambda: late.append(1))

        def slow() -> str:
            go.wait(30)
            return "made"

        assert await working.run("seven", lambda: 7) == 7
        with pytest.raises(BusyError, match=r"longer than the 0\.2 seconds"):
            await working.run("slow", slow)
        assert late == [1]
        go.set()
        assert await working.run("slow", slow) == "made"
        with pytest.raises(KeyError):
            await working.run("absent", lambda: {}["absent"])

    asyncio.run(ask())


def test_an_answer_is_made_once_for_all_who_ask_meanwhile() -> None:
    go, made = threading.Event(), []

    def slow() -> int:
        made.append(go.wait(30))
        return len(made)

    async def ask() -> None:
        working = Work(30)
        asked = [asyncio.create_task(working.run("slow", slow)) for _ in range(5)]
        other = asyncio.create_task(working.run("other", go.is_set))
        assert not await other  # nobody waits for what was not asked
        go.set()
        assert await asyncio.gather(*asked) == [1] * 5
        assert await working.run("slow", slow) == 2  # which of them is kept is not for here

    asyncio.run(ask())


def test_who_gives_up_takes_nothing_from_who_asked_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "THREADS", 1)
    go = threading.Event()

    async def ask() -> None:
        working = Work(0.4)
        stuck = asyncio.create_task(working.run("stuck", go.wait))
        first = asyncio.create_task(working.run("one", lambda: 1))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(working.run("one", lambda: 1))
        with pytest.raises(BusyError):
            await first
        go.set()
        assert await second == 1
        await asyncio.gather(stuck, return_exceptions=True)

    asyncio.run(ask())


@pytest.mark.parametrize("short", [0.05, 30])
def test_few_run_at_first_and_long_ones_hold_nobody_up(
    short: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "SHORT_SECONDS", short)
    go = threading.Event()

    async def ask() -> None:
        working = Work(1)
        stuck = [asyncio.create_task(working.run(key, go.wait)) for key in range(work.AHEAD)]
        await asyncio.sleep(0.01)
        [found] = await asyncio.gather(working.run("one", lambda: 1), return_exceptions=True)
        assert found == 1 if short < 1 else isinstance(found, BusyError)
        go.set()
        await asyncio.gather(*stuck, return_exceptions=True)

    asyncio.run(ask())


def test_no_more_run_at_once_than_there_are_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "THREADS", 2)
    go, begun, most = threading.Event(), [], []

    def stuck() -> None:
        begun.append(1)
        most.append(len(begun))
        go.wait(30)
        begun.pop()

    async def ask() -> None:
        working = Work(0.3)
        found = await asyncio.gather(
            *(working.run(key, stuck) for key in range(6)), return_exceptions=True
        )
        assert {type(one) for one in found} == {BusyError}
        assert len(begun) == 2  # those that nobody waits for keep their places
        with pytest.raises(BusyError):
            await working.run("one", lambda: 1)
        go.set()
        assert await Work(30).run("one", lambda: 1) == 1
        assert await working.run("one", lambda: 1) == 1

    asyncio.run(ask())
    assert max(most) == 2


def test_a_question_that_takes_too_long_is_503_and_others_are_answered(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    go = threading.Event()
    monkeypatch.setattr("service.addresses.about_facts", lambda _: go.wait(30) and {"at": "last"})
    client = client_at(site, SOMEBODY, Limits(seconds=0.3))
    with caplog.at_level(logging.INFO), client:  # one loop, so that what goes on goes on
        late = client.get("/about?f=json")
        assert late.status_code == 503
        assert int(late.headers["Retry-After"]) > 0
        assert "takes longer than" in late.json()["detail"]
        assert client.get("/collections").status_code == 200
        assert client.app.state.counts.total("late") == 1
        go.set()
        for _ in range(100):
            if (found := client.get("/about?f=json")).status_code == 200:
                break
        assert found.json() == {"at": "last"}
