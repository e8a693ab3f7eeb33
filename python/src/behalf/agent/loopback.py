"""Receives the answer to an authorization request on a loopback address (RFC 8252 §7.3).

Listens on the loopback interface only, until one answer with the right `state` arrives. Other requests change
nothing: each gets 404, and has bounds of size and time."""

from __future__ import annotations

import hmac
import re
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

import anyio
from anyio.abc import SocketAttribute, SocketStream, TaskGroup
from anyio.streams.stapled import MultiListener

from ..resource_server.options import ConfigurationError
from .loopback_page import Ending, answer_page, language_of

# Browsers send the cookies of all programs on 127.0.0.1.
_MOST_BYTES = 64 * 1024
_MOST_PARAMETERS = 64
# Seconds in which a request has to arrive whole, and in which a response has to be taken.
_REQUEST_SECONDS, _RESPONSE_SECONDS = 10, 2
# Connections that send their request. One more ends the oldest, so that slow ones never keep the browser out.
_MOST_CONNECTIONS = 32

_REDIRECT = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?(/[!-~]*)?")
_FIRST_LINE = re.compile(r"GET (/[!-~]*) HTTP/1\.[01]")

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Head:
    """A request, as far as this listener reads it."""

    target: str
    hosts: tuple[str, ...]
    language: str


class Loopback:
    """One listener for one sign-in. Close it at the end."""

    def __init__(self, listener: MultiListener[SocketStream], host: str, path: str, state: str) -> None:
        self._listener = listener
        self._state = state
        self._path = path or "/"
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - not of Django
        self.redirect_uri = f"http://{host}:{port}{path}"
        """As registered, with the port that is listened on."""
        # A browser leaves out the port of the scheme.
        self._hosts = (f"{host}:{port}", host) if port == 80 else (f"{host}:{port}",)
        self._answer: Parameters | None = None
        self._failure: Exception | None = None
        self._ending: Ending = "failed"
        self._is_answered, self._is_ended, self._is_taken = anyio.Event(), anyio.Event(), anyio.Event()
        self._reading: dict[SocketStream, anyio.CancelScope] = {}

    async def serve(self, group: TaskGroup) -> None:
        """Answers requests until it is cancelled."""
        await self._listener.serve(self._connected, group)

    async def answer(self) -> Parameters:
        """The parameters of the answer. Raises what :meth:`fail` gave."""
        await self._is_answered.wait()
        if self._answer is not None:
            return self._answer
        raise self._failure or RuntimeError("no answer")

    def fail(self, failure: Exception) -> None:
        """Ends the wait for an answer, if none has come."""
        if not self._is_answered.is_set():
            self._failure = failure
            self._is_answered.set()

    async def end(self, ending: Ending) -> None:
        """Shows the person how the sign-in ended, and returns when the browser has the page, or takes too long."""
        self._ending = ending
        self._is_ended.set()
        if self._answer is not None:
            with anyio.move_on_after(_RESPONSE_SECONDS):
                await self._is_taken.wait()

    async def close(self) -> None:
        """Gives the port back."""
        await self._listener.aclose()

    async def _connected(self, stream: SocketStream) -> None:
        # What goes wrong with one connection is no matter of the others.
        with suppress(OSError, ValueError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            async with stream:
                head = await self._head_of(stream)
                if head is not None:
                    await self._respond(stream, head)

    async def _head_of(self, stream: SocketStream) -> _Head | None:
        scope = anyio.move_on_after(_REQUEST_SECONDS)
        self._reading[stream] = scope
        if len(self._reading) > _MOST_CONNECTIONS:
            self._reading.pop(next(iter(self._reading))).cancel()
        try:
            with scope:
                return await _read_head(stream)
        finally:
            self._reading.pop(stream, None)
        return None

    async def _respond(self, stream: SocketStream, head: _Head) -> None:
        found = self._answer_in(head)
        if found is None:
            await _send(stream, answer_page("nothing", head.language))
            return
        is_first = not self._is_answered.is_set()
        if is_first:
            self._answer = found
            self._is_answered.set()
        # A browser that sends the same again gets the same page. Its parameters are not read.
        await self._is_ended.wait()
        await _send(stream, answer_page(self._ending, head.language))
        if is_first:
            self._is_taken.set()

    def _answer_in(self, head: _Head) -> Parameters | None:
        """The answer in a request. A page of another site knows no `state`; a name that leads to loopback is another
        `Host`."""
        path, _, query = head.target.partition("?")
        if path != self._path or len(head.hosts) != 1 or head.hosts[0] not in self._hosts:
            return None
        parameters = tuple(parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS))
        given = [value for name, value in parameters if name == "state"]
        is_same = len(given) == 1 and hmac.compare_digest(given[0].encode("utf-8", "replace"), self._state.encode())
        return parameters if is_same else None


async def open_loopback(registered: str, state: str) -> Loopback:
    """Listens on the port of the redirect URI, or on one that the system chooses if it names none. Raises
    ConfigurationError for a redirect URI that is not on a literal loopback address, or whose port is taken."""
    parts = _REDIRECT.fullmatch(registered) if isinstance(registered, str) else None
    if parts is None or "?" in registered or "#" in registered or int(parts[2] or 0) > 65535:
        raise ConfigurationError(
            "redirect_uri", "give an address like http://127.0.0.1/callback, as registered (RFC 8252 §7.3)"
        )
    host, port, path = parts[1], int(parts[2] or 0), parts[3] or ""
    try:
        listener = await anyio.create_tcp_listener(local_host=host.strip("[]"), local_port=port)
    except OSError as error:
        raise ConfigurationError(
            "redirect_uri", f"listening on {registered} failed ({error.strerror}): free the port, or give another one"
        ) from error
    return Loopback(listener, host, path, state)


async def _read_head(stream: SocketStream) -> _Head | None:
    """None for a request that this listener does not read: too long, no GET, or no HTTP."""
    text = bytearray()
    while (end := text.find(b"\r\n\r\n")) < 0:
        if len(text) > _MOST_BYTES:
            return None
        text += await stream.receive()
    first, *lines = text[:end].decode("latin-1").split("\r\n")
    parts = _FIRST_LINE.fullmatch(first)
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    hosts = tuple(value for name, value in headers if name == "host")
    language = language_of(next((value for name, value in headers if name == "accept-language"), ""))
    # A target that no answer has: the response is 404.
    return _Head("" if parts is None else parts[1], hosts, language)


async def _send(stream: SocketStream, response: bytes) -> None:
    with anyio.move_on_after(_RESPONSE_SECONDS):
        await stream.send(response)
