"""Signed tokens and proofs, by `joserfc`."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from typing import Any

from joserfc import jws
from joserfc.jwk import Key

from .issuer import IssuerKeys
from .json_values import json_object
from .options import Options
from .refusal import invalid_token

# A compact JWS: three parts in base64url.
_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")

# A DPoP proof holds a key in its header, which is long for RSA.
_LONGEST_HEADER = 8192


class _Registry(jws.JWSRegistry):
    max_header_length = _LONGEST_HEADER
    max_signature_length = 2048


def header_of(token: str) -> Mapping[str, Any]:
    """The header of a compact JWS, unverified. Raises ValueError."""
    if not _JWS.fullmatch(token):
        raise ValueError("no compact JWS")
    head = token.partition(".")[0]
    try:
        return json_object(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def verified_claims(token: str, key: Key, algorithm: str) -> Mapping[str, Any]:
    """The claims of a JWS that this key signed with this algorithm. Raises ValueError, or an error of `joserfc`."""
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    signed = jws.deserialize_compact(token, key, registry=registry)
    try:
        return json_object(signed.payload)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def is_jwt(token: str) -> bool:
    """Whether a token is written as a JWT, with or without a valid signature. An encrypted one has five parts."""
    return token.startswith("eyJ") and "." in token


# Header parameters that change what is verified, or name a key that the sender chose (RFC 7515 §4.1, RFC 8725 §2.10).
# The issuer uses none of them.
FOREIGN = ("crit", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "b64", "cty", "zip", "enc")
_REQUIRED = ("iss", "aud", "exp", "iat", "jti", "sub", "client_id")


def _checked_header(token: str, algorithms: Collection[str]) -> Mapping[str, Any]:
    try:
        header = header_of(token)
    except ValueError as error:
        raise invalid_token("token_malformed", "The token is not a signed JWT.", str(error)) from error
    for name in FOREIGN:
        if name in header:
            raise invalid_token("header_foreign", f"The header of the token has {name}.")
    if not isinstance(header.get("kid"), str):
        raise invalid_token("header_foreign", "The header of the token has no kid.")
    media_type = header.get("typ")
    if not isinstance(media_type, str) or media_type.lower().removeprefix("application/") != "at+jwt":
        raise invalid_token("type_other", "This is no access token.")
    if header.get("alg") not in algorithms:
        raise invalid_token("algorithm_refused", "The token is not signed with an accepted algorithm.")
    return header


async def jwt_claims(token: str, keys: IssuerKeys, options: Options) -> Mapping[str, Any]:
    """Verifies a JWT access token offline (RFC 9068 §4). Raises Refusal: `invalid_token`, or 503."""
    header = _checked_header(token, options.algorithms)
    key = await keys.key_for(header["kid"])
    algorithm = header["alg"]
    if key.get("alg") not in (None, algorithm):
        raise invalid_token("algorithm_refused", "The key of the token is for another algorithm.")
    try:
        claims = verified_claims(token, key, algorithm)
    except Exception as error:
        # Each error of the library: a token that cannot be verified is refused.
        raise invalid_token("signature_wrong", "The signature of the token is wrong.", str(error)) from error
    for claim in _REQUIRED:
        if claim not in claims:
            raise invalid_token("claim_malformed", f"The claim {claim} of the token is missing or malformed.")
    return claims
