"""Protects an API with access tokens of one authorization server.

Verification, challenges and the metadata document are here. Bindings for frameworks (`asgi`, `fastapi`, `mcp`)
translate requests and answers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from .access import Access
from .approved_action import ApprovedActions
from .challenge import Answer, Guidance, answer_of
from .claims import access_of
from .credential import PresentedRequest, PresentedToken, presented_token
from .dpop import DpopNonces, DpopProofs, base64url
from .http_client import HttpClient
from .introspection import authenticator, introspected
from .issuer import IssuerKeys, IssuerMetadata
from .jws import is_jwt, jwt_claims
from .once import MemoryUsedOnce
from .options import LogEntry, Options, origin_of
from .refusal import Refusal, Scheme, invalid_token
from .reports import Report, Reports
from .requirement import Requirement, check_access
from .revocation_feed.live_tokens import LiveTokens, OnEnded
from .security_events import EventAnswer, HeardEvents
from .status_list import StatusLists
from .step_up import StepUps

_USED_ONCE_KEYS = 100_000
_WELL_KNOWN = "/.well-known/oauth-protected-resource"
_NOTHING = Requirement()


@dataclass(frozen=True, slots=True)
class ResourceMetadata:
    """Where the metadata document of an API is, and what it says (RFC 9728)."""

    path: str
    """The well-known path in front of the path of the API."""
    url: str
    """Address of the document, as challenges name it."""
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Granted:
    """A request that may go on, and headers for its answer."""

    access: Access
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that is refused, and what to answer."""

    refusal: Refusal
    answer: Answer


