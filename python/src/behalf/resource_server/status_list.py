"""Reads Token Status Lists of the server (draft-ietf-oauth-status-list), so that a JWT that has ended is refused
without a connection to the server. Never accepts a token because a list cannot be had.
"""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio

from .access import Access
from .http_client import HttpClient
from .issuer import IssuerKeys
from .json_values import is_number
from .jws import header_of, verified_claims
from .options import Options, is_safe_url, origin_of
from .refusal import Refusal, invalid_token, unavailable

# Lists that are kept: the tokens of ten minutes share one.
_MOST_LISTS = 64
# A failed fetch is not repeated sooner.
_PAUSE_SECONDS = 1
# While a valid list is at hand, a request waits for a newer one only so long: a server that does not answer must not
# delay each request.
_WAIT_SECONDS = 1
# Without `ttl` a list is fetched again after this time.
_USUAL_TTL_SECONDS = 5
_LONGEST_TTL_SECONDS = 300
# Bytes of a list: 32 million statuses of one bit.
_MOST_BYTES = 4 * 1024 * 1024
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_TYPE = "application/statuslist+jwt"


@dataclass(frozen=True, slots=True)
class StatusReference:
    """Where the status of a token is (§6.2)."""

    index: int
    uri: str


def status_reference(claims: Mapping[str, Any], issuer: str) -> StatusReference | None:
    """The reference in the claims of a token. None without the claim. Raises Refusal for a malformed one."""
    if "status" not in claims:
        return None
    status = claims["status"]
    reference = status.get("status_list") if isinstance(status, dict) else None
    index, uri = (reference.get("idx"), reference.get("uri")) if isinstance(reference, dict) else (None, None)
    is_index = isinstance(index, int) and not isinstance(index, bool) and index >= 0
    # A signed token of the issuer names it. Another origin is refused in any case: this API would send requests there.
    if is_index and is_safe_url(uri) and origin_of(str(uri)) == origin_of(issuer):
        return StatusReference(int(index or 0), str(uri))
    raise invalid_token("claim_malformed", "The claim status of the token is missing or malformed.")


