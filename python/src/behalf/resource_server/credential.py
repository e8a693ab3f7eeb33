"""Finds the token in a request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .refusal import Refusal, Scheme


@dataclass(frozen=True, slots=True)
class PresentedRequest:
    """A request as this package reads it. A binding makes it from the request of its framework."""

    method: str
    target: str
    """Request target as received: path and query."""
    headers: Sequence[tuple[str, str]]
    """All header lines, so that a repeated header is seen."""
    certificate: bytes | str | None = None
    """Client certificate of the connection, DER or PEM (RFC 8705). Only the TLS layer may supply it, never a header
    that a client could have sent."""


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """The token of a request, and the values of all `DPoP` headers."""

    scheme: Scheme
    token: str = field(repr=False)
    proofs: tuple[str, ...] = ()


# RFC 6750 §2.1: one scheme, one space, one token. A list of several schemes does not match.
_AUTHORIZATION = re.compile(r"(bearer|dpop) ([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
# Some servers join repeated headers with commas, so that the scheme may stand behind another one.
_NAMES_SCHEME = re.compile(r"(?:^|,)\s*(?:bearer|dpop)(?:\s|,|$)", re.IGNORECASE)
_LONGEST_TARGET = 16_384


def _malformed(reason: str, description: str) -> Refusal:
    return Refusal("invalid_request", reason, description)


def _check_target(target: str) -> None:
    """A token in the address ends up in logs and histories, so it is refused (RFC 9700 §2.2, OAuth 2.1)."""
    if not target.startswith("/"):
        raise _malformed("target_malformed", "The request target must begin with a slash.")
    if len(target) > _LONGEST_TARGET:
        raise _malformed("target_too_long", "The request target is too long.")
    _, _, query = target.partition("?")
    if "access_token" in dict(parse_qsl(query, keep_blank_values=True)):
        raise _malformed("token_in_query", "Send the token in the Authorization header, not in the address.")


def presented_token(request: PresentedRequest, max_token_length: int) -> PresentedToken:
    """Finds the token of a request. Raises Refusal without a code when there is none (RFC 6750 §3.1)."""
    _check_target(request.target)
    authorizations = [value for name, value in request.headers if name.lower() == "authorization"]
    proofs = tuple(value for name, value in request.headers if name.lower() == "dpop")
    if len(authorizations) > 1:
        raise _malformed("authorization_repeated", "The request has several Authorization headers.")
    if not authorizations or not _NAMES_SCHEME.search(authorizations[0]):
        raise Refusal(None, "token_missing", "Send an access token.")
    authorization = authorizations[0]
    if len(authorization) > max_token_length + len("Bearer "):
        raise Refusal("invalid_token", "token_too_long", "The token is too long.")
    found = _AUTHORIZATION.fullmatch(authorization)
    if not found:
        raise _malformed("authorization_malformed", "Send one token: Authorization: Bearer TOKEN, or DPoP TOKEN.")
    return PresentedToken("DPoP" if found[1].lower() == "dpop" else "Bearer", found[2], proofs)
