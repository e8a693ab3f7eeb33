"""What a server says when it refuses: error response (RFC 6749 §5.2), denial profile of Behalf, and `Retry-After`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from ..resource_server.json_values import is_number

CIBA = "urn:openid:params:grant-type:ciba"
_DEFAULT_INTERVAL = 5
_DEFAULT_EXPIRY = 600
# More than a server names. What is beyond is left out, so that one answer cannot keep the agent busy.
_MOST_REMEDIES = 16


@dataclass(frozen=True, slots=True)
class Consent:
    """A person has to decide on a page."""

    url: str
    expires_in: float


@dataclass(frozen=True, slots=True)
class Narrow:
    """These scopes would be given."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepUpPage:
    """Where the person can confirm, in place of a new authorization request."""

    url: str
    expires_in: float


@dataclass(frozen=True, slots=True)
class StepUp:
    """The person has to sign in again (RFC 9470 §4), or to confirm on the page."""

    acr_values: tuple[str, ...]
    max_age: float | None
    page: StepUpPage | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """People are being asked."""

    auth_req_id: str
    grant_type: str
    endpoint: str
    expires_in: float
    interval: float
    """Seconds between two polls."""
    number: str | None
    """What the approver has to enter: show it to the user who started the action."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again at `until`, epoch seconds."""

    until: float


@dataclass(frozen=True, slots=True)
class Contact:
    """Only a person can change it."""

    whom: str
    page: str | None = None
    """Path of the page at the authorization server where they change it, such as `/console/responses`."""


Remedy = Consent | Narrow | StepUp | Approval | Wait | Contact
"""What a program can do about a denial."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One refusal."""

    error: str
    """Error code, such as `access_denied`."""
    description: str
    status: int
    """HTTP status; 0 if there was no answer."""
    reason: str
    """Stable code; the error code where the server names none."""
    id: str | None = None
    """Id of this refusal in the audit log of the server."""
    layer: str | None = None
    remedies: tuple[Remedy, ...] = ()
    """The nearest first. Remedies of a kind that this version does not know are left out."""
    retry_after: float | None = None
    """Seconds of `Retry-After`."""

    @property
    def is_later(self) -> bool:
        """Whether the same request may be answered later."""
        return self.error == "temporarily_unavailable" or self.status == 429


def own_denial(reason: str, description: str, error: str = "invalid_response") -> Denial:
    """A denial that this package states itself, because no usable answer came."""
    return Denial(error, description, 0, reason)


Members = Mapping[str, Any]


def _members(value: object) -> Members:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value != "" else None


def _number(value: object) -> float | None:
    return value if is_number(value) and value >= 0 else None


def _number_or(value: object, usual: float) -> float:
    given = _number(value)
    return usual if given is None else given


def _consent(members: Members) -> Remedy | None:
    url = _text(members.get("url"))
    return None if url is None else Consent(url, _number_or(members.get("expires_in"), _DEFAULT_EXPIRY))


def _narrow(members: Members) -> Remedy | None:
    scope = _text(members.get("scope"))
    return None if scope is None else Narrow(tuple(scope.split()))


def _step_up(members: Members) -> Remedy | None:
    given, max_age = members.get("acr_values"), _number(members.get("max_age"))
    acr_values = tuple(map(str, given)) if isinstance(given, list) else tuple((_text(given) or "").split())
    if not acr_values and max_age is None:
        return None
    url = _text(members.get("url"))
    page = None if url is None else StepUpPage(url, _number_or(members.get("expires_in"), _DEFAULT_EXPIRY))
    return StepUp(acr_values, max_age, page)


def _approval(members: Members) -> Remedy | None:
    auth_req_id, grant_type, endpoint = (_text(members.get(one)) for one in ("auth_req_id", "grant_type", "endpoint"))
    if auth_req_id is None or grant_type is None or endpoint is None:
        return None
    number = members.get("number")
    return Approval(
        auth_req_id,
        grant_type,
        endpoint,
        _number_or(members.get("expires_in"), _DEFAULT_EXPIRY),
        _number_or(members.get("interval"), _DEFAULT_INTERVAL),
        str(number) if is_number(number) else _text(number),
    )


def _wait(members: Members) -> Remedy | None:
    until = _number(members.get("until"))
    return None if until is None else Wait(until)


_KINDS: Mapping[str, Callable[[Members], Remedy | None]] = {
    "consent": _consent,
    "narrow": _narrow,
    "step_up": _step_up,
    "approval": _approval,
    "wait": _wait,
    "contact": lambda members: Contact(_text(members.get("whom")) or "operator", _text(members.get("page"))),
}


def _remedies(value: object) -> tuple[Remedy, ...]:
    given = [_members(one) for one in value[:_MOST_REMEDIES]] if isinstance(value, list) else []
    read = [_KINDS[str(one.get("kind"))](one) for one in given if str(one.get("kind")) in _KINDS]
    return tuple(one for one in read if one is not None)


def retry_after(header: str | None, now: float) -> float | None:
    """Seconds of `Retry-After` (RFC 9110 §10.2.3), a number or a date."""
    if header is None:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", header):
        return int(header)
    try:
        given = parsedate_to_datetime(header)
        # HTTP has no other zone (RFC 9110 §5.6.7).
        return max(0.0, given.replace(tzinfo=given.tzinfo or UTC).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def denial_of(status: int, body: object, after: float | None) -> Denial:
    """Reads a refusal. Of a body that is no JSON object the status remains."""
    members = _members(body)
    denial = _members(members.get("denial"))
    code = _text(members.get("error")) or ("temporarily_unavailable" if status >= 500 or status == 429 else "refused")
    return Denial(
        error=code,
        description=_text(members.get("error_description")) or f"The server answered {status}.",
        status=status,
        reason=_text(denial.get("reason")) or code,
        id=_text(denial.get("id")),
        layer=_text(denial.get("layer")),
        remedies=_remedies(denial.get("remedies")),
        retry_after=after,
    )


def approval_asked(answer: Members, endpoint: str) -> Denial:
    """What an answer of the backchannel endpoint (CIBA §7.3) means: people are being asked."""
    remedy = _approval({**answer, "grant_type": CIBA, "endpoint": endpoint})
    if remedy is None:
        return own_denial("answer_malformed", "The answer of the backchannel endpoint has no auth_req_id.")
    asked = own_denial("approval_required", "People are being asked.", "authorization_pending")
    return replace(asked, remedies=(remedy,))
