"""Step-up of a person whose client cannot repeat its authorization request.

The server has a page for the person. After that a newer sign-in counts for this API for some minutes, and the client
calls again with the same token.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .access import Access
from .http_client import HttpClient
from .introspection import Authenticate
from .issuer import IssuerMetadata
from .options import is_safe_url, origin_of
from .refusal import Refusal, invalid_token, unavailable
from .requirement import Requirement

_MESSAGES = {
    "consent": "Your permission is needed. Open this page to decide.",
    "step_up": "You have to confirm that it is you. Open this page to do so.",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the server that a person has to open, in the form of an elicitation of MCP."""

    url: str
    elicitation_id: str
    message: str


def page_of(refusal: Refusal) -> Page | None:
    """The page that a refusal leads to. None: no page helps."""
    for remedy in refusal.remedies:
        message, url = _MESSAGES.get(str(remedy.get("kind"))), remedy.get("url")
        if message is not None and isinstance(url, str):
            return Page(url, secrets.token_urlsafe(16), message)
    return None


class StepUps:
    """Asks the server about an access whose sign-in is not enough."""

    def __init__(self, issuer: str, metadata: IssuerMetadata, http: HttpClient, authenticate: Authenticate) -> None:
        self._issuer = issuer
        self._metadata = metadata
        self._http = http
        self._authenticate = authenticate

    async def check(self, access: Access, requirement: Requirement, refusal: Refusal) -> None:
        """Returns if the person has confirmed a sign-in that is enough. Raises Refusal: the given one, with the page
        for the person where there is one; `invalid_token` for a token that has ended; 503 if the server cannot be
        asked."""
        endpoint = await self._metadata.endpoint("step_up_endpoint")
        question: dict[str, Any] = {"token": access.token}
        if requirement.acr_values:
            question["acr_values"] = " ".join(requirement.acr_values)
        if requirement.max_age is not None:
            question["max_age"] = requirement.max_age
        # 409: no page can help. 429: this person was asked too often.
        status, body = await self._http.json(
            "POST",
            endpoint,
            headers={"authorization": self._authenticate().authorization},
            content=question,
            statuses=(200, 404, 409, 429),
        )
        if status == 404:
            raise invalid_token("token_inactive", "The token is not active.")
        if status != 200:
            raise refusal
        if isinstance(body.get("confirmed"), dict):
            return
        raise self._with_page(refusal, body.get("page"))

    def _with_page(self, refusal: Refusal, page: object) -> Refusal:
        given: Mapping[str, Any] = page if isinstance(page, dict) else {}
        url = given.get("url")
        # The person is sent there: no other host may come out of an answer.
        if not is_safe_url(url) or origin_of(str(url)) != origin_of(self._issuer):
            return unavailable("step_up_malformed", "the page is none of the server")
        more = {"url": url, "expires_in": given.get("expires_in")}
        remedies = [{**one, **more} if one.get("kind") == "step_up" else one for one in refusal.remedies]
        return Refusal(
            refusal.code,
            refusal.reason,
            refusal.description,
            parameters=refusal.parameters,
            remedies=remedies,
        )
