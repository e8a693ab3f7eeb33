"""Accepts a JWT offline until the feed names it. Never accepts a token because the feed cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..access import Access
from ..http_client import HttpClient
from ..introspection import Authenticate
from ..issuer import IssuerMetadata
from ..options import LogEntry, Options, RevocationFeed
from ..refusal import Refusal, invalid_token, unavailable
from .feed_reader import FeedReader
from .heard_ends import HeardEnds
from .messages import FeedMessage

# Seconds between two looks at the tokens of open streams.
_LOOK_SECONDS = 1
# Introspections of open streams at a time.
_AT_A_TIME = 16

OnEnded = Callable[[Refusal], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Watched:
    access: Access
    scopes: Sequence[str]
    on_ended: OnEnded


class LiveTokens:
    """For use within one event loop of asyncio."""

    def __init__(
        self,
        settings: RevocationFeed,
        options: Options,
        metadata: IssuerMetadata,
        http: HttpClient,
        authenticate: Authenticate,
        ask: Callable[[str], Awaitable[Access]],
    ) -> None:
        self._options = options
        self._ask = ask
        self._heard = HeardEnds(settings.most_ends, settings.staleness(), options.monotonic)
        self._reader = FeedReader(
            metadata,
            http,
            authenticate,
            options.monotonic,
            on_message=self._hear,
            on_failed=lambda detail: options.log(
                LogEntry("server_unreachable", "feed_interrupted", "The feed was interrupted.", detail)
            ),
        )
        self._watched: set[_Watched] = set()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closed = False

    async def live(self, access: Access, scopes: Sequence[str]) -> Access:
        """The access of a token that was verified offline, if it has not ended. Introspects it if it may have.

        Raises Refusal: `invalid_token`, or 503 if that cannot be known.
        """
        self._start()
        if not self._is_closed and self._heard.verdict(access, scopes) == "clear":
            return access
        asked_at = self._options.monotonic()
        now = await self._ask(access.token)
        self._heard.confirm(access, asked_at)
        return now

    def watch(self, access: Access, scopes: Sequence[str], on_ended: OnEnded) -> Callable[[], None]:
        """Calls `on_ended` once, when the token of an open stream has ended or expired, or that cannot be known.
        Returns what stops it."""
        one = _Watched(access, scopes, on_ended)
        self._watched.add(one)
        self._start()
        if self._is_closed:
            self._end_all()
        else:
            self._changed.set()
        return lambda: self._watched.discard(one)

    async def close(self) -> None:
        """Stops reading. Every token is introspected from then on, and each watch ends. Idempotent."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._end_all()

    def _start(self) -> None:
        """At the first use: before, no event loop runs."""
        if not self._tasks and not self._is_closed:
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(self._reader.run()), loop.create_task(self._look())]

    def _hear(self, message: FeedMessage, sent_at: float) -> None:
        self._heard.apply(message, sent_at)
        if message.is_all or message.ends:
            self._changed.set()

    def _end(self, one: _Watched, why: Refusal) -> None:
        if one in self._watched:
            self._watched.discard(one)
            # Outside of the look: an error of the callback is one of the application.
            asyncio.get_running_loop().call_soon(one.on_ended, why)

    def _end_all(self) -> None:
        for one in list(self._watched):
            self._end(one, unavailable("feed_closed", "the feed is not read any more"))

    async def _look(self) -> None:
        """Looks at the tokens of open streams after each end, and each second."""
        while True:
            if not self._watched:
                await self._changed.wait()
            self._changed.clear()
            waiting = list(self._watched)

            async def work(waiting: list[_Watched] = waiting) -> None:
                while waiting:
                    await self._look_at(waiting.pop())

            await asyncio.gather(*(work() for _ in range(_AT_A_TIME)))
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._changed.wait()

    async def _look_at(self, one: _Watched) -> None:
        if one not in self._watched:
            return
        try:
            if one.access.expires_at <= self._options.clock():
                raise invalid_token("token_expired", "The token has expired.")
            await self.live(one.access, one.scopes)
        except Refusal as refusal:
            self._end(one, refusal)
        except Exception as error:
            self._end(one, unavailable("check_failed", f"{type(error).__name__}: {error}"))
