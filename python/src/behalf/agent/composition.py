"""What an agent runs with, as it shows it to the server: the claim `composition` of its client assertions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from ..resource_server.options import ConfigurationError
from ..resource_server.tool_pins import McpTool, tool_digests
from .mcp_tools import text_digest

Composition = Mapping[str, Any]
"""Members `model`, `model_digest`, `prompt`, `prompt_digest`, `tools` and `tool_digests`, as far as they are known."""

CompositionSource = Composition | Callable[[], Awaitable[Composition]]
"""A function is called for each client assertion."""

_MEMBERS = ("model", "model_digest", "prompt", "prompt_digest", "tools", "tool_digests")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def composition_of(
    *,
    model: str | None = None,
    prompt: str | None = None,
    prompt_text: str | None = None,
    tools: Iterable[McpTool] | None = None,
) -> dict[str, Any]:
    """A composition of its parts.

    `model` and `prompt` are a name or version. Of `prompt_text`, the prompt itself, only the digest leaves the process.
    `tools` are those of all MCP servers together, as `tools/list` has them. Raises ValueError as `tool_digests` does.
    """
    made: dict[str, Any] = {}
    if model is not None:
        made["model"] = model
    if prompt is not None:
        made["prompt"] = prompt
    if prompt_text is not None:
        made["prompt_digest"] = text_digest(prompt_text)
    if tools is not None:
        digests = tool_digests(tools)
        made["tools"] = list(digests)
        made["tool_digests"] = digests
    return made


def check_composition(composition: object) -> None:
    """Raises ConfigurationError naming the member that the server would refuse."""
    if not isinstance(composition, Mapping) or not composition:
        raise ConfigurationError("composition", "give an object with at least one member")
    for member in composition:
        if member not in _MEMBERS:
            raise ConfigurationError(f"composition.{member}", f"remove it; the members are {', '.join(_MEMBERS)}")
    digests = {member: composition.get(member) for member in ("model_digest", "prompt_digest")}
    for name, digest in {**digests, **composition.get("tool_digests", {})}.items():
        if digest is not None and (not isinstance(digest, str) or not _DIGEST.fullmatch(digest)):
            raise ConfigurationError(f"composition.{name}", "give sha256: and 64 hexadecimal digits")
