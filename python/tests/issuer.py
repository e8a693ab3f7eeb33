"""An authorization server in memory: it signs tokens, serves its metadata and keys, and answers introspection."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from behalf.resource_server import Options

ISSUER = "https://id.example.com"
RESOURCE = "https://api.example.com/v1"
ORIGIN = "https://api.example.com"
CLIENT_CERTIFICATE = b"a client certificate in DER"


def base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def sha256(value: bytes) -> str:
    return base64url(hashlib.sha256(value).digest())


def signed(header: Mapping[str, Any], claims: Any, key: Key) -> str:
    """A compact JWS of any header and payload, even of one that a library would refuse to make."""
    payload = claims if isinstance(claims, str) else json.dumps(claims)
    message = ".".join(base64url(part.encode()) for part in (json.dumps(header), payload))
    algorithm = jws.JWSRegistry.algorithms[header["alg"]]
    return f"{message}.{base64url(algorithm.sign(message.encode(), key))}"


class FeedConnection(httpx.AsyncByteStream):
    """One request for the revocation feed, and what was sent to it."""

    def __init__(self, request: httpx.Request) -> None:
        self.request = request
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self._parts.get()) is not None:
            yield part

    def send(self, part: bytes) -> None:
        self._parts.put_nowait(part)

    def end(self) -> None:
        self._parts.put_nowait(None)


class TestFeed:
    """The revocation feed of the server in memory."""

    __test__ = False
    digest_key = secrets.token_bytes(32)

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.connections: list[FeedConnection] = []
        self.is_refused = False
        self.cursor = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_refused:
            return httpx.Response(429, json={"error": "too_many_readers"})
        self.connections.append(FeedConnection(request))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=self.connections[-1])

    def digest(self, name: str) -> str:
        return base64url(hmac.digest(self.digest_key, name.encode(), "sha256")[:8])

    def start(self, *, resumed: bool = False, **changes: Any) -> None:
        """The first message of a connection."""
        start = {
            "digest_key": base64url(self.digest_key),
            "resumed": resumed,
            "settle_seconds": 30,
            "retain_seconds": 3660,
            "risks": {"wiki:read": "low", "wiki:write": "high"},
            **changes,
        }
        self.say(start=start, **({} if resumed else {"all": True}))

    def say(self, *names: str, **members: Any) -> None:
        self.cursor += 1
        ends = {"ends": [self.digest(name) for name in names]} if names else {}
        times = {"as_of": 0, "time": self._clock() * 1000}
        message = json.dumps({**ends, "cursor": str(self.cursor), **times, **members})
        self.connections[-1].send(f"id: {self.cursor}\ndata: {message}\n\n".encode())


class TestIssuer:
    __test__ = False

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})
        self.rsa = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig", "alg": "RS256"})
        self.other_curve = ECKey.generate_key("P-384", {"kid": "k3", "use": "sig"})
        self.keys: list[dict[str, Any]] = [
            dict(one.as_dict(private=False)) for one in (self.key, self.rsa, self.other_curve)
        ]
        self.sender = ECKey.generate_key("P-256")
        self.active: dict[str, Mapping[str, Any]] = {}
        self.requests: list[httpx.Request] = []
        self.is_down = False
        self.use = httpx.Response(200, json={"approval": {"first": True}})
        self.step_up = httpx.Response(404)
        self.offset = 0.0
        self.feed = TestFeed(self.now)

    def now(self) -> float:
        return time.time() + self.offset

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Of a good token, with changes. None takes a claim away."""
        now = int(self.now())
        claims = {
            "iss": ISSUER,
            "aud": RESOURCE,
            "sub": "acc_person",
            "client_id": "agt_editor",
            "act": {"sub": "agt_editor"},
            "scope": "wiki:read wiki:write",
            "exp": now + 300,
            "iat": now,
            "jti": secrets.token_urlsafe(12),
            "txn": "txn_1",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, header: Mapping[str, Any] | None = None, key: Key | None = None, **changes: Any) -> str:
        full = {"alg": "ES256", "typ": "at+jwt", "kid": "k1", **(header or {})}
        full = {name: value for name, value in full.items() if value is not None}
        return signed(full, self.claims(**changes), key or self.key)

    def bound_token(self, **changes: Any) -> str:
        return self.token(cnf={"jkt": self.sender.thumbprint()}, **changes)

    def opaque(self, **changes: Any) -> str:
        token = secrets.token_urlsafe(32)
        self.active[token] = {"active": True, **self.claims(**changes)}
        return token

    def proof(
        self,
        token: str,
        header: Mapping[str, Any] | None = None,
        key: Key | None = None,
        method: str = "GET",
        **changes: Any,
    ) -> str:
        used = key or self.sender
        full = {"alg": "ES256", "typ": "dpop+jwt", "jwk": used.as_dict(private=False), **(header or {})}
        claims = {
            "htm": method,
            "htu": f"{ORIGIN}/v1/pages",
            "ath": sha256(token.encode()),
            "iat": int(self.now()),
            "jti": secrets.token_urlsafe(12),
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return signed({name: value for name, value in full.items() if value is not None}, claims, used)

    def options(self, **changes: Any) -> Options:
        transport = httpx.MockTransport(self._answer)
        return Options(issuer=ISSUER, resource=RESOURCE, transport=transport, clock=self.now, **changes)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.is_down:
            raise httpx.ConnectError("refused", request=request)
        path = request.url.path
        if path == "/.well-known/openid-configuration":
            return httpx.Response(
                200,
                json={
                    "issuer": ISSUER,
                    "jwks_uri": f"{ISSUER}/jwks",
                    "introspection_endpoint": f"{ISSUER}/introspect",
                },
            )
        if path == "/jwks":
            return httpx.Response(200, json={"keys": self.keys})
        if path == "/.well-known/authzen-configuration":
            return httpx.Response(
                200,
                json={
                    "policy_decision_point": ISSUER,
                    "approval_use_endpoint": f"{ISSUER}/uses",
                    "revocation_feed_endpoint": f"{ISSUER}/feed",
                    "step_up_endpoint": f"{ISSUER}/step-ups-asked",
                },
            )
        if path == "/feed":
            return self.feed.answer(request)
        if path == "/uses":
            return self.use
        if path == "/step-ups-asked":
            return self.step_up
        if path == "/introspect":
            token = parse_qs(request.content.decode())["token"][0]
            return httpx.Response(200, json=self.active.get(token, {"active": False}))
        return httpx.Response(404)
