"""Binding for the MCP SDK.

Its bearer middleware asks a verifier about the text of a token. DPoP, and challenges that name a remedy, need the
request: put :class:`behalf.resource_server.asgi.RequireToken` in front of the HTTP app for them.
"""

from __future__ import annotations

from mcp.server.auth.provider import AccessToken
from pydantic import PrivateAttr

from .access import Access
from .refusal import Refusal
from .requirement import Requirement
from .resource_server import ResourceServer


class _VerifiedToken(AccessToken):
    """What the SDK hands on to the call, with what the verifier found."""

    _access: Access = PrivateAttr()


class BehalfTokenVerifier:
    """A `TokenVerifier` of the MCP SDK. A server that cannot be asked raises, so that the request ends with a server
    error."""

    def __init__(self, server: ResourceServer, requirement: Requirement | None = None) -> None:
        self._server = server
        self._requirement = requirement or Requirement()

    async def verify_token(self, token: str) -> AccessToken | None:
        """What the token allows. None: the token is refused."""
        try:
            access = await self._server.verify_bearer(token, self._requirement)
        except Refusal as refusal:
            if refusal.code == "temporarily_unavailable":
                raise
            return None
        verified = _VerifiedToken(
            token=access.token,
            client_id=access.client_id,
            scopes=list(access.scopes),
            expires_at=int(access.expires_at),
            resource=access.resource,
            subject=access.subject,
            claims=dict(access.claims),
        )
        verified._access = access
        return verified

    async def access_of(self, token: AccessToken) -> Access:
        """What the token of a call allows, for :meth:`ResourceServer.refusal_now`.

        Does not use up the approval behind a token of :meth:`verify_token` again. Verifies any other token. Raises
        Refusal.
        """
        if isinstance(token, _VerifiedToken):
            return token._access
        return await self._server.verify_bearer(token.token, self._requirement)
