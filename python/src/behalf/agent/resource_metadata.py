"""Finds out for which API a request needs a token (RFC 9728)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import anyio
import httpx

from ..resource_server.json_values import json_object
from ..resource_server.options import is_safe_url, origin_of
from .challenges import Challenge, parameter_in
from .denial import own_denial
from .stop import AgentStop

_MOST_KNOWN = 100
# Documents are far smaller.
_MOST_BYTES = 512 * 1024
_WELL_KNOWN = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Api:
    """An API, and the scopes that its challenge named."""

    resource: str
    scopes: tuple[str, ...] | None


def _is_at(url: str, resource: str) -> bool:
    """Whether a URL is at the API of this identifier. Otherwise an API could get a token for another one (§3.3)."""
    if not is_safe_url(resource):
        return False
    base, path = urlsplit(resource).path.rstrip("/"), urlsplit(url).path
    return origin_of(url) == origin_of(resource) and (base == "" or path == base or path.startswith(f"{base}/"))


def _is_address_of(resource: str, address: str) -> bool:
    """Whether an address is where the API of this identifier has its metadata (§3.1)."""
    if not is_safe_url(resource) or not is_safe_url(address):
        return False
    api, given = urlsplit(resource), urlsplit(address)
    path = f"{_WELL_KNOWN}{api.path}".rstrip("/")
    return origin_of(address) == origin_of(resource) and given.path.rstrip("/") == path and given.query == api.query


def _stop(reason: Literal["other_server", "unsafe_remedy"], said: str) -> AgentStop:
    return AgentStop(reason, own_denial("resource_metadata", said), None, ())


class ApiDirectory:
    """APIs that were found by their metadata."""

    def __init__(self, issuer: str, timeout: int) -> None:
        self._issuer = issuer
        self._timeout = timeout
        self._apis: dict[str, Api] = {}
        """APIs whose challenges named no scopes, by identifier."""
        self._scoped: dict[str, Api] = {}
        """Those that named scopes, by the URL that was asked for: another URL of the same API may need others."""

    def known(self, url: str) -> Api | None:
        """The API at a URL, as far as it is known."""
        exact = self._scoped.get(_place(url))
        if exact is not None:
            return exact
        all_at = [api for api in self._apis.values() if _is_at(url, api.resource)]
        return max(all_at, key=lambda api: len(api.resource), default=None)

    def is_other(self, resource: str, challenges: Sequence[Challenge]) -> bool:
        """Whether a challenge names metadata of another API than this one."""
        address = parameter_in(challenges, "resource_metadata")
        return address is not None and not _is_address_of(resource, address)

    async def find(self, client: httpx.AsyncClient, url: str, challenges: Sequence[Challenge]) -> Api | None:
        """The API that the metadata of a challenge name; None if no challenge names metadata.

        Raises AgentStop if they are of another API, or the API takes no tokens of the issuer; TimeoutError if they have
        not arrived in time."""
        address = parameter_in(challenges, "resource_metadata")
        if address is None:
            return None
        if not is_safe_url(address) or origin_of(address) != origin_of(url):
            raise _stop("unsafe_remedy", f"{origin_of(url)} names metadata at another origin.")
        with anyio.fail_after(self._timeout):
            document = await _document(client, address)
        resource, servers = document.get("resource"), document.get("authorization_servers")
        if not isinstance(resource, str) or not _is_at(url, resource) or not _is_address_of(resource, address):
            raise _stop("unsafe_remedy", f"The metadata at {address} are not those of {_place(url)}.")
        if not isinstance(servers, list) or self._issuer not in servers:
            raise _stop("other_server", f"{resource} takes no tokens of {self._issuer}.")
        scope = parameter_in(challenges, "scope")
        api = Api(resource, None if scope is None else tuple(scope.split()))
        if api.scopes is None:
            _remember(self._apis, resource, api)
        else:
            _remember(self._scoped, _place(url), api)
        return api


def _place(url: str) -> str:
    return f"{origin_of(url)}{urlsplit(url).path}"


def _remember(known: dict[str, Api], key: str, api: Api) -> None:
    known.pop(key, None)
    known[key] = api
    if len(known) > _MOST_KNOWN:
        del known[next(iter(known))]


async def _document(client: httpx.AsyncClient, address: str) -> dict[str, object]:
    """The JSON object at an address; empty for anything else."""
    headers = {"accept": "application/json"}
    async with client.stream("GET", address, headers=headers, follow_redirects=False, auth=None) as response:
        body = await _small_body(response) if response.status_code == 200 else b""
    try:
        return dict(json_object(body))
    except (ValueError, RecursionError):
        return {}


async def _small_body(response: httpx.Response) -> bytes:
    """The body of an answer; empty if it is larger than any document."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MOST_BYTES:
            return b""
    return bytes(body)
