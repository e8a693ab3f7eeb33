"""An authorization server that answers by a script, and an agent with a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

from behalf.agent import Agent, Hooks, Options, new_key

ISSUER = "https://id.example.com"
TOKEN_ENDPOINT = f"{ISSUER}/token"
RESOURCE = "https://api.example.com/v1"
START = 1_800_000_000.0
KEY = new_key()
SENDER = new_key()


class Unreachable:
    """In place of an answer: none comes."""


Scripted = httpx.Response | Unreachable


def denied(
    reason: str, *remedies: object, status: int = 400, error: str = "access_denied", headers: Any = None
) -> httpx.Response:
    denial = {"id": "dny_1", "layer": "policy", "reason": reason, "remedies": list(remedies)}
    body = {"error": error, "error_description": "No.", "denial": denial}
    return httpx.Response(status, json=body, headers=headers)


def granted(**members: Any) -> httpx.Response:
    body = {"access_token": "token-1", "token_type": "Bearer", "expires_in": 300, **members}
    return httpx.Response(200, json=body)


@dataclass
class Scene:
    """The agent, what it has sent, and how far its clock is."""

    agent: Agent
    forms: list[dict[str, str]] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    sleeps: list[float] = field(default_factory=list)

    @property
    def now(self) -> float:
        return START + sum(self.sleeps)


def scene(
    next_answer: Callable[[Mapping[str, str], int], Scripted], hooks: Hooks | None = None, **options: Any
) -> Scene:
    """`next_answer` gets the form of each request to token endpoint and backchannel endpoint, and its number."""

    def answer(request: httpx.Request) -> httpx.Response:
        made.requests.append(request)
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(
                200,
                json={
                    "issuer": ISSUER,
                    "token_endpoint": TOKEN_ENDPOINT,
                    "backchannel_authentication_endpoint": f"{ISSUER}/backchannel",
                },
            )
        form = dict(parse_qsl(request.content.decode()))
        made.forms.append(form)
        scripted = next_answer(form, len(made.forms) - 1)
        if isinstance(scripted, Unreachable):
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(scripted.status_code, headers=scripted.headers, content=scripted.content)

    async def sleep(seconds: float) -> None:
        made.sleeps.append(seconds)

    given = {"client_id": "agt_editor", "key": KEY, "hooks": hooks or Hooks(), **options}
    transport = httpx.MockTransport(answer)
    made = Scene(Agent(Options(issuer=ISSUER, transport=transport, clock=lambda: made.now, sleep=sleep, **given)))
    return made


def script(*answers: Scripted) -> Callable[[Mapping[str, str], int], Scripted]:
    """One answer after the other; the last one from then on."""
    return lambda _form, number: answers[min(number, len(answers) - 1)]


def cycle(answers: Sequence[Scripted]) -> Callable[[Mapping[str, str], int], Scripted]:
    """One answer after the other, over and over."""
    return lambda _form, number: answers[number % len(answers)]
