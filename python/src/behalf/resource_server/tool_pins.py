"""Digests of the tools of MCP servers, and pins of the tools that a server lists."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .json_values import canonical_json

McpTool = Mapping[str, Any]
"""A tool, as `tools/list` has it. Of a model of the MCP SDK: `tool.model_dump(by_alias=True, exclude_none=True)`."""

ToolDigests = Mapping[str, str]
"""`sha256:` and 64 hexadecimal digits, by the name of the tool."""

_READ = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")


def tool_digest(tool: McpTool) -> str:
    """The digest of what a model reads of a tool: name, title, description, schemas and annotations (RFC 8785,
    SHA-256). Raises ValueError for a tool without canonical JSON."""
    read = {name: tool[name] for name in _READ if tool.get(name) is not None}
    return f"sha256:{hashlib.sha256(canonical_json(read)).hexdigest()}"


def tool_digests(tools: Iterable[McpTool]) -> dict[str, str]:
    """The digests of a whole list, in any order. Raises ValueError if two tools have one name, or as
    :func:`tool_digest` does."""
    digests: dict[str, str] = {}
    for tool in tools:
        name = tool["name"]
        if name in digests:
            raise ValueError(f"two tools have the name {name}")
        digests[name] = tool_digest(tool)
    return digests


@dataclass(slots=True, kw_only=True)
class PinnedTools:
    """Filters the tools that an MCP server lists, where they come from elsewhere: a plug-in, a configuration, another
    server. Use :meth:`of` for `tools/list`, and register no other tool."""

    digests: ToolDigests | None = None
    """Of the tools that a person has read. Default: those of the first list."""
    on_change: Literal["refuse", "report"] = "refuse"
    """`refuse`: a tool that is not pinned, or not as it was pinned, is left out. `report`: it stays in the list."""
    on_changed: Callable[[str, str | None, str], None] | None = None
    """Called for each such tool with its name, its pin (None: it is new) and its digest."""

    def of(self, tools: Iterable[McpTool]) -> list[McpTool]:
        """The tools that may be listed, in their order. Raises ValueError as :func:`tool_digests` does."""
        listed = list(tools)
        now = tool_digests(listed)
        if self.digests is None:
            self.digests = now
        kept: list[McpTool] = []
        for tool in listed:
            name = tool["name"]
            pinned = self.digests.get(name)
            if pinned != now[name] and self.on_changed is not None:
                self.on_changed(name, pinned, now[name])
            if pinned == now[name] or self.on_change == "report":
                kept.append(tool)
        return kept
