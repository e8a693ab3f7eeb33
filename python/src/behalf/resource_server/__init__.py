"""Protects an API or an MCP server with access tokens of Behalf.

>>> server = ResourceServer(Options(issuer="https://id.example.com", resource="https://api.example.com/"))

Then use a binding: :mod:`.asgi` (Starlette and others), :mod:`.fastapi`, or :mod:`.mcp`.
"""

from .access import Access, Actor, Approval, Confirmation
from .challenge import Answer
from .credential import PresentedRequest
from .detail_rules import DetailType, Rule
from .options import (
    ConfigurationError,
    DPoP,
    Introspection,
    LogEntry,
    Options,
    Reporting,
    RevocationFeed,
    SecurityEvents,
    UsedOnce,
)
from .refusal import Refusal
from .reports import Report, Reports
from .requirement import Requirement
from .resource_server import Granted, Refused, ResourceMetadata, ResourceServer
from .security_events import EventAnswer
from .step_up import Page, page_of
from .tool_pins import PinnedTools, tool_digests

__all__ = [
    "Access",
    "Actor",
    "Answer",
    "Approval",
    "ConfigurationError",
    "Confirmation",
    "DPoP",
    "DetailType",
    "EventAnswer",
    "Granted",
    "Introspection",
    "LogEntry",
    "Options",
    "Page",
    "PinnedTools",
    "PresentedRequest",
    "Refusal",
    "Refused",
    "Report",
    "Reporting",
    "Reports",
    "Requirement",
    "ResourceMetadata",
    "ResourceServer",
    "RevocationFeed",
    "Rule",
    "SecurityEvents",
    "UsedOnce",
    "page_of",
    "tool_digests",
]
