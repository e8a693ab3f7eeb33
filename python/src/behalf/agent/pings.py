"""Receives the pings of the server about approvals (CIBA §10.2), so that the agent polls when there is an answer."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import anyio

from ..resource_server.json_values import json_object

# Longer than any ping.
_MOST_BYTES = 4096
# Pings that are kept until the agent waits for them.
_MOST_KEPT = 1000
# Seconds in which a ping has to arrive whole.
_BODY_SECONDS = 10

_REASONS: Mapping[int, str] = {
    204: "204 No Content",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    405: "405 Method Not Allowed",
    408: "408 Request Timeout",
}
_HEADERS: Mapping[int, tuple[tuple[str, str], ...]] = {
    401: (("WWW-Authenticate", "Bearer"),),
    405: (("Allow", "POST"),),
}

Message = MutableMapping[str, Any]


class PingReceiver:
    """An ASGI app for the URL that is registered as `backchannel_client_notification_endpoint`: mount it, or give it to
    a `Route` of Starlette. :attr:`wsgi` is the same for WSGI, and :meth:`receive` for any other server.

    Give it to the options of the agent that asks for approvals. Pings may arrive in other threads. Waiting needs an
    event loop of asyncio."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        """What the server has to send as Bearer. The agent gives it to the server. A new one for each receiver."""
        self._lock = threading.Lock()
        self._kept: dict[str, None] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    def receive(self, method: str, authorization: str | None, body: bytes) -> int:
        """The status to answer: 204 for a ping, else 400, 401 or 405. `authorization` is the header of that name."""
        return self._refusal(method, authorization) or self._received(body)

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        if scope["type"] != "http":
            return
        given = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"authorization"]
        status = self._refusal(scope["method"], given[0] if len(given) == 1 else None)
        if status is None:
            status = 408
            with anyio.move_on_after(_BODY_SECONDS):
                body = await _body(receive)
                if body is None:
                    return
                status = self._received(body)
        headers = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.get(status, ())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        """The receiver as a WSGI app (PEP 3333)."""
        status = self._refusal(environ["REQUEST_METHOD"], environ.get("HTTP_AUTHORIZATION"))
        if status is None:
            length = environ.get("CONTENT_LENGTH") or "0"
            is_short = length.isascii() and length.isdigit() and len(length) < 9 and int(length) <= _MOST_BYTES
            status = self._received(environ["wsgi.input"].read(int(length))) if is_short else 400
        start_response(_REASONS[status], list(_HEADERS.get(status, ())))
        return []

    async def arrived(self, auth_req_id: str) -> None:
        """Returns when a ping about this request has come."""
        waiter = asyncio.get_running_loop().create_future()
        with self._lock:
            if auth_req_id in self._kept:
                del self._kept[auth_req_id]
                return
            self._waiting.setdefault(auth_req_id, set()).add(waiter)
        try:
            await waiter
        finally:
            with self._lock:
                others = self._waiting.get(auth_req_id, set())
                others.discard(waiter)
                if not others:
                    self._waiting.pop(auth_req_id, None)

    def _refusal(self, method: str, authorization: str | None) -> int | None:
        if method != "POST":
            return 405
        given = (authorization or "").encode("utf-8", "surrogateescape")
        return None if hmac.compare_digest(given, f"Bearer {self.token}".encode()) else 401

    def _received(self, body: bytes) -> int:
        try:
            auth_req_id = json_object(body).get("auth_req_id") if len(body) <= _MOST_BYTES else None
        except (ValueError, RecursionError):
            return 400
        if not isinstance(auth_req_id, str) or auth_req_id == "":
            return 400
        self._arrive(auth_req_id)
        return 204

    def _arrive(self, auth_req_id: str) -> None:
        with self._lock:
            waiters = self._waiting.pop(auth_req_id, set())
            if not waiters:
                self._kept[auth_req_id] = None
                if len(self._kept) > _MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
        for waiter in waiters:
            # A loop that is closed has no caller that waits.
            with suppress(RuntimeError):
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes | None:
    """As much of a body as says whether it is a ping. None: the sender left."""
    body = bytearray()
    while len(body) <= _MOST_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return bytes(body)
