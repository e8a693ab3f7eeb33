"""Reads what a token allows from its claims."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .access import Access, Actor, Approval, Confirmation
from .json_values import is_number
from .options import Options
from .refusal import Refusal, invalid_token

Claims = Mapping[str, Any]


def _malformed(claim: str) -> Refusal:
    return invalid_token("claim_malformed", f"The claim {claim} of the token is missing or malformed.")


def _text(claims: Claims, claim: str) -> str:
    value = claims.get(claim)
    if not isinstance(value, str) or value == "":
        raise _malformed(claim)
    return value


def _optional_text(claims: Claims, claim: str) -> str | None:
    return _text(claims, claim) if claim in claims else None


def _time(claims: Claims, claim: str) -> float:
    value = claims.get(claim)
    if not is_number(value) or value < 0:
        raise _malformed(claim)
    return value


def _optional_time(claims: Claims, claim: str) -> float | None:
    return _time(claims, claim) if claim in claims else None


def _check_frame(claims: Claims, options: Options, now: float) -> float:
    """Checks issuer, audience and times. Returns the expiry."""
    if claims.get("iss", options.issuer) != options.issuer:
        raise invalid_token("issuer_unknown", "Another server issued the token.")
    audience = claims.get("aud")
    # A token for several APIs could be used by each of them at the others.
    only = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
    if only != options.resource:
        raise invalid_token("audience_other", "The token is not for this API alone.")
    expires_at = _time(claims, "exp")
    if expires_at + options.clock_tolerance <= now:
        raise invalid_token("token_expired", "The token has expired.")
    for claim in ("nbf", "iat"):
        at = _optional_time(claims, claim)
        if at is not None and at - options.clock_tolerance > now:
            raise invalid_token("token_not_yet_valid", "The token is not valid yet.")
    return expires_at


# Scope tokens of RFC 6749 §3.3.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")


def _scopes(claims: Claims) -> tuple[str, ...]:
    scope = claims.get("scope", "")
    if scope == "":
        return ()
    if not isinstance(scope, str) or not _SCOPE.fullmatch(scope):
        raise _malformed("scope")
    return tuple(scope.split(" "))


def _actors(claims: Claims, most: int) -> tuple[Actor, ...]:
    """Outermost first. `may_act` names who could act, so it is no actor and is not read (RFC 8693 §4.4)."""
    actors: list[Actor] = []
    holder = claims
    while "act" in holder:
        actor = holder["act"]
        if len(actors) >= most:
            raise invalid_token("actor_chain_too_long", f"The token names more than {most} actors.")
        if not isinstance(actor, dict):
            raise _malformed("act")
        try:
            actors.append(Actor(_text(actor, "sub"), _optional_text(actor, "iss")))
        except Refusal:
            raise _malformed("act") from None
        holder = actor
    return tuple(actors)


def _details(claims: Claims) -> tuple[Mapping[str, Any], ...]:
    details = claims.get("authorization_details", [])
    if not isinstance(details, list):
        raise _malformed("authorization_details")
    for one in details:
        if not isinstance(one, dict) or not isinstance(one.get("type"), str) or one["type"] == "":
            raise _malformed("authorization_details")
    return tuple(details)


_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")


def _confirmation(claims: Claims) -> Confirmation:
    """A confirmation method that this package does not know cannot be proved, so the token is refused (RFC 7800
    §3.1)."""
    if "cnf" not in claims:
        return Confirmation()
    cnf = claims["cnf"]
    if not isinstance(cnf, dict) or not cnf:
        raise _malformed("cnf")
    for method, value in cnf.items():
        if method not in ("jkt", "x5t#S256"):
            raise invalid_token("confirmation_unknown", "The token is bound in a way that this API does not support.")
        if not isinstance(value, str) or not _THUMBPRINT.fullmatch(value):
            raise _malformed("cnf")
    return Confirmation(jkt=cnf.get("jkt"), x5t=cnf.get("x5t#S256"))


def _approval(claims: Claims) -> Approval | None:
    if "approval" not in claims:
        return None
    approval = claims["approval"]
    if not isinstance(approval, dict):
        raise _malformed("approval")
    try:
        return Approval(_text(approval, "id"), _text(approval, "digest"))
    except Refusal:
        raise _malformed("approval") from None


def access_of(token: str, claims: Claims, options: Options, now: float) -> Access:
    """What a token allows. Raises Refusal `invalid_token`."""
    expires_at = _check_frame(claims, options, now)
    return Access(
        token=token,
        client_id=_text(claims, "client_id"),
        scopes=_scopes(claims),
        expires_at=expires_at,
        resource=options.resource,
        subject=_text(claims, "sub"),
        actors=_actors(claims, options.max_actors),
        authorization_details=_details(claims),
        confirmation=_confirmation(claims),
        acr=_optional_text(claims, "acr"),
        auth_time=_optional_time(claims, "auth_time"),
        txn=_optional_text(claims, "txn"),
        jti=_optional_text(claims, "jti"),
        approval=_approval(claims),
        claims=claims,
    )
