"""What this API knows of the authorization server: endpoints and keys, fetched when they are needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import anyio
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from .http_client import HttpClient
from .options import is_safe_url, origin_of
from .refusal import Refusal, invalid_token, unavailable

Endpoint = Literal[
    "jwks_uri",
    "introspection_endpoint",
    "approval_use_endpoint",
    "revocation_feed_endpoint",
    "report_endpoint",
    "step_up_endpoint",
]

_DOCUMENTS: Mapping[Endpoint, str] = {
    "jwks_uri": "/.well-known/openid-configuration",
    "introspection_endpoint": "/.well-known/openid-configuration",
    "approval_use_endpoint": "/.well-known/authzen-configuration",
    "revocation_feed_endpoint": "/.well-known/authzen-configuration",
    "report_endpoint": "/.well-known/authzen-configuration",
    "step_up_endpoint": "/.well-known/authzen-configuration",
}

_METADATA_SECONDS = 3600
# After this time the keys are fetched again, so that a key that was taken away is no longer accepted.
_KEYS_SECONDS = 300
# While the server cannot be reached, fetched keys are used this long.
_LONGEST_SECONDS = 24 * 3600
# Unknown key ids cause at most one request in this time, since any client can make one up.
_COOLDOWN_SECONDS = 30
# A failed fetch is not repeated sooner.
_PAUSE_SECONDS = 1
_MOST_KEYS = 100


def _url_of(issuer: str, path: str) -> str:
    """OpenID Connect appends its path to the issuer. AuthZEN puts its own in front of that of the issuer."""
    own = urlsplit(issuer).path.rstrip("/")
    is_in_front = path == _DOCUMENTS["approval_use_endpoint"]
    return f"{origin_of(issuer)}{path}{own}" if is_in_front else f"{origin_of(issuer)}{own}{path}"


@dataclass(frozen=True, slots=True)
class _Document:
    body: Mapping[str, Any]
    at: float


class IssuerMetadata:
    """Endpoints of the server. `known` has those of the options, which are not fetched."""

    def __init__(
        self, issuer: str, known: Mapping[Endpoint, str | None], http: HttpClient, clock: Callable[[], float]
    ) -> None:
        self._issuer = issuer
        self._known = known
        self._http = http
        self._clock = clock
        self._documents: dict[str, _Document] = {}
        self._failed_at: dict[str, float] = {}
        self._lock = anyio.Lock()

    async def endpoint(self, name: Endpoint) -> str:
        """URL of an endpoint. Raises Refusal (503) if the metadata cannot be fetched, or do not name it."""
        known = self._known.get(name)
        if known is not None:
            return known
        url = (await self._document(_DOCUMENTS[name])).get(name)
        if not is_safe_url(url):
            raise unavailable("endpoint_missing", f"the metadata of {self._issuer} have no usable {name}")
        return str(url)

    async def _document(self, path: str) -> Mapping[str, Any]:
        async with self._lock:
            cached = self._documents.get(path)
            now = self._clock()
            if cached and 0 <= now - cached.at < _METADATA_SECONDS:
                return cached.body
            failed = self._failed_at.get(path)
            is_paused = failed is not None and 0 <= now - failed < _PAUSE_SECONDS
            if not is_paused:
                try:
                    return await self._load(path)
                except Refusal:
                    self._failed_at[path] = self._clock()
                    if cached is None:
                        raise
            # Endpoints rarely move, and what they answer is checked in any case.
            if cached:
                return cached.body
            raise unavailable("server_unreachable", f"the metadata of {self._issuer} could not be fetched")

    async def _load(self, path: str) -> Mapping[str, Any]:
        url = _url_of(self._issuer, path)
        _, body = await self._http.json("GET", url)
        named = body.get("issuer", body.get("policy_decision_point"))
        if named != self._issuer:
            raise unavailable("issuer_other", f"{url} names the issuer {json.dumps(named)}")
        self._documents[path] = _Document(body, self._clock())
        return body


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: Mapping[str, Key]
    text: str
    at: float


class IssuerKeys:
    """The signature keys of the issuer."""

    def __init__(self, metadata: IssuerMetadata, http: HttpClient, clock: Callable[[], float]) -> None:
        self._metadata = metadata
        self._http = http
        self._clock = clock
        self._current: _KeySet | None = None
        self._failed_at: float | None = None
        self._lock = anyio.Lock()
        self.version = 0
        """Changes with the set of keys: what was verified under another set is verified again."""

    def is_fresh(self) -> bool:
        """Whether the keys were fetched lately. If not, tokens are verified again, which fetches them."""
        return self._current is not None and 0 <= self._clock() - self._current.at < _KEYS_SECONDS

    async def key_for(self, kid: str) -> Key:
        """The key of this id. Raises Refusal: 503 if no keys can be had, `invalid_token` for an unknown one."""
        keys = await self._usable()
        if kid not in keys.keys and self._clock() - keys.at >= _COOLDOWN_SECONDS:
            keys = await self._fetched(keys)
        key = keys.keys.get(kid)
        if key is None:
            raise invalid_token("key_unknown", "The issuer has no such key.")
        return key

    async def _usable(self) -> _KeySet:
        current = self._current
        if current is not None and self.is_fresh():
            return current
        try:
            return await self._fetched(current)
        except Refusal:
            if current is not None and 0 <= self._clock() - current.at < _LONGEST_SECONDS:
                return current
            raise

    async def _fetched(self, known: _KeySet | None) -> _KeySet:
        async with self._lock:
            # Another call fetched them while this one waited.
            if self._current is not None and self._current is not known:
                return self._current
            if self._failed_at is not None and 0 <= self._clock() - self._failed_at < _PAUSE_SECONDS:
                raise unavailable("server_unreachable", "the keys of the issuer could not be fetched")
            try:
                self._current = await self._load()
                self._failed_at = None
                return self._current
            except Refusal:
                self._failed_at = self._clock()
                raise

    async def _load(self) -> _KeySet:
        _, body = await self._http.json("GET", await self._metadata.endpoint("jwks_uri"))
        given = body.get("keys")
        if not isinstance(given, list) or not 1 <= len(given) <= _MOST_KEYS:
            raise unavailable("keys_unusable", f"the key set must have 1 to {_MOST_KEYS} keys")
        text = json.dumps(given, sort_keys=True)
        if self._current is not None and text == self._current.text:
            return _KeySet(self._current.keys, text, self._clock())
        keys = {kid: key for kid, key in map(_usable_key, given) if key is not None}
        self.version += 1
        return _KeySet(keys, text, self._clock())


def _usable_key(given: object) -> tuple[str, Key | None]:
    """A key of a kind that this package does not know is left out (RFC 7517 §5)."""
    if not isinstance(given, dict) or not isinstance(given.get("kid"), str):
        return "", None
    is_for_signatures = given.get("use", "sig") == "sig" and given.get("kty") != "oct"
    try:
        return given["kid"], import_key(given) if is_for_signatures else None
    except (JoseError, ValueError, TypeError, KeyError):
        return given["kid"], None
