"""Pins that show when an MCP server changes a tool."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from ..resource_server.tool_pins import McpTool, ToolDigests, tool_digests


def text_digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as the server writes digests."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class ToolChange:
    """One difference. `before` None: the tool is new. `after` None: it is gone."""

    tool: str
    before: str | None
    after: str | None


def tool_changes(before: ToolDigests, after: ToolDigests) -> tuple[ToolChange, ...]:
    """What differs between two lists, by the names of the tools. Order means nothing."""
    return tuple(
        ToolChange(name, before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


class ToolsChanged(Exception):
    """A server lists other tools than those that were pinned. Use none of them before a person has looked at the
    difference."""

    def __init__(self, server: str, changes: tuple[ToolChange, ...]) -> None:
        super().__init__(f"{server} changed its tools: {', '.join(change.tool for change in changes)}"[:500])
        self.server = server
        self.changes = changes


@dataclass(slots=True, kw_only=True)
class ToolPins:
    """Pins the tools of MCP servers. `server` is a name of your choice, such as its URL."""

    on_change: Literal["refuse", "report"] = "refuse"
    """`refuse`: a check of other tools raises. `report`: it returns the changes."""
    read: Callable[[str], Awaitable[ToolDigests | None]] | None = None
    """Reads the pins of a server. Default: the memory of this process."""
    write: Callable[[str, ToolDigests], Awaitable[None]] | None = None
    """Keeps the pins of a server. Give it with `read`."""
    _pins: dict[str, ToolDigests] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.on_change not in ("refuse", "report"):
            raise ValueError("on_change: give 'refuse' or 'report'")
        if (self.read is None) != (self.write is None):
            raise ValueError("read: give it together with write")

    async def check(self, server: str, tools: Iterable[McpTool]) -> tuple[ToolChange, ...]:
        """Compares the whole list of a server with what was pinned. The first list of a server is pinned. Raises
        ToolsChanged if it refuses the changes, and as `read` and `write` do."""
        digests = tool_digests(tools)
        pinned = self._pins.get(server) if self.read is None else await self.read(server)
        if pinned is None:
            await self._keep(server, digests)
            return ()
        changes = tool_changes(pinned, digests)
        if changes and self.on_change == "refuse":
            raise ToolsChanged(server, changes)
        return changes

    async def accept(self, server: str, tools: Iterable[McpTool]) -> None:
        """Pins this list in place of the one before. Call it when a person has accepted the changes."""
        await self._keep(server, tool_digests(tools))

    async def _keep(self, server: str, digests: ToolDigests) -> None:
        if self.write is None:
            self._pins[server] = digests
        else:
            await self.write(server, digests)
