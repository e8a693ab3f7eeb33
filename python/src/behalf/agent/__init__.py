"""Gets tokens of Behalf for an agent: for itself, and on behalf of people.

>>> agent = Agent(Options(issuer="https://id.example.com", client_id="agt_…", key=key_file("agent.jwk")))
>>> token = await agent.exchange(subject=token_of_the_person, resource="https://api.example.com/")

When the server refuses, the agent follows the remedies that the refusal names, as far as the hooks of the program
allow. It ends in a token or in :class:`AgentStop`."""

from ..resource_server.tool_pins import McpTool, ToolDigests, tool_digest, tool_digests
from .agent import Agent, AgentAuth
from .composition import Composition, CompositionSource, composition_of
from .denial import Approval, Consent, Contact, Denial, Narrow, Remedy, StepUp, StepUpPage, Wait
from .keys import AgentKey, key_file, key_from_jwk, new_key
from .mcp_tools import ToolChange, ToolPins, ToolsChanged, tool_changes
from .options import Bounds, ConfigurationError, Hooks, Options
from .pings import PingReceiver
from .session import Session
from .sign_in import open_browser
from .stop import AgentStop, Step, StopReason
from .token import Subject, Token
from .workload import file_token

__all__ = [
    "Agent",
    "AgentAuth",
    "AgentKey",
    "AgentStop",
    "Approval",
    "Bounds",
    "Composition",
    "CompositionSource",
    "ConfigurationError",
    "Consent",
    "Contact",
    "Denial",
    "Hooks",
    "McpTool",
    "Narrow",
    "Options",
    "PingReceiver",
    "Remedy",
    "Session",
    "Step",
    "StepUp",
    "StepUpPage",
    "StopReason",
    "Subject",
    "Token",
    "ToolChange",
    "ToolDigests",
    "ToolPins",
    "ToolsChanged",
    "Wait",
    "composition_of",
    "file_token",
    "key_file",
    "key_from_jwk",
    "new_key",
    "open_browser",
    "tool_changes",
    "tool_digest",
    "tool_digests",
]
