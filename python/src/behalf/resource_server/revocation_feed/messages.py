"""Messages of the revocation feed, and the digests by which it names ids."""

from __future__ import annotations

import codecs
import hmac
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..access import Access
from ..json_values import is_number, json_object
from ..jws import header_of
from ..options import RISKS, Risk

_DIGEST_BYTES = 8
# A message of 20,000 ends has less.
_LONGEST_EVENT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FeedStart:
    """What the first message of a connection says."""

    digest_key: bytes
    is_resumed: bool
    settle_seconds: float
    retain_seconds: float
    risks: Mapping[str, Risk]


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One message of the feed."""

    start: FeedStart | None
    is_all: bool
    ends: tuple[int, ...]
    """Digests, as integers."""
    cursor: str
    as_of: float
    """Seconds from the arrival of the request."""
    time: float
    """Epoch seconds of the server."""


def _bytes_in(value: object, member: str) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{member} is no text")
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


def _number_in(value: Mapping[str, Any], member: str) -> float:
    given = value.get(member)
    if not is_number(given):
        raise ValueError(f"{member} is no number")
    return given


def _start_in(value: object) -> FeedStart | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("risks"), dict):
        raise ValueError("start is malformed")
    return FeedStart(
        digest_key=_bytes_in(value.get("digest_key"), "digest_key"),
        is_resumed=value.get("resumed") is True,
        settle_seconds=_number_in(value, "settle_seconds"),
        retain_seconds=_number_in(value, "retain_seconds"),
        risks={scope: risk for scope, risk in value["risks"].items() if risk in RISKS},
    )


def _digest_in(value: object) -> int:
    digest = _bytes_in(value, "ends")
    if len(digest) != _DIGEST_BYTES:
        raise ValueError("an end is malformed")
    return int.from_bytes(digest)


def feed_message(text: bytes) -> FeedMessage:
    """Reads a message. Raises ValueError: a message that is not understood may hold an end."""
    try:
        value = json_object(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    cursor, ends = value.get("cursor"), value.get("ends", [])
    if not isinstance(cursor, str):
        raise ValueError("the message has no cursor")
    if not isinstance(ends, list):
        raise ValueError("ends is no list")
    return FeedMessage(
        start=_start_in(value.get("start")),
        is_all=value.get("all") is True,
        ends=tuple(_digest_in(one) for one in ends),
        cursor=cursor,
        as_of=_number_in(value, "as_of") / 1000,
        time=_number_in(value, "time") / 1000,
    )


async def events_in(body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The `data` of each Server-Sent Event of a stream. Raises ValueError for an event that is too long."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = ""
    async for chunk in body:
        *events, rest = (rest + decoder.decode(chunk)).split("\n\n")
        if len(rest) > _LONGEST_EVENT:
            raise ValueError("an event of the feed is too long")
        for event in events:
            for line in event.split("\n"):
                if line.startswith("data: "):
                    yield line.removeprefix("data: ").encode()


def digest_of(key: bytes, name: str) -> int:
    """The digest of an id with its kind, under the key of this API."""
    return int.from_bytes(hmac.digest(key, name.encode(), "sha256")[:_DIGEST_BYTES])


def names_of(access: Access) -> list[str]:
    """All ids of a token by which the feed may name it, each with its kind."""
    claims = access.claims
    names = [f"party:{access.client_id}", f"subject:{access.subject}"]
    names += [f"party:{actor.sub}" for actor in access.actors]
    others = {
        "token": access.jti,
        "grant": claims.get("grant_id"),
        "delegation": claims.get("delegation"),
        "transaction": claims.get("txn"),
        "instance": claims.get("instance"),
        "account_link": claims.get("account_link"),
        "approval": access.approval.id if access.approval else None,
        "key": header_of(access.token).get("kid"),
    }
    names += [f"{kind}:{value}" for kind, value in others.items() if isinstance(value, str)]
    return list(dict.fromkeys(names))