class TokenCache:
    """Claims of verified tokens, by the digest of the token. Keeps at most `most`; the oldest goes first.

    Kept as JSON, so that each request reads claims of its own: a handler cannot change what the next request may do.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[bytes, str] = {}
        self._version = 0

    def get(self, digest: bytes, key_version: int) -> Mapping[str, Any] | None:
        """None for an unknown token, and after the keys of the issuer changed."""
        self._empty_at(key_version)
        text = self._entries.get(digest)
        return None if text is None else json.loads(text)

    def set(self, digest: bytes, claims: Mapping[str, Any], key_version: int) -> None:
        self._empty_at(key_version)
        if self._most == 0:
            return
        if len(self._entries) >= self._most:
            del self._entries[next(iter(self._entries))]
        self._entries[digest] = json.dumps(claims)

    def _empty_at(self, key_version: int) -> None:
        if key_version != self._version:
            self._entries.clear()
            self._version = key_version


class ResourceServer:
    """The guard of one API.

    Safe for concurrent requests of one event loop. Call :meth:`close` when the API stops.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._http = HttpClient(options.transport, options.timeout)
        credential = options.introspection
        self._issuer_metadata = IssuerMetadata(
            options.issuer,
            {"jwks_uri": options.jwks_uri, "introspection_endpoint": credential.endpoint if credential else None},
            self._http,
            options.clock,
        )
        self._keys = IssuerKeys(self._issuer_metadata, self._http, options.clock)
        self._cache = TokenCache(options.cached_tokens)
        self._authenticate = authenticator(credential, options.issuer, options.clock) if credential else None
        used_once = options.used_once or MemoryUsedOnce(_USED_ONCE_KEYS, options.clock)
        secret = options.dpop.nonce_secret or os.urandom(32)
        self._nonces = DpopNonces(secret, options.clock) if options.dpop.nonces else None
        self._proofs = DpopProofs(options, used_once, self._nonces)
        self._approved = ApprovedActions(options, used_once, self._issuer_metadata, self._http, self._authenticate)
        feed = options.revocation_feed
        self._live = (
            LiveTokens(feed, options, self._issuer_metadata, self._http, self._authenticate, self._introspected)
            if feed and self._authenticate
            else None
        )
        events = options.security_events
        self._events = HeardEvents(events, options, self._keys, self._introspected) if events else None
        self._step_ups = (
            StepUps(options.issuer, self._issuer_metadata, self._http, self._authenticate)
            if options.step_up and self._authenticate
            else None
        )
        self._statuses = StatusLists(options, self._http, self._keys) if options.status_list else None
        self.reports: Reports | None = None
        """The reports of this API. None without the option `reports`."""
        if options.reports and self._authenticate:
            self.reports = Reports(options.reports, options, self._issuer_metadata, self._http, self._authenticate)
        self.metadata = _resource_metadata(options)
        """The protected resource metadata (RFC 9728)."""

    async def check(self, request: PresentedRequest, requirement: Requirement = _NOTHING) -> Granted | Refused:
        """Verifies the token of a request and checks what the request needs. Never raises because of a request."""
        self._check_live(requirement)
        options = self._options
        used: Scheme = "DPoP" if options.dpop.use == "required" else "Bearer"
        nonce = self._nonces.current() if self._nonces else None
        try:
            presented = presented_token(request, options.max_token_length)
            used = presented.scheme
            access = await self._access(presented, request, requirement)
        except Refusal as refusal:
            self._log(refusal)
            guidance = Guidance(self.metadata.url, tuple(requirement.scopes))
            return Refused(refusal, answer_of(refusal, used, options, guidance, nonce))
        return Granted(access, () if nonce is None else (("dpop-nonce", nonce),))

    async def verify_bearer(self, token: str, requirement: Requirement = _NOTHING) -> Access:
        """Verifies a token that came as Bearer, where the request is not at hand. Raises Refusal.

        Refuses a token that is bound to a key.
        """
        self._check_live(requirement)
        request = PresentedRequest("", "/", [("authorization", f"Bearer {token}")])
        try:
            return await self._access(presented_token(request, self._options.max_token_length), request, requirement)
        except Refusal as refusal:
            self._log(refusal)
            raise

    async def refusal_now(self, access: Access, requirement: Requirement) -> Refusal | None:
        """Why a verified token does not allow something now, or None. Uses no approval up.

        Where the sign-in of the person is not enough, asks the server about it (option `step_up`): :func:`page_of` the
        refusal is the page on which the person confirms one.
        """
        self._check_live(requirement)
        try:
            await self._enough(access, requirement)
        except Refusal as refusal:
            self._log(refusal)
            return refusal
        return None

    def watch(self, access: Access, requirement: Requirement, on_ended: OnEnded) -> Callable[[], None]:
        """For a stream or WebSocket that stays open: calls `on_ended` once when its token has ended or expired, or when
        that cannot be known for longer than the risk of the scopes allows. Close the stream then.

        Returns what stops the watch. Raises ValueError without the option `revocation_feed`.
        """
        self._check_live(requirement)
        if self._live is None:
            raise ValueError("watch: set the option revocation_feed")
        return self._live.watch(access, requirement.scopes or access.scopes, on_ended)

    async def receive_event(self, token: str) -> EventAnswer:
        """Takes a security event that the server pushed: the body of a request with the content type
        `application/secevent+jwt`. Check the `Authorization` of the request before. Returns what to answer.

        Raises ValueError without the option `security_events`.
        """
        if self._events is None:
            raise ValueError("receive_event: set the option security_events")
        return await self._events.receive(token)

    def report(self, access: Access, report: Report) -> None:
        """Reports to the server what this API did with a token. Returns at once.

        Raises ValueError without the option `reports`, and for no other reason.
        """
        if self.reports is None:
            raise ValueError("report: set the option reports")
        self.reports.add(access, report)

    async def close(self) -> None:
        """Stops reading the revocation feed, ends each watch and sends the reports that wait. Closes connections to the
        authorization server."""
        if self._live is not None:
            await self._live.close()
        if self.reports is not None:
            await self.reports.close()
        await self._http.close()

    async def __aenter__(self) -> ResourceServer:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    def _check_live(self, requirement: Requirement) -> None:
        if requirement.live and self._authenticate is None:
            raise ValueError("requirement.live: set the option introspection")

    def _log(self, refusal: Refusal) -> None:
        is_down = refusal.code == "temporarily_unavailable"
        event: Any = "server_unreachable" if is_down else "request_refused"
        self._options.log(LogEntry(event, refusal.reason, refusal.description, refusal.detail))

    async def _access(self, presented: PresentedToken, request: PresentedRequest, requirement: Requirement) -> Access:
        access = await self._verified(presented.token, requirement)
        await self._check_sender(access, presented, request)
        await self._enough(access, requirement)
        await self._approved.use(access, requirement)
        return access

    async def _enough(self, access: Access, requirement: Requirement) -> None:
        """Checks an access. Asks the server where the sign-in alone is not enough. Raises Refusal."""
        options = self._options
        try:
            check_access(access, requirement, options, options.clock())
        except Refusal as refusal:
            if refusal.code != "insufficient_user_authentication" or self._step_ups is None:
                raise
            # A person is not asked about a request that would be refused in any case.
            check_access(access, replace(requirement, acr_values=(), max_age=None), options, options.clock())
            await self._step_ups.check(access, requirement, refusal)

    async def _verified(self, token: str, requirement: Requirement) -> Access:
        """From the cache, offline, or by introspection."""
        options = self._options
        access = await self._offline(token) if is_jwt(token) else None
        is_always_live = options.introspection is not None and options.introspection.tokens == "every"
        if access is not None and not is_always_live and not requirement.live:
            if self._live is not None:
                return await self._live.live(access, requirement.scopes or access.scopes)
            if self._events is not None:
                return await self._events.live(access)
            if self._statuses is None:
                return access
            # A token of before the server had lists names none.
            if self._statuses.is_named_by(access) or self._authenticate is None:
                await self._statuses.check(access)
                return access
        return await self._introspected(token)

    async def _introspected(self, token: str) -> Access:
        options = self._options
        if self._authenticate is None:
            raise invalid_token("token_malformed", "The token is not a signed JWT.")
        claims = await introspected(token, self._authenticate, self._issuer_metadata, self._http)
        return access_of(token, claims, options, options.clock())

    async def _offline(self, token: str) -> Access:
        options = self._options
        digest = hashlib.sha256(token.encode()).digest()
        known = self._cache.get(digest, self._keys.version) if self._keys.is_fresh() else None
        claims = await jwt_claims(token, self._keys, options) if known is None else known
        access = access_of(token, claims, options, options.clock())
        if known is None:
            self._cache.set(digest, claims, self._keys.version)
        return access

    async def _check_sender(self, access: Access, presented: PresentedToken, request: PresentedRequest) -> None:
        """Checks that the sender holds what the token is bound to (RFC 9449 §7, RFC 8705 §3)."""
        jkt, x5t = access.confirmation.jkt, access.confirmation.x5t
        is_required = self._options.dpop.use == "required"
        if jkt is None and (presented.scheme == "DPoP" or is_required):
            raise Refusal(
                "invalid_token",
                "token_unbound",
                "The token is not bound to a DPoP key.",
                scheme=presented.scheme,
            )
        if jkt is not None and presented.scheme == "Bearer":
            raise Refusal(
                "invalid_token",
                "bound_as_bearer",
                "The token is bound to a key. Send it as DPoP, with a proof.",
                scheme="DPoP",
            )
        if x5t is not None:
            _check_certificate(request.certificate, x5t)
        if jkt is not None:
            await self._proofs.check(request, presented, jkt)


