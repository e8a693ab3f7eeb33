"""Why a request is refused, with the error codes and statuses of the specifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

ErrorCode = Literal[
    "invalid_request",
    "invalid_token",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "insufficient_scope",
    "insufficient_user_authentication",
    "actor_unauthorized",
    "temporarily_unavailable",
]
"""Codes of RFC 6750 §3.1, RFC 9449 §7 and RFC 9470 §3, and `temporarily_unavailable` (RFC 6749 §4.1.2.1) with 503."""

Scheme = Literal["Bearer", "DPoP"]

STATUS: Mapping[ErrorCode, int] = {
    "invalid_request": 400,
    "invalid_token": 401,
    "invalid_dpop_proof": 401,
    "use_dpop_nonce": 401,
    "insufficient_scope": 403,
    "insufficient_user_authentication": 401,
    "actor_unauthorized": 403,
    "temporarily_unavailable": 503,
}


class Refusal(Exception):
    """A request that is refused. `code` is None for a request without credentials (RFC 6750 §3.1).

    `reason` is a stable code for programs and logs. `description` is one sentence for the developer of the client,
    and never repeats the token. `detail` is for the log of this API only.
    """

    def __init__(
        self,
        code: ErrorCode | None,
        reason: str,
        description: str,
        *,
        scheme: Scheme | None = None,
        parameters: Mapping[str, str] | None = None,
        remedies: Sequence[Mapping[str, Any]] = (),
        detail: str | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.reason = reason
        self.description = description
        self.scheme = scheme
        self.parameters = dict(parameters or {})
        self.remedies = tuple(remedies)
        self.detail = detail

    @property
    def status(self) -> int:
        return 401 if self.code is None else STATUS[self.code]


def invalid_token(reason: str, description: str, detail: str | None = None) -> Refusal:
    """Refuses the token itself: 401 `invalid_token`."""
    return Refusal("invalid_token", reason, description, detail=detail)


def unavailable(reason: str, detail: str) -> Refusal:
    """Refuses the request because the authorization server cannot be asked: 503."""
    return Refusal(
        "temporarily_unavailable",
        reason,
        "The token cannot be checked now. Send the request again later.",
        detail=detail,
    )
