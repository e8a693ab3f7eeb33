"""Reads the feed until it is closed, and connects again after each end, with the last cursor."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import httpx

from ..http_client import HttpClient
from ..introspection import Authenticate
from ..issuer import IssuerMetadata
from ..refusal import Refusal
from .messages import FeedMessage, events_in, feed_message

# The server sends one at least each second. Without one for this long the connection is taken as broken.
_SILENCE_SECONDS = 5
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 10
# A connection that lasted so long begins with the first pause again.
_STEADY_SECONDS = 10


class FeedReader:
    """`on_message` gets each message in order, and when its request was sent. If it raises, the reader starts anew,
    without a cursor."""

    def __init__(
        self,
        metadata: IssuerMetadata,
        http: HttpClient,
        authenticate: Authenticate,
        monotonic: Callable[[], float],
        *,
        on_message: Callable[[FeedMessage, float], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._metadata = metadata
        self._http = http
        self._authenticate = authenticate
        self._monotonic = monotonic
        self._on_message = on_message
        self._on_failed = on_failed
        self._cursor: str | None = None

    async def run(self) -> None:
        """Reads until it is cancelled."""
        wait = _FIRST_PAUSE_SECONDS
        while True:
            began = self._monotonic()
            try:
                await self._connection()
                failure = "the server ended the feed"
            except Refusal as refusal:
                failure = refusal.detail or refusal.description
            except Exception as error:
                failure = f"{type(error).__name__}: {error}"
            self._on_failed(failure)
            if self._monotonic() - began > _STEADY_SECONDS:
                wait = _FIRST_PAUSE_SECONDS
            # Half of the time up to all of it, so that many processes do not come back at once.
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311
            wait = min(wait * 2, _LONGEST_PAUSE_SECONDS)

    async def _connection(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_SILENCE_SECONDS) as silence:
            url = await self._metadata.endpoint("revocation_feed_endpoint")
            headers = {"authorization": self._authenticate().authorization, "accept": "text/event-stream"}
            if self._cursor is not None:
                headers["last-event-id"] = self._cursor
            sent_at = self._monotonic()
            async with self._http.stream(url, headers) as response:
                _check(response)
                async for data in events_in(response.aiter_bytes()):
                    silence.reschedule(loop.time() + _SILENCE_SECONDS)
                    # Until it is applied, what it holds is not heard.
                    self._cursor = None
                    message = feed_message(data)
                    self._on_message(message, sent_at)
                    self._cursor = message.cursor


def _check(response: httpx.Response) -> None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if response.status_code != 200 or kind != "text/event-stream":
        raise ValueError(f"status {response.status_code}, content type {kind or 'unknown'}")