_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END CERTIFICATE-----\s*")


def certificate_thumbprint(certificate: bytes | str) -> str | None:
    """SHA-256 of a certificate in DER, base64url (RFC 8705 §3.1). None for a text that is no PEM."""
    der = certificate
    if isinstance(der, str):
        found = _PEM.fullmatch(der)
        try:
            der = b64decode(re.sub(r"\s", "", found[1]), validate=True) if found else b""
        except ValueError:
            der = b""
    return base64url(hashlib.sha256(der).digest()) if der else None


def _check_certificate(certificate: bytes | str | None, x5t: str) -> None:
    thumbprint = None if certificate is None else certificate_thumbprint(certificate)
    if thumbprint is not None and hmac.compare_digest(thumbprint, x5t):
        return
    raise Refusal(
        "invalid_token",
        "certificate_other",
        "The token is bound to a client certificate that this connection did not present.",
        scheme="Bearer",
    )


def _resource_metadata(options: Options) -> ResourceMetadata:
    """RFC 9728 §2 and §3.1. An identifier that is no web address has its document at the base URL."""
    is_web = options.resource.startswith(("https://", "http://"))
    parts = urlsplit(options.resource if is_web else options.base_url)
    path = f"{_WELL_KNOWN}{'' if parts.path == '/' else parts.path}"
    document: dict[str, Any] = {
        "resource": options.resource,
        "authorization_servers": [options.issuer],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(options.dpop.algorithms),
    }
    if options.scopes:
        document["scopes_supported"] = list(options.scopes)
    if options.name is not None:
        document["resource_name"] = options.name
    if options.dpop.use == "required":
        document["dpop_bound_access_tokens_required"] = True
    if options.detail_types:
        document["authorization_details_types_supported"] = [one.type for one in options.detail_types]
    return ResourceMetadata(path, f"{origin_of(parts.geturl())}{path}", document)
