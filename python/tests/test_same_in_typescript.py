"""Sequences of refusals that the package for TypeScript follows in the same way: its tests read the same file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from scripted import RESOURCE, Scripted, Unreachable, cycle, scene

from behalf.agent import Agent, AgentStop, Bounds, Hooks, Remedy, Token

pytestmark = pytest.mark.anyio

TEXT = Path(__file__).with_name("refusals.jsonl").read_text(encoding="utf-8")
SEQUENCES = [json.loads(line) for line in TEXT.splitlines()]


async def yes(*_asked: object) -> bool:
    return True


async def no(*_asked: object) -> Any:
    return False


async def none(*_asked: object) -> None:
    return None


async def again(*_asked: object) -> str:
    return "stronger"


async def fails(*_asked: object) -> Any:
    raise RuntimeError("a hook fails")


DOES: dict[str | None, Any] = {"yes": yes, "no": no, "none": none, "again": again, "throw": fails, None: None}


def answer_of(given: Any) -> Scripted:
    if given == "unreachable":
        return Unreachable()
    return httpx.Response(given["status"], json=given["body"], headers=given["headers"])


def kind_of(remedy: Remedy) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(remedy).__name__).lower()


async def called(agent: Agent, call: str, scopes: list[str] | None) -> Token:
    if call == "own":
        return await agent.own_token(RESOURCE, scopes=scopes)
    if call == "exchange":
        return await agent.exchange("ada", RESOURCE, scopes=scopes)
    return await agent.approval("ada", RESOURCE, scopes=scopes)


async def end_of(agent: Agent, call: str, scopes: list[str] | None) -> dict[str, Any]:
    try:
        token = await called(agent, call, scopes)
    except AgentStop as stop:
        denial = stop.denial
        return {
            "stop": stop.reason,
            "denial": denial and [denial.error, denial.status, denial.reason, denial.id, denial.layer],
            "remedy": None if stop.remedy is None else kind_of(stop.remedy),
            "steps": [[kind_of(step.remedy), step.outcome, step.reason] for step in stop.steps],
            "link": stop.link,
        }
    members = {"scopes": list(token.scopes), "is_for_one_action": token.is_for_one_action}
    return {"token": {**members, "expires_at": token.expires_at}}


@pytest.mark.parametrize("line", range(len(SEQUENCES)))
async def test_refusals_end_as_in_the_package_for_typescript(line: int) -> None:
    given = SEQUENCES[line]
    hooks = Hooks(**{f"on_{kind}": DOES[how] for kind, how in given["hooks"].items()})
    answers = [answer_of(one) for one in given["answers"]]
    at = scene(cycle(answers), hooks, bounds=Bounds(steps=6, seconds=900, requests=60))
    assert await end_of(at.agent, given["call"], given["scopes"]) == given["end"]
    assert at.sleeps == given["sleeps"]
    names = ("scope", "subject_token", "auth_req_id")
    assert [[form.get("grant_type", "bc"), *map(form.get, names)] for form in at.forms] == given["forms"]
