"""The quick starts of the README that came with the wheel run as they stand."""

from __future__ import annotations

import importlib.metadata
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from issuer import ISSUER, TestIssuer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from behalf.agent import new_key

pytestmark = pytest.mark.anyio

API = "https://api.example.com/"


def blocks() -> list[str]:
    """The Python of the README."""
    text = str(importlib.metadata.metadata("behalf").json["description"])
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


async def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Runs code that may await."""
    body = "".join(f"    {line}\n" for line in code.splitlines())
    scope: dict[str, Any] = dict(names)
    exec(f"async def program():\n    global app, response\n{body}\n", scope)  # noqa: S102
    await scope["program"]()
    return scope


class Network:
    """The internet of the README: the authorization server, and an API behind the three lines."""

    def __init__(self) -> None:
        self.issuer = TestIssuer()
        self.app: Any = None
        self.token_requests: list[httpx.Request] = []

    async def handle(self, _transport: object, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if str(request.url).startswith(API):
            return await httpx.ASGITransport(self.app).handle_async_request(request)
        if request.url.path == "/token":
            self.token_requests.append(request)
            token = self.issuer.token(aud=API, scope="wiki:read")
            return httpx.Response(200, json={"access_token": token, "token_type": "Bearer", "expires_in": 300})
        answer = self.issuer._answer(request)
        if request.url.path == "/.well-known/openid-configuration":
            more = {"token_endpoint": f"{ISSUER}/token"}
            return httpx.Response(200, json={**json.loads(answer.content), **more})
        return answer


async def test_protects_an_api_and_calls_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    network = Network()
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", lambda *given: network.handle(*given))
    api, in_a_handler, agent = blocks()

    async def pages(request: Request) -> JSONResponse:
        # What a handler reads.
        exec(in_a_handler, {"access": request.state.access})  # noqa: S102
        access = request.state.access
        return JSONResponse([access.subject, access.actor, list(access.scopes), access.txn])

    network.app = (await run(api, {"app": Starlette(routes=[Route("/pages", pages)])}))["app"]
    async with httpx.AsyncClient() as client:
        refused = await client.get(f"{API}pages")
        assert refused.status_code == 401
        assert "resource_metadata=" in refused.headers["www-authenticate"]

        monkeypatch.chdir(tmp_path)
        key = tmp_path / "agent.jwk"
        key.write_text(json.dumps(new_key().private.as_dict(private=True) | {"alg": "ES256"}))
        key.chmod(0o600)
        ran = await run(agent, {"client": client, "token_of_the_person": "person", "show": print})
        assert ran["response"].json() == ["acc_person", "agt_editor", ["wiki:read"], "txn_1"]
    assert b"subject_token=person" in network.token_requests[0].content
