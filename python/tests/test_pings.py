"""The server pings when people have decided about an approval (CIBA §10.2)."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import httpx
import pytest
from scripted import RESOURCE, granted, scene, script
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from behalf.agent import PingReceiver

pytestmark = pytest.mark.anyio

ASKED = httpx.Response(200, json={"auth_req_id": "req-9", "expires_in": 600, "interval": 60})

Request = tuple[str, str | None, bytes]
Answered = Callable[[PingReceiver, Request], Coroutine[Any, Any, int]]


def ping_of(pings: PingReceiver, auth_req_id: str = "req-9") -> Request:
    return "POST", f"Bearer {pings.token}", json.dumps({"auth_req_id": auth_req_id}).encode()


async def by_function(pings: PingReceiver, request: Request) -> int:
    return pings.receive(*request)


async def by_asgi(pings: PingReceiver, request: Request) -> int:
    method, authorization, body = request
    headers = {} if authorization is None else {"authorization": authorization}
    app = Starlette(routes=[Route("/route", pings), Mount("/mount", app=pings)])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://agent") as client:
        answers = [await client.request(method, path, content=body, headers=headers) for path in ("/route", "/mount/")]
    assert {answer.content for answer in answers} == {b""}
    (status,) = {answer.status_code for answer in answers}
    return status


async def by_wsgi(pings: PingReceiver, request: Request) -> int:
    method, authorization, body = request
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    environ = {"REQUEST_METHOD": method, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), **headers}
    started: list[str] = []
    assert list(pings.wsgi(environ, lambda status, _headers: started.append(status))) == []
    return int(started[0].split(" ")[0])


@pytest.mark.parametrize("answered", [by_function, by_asgi, by_wsgi])
class TestReceiver:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"authorization": None}, 401),
            ({"authorization": "Bearer other"}, 401),
            ({"authorization": "Bearer "}, 401),
            ({"authorization": "Bearer {token}x"}, 401),
            ({"authorization": "bearer {token}"}, 401),
            ({"authorization": "{token}"}, 401),
            ({"authorization": "Bearer \xff"}, 401),
            ({"body": b"{}"}, 400),
            ({"body": b""}, 400),
            ({"body": b"req_1"}, 400),
            ({"body": b"[" * 4000}, 400),
            ({"body": b'["req_1"]'}, 400),
            ({"body": b'{"auth_req_id":5}'}, 400),
            ({"body": b'{"auth_req_id":""}'}, 400),
            ({"body": b"\xff"}, 400),
            ({"body": json.dumps({"auth_req_id": "x" * 5000}).encode()}, 400),
            ({"method": "GET"}, 405),
            ({"method": "PUT"}, 405),
        ],
    )
    async def test_refuses_what_is_no_ping(self, answered: Answered, changes: dict[str, Any], status: int) -> None:
        pings = PingReceiver()
        method, authorization, body = ping_of(pings)
        given = {"method": method, "authorization": authorization, "body": body, **changes}
        if isinstance(given["authorization"], str):
            given["authorization"] = given["authorization"].replace("{token}", pings.token)
        if answered is by_asgi and given["authorization"] == "Bearer \xff":
            given["authorization"] = given["authorization"].encode("latin-1")
        assert await answered(pings, (given["method"], given["authorization"], given["body"])) == status
        assert len(pings._kept) == 0

    async def test_keeps_a_ping_until_the_agent_waits(self, answered: Answered) -> None:
        pings = PingReceiver()
        assert await answered(pings, ping_of(pings)) == 204
        with anyio.fail_after(5):
            await pings.arrived("req-9")
        # It is used up.
        with anyio.move_on_after(0.05) as scope:
            await pings.arrived("req-9")
        assert scope.cancelled_caught

    async def test_ends_the_wait_of_an_approval_long_before_the_next_poll(self, answered: Answered) -> None:
        pings = PingReceiver()

        async def sleep(_seconds: float) -> None:
            async with anyio.create_task_group() as group:
                group.start_soon(answered, pings, ping_of(pings))
            # Only the ping ends it.
            await anyio.sleep_forever()

        at = scene(script(ASKED, granted()), pings=pings)
        # The clock of the scene does not stand between the agent and its ping.
        object.__setattr__(at.agent._options, "sleep", sleep)
        with anyio.fail_after(10):
            token = await at.agent.approval("ada", RESOURCE)
        assert token.is_for_one_action
        assert at.forms[0]["client_notification_token"] == pings.token
        assert at.forms[1]["auth_req_id"] == "req-9"


async def test_a_ping_of_another_request_wakes_no_caller() -> None:
    pings = PingReceiver()
    async with anyio.create_task_group() as group:
        group.start_soon(pings.arrived, "req-1")
        await anyio.wait_all_tasks_blocked()
        assert pings.receive(*ping_of(pings, "req-2")) == 204
        await anyio.wait_all_tasks_blocked()
        assert list(pings._waiting) == ["req-1"]
        group.cancel_scope.cancel()
    assert pings._waiting == {}


async def test_a_ping_that_arrives_in_another_thread_wakes_all_that_wait() -> None:
    pings = PingReceiver()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(pings.arrived, "req-9")
            await anyio.wait_all_tasks_blocked()
            threading.Thread(target=pings.receive, args=ping_of(pings)).start()
    assert (pings._waiting, pings._kept) == ({}, {})


async def test_a_ping_that_is_lost_delays_the_token_until_the_next_poll() -> None:
    at = scene(script(ASKED, granted()), pings=PingReceiver())
    await at.agent.approval("ada", RESOURCE)
    assert at.sleeps == [60]


def test_keeps_no_more_than_a_thousand_pings() -> None:
    pings = PingReceiver()
    for number in range(1500):
        assert pings.receive(*ping_of(pings, f"req-{number}")) == 204
    assert (len(pings._kept), next(iter(pings._kept))) == (1000, "req-500")


@pytest.mark.parametrize("length", ["", "-1", "x", "4097", "9" * 30, "\u0664"])
def test_wsgi_reads_no_body_of_another_length(length: str) -> None:
    pings = PingReceiver()
    _, authorization, body = ping_of(pings)
    taken = io.BytesIO(body)
    environ = {"REQUEST_METHOD": "POST", "HTTP_AUTHORIZATION": authorization, "CONTENT_LENGTH": length}
    started: list[str] = []
    pings.wsgi({**environ, "wsgi.input": taken}, lambda status, _headers: started.append(status))
    assert (started, taken.tell()) == (["400 Bad Request"], 0)


class TestAsgi:
    async def answered(self, pings: PingReceiver, *messages: dict[str, Any], **scope: Any) -> list[dict[str, Any]]:
        """What the app sends. After the messages none comes."""
        sent: list[dict[str, Any]] = []
        waiting = list(messages)

        async def receive() -> dict[str, Any]:
            if not waiting:
                await anyio.sleep_forever()
            return waiting.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {pings.token}".encode())]
        await pings({"type": "http", "method": "POST", "headers": headers, **scope}, receive, send)
        return sent

    async def test_reads_no_more_of_a_long_body_than_says_so(self) -> None:
        part = {"type": "http.request", "body": b" " * 4000, "more_body": True}
        start, _ = await self.answered(PingReceiver(), part, part)
        assert start["status"] == 400

    async def test_waits_for_a_body_for_a_bounded_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("behalf.agent.pings._BODY_SECONDS", 0.02)
        start, _ = await self.answered(PingReceiver(), {"type": "http.request", "body": b"{", "more_body": True})
        assert start["status"] == 408

    async def test_answers_no_sender_that_left(self) -> None:
        assert await self.answered(PingReceiver(), {"type": "http.disconnect"}) == []

    async def test_refuses_two_tokens_and_websockets(self) -> None:
        pings = PingReceiver()
        header = (b"authorization", f"Bearer {pings.token}".encode())
        start, _ = await self.answered(pings, headers=[header, header])
        assert (start["status"], start["headers"]) == (401, [(b"www-authenticate", b"Bearer")])
        assert await self.answered(pings, type="websocket") == [{"type": "websocket.close", "code": 1008}]
        assert await self.answered(pings, type="lifespan") == []
