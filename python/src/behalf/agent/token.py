"""Tokens, and whom they are for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from ..resource_server.options import ConfigurationError

SubjectType = Literal["access_token", "id_token", "refresh_token", "jwt"]
_PREFIX = "urn:ietf:params:oauth:token-type:"


@dataclass(frozen=True, slots=True)
class Subject:
    """A token that speaks for a person (RFC 8693 §2.1)."""

    token: str | Callable[[], Awaitable[str]] = field(repr=False)
    """A function is asked for each call."""
    type: SubjectType = "access_token"

    def __post_init__(self) -> None:
        if self.token == "" or not (isinstance(self.token, str) or callable(self.token)):
            raise ConfigurationError("subject", "give the token that speaks for the person")
        if self.type not in get_args(SubjectType):
            raise ConfigurationError("subject.type", f"give one of {', '.join(get_args(SubjectType))}")

    @property
    def token_type(self) -> str:
        """As `subject_token_type` has it."""
        return f"{_PREFIX}{self.type}"

    async def current(self) -> Subject:
        """With the token of the moment. Raises ConfigurationError if the function returns none."""
        return self if isinstance(self.token, str) else Subject(await self.token(), self.type)


def subject_of(given: Subject | str) -> Subject:
    """A text is an access token. Raises ConfigurationError for anything else."""
    return given if isinstance(given, Subject) else Subject(given)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and what the server says about it. `repr` leaves the token out."""

    access_token: str = field(repr=False)
    type: Literal["Bearer", "DPoP"]
    """How it is sent. A DPoP token needs a proof by the agent's key with each request; `agent.auth` makes it."""
    scopes: tuple[str, ...]
    """What it allows. Less than was asked for is usual: compare."""
    authorization_details: tuple[Mapping[str, Any], ...]
    expires_at: float | None
    """Epoch seconds; None if the server did not say."""
    is_for_one_action: bool = False
    """Whether people approved one action: the token is for that action, once, and is never cached."""
    shown: str | None = field(default=None, repr=False)
    """The composition that the agent showed for it, as a text that can be compared; None without one."""

    def for_one_action(self) -> Token:
        return replace(self, is_for_one_action=True)


@dataclass(frozen=True, slots=True)
class Grant:
    """A token response."""

    token: Token
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)
