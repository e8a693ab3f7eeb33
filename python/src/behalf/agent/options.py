"""Options of an agent, checked when it is created."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields

import anyio
import httpx

from ..resource_server.options import ConfigurationError, is_safe_url
from .composition import CompositionSource, check_composition
from .denial import Approval, Consent, Denial, StepUp
from .keys import AgentKey
from .pings import PingReceiver
from .token import Subject

__all__ = ["Bounds", "ConfigurationError", "Hooks", "Options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What a program is asked while remedies are followed. Without a hook, the remedy that needs it is not followed. A
    hook that returns False declines the remedy."""

    on_consent: Callable[[Consent, Denial], Awaitable[bool | None]] | None = None
    """Give the page to the person for whom the token is, and to no other person. Do not open it. Return at once, or
    when the person has decided: after that the agent asks until there is an answer or the page expires."""
    on_approval: Callable[[Approval, Denial], Awaitable[bool | None]] | None = None
    """People are being asked about the request. Show `number`, if there is one, to the user who started the action.
    Return at once. Without this hook the agent waits for them too, unless there is a number."""
    on_step_up: Callable[[StepUp, Denial], Awaitable[Subject | str | bool | None]] | None = None
    """Have the person sign in again with these parameters, and return the new token. Or, if there is a `page`, give it
    to the person and to no other person, and return True: the agent asks with the same token until there is an answer
    or the page expires. None or False: neither."""
    on_narrow: Callable[[tuple[str, ...], Denial], Awaitable[bool]] | None = None
    """Return True if the program can work with exactly these scopes."""
    on_wait: Callable[[float, Denial], Awaitable[bool | None]] | None = None
    """The agent is about to wait so many seconds. Without this hook it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far remedies are followed for one token. Beyond a bound the agent stops."""

    steps: int = 8
    """Remedies, 0 to 32."""
    seconds: int = 900
    """Seconds, people's decisions included, 1 to 86400."""
    requests: int = 300
    """Requests to the token endpoint, polls included, 1 to 10000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an agent gets its tokens. Raises ConfigurationError naming the first option that is wrong."""

    issuer: str
    """URL of the authorization server, exactly as in its metadata. https, or http on loopback."""
    client_id: str
    """Id of the agent, `agt_…`."""
    key: AgentKey | None = None
    """Authenticates by `private_key_jwt`: a key that is registered for the agent."""
    workload_token: Callable[[], Awaitable[str]] | None = None
    """In place of `key`: reads a token of the agent's platform, which the server trusts."""
    public_client: bool = False
    """In place of `key`: a client without a credential, such as an app on the machine of a person."""
    composition: CompositionSource | None = None
    """What the agent runs with: its client assertions say so, and the server compares it with what its owner knows.
    Only with `key`. Default: they say nothing."""
    dpop: AgentKey | None = None
    """Binds all tokens to this key (RFC 9449); `new_key()` makes one. Default: Bearer tokens."""
    hooks: Hooks = field(default_factory=Hooks)
    bounds: Bounds = field(default_factory=Bounds)
    pings: PingReceiver | None = None
    """Hears when people have decided about an approval. Without it the agent polls."""
    timeout: int = 10
    """Seconds for one request to the authorization server, 1 to 60."""
    cached_tokens: int = 1000
    """Tokens that are kept until shortly before they expire, 0 to 100000."""
    transport: httpx.AsyncBaseTransport | None = None
    """Of the requests to the authorization server."""
    clock: Callable[[], float] = time.time
    """Epoch seconds."""
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep

    def __post_init__(self) -> None:
        if not is_safe_url(self.issuer) or re.search(r"[?#]", self.issuer):
            raise ConfigurationError(
                "issuer", "give the URL of the authorization server: https, or http on loopback, without query"
            )
        if not isinstance(self.client_id, str) or self.client_id == "":
            raise ConfigurationError("client_id", "give the id of the agent")
        if (self.key is not None) + (self.workload_token is not None) + (self.public_client is True) != 1:
            raise ConfigurationError("key", "give one of key, workload_token and public_client=True")
        if self.composition is not None and self.key is None:
            raise ConfigurationError("composition", "give it with key")
        if self.composition is not None and not callable(self.composition):
            check_composition(self.composition)
        for member in ("key", "dpop"):
            if not isinstance(getattr(self, member), AgentKey | None):
                raise ConfigurationError(member, "give what key_file, key_from_jwk or new_key answers")
        if not isinstance(self.pings, PingReceiver | None):
            raise ConfigurationError("pings", "give a PingReceiver")
        _check_number(self.timeout, "timeout", 1, 60)
        _check_number(self.cached_tokens, "cached_tokens", 0, 100_000)
        _check_number(self.bounds.steps, "bounds.steps", 0, 32)
        _check_number(self.bounds.seconds, "bounds.seconds", 1, 86_400)
        _check_number(self.bounds.requests, "bounds.requests", 1, 10_000)
        check_hooks(self.hooks)


def check_hooks(hooks: Hooks) -> None:
    """Raises ConfigurationError for a hook that is no function."""
    for one in fields(hooks):
        hook = getattr(hooks, one.name)
        if hook is not None and not callable(hook):
            raise ConfigurationError(f"hooks.{one.name}", "give a function")


def _check_number(value: object, member: str, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigurationError(member, f"give a whole number from {least} to {most}")
