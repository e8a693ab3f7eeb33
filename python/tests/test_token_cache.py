"""Callers that want the same token at the same time share what the server says."""

from __future__ import annotations

import anyio
import httpx
import pytest
from scripted import ISSUER, RESOURCE, denied, granted, scene, script

from behalf.agent import AgentStop, ConfigurationError, Consent, Hooks, Subject, Token

pytestmark = pytest.mark.anyio

CONSENT = {"kind": "consent", "url": f"{ISSUER}/delegations/requests/1", "expires_in": 600}


async def test_a_stop_is_for_all_that_waited_and_the_person_is_asked_once() -> None:
    shown: list[Consent] = []
    entered = anyio.Event()

    async def refuse(page: Consent, _denial: object) -> bool:
        shown.append(page)
        entered.set()
        await anyio.wait_all_tasks_blocked()
        return False

    at = scene(script(denied("consent_missing", CONSENT)), Hooks(on_consent=refuse))
    stops: list[AgentStop] = []

    async def call() -> None:
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        stops.append(stop.value)

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(call)
    assert (len(shown), len(at.forms), len(set(map(id, stops)))) == (1, 1, 20)
    assert {(stop.reason, stop.link) for stop in stops} == {("declined", CONSENT["url"])}
    # A call that comes later asks again.
    await call()
    assert len(at.forms) == 2


@pytest.mark.parametrize(("kept", "seconds"), [(0, 300), (1000, None)])
async def test_a_token_that_is_not_kept_is_for_all_that_waited(kept: int, seconds: int | None) -> None:
    at = scene(script(granted(expires_in=seconds)), cached_tokens=kept)
    tokens: list[Token] = []

    async def call() -> None:
        tokens.append(await at.agent.own_token(RESOURCE))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(call)
    assert (len(tokens), len(at.forms)) == (20, 1)


async def test_when_the_caller_that_asks_is_cancelled_the_next_one_asks() -> None:
    asked: list[str] = []
    first = anyio.CancelScope()

    async def show(page: Consent, _denial: object) -> bool:
        asked.append(page.url)
        if len(asked) == 1:
            first.cancel()
        await anyio.lowlevel.checkpoint()
        return True

    at = scene(
        script(denied("consent_missing", CONSENT), denied("consent_missing", CONSENT), granted()),
        Hooks(on_consent=show),
    )
    tokens: list[Token] = []

    async def cancelled() -> None:
        with first:
            await at.agent.exchange("ada", RESOURCE)

    async def call() -> None:
        tokens.append(await at.agent.exchange("ada", RESOURCE))

    async with anyio.create_task_group() as group:
        group.start_soon(cancelled)
        group.start_soon(call)
    assert (first.cancelled_caught, len(asked), len(tokens)) == (True, 2, 1)


async def test_a_call_with_hooks_of_its_own_waits_for_no_other_call() -> None:
    asked = anyio.Event()

    async def never(*_asked: object) -> bool:
        asked.set()
        await anyio.sleep_forever()
        return True

    at = scene(script(denied("consent_missing", CONSENT), granted()), Hooks(on_consent=never))
    async with anyio.create_task_group() as group:
        group.start_soon(at.agent.exchange, "ada", RESOURCE)
        await asked.wait()
        with anyio.fail_after(5):
            await at.agent.exchange("ada", RESOURCE, hooks=Hooks(on_wait=never))
        group.cancel_scope.cancel()
    assert len(at.forms) == 2


async def test_metadata_that_cannot_be_fetched_again_leave_the_known_ones() -> None:
    at = scene(script(granted()))
    await at.agent.own_token(RESOURCE)
    answers = httpx.MockTransport(lambda _request: httpx.Response(503))
    working = at.agent._server._client._transport

    class Outage(httpx.AsyncBaseTransport):
        count = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            is_metadata = request.url.path.startswith("/.well-known/")
            Outage.count += is_metadata
            return await (answers if is_metadata else working).handle_async_request(request)

    at.agent._server._client._transport = Outage()
    for seconds, fetched in ((3600, 1), (59, 1), (1, 2)):
        at.sleeps.append(seconds)
        at.agent.forget(await at.agent.own_token(RESOURCE))
        assert Outage.count == fetched
    assert len(at.forms) == 4


async def test_an_approval_takes_one_hint_of_the_person() -> None:
    asked = httpx.Response(200, json={"auth_req_id": "req-9", "expires_in": 600, "interval": 5})
    at = scene(script(asked, granted()))
    await at.agent.approval(None, id_token_hint="eyJ", scopes=["pay"])
    assert "login_hint" not in at.forms[0]
    assert at.forms[0]["id_token_hint"] == "eyJ"
    for hints in ((None, None), ("ada", "eyJ")):
        with pytest.raises(ConfigurationError, match="login_hint"):
            await at.agent.approval(hints[0], RESOURCE, id_token_hint=hints[1])


async def test_a_subject_that_is_a_function_is_asked_for_each_call() -> None:
    tokens = iter(["first", "second", ""])

    async def token() -> str:
        return next(tokens)

    at = scene(script(granted()))
    for _ in range(2):
        await at.agent.exchange(Subject(token), RESOURCE)
    assert [form["subject_token"] for form in at.forms] == ["first", "second"]
    with pytest.raises(ConfigurationError, match="subject"):
        await at.agent.exchange(Subject(token), RESOURCE)
