"""Requests whose sign-in is not enough lead the person to a page of the server, and pass after it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from issuer import ISSUER, TestIssuer

from behalf.resource_server import (
    ConfigurationError,
    Granted,
    Introspection,
    PresentedRequest,
    Refusal,
    Refused,
    Requirement,
    ResourceServer,
    page_of,
)
from behalf.resource_server.mcp import BehalfTokenVerifier

pytestmark = pytest.mark.anyio

STRONG = Requirement(acr_values=["strong"], max_age=300)
PAGE = {"page": {"url": f"{ISSUER}/step-ups/1", "expires_in": 600}}


def asked(issuer: TestIssuer, status: int, body: Any = None) -> ResourceServer:
    issuer.step_up = httpx.Response(status, json=body)
    return ResourceServer(issuer.options(step_up=True, introspection=Introspection("rs_1", client_secret="secret")))


def request_of(token: str) -> PresentedRequest:
    return PresentedRequest("GET", "/v1/pages", [("authorization", f"Bearer {token}")])


def questions(issuer: TestIssuer) -> list[Any]:
    return [json.loads(one.content) for one in issuer.requests if one.url.path == "/step-ups-asked"]


async def test_the_remedy_has_the_page() -> None:
    issuer = TestIssuer()
    server = asked(issuer, 200, PAGE)
    token = issuer.token(acr="weak", auth_time=1)
    answer = await server.check(request_of(token), STRONG)
    assert isinstance(answer, Refused)
    assert answer.refusal.code == "insufficient_user_authentication"
    assert questions(issuer) == [{"token": token, "acr_values": "strong", "max_age": 300}]
    (remedy,) = json.loads(answer.answer.body)["denial"]["remedies"]
    assert remedy == {"kind": "step_up", "acr_values": "strong", "max_age": 300, **PAGE["page"]}
    page = page_of(answer.refusal)
    assert page is not None
    assert page.url == PAGE["page"]["url"]


async def test_a_confirmed_sign_in_lets_the_same_token_through() -> None:
    issuer = TestIssuer()
    server = asked(issuer, 200, {"confirmed": {"acr": "stronger", "amr": [], "auth_time": 1}})
    token = issuer.token(acr="weak", auth_time=1)
    assert isinstance(await server.check(request_of(token), STRONG), Granted)
    access = await server.verify_bearer(token)
    assert await server.refusal_now(access, STRONG) is None


async def test_a_person_is_not_asked_about_what_would_be_refused_in_any_case() -> None:
    issuer = TestIssuer()
    server = asked(issuer, 200, PAGE)
    access = await server.verify_bearer(issuer.token(acr="weak", auth_time=1))
    refusal = await server.refusal_now(access, Requirement(acr_values=["strong"], scopes=["admin"]))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "insufficient_scope"
    assert questions(issuer) == []


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, None, "invalid_token"),
        (409, None, "insufficient_user_authentication"),
        (429, None, "insufficient_user_authentication"),
        (500, None, "temporarily_unavailable"),
        (200, {}, "temporarily_unavailable"),
        (200, {"confirmed": True}, "temporarily_unavailable"),
        (200, {"page": {"url": "https://evil.example/x", "expires_in": 600}}, "temporarily_unavailable"),
        (200, {"page": {"url": "javascript:alert(1)"}}, "temporarily_unavailable"),
    ],
)
async def test_any_other_answer_is_no_yes(status: int, body: Any, code: str) -> None:
    issuer = TestIssuer()
    answer = await asked(issuer, status, body).check(request_of(issuer.token(acr="weak", auth_time=1)), STRONG)
    assert isinstance(answer, Refused)
    assert answer.refusal.code == code
    assert page_of(answer.refusal) is None


async def test_the_call_of_an_mcp_server_does_not_use_its_approval_again() -> None:
    issuer = TestIssuer()
    verifier = BehalfTokenVerifier(asked(issuer, 404))
    token = await verifier.verify_token(issuer.token(approval={"id": "apr_1", "digest": "of-it"}))
    assert token is not None
    issuer.use = httpx.Response(409)
    access = await verifier.access_of(token)
    assert access.approval is not None
    assert access.token == token.token


def test_needs_the_credential() -> None:
    with pytest.raises(ConfigurationError, match="step_up"):
        TestIssuer().options(step_up=True)
