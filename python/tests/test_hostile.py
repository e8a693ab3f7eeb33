"""Every hostile request at every binding: none is let through, and the answer is that of the specifications."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from hostile import HOSTILE, TOKENS, Hostile, bearer, kind_of
from issuer import ORIGIN, RESOURCE, TestIssuer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from behalf.resource_server import Access, PresentedRequest, Refused, Requirement, ResourceServer
from behalf.resource_server.asgi import RequireToken, current_access
from behalf.resource_server.fastapi import install, requires
from behalf.resource_server.mcp import BehalfTokenVerifier

pytestmark = pytest.mark.anyio

NEEDED = Requirement(scopes=["wiki:read"])


@pytest.fixture(scope="module")
def issuer() -> TestIssuer:
    return TestIssuer()


def starlette_app(server: ResourceServer, needed: Any) -> RequireToken:
    async def pages(request: Request) -> JSONResponse:
        assert request.state.access is current_access()
        return JSONResponse({"for": request.state.access.subject})

    return RequireToken(Starlette(routes=[Route("/v1/pages", pages)]), server, needed)


def fastapi_app(server: ResourceServer, needed: Any) -> FastAPI:
    app = FastAPI()
    install(app, server)

    @app.get("/v1/pages")
    async def pages(access: Annotated[Access, Depends(requires(server, needed))]) -> dict[str, str]:
        return {"for": access.subject}

    return app


APPS: dict[str, Callable[[ResourceServer, Any], Any]] = {"asgi": starlette_app, "fastapi": fastapi_app}


async def answer(
    app: str, issuer: TestIssuer, target: str, headers: list[tuple[str, str]], needed: Any = NEEDED
) -> httpx.Response:
    async with ResourceServer(issuer.options()) as server:
        transport = httpx.ASGITransport(app=APPS[app](server, needed))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
            return await client.get(target, headers=encoded)


def check_answer(response: httpx.Response, expected: Hostile) -> None:
    assert response.status_code == expected.status
    body = response.json()
    assert body["error"] == (expected.error or "token_required")
    assert body["denial"]["layer"] == "resource_server"
    challenges = response.headers.get_list("www-authenticate")
    assert [one.split(" ")[0] for one in challenges] == ["Bearer", "DPoP"]
    for challenge in challenges:
        assert f'resource_metadata="{ORIGIN}/.well-known/oauth-protected-resource/v1"' in challenge
        if expected.error in (None, "invalid_token"):
            assert f'scope="{" ".join(NEEDED.scopes)}"' in challenge
    errors = [found[1] for one in challenges if (found := re.search(r'[ ,]error="([^"]+)"', one))]
    assert errors == ([expected.error] if expected.error else [])
    assert response.headers["cache-control"] == "no-store"
    assert response.headers.get_list("content-type") == ["application/json"]


BESIDE = Path(__file__).parent / "hostile-requests.md"
IN_THE_REPOSITORY = Path(__file__).parents[2] / "docs/reference/hostile-requests.md"


def test_there_are_120_tokens_alone_and_the_page_says_how_many_of_which_kind() -> None:
    assert len(TOKENS) >= 120
    assert len({one.name for one in HOSTILE}) == len(HOSTILE)
    text = (BESIDE if BESIDE.exists() else IN_THE_REPOSITORY).read_text()
    section = next(part for part in text.split("\n## ") if part.startswith("Python\n"))
    counted = {kind: int(count) for kind, count in re.findall(r"^\| ([^|]+) \| (\d+) \|", section, re.MULTILINE)}
    assert counted == {**Counter(map(kind_of, HOSTILE)), "all": len(HOSTILE)}


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.name)
async def test_no_hostile_request_is_let_through(app: str, hostile: Hostile, issuer: TestIssuer) -> None:
    headers = list(hostile.headers(issuer))
    response = await answer(app, issuer, hostile.target, headers)
    check_answer(response, hostile)
    token = next((value.split(" ")[-1] for name, value in headers if name == "authorization"), "")
    assert len(token) < 20 or token not in response.text


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.name)
async def test_check_never_raises_and_logs_no_token(hostile: Hostile, issuer: TestIssuer) -> None:
    logged: list[str] = []
    headers = list(hostile.headers(issuer))
    async with ResourceServer(issuer.options(log=lambda entry: logged.append(repr(entry)))) as server:
        decision = await server.check(PresentedRequest("GET", hostile.target, headers), NEEDED)
    assert isinstance(decision, Refused)
    assert decision.answer.status == hostile.status
    assert json.loads(decision.answer.body)["denial"]["reason"] == decision.refusal.reason
    assert len(logged) == 1
    token = next((value.split(" ")[-1] for name, value in headers if name == "authorization"), "")
    assert len(token) < 20 or token not in logged[0]


@pytest.mark.parametrize("hostile", TOKENS, ids=lambda one: one.name)
async def test_the_verifier_of_the_mcp_sdk_refuses(hostile: Hostile, issuer: TestIssuer) -> None:
    async with ResourceServer(issuer.options()) as server:
        ((_, authorization),) = hostile.headers(issuer)
        token = authorization.removeprefix("Bearer ")
        assert await BehalfTokenVerifier(server, NEEDED).verify_token(token) is None


@pytest.mark.parametrize("app", APPS)
async def test_a_good_token_is_let_through(app: str, issuer: TestIssuer) -> None:
    response = await answer(app, issuer, "/v1/pages", bearer(issuer.token()))
    assert (response.status_code, response.json()) == (200, {"for": "acc_person"})
    token = issuer.bound_token()
    response = await answer(
        app, issuer, "/v1/pages?page=2", [("authorization", f"DPoP {token}"), ("dpop", issuer.proof(token))]
    )
    assert (response.status_code, response.json()) == (200, {"for": "acc_person"})


@pytest.mark.parametrize("app", APPS)
async def test_a_missing_scope_is_named_in_the_challenge(app: str, issuer: TestIssuer) -> None:
    response = await answer(app, issuer, "/v1/pages", bearer(issuer.token(scope="wiki:write")))
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers.get_list("www-authenticate")[0]
    assert 'scope="wiki:read"' in response.headers.get_list("www-authenticate")[0]


def _needed(request: Any) -> Requirement:
    """What a write needs, from an ASGI scope or a request of FastAPI."""
    scope = getattr(request, "scope", request)
    return Requirement(scopes=["wiki:write" if b"write" in scope["query_string"] else "wiki:read"])


async def _needed_later(request: Any) -> Requirement:
    return _needed(request)


@pytest.mark.parametrize("find", [_needed, _needed_later])
@pytest.mark.parametrize("app", APPS)
async def test_a_function_finds_what_a_request_needs(app: str, find: Any, issuer: TestIssuer) -> None:
    token = bearer(issuer.token(scope="wiki:read"))
    assert (await answer(app, issuer, "/v1/pages", token, find)).status_code == 200
    assert (await answer(app, issuer, "/v1/pages?write", token, find)).status_code == 403


@pytest.mark.parametrize("app", APPS)
async def test_the_metadata_document_needs_no_token(app: str, issuer: TestIssuer) -> None:
    response = await answer(app, issuer, "/.well-known/oauth-protected-resource/v1", [])
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json()["resource"] == RESOURCE


async def test_the_verifier_of_the_mcp_sdk_returns_what_the_token_allows(issuer: TestIssuer) -> None:
    async with ResourceServer(issuer.options()) as server:
        token = issuer.token()
        access = await BehalfTokenVerifier(server, NEEDED).verify_token(token)
    assert access is not None
    assert (access.client_id, access.subject, access.resource) == ("agt_editor", "acc_person", RESOURCE)
    assert access.scopes == ["wiki:read", "wiki:write"]
