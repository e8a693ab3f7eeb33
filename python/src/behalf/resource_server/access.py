"""What a verified token allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor of a chain (RFC 8693 §4.1)."""

    sub: str
    iss: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Thumbprints that a request must prove (RFC 7800)."""

    jkt: str | None = None
    """Of a DPoP key (RFC 9449 §6.1)."""
    x5t: str | None = None
    """Of a client certificate (RFC 8705 §3.1)."""

    @property
    def is_bound(self) -> bool:
        return self.jkt is not None or self.x5t is not None


@dataclass(frozen=True, slots=True)
class Approval:
    """The approval that a token was made from. The token is for one action, once."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Access:
    """What a verified token allows. `repr` leaves the token out, so that a log does not hold it."""

    token: str = field(repr=False)
    client_id: str
    """The client or agent that requested the token."""
    scopes: tuple[str, ...]
    expires_at: float
    """Epoch seconds."""
    resource: str
    """Identifier of this API."""
    subject: str
    """`sub`: the person; with a client's own token, the client."""
    actors: tuple[Actor, ...]
    """The current actor first. All but the first are for the record, and decide nothing (RFC 8693 §4.1)."""
    authorization_details: tuple[Mapping[str, Any], ...]
    """RFC 9396."""
    confirmation: Confirmation
    acr: str | None
    auth_time: float | None
    """When the person signed in, epoch seconds."""
    txn: str | None
    """The transaction. Log it: it joins your log with the audit log of the server."""
    jti: str | None
    approval: Approval | None
    claims: Mapping[str, Any] = field(repr=False)
    """All claims, or members of the introspection response."""

    @property
    def actor(self) -> str | None:
        """The agent that acts now for the subject. None: the client acts for itself, or the person's own app calls."""
        return self.actors[0].sub if self.actors else None

    def has(self, scopes: Sequence[str]) -> bool:
        """Whether the token has every one of the scopes."""
        return all(scope in self.scopes for scope in scopes)
