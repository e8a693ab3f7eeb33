"""Tokens of the agent's platform."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

import anyio

from ..resource_server.options import ConfigurationError


def file_token(path: str | os.PathLike[str]) -> Callable[[], Awaitable[str]]:
    """Reads a token from a file, each time anew: platforms replace it. Raises ConfigurationError without one."""

    async def read() -> str:
        try:
            token = (await anyio.Path(path).read_text(encoding="utf-8")).strip()
        except OSError as error:
            raise ConfigurationError("workload_token", f"{os.fspath(path)} cannot be read: {error.strerror}") from error
        if token == "":
            raise ConfigurationError("workload_token", f"{os.fspath(path)} is empty")
        return token

    return read
