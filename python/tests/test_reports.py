"""Reports of an API: many in a request, again after a failure, and counted when they are dropped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
from issuer import ISSUER, RESOURCE, TestIssuer
from joserfc.jwk import ECKey

from behalf.resource_server import (
    Access,
    ConfigurationError,
    Introspection,
    LogEntry,
    Options,
    Report,
    Reporting,
    Reports,
    ResourceServer,
)

pytestmark = pytest.mark.anyio

SECRET = Introspection(client_id="api", client_secret="secret")
DONE = Report(tool="notes.add", outcome="done")
Sent = list[Mapping[str, Any]]


def recorded(sent: Sent) -> httpx.Response:
    return httpx.Response(200, json={"results": [{"id": one["id"], "status": "recorded"} for one in sent]})


def refusing(status: int) -> Callable[[Sent], httpx.Response]:
    return lambda _sent: httpx.Response(status, text="no")


class World:
    """An API, and a server that answers its reports as `answer` says."""

    def __init__(self, reporting: Reporting | None = None, introspection: Introspection = SECRET) -> None:
        self.requests: list[Sent] = []
        self.authorizations: list[str] = []
        self.sizes: list[int] = []
        self.log: list[LogEntry] = []
        self.answer: Callable[[Sent], httpx.Response] = recorded
        self.heard = anyio.Event()
        issuer = TestIssuer()
        self.issuer = issuer
        options = replace(
            issuer.options(introspection=introspection, reports=reporting or Reporting(), log=self.log.append),
            transport=httpx.MockTransport(self._answer),
        )
        self.server = ResourceServer(options)
        assert self.server.reports is not None
        self.reports: Reports = self.server.reports

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/authzen-configuration":
            document = {"policy_decision_point": ISSUER, "report_endpoint": f"{ISSUER}/access/v1/reports"}
            return httpx.Response(200, json=document)
        if request.url.path != "/access/v1/reports":
            return self.issuer._answer(request)
        self.authorizations.append(request.headers["authorization"])
        self.sizes.append(len(request.content))
        sent = json.loads(request.content)["reports"]
        self.requests.append(sent)
        self.heard.set()
        return self.answer(sent)

    async def access(self, **changes: Any) -> Access:
        return await self.server.verify_bearer(self.issuer.token(**changes))

    @property
    def counts(self) -> tuple[int, int]:
        return self.reports.queued, self.reports.dropped

    async def hears(self) -> None:
        with anyio.fail_after(10):
            await self.heard.wait()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.server.close()


async def test_a_report_has_the_token_its_transaction_the_time_and_an_id(world: World) -> None:
    access = await world.access(jti="tok_1")
    world.server.report(access, replace(DONE, resource="notes/1"))
    world.server.report(access, Report(route="GET /notes", outcome="failed", time=5.5))
    # Too old for the server.
    await world.reports.flush()
    (sent,) = world.requests
    (one,) = sent
    assert len(one["id"]) == 36
    assert abs(one["time"] - world.issuer.now()) < 5
    assert {name: one[name] for name in one if name not in ("id", "time")} == {
        "jti": "tok_1",
        "txn": "txn_1",
        "tool": "notes.add",
        "outcome": "done",
        "resource": "notes/1",
    }
    assert world.counts == (0, 1)


async def test_reports_are_sent_in_the_background_and_500_at_once(world: World) -> None:
    access = await world.access()
    world.server.report(access, DONE)
    await world.hears()
    slow = World(Reporting(interval=60))
    for _ in range(500):
        slow.server.report(access, DONE)
    await slow.hears()
    assert len(slow.requests[0]) == 500
    await slow.server.close()


async def test_a_private_key_authenticates_each_request_anew() -> None:
    key = ECKey.generate_key("P-256").as_dict(private=True) | {"alg": "ES256", "kid": "a"}
    world = World(introspection=Introspection("api", private_key=key))
    for _ in range(2):
        world.server.report(await world.access(), DONE)
        await world.reports.flush()
    await world.server.close()
    assert all(one.startswith("Bearer ") for one in world.authorizations)
    assert len(set(world.authorizations)) == 2


async def test_a_failure_keeps_the_reports_with_their_ids(world: World) -> None:
    world.server.report(await world.access(), DONE)
    for status in (503, 429, 401, 403):
        world.answer = refusing(status)
        await world.reports.flush()
    assert world.counts == (1, 0)
    assert [entry.reason for entry in world.log] == ["reports_delayed"] * 4
    world.answer = recorded
    await world.reports.flush()
    assert world.counts == (0, 0)
    assert len({one["id"] for sent in world.requests for one in sent}) == 1


async def test_the_pause_after_failures_grows_to_a_minute(world: World) -> None:
    world.server.report(await world.access(), DONE)
    world.answer = refusing(503)
    pauses = []
    for _ in range(8):
        await world.reports.flush()
        pauses.append(world.reports._pause)
    assert pauses[0] == 2
    assert pauses[-1] == 60
    assert pauses == sorted(pauses)


@pytest.mark.parametrize("status", [400, 413])
async def test_a_refusal_that_would_come_again_drops_the_reports(world: World, status: int) -> None:
    world.server.report(await world.access(), DONE)
    world.answer = refusing(status)
    await world.reports.flush()
    assert world.counts == (0, 1)


async def test_refused_reports_are_dropped_and_those_being_recorded_stay(world: World) -> None:
    states = ["recorded", "known", "counted", "later", "refused"]
    access = await world.access()
    for state in states:
        world.server.report(access, replace(DONE, tool=state))
    world.answer = lambda sent: httpx.Response(
        200, json={"results": [{"status": one["tool"], "reason": "report_late"} for one in sent]}
    )
    await world.reports.flush()
    assert world.counts == (1, 1)
    assert ("report_dropped", "report_late") in [(entry.event, entry.detail) for entry in world.log]


@pytest.mark.parametrize("body", [{"results": []}, {}, {"results": "x"}])
async def test_an_answer_of_another_form_keeps_them(world: World, body: object) -> None:
    world.server.report(await world.access(), DONE)
    world.answer = lambda _sent: httpx.Response(200, json=body)
    await world.reports.flush()
    assert world.counts == (1, 0)


async def test_a_full_queue_drops_and_no_request_fails() -> None:
    world = World(Reporting(most_queued=2))
    access = await world.access()
    for _ in range(5):
        world.server.report(access, DONE)
    assert world.counts == (2, 3)
    await world.server.close()


async def test_what_the_server_would_refuse_is_dropped(world: World) -> None:
    access = await world.access()
    world.server.report(access, replace(DONE, resource="x" * 5000))
    world.server.report(access, replace(DONE, resource="\ud800"))
    world.server.report(access, replace(DONE, resource=b"x"))  # type: ignore[arg-type]
    world.server.report(access, replace(DONE, time=float("nan")))
    world.server.report(replace(access, jti=None), DONE)
    world.server.report(access, DONE)
    world.issuer.offset += 86_401
    await world.reports.flush()
    assert world.requests == []
    assert world.counts == (0, 6)


async def test_a_request_has_at_most_500_reports_and_less_than_1_mib(world: World) -> None:
    access = await world.access()
    for _ in range(700):
        world.server.report(access, replace(DONE, resource="é" * 900))
    await world.reports.flush()
    assert sum(len(sent) for sent in world.requests) == 700
    assert all(len(sent) <= 500 for sent in world.requests)
    assert all(size < 1_048_576 for size in world.sizes)


async def test_close_sends_what_waits_and_drops_what_cannot_be_sent() -> None:
    world = World()
    access = await world.access()
    world.server.report(access, DONE)
    await world.server.close()
    assert (len(world.requests), world.counts) == (1, (0, 0))
    world.server.report(access, DONE)
    assert world.counts == (0, 1)
    other = World()
    other.answer = refusing(503)
    other.server.report(await other.access(), DONE)
    await other.server.close()
    await other.server.close()
    assert other.counts == (0, 1)


async def test_without_the_option_there_is_nothing_and_a_wrong_option_is_named() -> None:
    issuer = TestIssuer()
    async with ResourceServer(issuer.options()) as server:
        assert server.reports is None
        access = await server.verify_bearer(issuer.token())
        with pytest.raises(ValueError, match="report: set the option reports"):
            server.report(access, DONE)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"reports": Reporting()}, "reports"),
        ({"reports": True, "introspection": SECRET}, "reports"),
        ({"reports": Reporting(most_queued=0), "introspection": SECRET}, "reports.most_queued"),
        ({"reports": Reporting(interval=61), "introspection": SECRET}, "reports.interval"),
    ]
    for options, member in wrong:
        with pytest.raises(ConfigurationError) as error:
            Options(issuer=ISSUER, resource=RESOURCE, **options)
        assert error.value.member == member
