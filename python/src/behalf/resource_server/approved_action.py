"""Tokens of an approval: for exactly the approved action, once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from .access import Access
from .http_client import HttpClient
from .introspection import Authenticate
from .issuer import IssuerMetadata
from .json_values import canonical_json
from .once import use_once
from .options import Options, UsedOnce
from .refusal import Refusal, invalid_token, unavailable
from .requirement import Requirement


def _digest(details: Sequence[Mapping[str, Any]]) -> bytes:
    """Of details in any order: SHA-256 over their canonical JSON (RFC 8785). Raises ValueError."""
    return hashlib.sha256(b"[" + b",".join(sorted(canonical_json(one) for one in details)) + b"]").digest()


def _used_before() -> Refusal:
    return invalid_token("approval_used", "The approval behind the token was used before. Ask for a new one.")


def _check_same_action(access: Access, details: Sequence[Mapping[str, Any]]) -> None:
    try:
        is_same = _digest(details) == _digest(access.authorization_details)
    except ValueError:
        is_same = False
    if not is_same:
        raise Refusal(
            "insufficient_scope", "action_other", "People approved another action than the one of this request."
        )


class ApprovedActions:
    """With a credential the server keeps the use, for all processes of this API. Without one, the store of this API
    does."""

    def __init__(
        self,
        options: Options,
        used_once: UsedOnce,
        metadata: IssuerMetadata,
        http: HttpClient,
        authenticate: Authenticate | None,
    ) -> None:
        self._options = options
        self._used_once = used_once
        self._metadata = metadata
        self._http = http
        self._authenticate = authenticate

    async def use(self, access: Access, requirement: Requirement) -> None:
        """Uses up the approval behind a token. A token without an approval passes.

        Raises Refusal if the approval is for another action, was used, or cannot be used now.
        """
        if access.approval is None:
            return
        _check_same_action(access, requirement.details or ())
        if self._authenticate:
            await self._use_at_server(self._authenticate, access, requirement.call or secrets.token_urlsafe(16))
            return
        expires_at = access.expires_at + self._options.clock_tolerance + 1
        if not await use_once(self._used_once, f"approval {access.approval.id}", expires_at):
            raise _used_before()

    async def _use_at_server(self, authenticate: Authenticate, access: Access, call: str) -> None:
        endpoint = await self._metadata.endpoint("approval_use_endpoint")
        authentication = authenticate()
        status, body = await self._http.json(
            "POST",
            endpoint,
            headers={"authorization": authentication.authorization},
            content={"token": access.token, "call": call},
            statuses=(200, 404, 409),
        )
        if status == 404:
            raise invalid_token("token_inactive", "The token is not active.")
        approval = body.get("approval")
        first = approval.get("first") if isinstance(approval, dict) else None
        if status == 409 or first is False:
            raise _used_before()
        if first is not True:
            raise unavailable("approval_use_malformed", f"{endpoint}: the answer has no approval.first")
