"""Checks an ID token (OpenID Connect Core §3.1.3.7), its signature included."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import Key, import_key

from ..resource_server.json_values import is_number
from ..resource_server.jws import header_of, verified_claims

_ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
_DIGESTS = {"256": hashlib.sha256, "384": hashlib.sha384}
# Seconds that the clocks of server and agent may differ.
_TOLERANCE = 30

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the ID token of one sign-in has to say."""

    issuer: str
    client_id: str
    nonce: str
    max_age: int | None
    access_token: str
    now: float


def checked_claims(id_token: str, keys: Mapping[str, Any], expected: Expected) -> Claims:
    """The claims. `keys` is the JSON Web Key Set of the issuer. Raises ValueError, which says what is wrong."""
    header = header_of(id_token)
    algorithm = header.get("alg")
    if algorithm not in _ALGORITHMS or "crit" in header:
        raise ValueError("it is not signed with an accepted algorithm")
    key = _key_of(header, keys)
    try:
        claims = verified_claims(id_token, key, algorithm)
    except Exception as error:
        # Each error of the library: a token that cannot be verified is refused.
        raise ValueError("its signature is wrong") from error
    _check_parties(claims, expected)
    _check_times(claims, expected)
    _check_access_token(claims, algorithm, expected.access_token)
    return claims


def _key_of(header: Claims, keys: Mapping[str, Any]) -> Key:
    given = keys.get("keys")
    known = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    usable = [one for one in known if one.get("use", "sig") == "sig" and one.get("kty") != "oct"]
    kid, algorithm = header.get("kid"), header["alg"]
    matching = [
        one
        for one in usable
        if one.get("alg", algorithm) == algorithm and (one.get("kid") == kid if kid is not None else True)
    ]
    if len(matching) != 1:
        raise ValueError("the issuer has no such key")
    try:
        return import_key(matching[0])
    except Exception as error:
        raise ValueError("the key of the issuer cannot be used") from error


def _check_parties(claims: Claims, expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise ValueError("it is of another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences or not all(isinstance(one, str) for one in audiences):
        raise ValueError("it is for another client")
    # An audience of several names the client that asked.
    party = claims.get("azp", expected.client_id if len(audiences) == 1 else None)
    if party != expected.client_id:
        raise ValueError("it was given to another client")
    if not isinstance(claims.get("sub"), str) or claims["sub"] == "":
        raise ValueError("it names no person")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise ValueError("it is of another sign-in")


def _check_times(claims: Claims, expected: Expected) -> None:
    times = {name: claims.get(name) for name in ("exp", "iat", "nbf", "auth_time") if name in claims}
    if not {"exp", "iat"} <= times.keys() or not all(map(is_number, times.values())):
        raise ValueError("it has a malformed time")
    if claims["exp"] <= expected.now - _TOLERANCE:
        raise ValueError("it has expired")
    if claims["iat"] > expected.now + _TOLERANCE or claims.get("nbf", 0) > expected.now + _TOLERANCE:
        raise ValueError("it is not valid yet")
    if expected.max_age is None:
        return
    if "auth_time" not in times or claims["auth_time"] + expected.max_age < expected.now - _TOLERANCE:
        raise ValueError("the person signed in too long ago")


def _check_access_token(claims: Claims, algorithm: str, access_token: str) -> None:
    digest = _DIGESTS.get(algorithm[-3:])
    if digest is None or "at_hash" not in claims:
        return
    full = digest(access_token.encode()).digest()
    if claims["at_hash"] != urlsafe_b64encode(full[: len(full) // 2]).rstrip(b"=").decode():
        raise ValueError("it belongs to another access token")
