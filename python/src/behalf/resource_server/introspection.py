"""Asks the authorization server about a token (RFC 7662)."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.jwk import import_key

from .http_client import HttpClient
from .issuer import IssuerMetadata
from .options import Introspection
from .refusal import invalid_token, unavailable

_ASSERTION_SECONDS = 60
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Authentication:
    """What authenticates this API at the authorization server."""

    headers: Mapping[str, str]
    """At an endpoint that takes a form, with `parameters`."""
    parameters: Mapping[str, str]
    authorization: str
    """The value of `Authorization` at an endpoint that takes JSON."""


Authenticate = Callable[[], Authentication]
"""Makes a new authentication for each request."""


def authenticator(credential: Introspection, issuer: str, clock: Callable[[], float]) -> Authenticate:
    """Authenticates by `private_key_jwt`, audience the issuer (RFC 7523 §3), or by a secret in `Authorization`."""
    if credential.client_secret is not None:
        # Form-encoded before they are joined (RFC 6749 §2.3.1).
        pair = f"{quote_plus(credential.client_id)}:{quote_plus(credential.client_secret)}"
        value = f"Basic {b64encode(pair.encode()).decode()}"
        basic = Authentication({"authorization": value}, {}, value)
        return lambda: basic
    given = dict(credential.private_key or {})
    key = import_key(given)
    header = {"alg": given["alg"], **({"kid": given["kid"]} if "kid" in given else {})}

    def authenticate() -> Authentication:
        now = int(clock())
        claims = {
            "iss": credential.client_id,
            "sub": credential.client_id,
            "aud": issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
        }
        assertion = jwt.encode(header, claims, key, algorithms=[header["alg"]])
        return Authentication(
            {},
            {
                "client_id": credential.client_id,
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": assertion,
            },
            f"Bearer {assertion}",
        )

    return authenticate


async def introspected(
    token: str, authenticate: Authenticate, metadata: IssuerMetadata, http: HttpClient
) -> Mapping[str, Any]:
    """The introspection response of an active token. Raises Refusal: `invalid_token` for an inactive one, 503 if the
    server does not answer or refuses this API."""
    endpoint = await metadata.endpoint("introspection_endpoint")
    authentication = authenticate()
    form = {"token": token, "token_type_hint": "access_token", **authentication.parameters}
    _, body = await http.json("POST", endpoint, headers=authentication.headers, data=form)
    if body.get("active") is True:
        return body
    if body.get("active") is False:
        raise invalid_token("token_inactive", "The token is not active.")
    raise unavailable("introspection_malformed", f"{endpoint}: the answer has no active")
