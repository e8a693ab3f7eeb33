"""Pages of the server on which a person answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..resource_server.options import is_safe_url
from .denial import Consent, StepUpPage

PAGE_PACE = 5.0
"""Seconds between two questions whether a person has answered on a page."""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, f"{parts.hostname}:{port}"


def is_page_of(issuer: str, url: str) -> bool:
    """Only a page of the server itself is shown to a person."""
    return is_safe_url(url) and _origin(url) == _origin(issuer)


def is_decided(page: Consent | StepUpPage, url: str, seconds_left: float) -> bool:
    """Whether a page is another one because the person decided on the first. A server also gives a new page when half
    of the time of the first is over, and the first is then still open."""
    return page.url != url and seconds_left > page.expires_in / 2 + PAGE_PACE
