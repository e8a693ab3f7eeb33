"""The end without a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .denial import Consent, Denial, Remedy, StepUp

StopReason = Literal[
    "refused",
    "contact",
    "no_hook",
    "no_person",
    "declined",
    "repeated",
    "expired",
    "out_of_time",
    "too_many_steps",
    "too_many_requests",
    "unsafe_remedy",
    "other_server",
    "session_ended",
    "hook_failed",
]

_TEXTS: Mapping[StopReason, str] = {
    "refused": "The server refused, and names nothing that the agent can do.",
    "contact": "Only a person can change it: report it.",
    "no_hook": "A remedy needs a hook that the program does not have.",
    "no_person": "The token is for the agent itself: no person can sign in again.",
    "declined": "A hook declined the remedy, or the person did.",
    "repeated": "The server refused for the same reason after its remedy was followed. Report it to a person.",
    "expired": "No person decided in time. Ask again when they can.",
    "out_of_time": "The remedy takes longer than bounds.seconds.",
    "too_many_steps": "The remedies are more than bounds.steps.",
    "too_many_requests": "The requests are more than bounds.requests.",
    "unsafe_remedy": "A remedy leads away from the server, or to more than was asked for. It was not followed.",
    "other_server": "The API takes tokens of another authorization server.",
    "session_ended": "The session has no refresh token: have the person sign in again.",
    "hook_failed": "A hook raised an error: see __cause__.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One remedy that the server named, and what became of it."""

    remedy: Remedy
    reason: str
    """Reason of the denial that named it."""
    denial_id: str | None
    at: float
    """Epoch seconds."""
    outcome: Literal["followed"] | StopReason
    """`followed`, or why it was not."""


class AgentStop(Exception):
    """The server refused, and what it names was followed as far as the program allows."""

    def __init__(self, reason: StopReason, denial: Denial | None, remedy: Remedy | None, steps: Sequence[Step]) -> None:
        said = "" if denial is None else f" {denial.error} ({denial.reason}): {denial.description}"
        super().__init__(f"{_TEXTS[reason]}{said}")
        self.reason: StopReason = reason
        self.denial = denial
        """The last refusal. Its `id` leads an operator to the decision in the audit log."""
        self.remedy = remedy
        """What was left to do."""
        self.steps = tuple(steps)

    @property
    def link(self) -> str | None:
        """The page that a person has to open, if `remedy` has one."""
        if isinstance(self.remedy, StepUp):
            return None if self.remedy.page is None else self.remedy.page.url
        return self.remedy.url if isinstance(self.remedy, Consent) else None
