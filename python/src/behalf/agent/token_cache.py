"""Tokens that are kept, and one request for callers that want the same token at the same time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from .stop import AgentStop
from .token import Token

# Seconds before its end at which a token is not used any more; of a short-lived one a tenth of its time.
_MARGIN = 30


@dataclass(slots=True)
class _Turns:
    """Callers that want the same token."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    callers: int = 0
    ends: int = 0
    """How many of them have asked the server."""
    last: Token | AgentStop | None = None
    """What the last one got, if others may have it too."""


class TokenCache:
    """Tokens until shortly before they expire. Callers that want the same token at the same time take turns. What the
    first one gets, a token or a stop, is for all that waited for it."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._kept: dict[str, tuple[Token, float]] = {}
        self._turns: dict[str, _Turns] = {}

    async def get(
        self, key: str, obtain: Callable[[], Awaitable[Token]], key_of: Callable[[Token], str] | None = None
    ) -> Token:
        """The token under a key. `key_of` says under which one a new token is kept; default: the same. A token of one
        approved action goes to one caller. Raises as `obtain` does. When the caller that asks is cancelled, the next
        one asks."""
        turns = self._turns.setdefault(key, _Turns())
        turns.callers += 1
        ends = turns.ends
        try:
            async with turns.lock:
                if turns.ends > ends and turns.last is not None:
                    return _shared(turns.last)
                kept = self._kept.pop(key, None)
                if kept is not None and self._clock() < kept[1]:
                    self._kept[key] = kept
                    return kept[0]
                token = await self._obtained(turns, obtain)
                self._keep(key if key_of is None else key_of(token), token)
                return token
        finally:
            turns.callers -= 1
            if turns.callers == 0:
                del self._turns[key]

    def forget(self, token: Token) -> None:
        """Forgets a token, if it is one that is kept."""
        for key in [key for key, kept in self._kept.items() if kept[0].access_token == token.access_token]:
            del self._kept[key]

    async def _obtained(self, turns: _Turns, obtain: Callable[[], Awaitable[Token]]) -> Token:
        turns.last = None
        try:
            token = await obtain()
        except AgentStop as stop:
            turns.ends, turns.last = turns.ends + 1, stop
            raise
        turns.ends, turns.last = turns.ends + 1, None if token.is_for_one_action else token
        return token

    def _keep(self, key: str, token: Token) -> None:
        if self._most == 0 or token.is_for_one_action or token.expires_at is None:
            return
        until = token.expires_at - min(_MARGIN, (token.expires_at - self._clock()) / 10)
        self._kept[key] = (token, until)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]


def _shared(outcome: Token | AgentStop) -> Token:
    """An exception has one traceback: each caller gets a stop of its own."""
    if isinstance(outcome, Token):
        return outcome
    raise AgentStop(outcome.reason, outcome.denial, outcome.remedy, outcome.steps) from outcome.__cause__
