"""Requests to the authorization server: no redirects, a time limit, a size limit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import anyio
import httpx

from .json_values import json_object
from .refusal import unavailable

# Documents of an authorization server are far smaller.
_MOST_BYTES = 512 * 1024


class HttpClient:
    """Reads JSON objects. Safe for concurrent use within one event loop."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None, timeout: int) -> None:
        self._timeout = timeout
        self._client = httpx.AsyncClient(
            transport=transport,
            timeout=timeout,
            # A redirect could lead a credential, or the trust in a key, to another host.
            follow_redirects=False,
            trust_env=False,
        )

    async def json(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        content: Mapping[str, Any] | None = None,
        statuses: Collection[int] = (200,),
    ) -> tuple[int, Mapping[str, Any]]:
        """The status and the JSON object at a URL. Of `statuses` only 200 has a body.

        Raises Refusal (503) for any other status, and for any other body.
        """
        try:
            # For the whole request: httpx starts its time again with each part of an answer.
            with anyio.fail_after(self._timeout):
                return await self._json(
                    method, url, {"accept": "application/json", **(headers or {})}, data, content, statuses
                )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
            raise unavailable("server_unreachable", f"{url}: {type(error).__name__}: {error}") from error

    async def _json(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Mapping[str, str] | None,
        content: Mapping[str, Any] | None,
        statuses: Collection[int],
    ) -> tuple[int, Mapping[str, Any]]:
        async with self._client.stream(method, url, headers=headers, data=data, json=content) as response:
            text = await _body_of(response, statuses)
        # Refusals of some endpoints are texts for people.
        return response.status_code, json_object(text) if response.status_code == 200 else {}

    async def text(self, url: str, headers: Mapping[str, str]) -> str:
        """The text at a URL. Raises Refusal (503) for any status but 200."""
        try:
            with anyio.fail_after(self._timeout):
                async with self._client.stream("GET", url, headers=headers) as response:
                    return (await _body_of(response, (200,))).decode("utf-8")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            raise unavailable("server_unreachable", f"{url}: {type(error).__name__}: {error}") from error

    def stream(self, url: str, headers: Mapping[str, str]) -> AbstractAsyncContextManager[httpx.Response]:
        """A response whose body is read as it comes. The time limit holds between two parts of it."""
        return self._client.stream("GET", url, headers=headers)

    async def close(self) -> None:
        await self._client.aclose()


async def _body_of(response: httpx.Response, statuses: Collection[int]) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise ValueError(f"the answer has more than {_MOST_BYTES} bytes")
    if response.status_code not in statuses:
        raise ValueError(f"status {response.status_code}")
    return bytes(body)
