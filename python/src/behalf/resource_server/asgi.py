"""Binding for ASGI: Starlette, FastAPI, Litestar, Quart and others, and for the HTTP app of an MCP server."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from .access import Access
from .credential import PresentedRequest
from .requirement import Requirement, RequirementOf, requirement_for
from .resource_server import Refused, ResourceServer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_access: ContextVar[Access | None] = ContextVar("behalf_access", default=None)


def current_access() -> Access:
    """What the token of the request under way allows. Raises LookupError outside of a request that was let through."""
    access = _access.get()
    if access is None:
        raise LookupError("there is no verified token here: is the route behind RequireToken?")
    return access


def presented_by(scope: Scope) -> PresentedRequest:
    """The request of an ASGI scope. A certificate comes from the TLS extension of the server, never from a header."""
    path = scope.get("raw_path") or quote(scope.get("path", "")).encode()
    query = scope.get("query_string", b"")
    target = path.split(b"?")[0] + (b"?" + query if query else b"")
    chain = (scope.get("extensions") or {}).get("tls", {}).get("client_cert_chain") or ()
    return PresentedRequest(
        method=scope.get("method", "GET"),
        target=target.decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        certificate=next(iter(chain), None),
    )


class RequireToken:
    """Middleware that lets a request through only with a token that allows it.

    It answers the protected resource metadata (RFC 9728) itself. The app finds what the token allows in
    `scope["state"]["access"]` (`request.state.access`), or by :func:`current_access`. A WebSocket without a token
    that allows it is closed before it is accepted. An exception of the requirement's function reaches the server, so
    that the request is not let through.
    """

    def __init__(self, app: App, server: ResourceServer, requirement: RequirementOf[Scope] | None = None) -> None:
        self._app = app
        self._server = server
        self._requirement = requirement or Requirement()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._is_metadata(scope):
            body = json.dumps(self._server.metadata.document).encode()
            await _send(send, 200, [("content-type", "application/json")], body)
            return
        requirement = await requirement_for(self._requirement, scope)
        decision = await self._server.check(presented_by(scope), requirement)
        if isinstance(decision, Refused):
            await _refuse(scope, send, decision)
            return
        scope.setdefault("state", {})["access"] = decision.access
        token = _access.set(decision.access)
        try:
            await self._app(scope, receive, _with_headers(send, decision.headers))
        finally:
            _access.reset(token)

    def _is_metadata(self, scope: Scope) -> bool:
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        return is_read and presented_by(scope).target.partition("?")[0] == self._server.metadata.path


def _encoded(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def _send(send: Send, status: int, headers: Any, body: bytes) -> None:
    length = [("content-length", str(len(body)))]
    await send({"type": "http.response.start", "status": status, "headers": _encoded([*headers, *length])})
    await send({"type": "http.response.body", "body": body})


async def _refuse(scope: Scope, send: Send, decision: Refused) -> None:
    answer = decision.answer
    if scope["type"] == "http":
        await _send(send, answer.status, answer.headers, answer.body)
        return
    if "websocket.http.response" in (scope.get("extensions") or {}):
        start = {"type": "websocket.http.response.start", "status": answer.status, "headers": _encoded(answer.headers)}
        await send(start)
        await send({"type": "websocket.http.response.body", "body": answer.body})
        return
    # 1008: policy violation (RFC 6455 §7.4.1). The server answers the handshake with 403.
    await send({"type": "websocket.close", "code": 1008})


def _with_headers(send: Send, headers: tuple[tuple[str, str], ...]) -> Send:
    if not headers:
        return send

    async def send_with_headers(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            message["headers"] = [*message.get("headers", []), *_encoded(headers)]
        await send(message)

    return send_with_headers
