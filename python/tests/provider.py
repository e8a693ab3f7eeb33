"""An authorization server with a sign-in, and the browser of a person. It redeems codes as RFC 7636 and 9449 say."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from scripted import ISSUER, KEY, RESOURCE, START

from behalf.agent import Agent, AgentStop, Options

SIGNER = ECKey.generate_key("P-256", {"kid": "signer", "use": "sig", "alg": "ES256"})
AUTHORIZE = f"{ISSUER}/auth"
CLIENT_ID = "agt_editor"


def base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(claims: Mapping[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "signer"}, dict(claims), SIGNER)


@dataclass
class Provider:
    """Each member that is a function or a mapping lets a test answer otherwise."""

    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    id_token: Callable[[dict[str, Any]], str | None] = signed
    left_out: tuple[str, ...] = ()
    """Members that the key of the server does not have."""
    answer: Callable[[dict[str, str]], httpx.Response | None] = lambda _form: None
    now: float = START
    forms: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    requests: dict[str, dict[str, str]] = field(default_factory=dict)
    """Authorization requests: pushed ones by `request_uri`, decided ones by code."""
    refresh_token: str = ""

    def agent(self, **options: Any) -> Agent:
        given = {"client_id": CLIENT_ID, "key": KEY, **options}
        return Agent(
            Options(issuer=ISSUER, transport=httpx.MockTransport(self._answer), clock=lambda: self.now, **given)
        )

    def asked(self, url: str) -> dict[str, str]:
        """The authorization request behind an address, pushed or not."""
        query = dict(parse_qsl(urlsplit(url).query))
        return self.requests[query["request_uri"]] if "request_uri" in query else query

    def decide(self, url: str, **changes: str | None) -> str:
        """Where the person's browser is sent, after they have signed in and allowed it. A change of None leaves out."""
        asked = self.asked(url)
        code = secrets.token_urlsafe(16)
        self.requests[code] = asked
        members = {"code": code, "state": asked["state"], "iss": ISSUER, **changes}
        query = urlencode({name: value for name, value in members.items() if value is not None})
        return f"{asked['redirect_uri']}?{query}"

    async def browse(self, url: str, headers: Mapping[str, str] | None = None, **changes: str | None) -> httpx.Response:
        """The person decides, and the browser goes back to the program."""
        async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
            return await browser.get(self.decide(url, **changes), headers=headers)

    def granted(self, *, nonce: str | None = None, scope: str = "openid read", bound: bool = False) -> httpx.Response:
        self.refresh_token = secrets.token_urlsafe(16)
        token = secrets.token_urlsafe(16)
        body = {
            "access_token": token,
            "token_type": "DPoP" if bound else "Bearer",
            "expires_in": 300,
            "scope": scope,
            "refresh_token": self.refresh_token,
        }
        if nonce is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims = {
                "iss": ISSUER,
                "sub": "acc_ada",
                "aud": CLIENT_ID,
                "nonce": nonce,
                "iat": int(self.now),
                "exp": int(self.now) + 300,
                "auth_time": int(self.now),
                "at_hash": base64url(digest[:16]),
                **self.claims,
            }
            id_token = self.id_token({name: value for name, value in claims.items() if value is not None})
            body |= {} if id_token is None else {"id_token": id_token}
        return httpx.Response(200, json=body)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self._document())
        if request.url.path == "/jwks":
            key = SIGNER.as_dict(private=False)
            return httpx.Response(200, json={"keys": [{name: key[name] for name in key if name not in self.left_out}]})
        form = dict(parse_qsl(request.content.decode()))
        self.forms.append(form)
        other = self.answer(form)
        if other is not None:
            return other
        if request.url.path == "/par":
            request_uri = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(8)}"
            self.requests[request_uri] = form
            return httpx.Response(201, json={"request_uri": request_uri, "expires_in": 60})
        return self._redeemed(form, "dpop" in request.headers)

    def _redeemed(self, form: Mapping[str, str], bound: bool) -> httpx.Response:
        if form["grant_type"] == "refresh_token":
            is_newest = form["refresh_token"] == self.refresh_token
            return self.granted(bound=bound) if is_newest else _invalid_grant("The refresh token was used.")
        if form["grant_type"] != "authorization_code":
            return self.granted(scope="read", bound=bound)
        asked = self.requests.pop(form["code"], None)
        challenge = base64url(hashlib.sha256(form["code_verifier"].encode()).digest())
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return _invalid_grant("The code is of another request.")
        return self.granted(nonce=asked["nonce"], bound=bound)

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": AUTHORIZE,
            "token_endpoint": f"{ISSUER}/token",
            "pushed_authorization_request_endpoint": f"{ISSUER}/par",
            "jwks_uri": f"{ISSUER}/jwks",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }


def _invalid_grant(text: str) -> httpx.Response:
    return httpx.Response(400, content=json.dumps({"error": "invalid_grant", "error_description": text}))


class Person:
    """Opens the address at once. `pages` has what the browser showed, `addresses` what it was asked to open."""

    def __init__(self, at: Provider, headers: Mapping[str, str] | None = None, **changes: str | None) -> None:
        self._at = at
        self._headers = headers
        self._changes = changes
        self.addresses: list[str] = []
        self.pages: list[httpx.Response] = []

    async def __call__(self, url: str) -> None:
        self.addresses.append(url)
        self.pages.append(await self._at.browse(url, self._headers, **self._changes))


async def stop_of(agent: Agent, open_address: Callable[[str], object], **request: Any) -> AgentStop:
    with pytest.raises(AgentStop) as stop:
        await agent.sign_in(RESOURCE, scopes=["read"], open=open_address, **request)
    return stop.value


def reason_of(stop: AgentStop) -> str:
    assert stop.reason == "refused"
    assert stop.denial is not None
    return stop.denial.reason
