"""The examples of docs/how-to/protect-an-api-in-python.md run as they stand: the three lines, FastAPI and Starlette."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from issuer import TestIssuer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

pytestmark = pytest.mark.anyio

BESIDE = Path(__file__).parent / "guide.md"
IN_THE_REPOSITORY = Path(__file__).parents[2] / "docs/how-to/protect-an-api-in-python.md"
API = "https://calendar.example.com"


def block(title: str, word: str) -> str:
    """The block below a heading that has this word."""
    text = (BESIDE if BESIDE.exists() else IN_THE_REPOSITORY).read_text()
    section = next(part for part in text.split("\n## ") if part.startswith(title))
    blocks: list[str] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return next(code for code in blocks if word in code)


def an_app() -> Starlette:
    async def events(request: Request) -> JSONResponse:
        access = request.state.access
        return JSONResponse({"calendar of": access.subject, "added by": access.actor})

    return Starlette(routes=[Route("/events", events, methods=["POST"])])


EXAMPLES: dict[str, tuple[str, str, str, Callable[[], Any]]] = {
    "the three lines": ("Three lines", "RequireToken", "calendar.read", an_app),
    "FastAPI": ("A requirement for each route", "FastAPI()", "calendar.write", lambda: None),
    "Starlette": ("A requirement for each route", "Starlette(", "calendar.write", lambda: None),
}


@pytest.mark.parametrize("name", EXAMPLES)
async def test_each_example_lets_the_right_token_through_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    title, word, scope, app_of = EXAMPLES[name]
    issuer = TestIssuer()

    async def network(_transport: object, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return issuer._answer(request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", network)
    names: dict[str, Any] = {"app": app_of()}
    exec(block(title, word), names)  # noqa: S102
    server = names["server"]
    async with server, httpx.AsyncClient(transport=httpx.ASGITransport(app=names["app"]), base_url=API) as client:
        metadata = await client.get("/.well-known/oauth-protected-resource")
        if name != "Starlette":
            assert metadata.json()["resource"] == API
        refused = await client.post("/events")
        assert refused.status_code == 401
        assert "resource_metadata=" in refused.headers["www-authenticate"]

        async def with_token(**claims: Any) -> httpx.Response:
            given: dict[str, Any] = {"aud": API, "scope": scope, **claims}
            token = issuer.token(**given)
            return await client.post("/events", headers={"authorization": f"Bearer {token}"})

        allowed = await with_token()
        assert allowed.status_code == 200, allowed.text
        assert allowed.json() == {"calendar of": "acc_person", "added by": "agt_editor"}
        narrow = await with_token(scope="calendar.other")
        assert narrow.status_code == 403
        assert 'error="insufficient_scope"' in narrow.headers["www-authenticate"]
        assert (await with_token(aud="https://other.example.com")).status_code == 401
