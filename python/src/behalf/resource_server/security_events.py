"""Takes security events that the server pushes (Shared Signals, RFC 8935).

A JWT is accepted offline until an event may have ended it, and then introspected. An event ends no token by itself: a
repeated one costs an introspection.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .access import Access
from .issuer import IssuerKeys
from .jws import FOREIGN, header_of, verified_claims
from .options import RISKS, LogEntry, Options, SecurityEvents
from .refusal import Refusal
from .revocation_feed.heard_ends import HeardEnds
from .revocation_feed.messages import FeedMessage, FeedStart, digest_of

# The change of an event may be under way for so long (docs/reference/revocation-feed.md).
_SETTLE_SECONDS = 30
# The longest life of a token, and a minute.
_RETAIN_SECONDS = 3660
_LONGEST_EVENT = 65_536
_AGENT = "urn:behalf:secevent:event-type:agent-"
# Events after which no token has less than before.
_HARMLESS = frozenset(
    [
        "https://schemas.openid.net/secevent/ssf/event-type/verification",
        "https://schemas.openid.net/secevent/ssf/event-type/stream-updated",
        "https://schemas.openid.net/secevent/risc/event-type/account-enabled",
        # The server sends increases only.
        "https://schemas.openid.net/secevent/caep/event-type/assurance-level-change",
        f"{_AGENT}enabled",
    ]
)

Named = tuple[str, ...] | Literal["all"]
"""Names of tokens; `all`: every token."""


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """What to answer to a pushed event (RFC 8935 §2.2 and §2.3)."""

    status: Literal[202, 400, 503]
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class _Refused(Exception):
    """An event is refused, with a code of RFC 8935 §2.4."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


def _id_of(subject: object, issuer: str) -> str | None:
    """The id of a subject of this server."""
    if not isinstance(subject, dict) or subject.get("format") != "iss_sub" or subject.get("iss") != issuer:
        return None
    return subject["sub"] if isinstance(subject.get("sub"), str) else None


def named_by(event_type: str, subject: object, issuer: str) -> Named:
    """What an event names. It may name too many tokens, never too few.

    Tokens of a person have that `sub`, and those of an agent have it as client or actor. An event about an account does
    not name the agents that it owns. So it may have ended any token, as the kill of a client or of all agents of an
    owner.
    """
    if event_type in _HARMLESS:
        return ()
    if not isinstance(subject, dict) or subject.get("format") != "complex":
        return "all"
    person, agent = _id_of(subject.get("user"), issuer), _id_of(subject.get("agent"), issuer)
    of_person = () if person is None else (f"subject:{person}",)
    if agent is not None:
        return (f"party:{agent}", *of_person)
    # Of an agent that is not named: all agents of an owner.
    return "all" if person is None or event_type.startswith(_AGENT) else of_person


class HeardEvents:
    """The tokens that events may have ended."""

    def __init__(
        self,
        settings: SecurityEvents,
        options: Options,
        keys: IssuerKeys,
        ask: Callable[[str], Awaitable[Access]],
    ) -> None:
        self._audience = settings.audience
        self._options = options
        self._keys = keys
        self._ask = ask
        self._heard = HeardEnds(settings.most_ends, dict.fromkeys(RISKS, 0), options.monotonic)
        self._digest_key = os.urandom(32)
        self._has_begun = False

    async def receive(self, token: str) -> EventAnswer:
        """Takes one event. Tokens that it names are introspected from now on. Never raises because of an event."""
        try:
            named = await self._verified(token)
        except _Refused as refused:
            body = json.dumps({"err": refused.code, "description": str(refused)}).encode()
            return EventAnswer(400, (("content-type", "application/json"),), body)
        except Refusal as refusal:
            if refusal.code != "temporarily_unavailable":
                body = json.dumps({"err": "invalid_key", "description": refusal.description}).encode()
                return EventAnswer(400, (("content-type", "application/json"),), body)
            self._options.log(LogEntry("server_unreachable", refusal.reason, refusal.description, refusal.detail))
            return EventAnswer(503, (("retry-after", "5"),))
        self._begin()
        if named == "all":
            self._hear(is_all=True)
        elif named:
            self._hear(ends=tuple(digest_of(self._digest_key, one) for one in named))
        return EventAnswer(202)

    async def live(self, access: Access) -> Access:
        """The access of a token that was verified offline, if no event names it. Else introspects it.

        Raises Refusal: `invalid_token`, or 503 if that cannot be known.
        """
        self._begin()
        if self._heard.verdict(access, ()) == "clear":
            return access
        asked_at = self._options.monotonic()
        now = await self._ask(access.token)
        self._heard.confirm(access, asked_at)
        return now

    def _begin(self) -> None:
        """What an earlier process heard is unknown: each token of before is introspected for a while."""
        if not self._has_begun:
            self._has_begun = True
            self._hear(start=FeedStart(self._digest_key, False, _SETTLE_SECONDS, _RETAIN_SECONDS, {}))

    def _hear(self, *, start: FeedStart | None = None, is_all: bool = False, ends: tuple[int, ...] = ()) -> None:
        # Events have no heartbeat.
        message = FeedMessage(start, is_all, ends, "", math.inf, self._options.clock())
        self._heard.apply(message, self._options.monotonic())

    async def _verified(self, token: str) -> Named:
        """What the event names. Raises _Refused, and Refusal: 503 if no keys can be had, or for an unknown key."""
        if len(token) > _LONGEST_EVENT:
            raise _Refused("invalid_request", "the event is too long")
        try:
            header = header_of(token)
        except ValueError as error:
            raise _Refused("invalid_request", "the event is no signed JWT") from error
        if any(name in header for name in FOREIGN) or not isinstance(header.get("kid"), str):
            raise _Refused("invalid_request", "the header has a foreign parameter, or no kid")
        if header.get("alg") != "RS256":
            raise _Refused("invalid_key", "the event is not signed with RS256")
        key = await self._keys.key_for(header["kid"])
        try:
            claims = verified_claims(token, key, "RS256")
        except Exception as error:
            # Each error of the library: an event that cannot be verified is refused.
            raise _Refused("invalid_key", "the signature of the event is wrong") from error
        media_type = header.get("typ")
        if not isinstance(media_type, str) or media_type.lower().removeprefix("application/") != "secevent+jwt":
            raise _Refused("invalid_request", "this is no security event")
        return self._named_in(claims)

    def _named_in(self, claims: Mapping[str, Any]) -> Named:
        issuer, audience, events = self._options.issuer, claims.get("aud"), claims.get("events")
        if claims.get("iss") != issuer:
            raise _Refused("invalid_issuer", "another server issued the event")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise _Refused("invalid_audience", "the event is for another receiver")
        if not isinstance(claims.get("jti"), str) or not isinstance(claims.get("iat"), int | float):
            raise _Refused("invalid_request", "jti or iat is missing")
        # SSF 1.0 §4.1.2 and §4.1.7: otherwise another kind of token could pass as an event.
        if "sub" in claims or "exp" in claims:
            raise _Refused("invalid_request", "an event has no sub and no exp")
        if not isinstance(events, dict) or len(events) != 1:
            raise _Refused("invalid_request", "there is not exactly one event")
        return named_by(next(iter(events)), claims.get("sub_id"), issuer)
