"""What an agent runs with, as it shows it to the server: the claim `composition` of its client assertions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from ..resource_server.json_values import canonical_json
from ..resource_server.options import ConfigurationError
from ..resource_server.tool_pins import McpTool, tool_digests
from .mcp_tools import text_digest
from .stop import AgentStop

Composition = Mapping[str, Any]
"""Members `model`, `model_digest`, `prompt`, `prompt_digest`, `tools` and `tool_digests`, as far as they are known."""

CompositionSource = Composition | Callable[[], Awaitable[Composition]]
"""A function is called for each client assertion, and for each call that could get a token from the cache."""

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
    names = composition.get("tools", [])
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ConfigurationError("composition.tools", "give a list of names")
    digests = {member: composition.get(member) for member in ("model_digest", "prompt_digest")}
    for name, digest in {**digests, **composition.get("tool_digests", {})}.items():
        if digest is not None and (not isinstance(digest, str) or not _DIGEST.fullmatch(digest)):
            raise ConfigurationError(f"composition.{name}", "give sha256: and 64 hexadecimal digits")


async def current_composition(source: CompositionSource) -> Composition:
    """What the agent runs with at this moment. Raises ConfigurationError, and AgentStop (`hook_failed`) if the function
    fails."""
    try:
        composition = await source() if callable(source) else source
    except Exception as error:
        raise AgentStop("hook_failed", None, None, ()) from error
    check_composition(composition)
    return composition


def composition_key(composition: Composition) -> str:
    """A text that is the same for the same composition. The order of tools means nothing, as at the server."""
    sorted_tools = {"tools": sorted(composition["tools"])} if "tools" in composition else {}
    return canonical_json({**composition, **sorted_tools}).decode()
