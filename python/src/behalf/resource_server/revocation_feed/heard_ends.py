"""What this process has heard of ended tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..access import Access
from ..options import RISKS, Risk
from .end_table import End, EndTable
from .messages import FeedMessage, FeedStart, digest_of, names_of

Verdict = Literal["clear", "named", "stale"]
"""`clear`: no end names the token. `named`: ask introspection. `stale`: nothing is known, ask introspection."""

# Difference of the clocks of two nodes of the server.
_CLOCKS_APART_SECONDS = 5
# Tokens whose digests and confirmations are remembered.
_MOST_TOKENS = 100_000
# Between two sweeps of old ends.
_SWEEP_SECONDS = 60


@dataclass(slots=True)
class _Known:
    digests: tuple[int, ...]
    confirmed_at: float = -math.inf


class HeardEnds:
    """Times are seconds of a clock that is never set back. Before the first message every token is `stale`."""

    def __init__(self, most_ends: int, max_staleness: Mapping[Risk, int], monotonic: Callable[[], float]) -> None:
        self._max_staleness = max_staleness
        self._monotonic = monotonic
        self._ends = EndTable(most_ends)
        # By `jti`, which is unique to one token of the issuer.
        self._known: dict[str, _Known] = {}
        self._start: FeedStart | None = None
        self._everything: End | None = None
        self._fresh_at = -math.inf
        self._swept_at = monotonic()

    @property
    def bytes(self) -> int:
        """Of the digests of ends."""
        return self._ends.bytes

    def apply(self, message: FeedMessage, sent_at: float) -> None:
        """Hears a message. `sent_at`: when the request was sent that it answers. Raises ValueError."""
        now = self._monotonic()
        end = End(now, message.time)
        if message.start is not None:
            self._begin(message.start, end)
        if self._start is None:
            raise ValueError("the first message has no start")
        if message.is_all:
            self._everything = end
        self._sweep(now, self._start)
        for digest in message.ends:
            if not self._ends.add(digest, end):
                # Overflow: from here on every token of before is asked about.
                self._ends.clear()
                self._everything = end
                break
        self._fresh_at = max(self._fresh_at, sent_at + message.as_of)

    def verdict(self, access: Access, scopes: Sequence[str]) -> Verdict:
        """What is known of a token, for a request that needs these scopes."""
        start, now = self._start, self._monotonic()
        if start is None or now - self._fresh_at > self._allowed_by(scopes, start):
            return "stale"
        known = self._known_of(access, start)
        ends = [self._everything, *map(self._ends.get, known.digests)]
        return "named" if any(_is_named_by(end, access, known.confirmed_at, now, start) for end in ends) else "clear"

    def confirm(self, access: Access, asked_at: float) -> None:
        """Introspection, asked at `asked_at`, has said that the token is active."""
        known = self._known.get(access.jti or access.token)
        if known is not None:
            known.confirmed_at = max(known.confirmed_at, asked_at)

    def _begin(self, start: FeedStart, end: End) -> None:
        has_other_key = self._start is None or start.digest_key != self._start.digest_key
        if has_other_key:
            self._known.clear()
        if has_other_key or not start.is_resumed:
            self._ends.clear()
            self._everything = end
        self._start = start

    def _sweep(self, now: float, start: FeedStart) -> None:
        if now - self._swept_at >= _SWEEP_SECONDS:
            self._swept_at = now
            self._ends.forget(now - start.retain_seconds)

    def _known_of(self, access: Access, start: FeedStart) -> _Known:
        name = access.jti or access.token
        known = self._known.get(name)
        if known is None:
            known = _Known(tuple(digest_of(start.digest_key, one) for one in names_of(access)))
            if len(self._known) >= _MOST_TOKENS:
                del self._known[next(iter(self._known))]
            self._known[name] = known
        return known

    def _allowed_by(self, scopes: Sequence[str], start: FeedStart) -> int:
        """The seconds that the strictest of the scopes allows. A scope of unknown risk is as strict as any."""
        risks = {start.risks.get(scope, "critical") for scope in scopes}
        return self._max_staleness[next((risk for risk in RISKS if risk in risks), "critical")]


def _is_named_by(end: End | None, access: Access, confirmed_at: float, now: float, start: FeedStart) -> bool:
    if end is None or now - end.heard_at > start.retain_seconds:
        return False
    if access.claims.get("iat", 0) > end.time + start.settle_seconds + _CLOCKS_APART_SECONDS:
        return False
    return confirmed_at < end.heard_at + start.settle_seconds
