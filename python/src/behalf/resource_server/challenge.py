"""The answer for a refusal: status, challenges, and a body with the reason."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .options import Options
from .refusal import Refusal, Scheme

_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that a binding sends instead of the request's own. A name of a header can stand twice."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """JSON."""


def _quoted(value: str) -> str:
    """A quoted string (RFC 9110 §5.6.4). Characters outside of RFC 6750 §3 are left out."""
    return '"' + re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "", value) + '"'


def _challenge(scheme: Scheme, parameters: Mapping[str, str]) -> str:
    return f"{scheme} " + ", ".join(f"{name}={_quoted(value)}" for name, value in parameters.items())


@dataclass(frozen=True, slots=True)
class Guidance:
    """What stands in each challenge: where a client finds the server, and the scopes to ask it for."""

    metadata_url: str
    scopes: tuple[str, ...]
    """Scopes that the request needs."""


def _challenges(refusal: Refusal, used: Scheme, options: Options, guidance: Guidance) -> list[str]:
    """The challenges of a refusal (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1). The scheme that was used carries the
    error. A client that needs a token learns the scopes to ask for, as MCP wants it."""
    is_about_token = refusal.code is None or refusal.code == "invalid_token"
    error = dict(refusal.parameters)
    if refusal.code is not None:
        error = {"error": refusal.code, "error_description": refusal.description, **error}
    is_required = options.dpop.use == "required"
    scheme = "DPoP" if is_required else (refusal.scheme or used)
    schemes: list[Scheme] = ["DPoP"] if is_required else ["Bearer", "DPoP"]
    return [
        _challenge(
            one,
            {
                **(error if refusal.code is None or one == scheme else {}),
                **({"algs": " ".join(options.dpop.algorithms)} if one == "DPoP" else {}),
                "resource_metadata": guidance.metadata_url,
                **({"scope": " ".join(guidance.scopes)} if is_about_token and guidance.scopes else {}),
            },
        )
        for one in schemes
    ]


def answer_of(refusal: Refusal, used: Scheme, options: Options, guidance: Guidance, nonce: str | None) -> Answer:
    """The answer for a refusal, in the denial profile of the server."""
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    remedies: list[Mapping[str, Any]] = list(refusal.remedies)
    if refusal.code == "temporarily_unavailable":
        headers.append(("retry-after", str(_RETRY_SECONDS)))
        remedies = [{"kind": "wait", "until": math.ceil(options.clock()) + _RETRY_SECONDS}]
    else:
        headers += [("www-authenticate", one) for one in _challenges(refusal, used, options, guidance)]
    if nonce is not None:
        headers.append(("dpop-nonce", nonce))
    denial: dict[str, Any] = {"layer": "resource_server", "reason": refusal.reason}
    if remedies:
        denial["remedies"] = remedies
    body = {
        "error": refusal.code or "token_required",
        "error_description": refusal.description,
        "denial": denial,
    }
    return Answer(refusal.status, tuple(headers), json.dumps(body).encode())
