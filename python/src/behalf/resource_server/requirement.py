"""What a request needs, and whether a token allows it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Literal, TypeVar

from .access import Access
from .detail_rules import are_inside
from .options import SCOPE, Options
from .refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What one request needs. Raises ValueError naming the member that is malformed."""

    scopes: Sequence[str] = ()
    """Every scope of the list."""
    actor: Literal["required", "none"] | Sequence[str] | None = None
    """`required`: an agent acts for the subject. `none`: no agent does, so that only a person's own app may. A list:
    ids of the agents that may act."""
    details: Sequence[Mapping[str, Any]] | None = None
    """What this request is about to do. Each detail must be inside one of the token (RFC 9396 §2)."""
    approval: Literal["required"] | None = None
    """`required`: only the token of an approval, whose details must be exactly `details`."""
    call: str | None = None
    """Name of the call, chosen by this API and not by the client. The server uses up an approval under it. Default:
    random."""
    acr_values: Sequence[str] = ()
    """The person must have signed in with one of these (RFC 9470)."""
    max_age: int | None = None
    """The person must have signed in within so many seconds (RFC 9470)."""
    sender_constrained: bool = False
    """The token must be bound to a key of its sender, by DPoP or mutual TLS."""
    live: bool = False
    """Introspect the token even if it is a JWT, before an action that cannot be undone. Needs `introspection`."""

    def __post_init__(self) -> None:
        for member in ("scopes", "acr_values"):
            _check(_are_texts(getattr(self, member)), member)
        _check(self.actor in (None, "required", "none") or _are_texts(self.actor), "actor")
        _check(self.details is None or _are_details(self.details), "details")
        _check(self.approval in (None, "required"), "approval")
        _check(self.call is None or bool(re.fullmatch(r"[\x21-\x7e]{1,200}", self.call)), "call")
        is_whole = isinstance(self.max_age, int) and not isinstance(self.max_age, bool)
        _check(self.max_age is None or (is_whole and self.max_age >= 0), "max_age")


Source = TypeVar("Source")
RequirementOf = Requirement | Callable[[Source], Requirement | Awaitable[Requirement]]
"""What a route needs: always the same, or found from the request, such as the payment that it is about to make."""


async def requirement_for(requirement: RequirementOf[Source], request: Source) -> Requirement:
    """What this request needs. Raises what the function of the requirement raises."""
    if isinstance(requirement, Requirement):
        return requirement
    found = requirement(request)
    return await found if isawaitable(found) else found


def _check(is_right: bool, member: str) -> None:
    if not is_right:
        raise ValueError(f"requirement.{member}: the value is malformed")


def _are_texts(value: object) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return all(isinstance(one, str) and SCOPE.fullmatch(one) for one in value)


def _are_details(value: object) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return all(isinstance(one, Mapping) and isinstance(one.get("type"), str) for one in value)


def _check_actor(access: Access, actor: str | Sequence[str]) -> None:
    if actor == "none":
        if access.actor is not None:
            raise Refusal("actor_unauthorized", "actor_refused", "No agent may send this request.")
        return
    if access.actor is None or (actor != "required" and access.actor not in actor):
        raise Refusal("actor_unauthorized", "actor_required", "This agent may not send this request.")


def _check_authentication(access: Access, requirement: Requirement, now: float) -> None:
    """RFC 9470 §3."""
    acr_values, max_age = requirement.acr_values, requirement.max_age
    is_strong = not acr_values or access.acr in acr_values
    is_recent = max_age is None or (access.auth_time is not None and now - access.auth_time <= max_age)
    if is_strong and is_recent:
        return
    remedy: dict[str, Any] = {}
    if acr_values:
        remedy["acr_values"] = " ".join(acr_values)
    if max_age is not None:
        remedy["max_age"] = max_age
    raise Refusal(
        "insufficient_user_authentication",
        "authentication_too_old" if is_strong else "authentication_too_weak",
        "The person must sign in again, with these parameters.",
        parameters={name: str(value) for name, value in remedy.items()},
        remedies=[{"kind": "step_up", **remedy}],
    )


def check_access(access: Access, requirement: Requirement, options: Options, now: float) -> None:
    """Checks what a token allows against what a request needs. Raises Refusal. Uses nothing up."""
    if requirement.sender_constrained and not access.confirmation.is_bound:
        raise Refusal(
            "invalid_token", "token_unbound", "This request needs a token that is bound to a key of its sender."
        )
    scope = {"scope": " ".join(requirement.scopes)} if requirement.scopes else {}
    if not access.has(requirement.scopes):
        raise Refusal(
            "insufficient_scope",
            "scope_missing",
            "The token does not have all scopes that this request needs.",
            parameters=scope,
        )
    if requirement.actor is not None:
        _check_actor(access, requirement.actor)
    _check_authentication(access, requirement, now)
    if requirement.approval == "required" and access.approval is None:
        raise Refusal(
            "insufficient_scope",
            "approval_required",
            "This request needs the token of an approval of exactly this action.",
            parameters=scope,
        )
    # The token of an approval is compared exactly, in approved_action.py.
    if requirement.details is None or access.approval is not None:
        return
    if not are_inside(requirement.details, access.authorization_details, options.detail_types):
        raise Refusal(
            "insufficient_scope",
            "details_exceeded",
            "The authorization details of the token do not allow this request.",
        )