@dataclass(frozen=True, slots=True)
class StatusList:
    """The statuses of a verified list. `bits` of each: 1, 2, 4 or 8."""

    bits: int
    content: bytes

    def at(self, index: int) -> int | None:
        """The status of a token: 0 is valid. None: the index is beyond the list (§8.3)."""
        place = index * self.bits
        if place // 8 >= len(self.content):
            return None
        return (self.content[place // 8] >> place % 8) & ((1 << self.bits) - 1)


def status_list(value: object) -> StatusList:
    """Reads the member `status_list` of a list token (§5.1). Raises ValueError."""
    bits, text = (value.get("bits"), value.get("lst")) if isinstance(value, dict) else (None, None)
    if isinstance(bits, bool) or bits not in (1, 2, 4, 8):
        raise ValueError("bits is none of 1, 2, 4 and 8")
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise ValueError("lst is no base64url")
    inflater = zlib.decompressobj()
    try:
        # A few bytes can stand for many.
        content = inflater.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)), _MOST_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not inflater.eof:
        raise ValueError(f"the list is cut off, or has more than {_MOST_BYTES} bytes")
    return StatusList(bits, content)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Times are on a clock that is never set back."""

    statuses: StatusList
    # `iat` of the list.
    issued: float
    fresh_until: float
    valid_until: float


class StatusLists:
    """The lists that this API has fetched. Safe for concurrent use within one event loop."""

    def __init__(self, options: Options, http: HttpClient, keys: IssuerKeys) -> None:
        self._options = options
        self._http = http
        self._keys = keys
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._failed_at: OrderedDict[str, float] = OrderedDict()
        self._locks: dict[str, anyio.Lock] = {}

    def is_named_by(self, access: Access) -> bool:
        """Whether the token names a list. Raises Refusal for a malformed claim."""
        return status_reference(access.claims, self._options.issuer) is not None

    async def check(self, access: Access) -> None:
        """Returns for a token that is valid by its list. Raises Refusal: `invalid_token`, or 503 if that cannot be
        known."""
        reference = status_reference(access.claims, self._options.issuer)
        if reference is None:
            raise invalid_token("status_missing", "The token names no status list.")
        status = (await self._list(reference.uri)).at(reference.index)
        if status is None:
            raise invalid_token("status_unknown", "The status list has no such index.")
        if status != 0:
            raise invalid_token("token_ended", "The token has ended.")

    async def _list(self, uri: str) -> StatusList:
        now = self._options.monotonic
        known = self._kept.get(uri)
        if known is not None and now() < known.fresh_until:
            return known.statuses
        lock = self._locks.setdefault(uri, anyio.Lock())
        try:
            async with lock:
                newer = self._kept.get(uri)
                # Another call fetched it while this one waited.
                if newer is not None and now() < newer.fresh_until:
                    return newer.statuses
                if known is None or now() >= known.valid_until:
                    return (await self._load(uri)).statuses
                with anyio.move_on_after(min(_WAIT_SECONDS, known.valid_until - now())):
                    return (await self._load(uri)).statuses
                _keep(self._failed_at, uri, now())
                return known.statuses
        except Refusal:
            if known is not None and now() < known.valid_until:
                return known.statuses
            raise
        finally:
            if not lock.statistics().locked:
                self._locks.pop(uri, None)

    async def _load(self, uri: str) -> _Kept:
        sent_at = self._options.monotonic()
        failed = self._failed_at.get(uri)
        if failed is not None and sent_at - failed < _PAUSE_SECONDS:
            raise unavailable("status_list_unusable", f"{uri} could not be fetched")
        try:
            kept = await self._verified(uri, await self._http.text(uri, {"accept": _TYPE}), sent_at)
        except Exception as error:
            _keep(self._failed_at, uri, self._options.monotonic())
            if isinstance(error, Refusal) and error.code == "temporarily_unavailable":
                raise
            # Each error of the library, and a key that the issuer does not have: there is no list.
            raise unavailable("status_list_unusable", f"{uri}: {type(error).__name__}: {error}") from error
        before = self._kept.get(uri)
        # A node of the server may be behind another one, and an ended token stays ended.
        if before is not None and before.issued > kept.issued and self._options.monotonic() < before.valid_until:
            kept = replace(before, fresh_until=min(kept.fresh_until, before.valid_until))
        _keep(self._kept, uri, kept)
        self._failed_at.pop(uri, None)
        return kept

    async def _verified(self, uri: str, token: str, sent_at: float) -> _Kept:
        options = self._options
        header = header_of(token)
        algorithm = header.get("alg")
        if str(header.get("typ", "")).lower().removeprefix("application/") != "statuslist+jwt":
            raise ValueError("another type of token")
        if algorithm not in {"ES256", *options.algorithms}:
            raise ValueError("another algorithm")
        key = await self._keys.key_for(str(header.get("kid")))
        if key.get("alg") not in (None, algorithm):
            raise ValueError("the key is for another algorithm")
        claims = verified_claims(token, key, str(algorithm))
        issued, expires = claims.get("iat"), claims.get("exp")
        ttl = claims.get("ttl", _USUAL_TTL_SECONDS)
        if claims.get("sub") != uri or claims.get("iss", options.issuer) != options.issuer:
            raise ValueError("a list of another issuer or address")
        if not is_number(issued) or not is_number(expires) or not is_number(ttl) or ttl <= 0:
            raise ValueError("iat, exp and ttl must be numbers")
        now = options.clock()
        if issued - options.clock_tolerance > now or expires <= now:
            raise ValueError("the list is of another time")
        # Also with a clock that is slow, a list is not used longer than it is valid.
        valid_until = sent_at + min(expires - issued, expires - now)
        fresh_until = min(valid_until, sent_at + min(ttl, _LONGEST_TTL_SECONDS))
        return _Kept(status_list(claims.get("status_list")), issued, fresh_until, valid_until)


def _keep(entries: OrderedDict[str, Any], uri: str, value: object) -> None:
    entries[uri] = value
    entries.move_to_end(uri)
    if len(entries) > _MOST_LISTS:
        entries.popitem(last=False)
