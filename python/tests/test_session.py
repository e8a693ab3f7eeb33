"""A session renews its token: once for callers at the same time, and no refresh token is lost."""

from __future__ import annotations

import asyncio

import anyio
import httpx
import pytest
from provider import Person, Provider
from scripted import RESOURCE, SENDER

from behalf.agent import AgentStop, ConfigurationError, Session

pytestmark = pytest.mark.anyio


async def session_at(at: Provider, kept: list[str] | None = None) -> Session:
    keep = None if kept is None else kept.append
    return await at.agent().sign_in(RESOURCE, scopes=["read"], open=Person(at), keep=keep)


async def tokens_of(session: Session, callers: int) -> set[str]:
    found: set[str] = set()

    async def call() -> None:
        found.add((await session.token()).access_token)

    async with anyio.create_task_group() as group:
        for _ in range(callers):
            group.start_soon(call)
    return found


async def test_a_token_is_used_until_half_a_minute_before_its_end() -> None:
    at = Provider()
    session = await session_at(at)
    first = await session.token()
    at.now += 269
    assert await session.token() is first
    at.now += 1
    assert await session.token() is not first
    assert [form["grant_type"] for form in at.forms] == ["authorization_code", "refresh_token"]


async def test_callers_at_the_same_time_share_one_refresh() -> None:
    at = Provider()
    kept: list[str] = []
    session = await session_at(at, kept)
    for _ in range(3):
        at.now += 300
        assert len(await tokens_of(session, 20)) == 1
    assert [form["grant_type"] for form in at.forms[1:]] == ["refresh_token"] * 3
    assert at.forms[1]["resource"] == RESOURCE
    # Each was kept, in its order, and each was used once.
    assert [form["refresh_token"] for form in at.forms[1:]] == kept[:3]
    assert (len(kept), session.refresh_token) == (4, kept[3])


async def test_a_refresh_token_is_kept_before_the_token_is_used() -> None:
    at = Provider()
    order: list[str] = []

    async def keep(refresh_token: str) -> None:
        await anyio.lowlevel.checkpoint()
        order.append(refresh_token)

    session = await at.agent().sign_in(RESOURCE, open=Person(at), keep=keep)
    at.now += 300
    token = await session.token()
    order.append(token.access_token)
    assert order == [at.forms[1]["refresh_token"], session.refresh_token, token.access_token]


async def test_a_caller_that_is_cancelled_loses_no_refresh_token() -> None:
    at = Provider()
    kept: list[str] = []
    session = await session_at(at, kept)
    at.now += 300
    caller = asyncio.ensure_future(session.token())
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    token = await session.token()
    assert len(at.forms) == 2
    assert session.refresh_token == kept[-1] == at.refresh_token
    assert await session.token() is token


async def test_a_caller_that_is_cancelled_after_the_answer_loses_no_refresh_token() -> None:
    at = Provider()
    kept: list[str] = []
    is_kept, goes_on = asyncio.Event(), asyncio.Event()

    async def keep(refresh_token: str) -> None:
        if kept:
            is_kept.set()
            await goes_on.wait()
        kept.append(refresh_token)

    session = await at.agent().sign_in(RESOURCE, scopes=["read"], open=Person(at), keep=keep)
    at.now += 300
    caller = asyncio.ensure_future(session.token())
    # The old refresh token is used up, and the program has not stored the new one yet.
    await is_kept.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    goes_on.set()
    token = await session.token()
    assert (len(at.forms), len(kept)) == (2, 2)
    assert session.refresh_token == kept[-1] == at.refresh_token
    at.now += 300
    assert await session.token() is not token
    assert at.forms[2]["refresh_token"] == kept[1]


async def test_a_refresh_that_fails_is_one_request_for_all_callers() -> None:
    at = Provider()
    session = await session_at(at)
    at.now += 300
    at.answer = lambda _form: httpx.Response(503)
    stops: list[AgentStop] = []

    async def call() -> None:
        with pytest.raises(AgentStop) as stop:
            await session.token()
        stops.append(stop.value)

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(call)
    assert len(at.forms) == 2
    assert {stop.reason for stop in stops} == {"refused"}
    assert stops[0].denial is not None
    assert stops[0].denial.is_later
    # The server is there again.
    at.answer = lambda _form: None
    assert (await session.token()).scopes == ("openid", "read")


async def test_a_session_that_ended_is_a_stop_with_the_denial() -> None:
    at = Provider()
    session = await session_at(at)
    at.now += 300
    at.refresh_token = "another"
    with pytest.raises(AgentStop) as stop:
        await session.token()
    assert stop.value.denial is not None
    assert (stop.value.reason, stop.value.denial.error) == ("refused", "invalid_grant")


async def test_without_a_refresh_token_the_person_has_to_sign_in_again() -> None:
    at = Provider()
    at.answer = lambda form: _without_refresh(at, form)
    session = await session_at(at)
    at.now += 300
    with pytest.raises(AgentStop) as stop:
        await session.token()
    assert stop.value.reason == "session_ended"


def _without_refresh(at: Provider, form: dict[str, str]) -> httpx.Response:
    body = at.granted(nonce=at.requests[form["code"]]["nonce"]).json()
    return httpx.Response(200, json={name: value for name, value in body.items() if name != "refresh_token"})


async def test_an_answer_that_names_no_scope_leaves_the_scopes_as_they_were() -> None:
    at = Provider()
    session = await session_at(at)
    at.now += 300
    body = {"access_token": "next", "token_type": "Bearer", "expires_in": 300}
    at.answer = lambda _form: httpx.Response(200, json=body)
    assert (await session.token()).scopes == ("openid", "read")


async def test_a_bound_session_stays_bound() -> None:
    at = Provider()
    session = await at.agent(dpop=SENDER).sign_in(RESOURCE, open=Person(at))
    at.now += 300
    assert (await session.token()).type == "DPoP"
    at.now += 300
    at.answer = lambda _form: at.granted()
    with pytest.raises(AgentStop) as stop:
        await session.token()
    assert stop.value.denial is not None
    assert stop.value.denial.reason == "token_unbound"


async def test_a_program_that_cannot_keep_the_refresh_token_gets_no_token() -> None:
    at = Provider()
    cause = OSError("disk full")

    def keep(_refresh_token: str) -> None:
        raise cause

    person = Person(at)
    with pytest.raises(AgentStop) as stop:
        await at.agent().sign_in(RESOURCE, open=person, keep=keep)
    assert (stop.value.reason, stop.value.__cause__) == ("hook_failed", cause)
    assert "The sign-in failed" in person.pages[0].text


async def test_a_session_is_resumed_with_its_refresh_token() -> None:
    at = Provider()
    kept: list[str] = []
    await session_at(at)
    agent = at.agent()
    session = agent.resume(at.refresh_token, RESOURCE, keep=kept.append)
    assert (session.claims, len(at.forms)) == (None, 1)
    await agent.exchange(session.subject, RESOURCE)
    assert kept == [session.refresh_token]
    assert at.forms[2]["subject_token"] == (await session.token()).access_token
    with pytest.raises(ConfigurationError, match="refresh_token"):
        agent.resume("")
    with pytest.raises(ConfigurationError, match="keep"):
        agent.resume("token", keep="file")  # type: ignore[arg-type]


async def test_nothing_shows_a_token() -> None:
    at = Provider()
    session = await session_at(at)
    token = await session.token()
    shown = f"{session!r} {session.subject!r} {token!r}"
    assert token.access_token not in shown
    assert str(session.refresh_token) not in shown
