"""`agent.fetch`: the token, and the challenges of an API that are followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from scripted import ISSUER, RESOURCE, denied, granted, scene, script

from behalf.agent import Agent, AgentStop, Hooks, StepUp, Subject, new_key

pytestmark = pytest.mark.anyio

METADATA = "https://api.example.com/.well-known/oauth-protected-resource/v1"
PAGE = f"{ISSUER}/step-ups/1"
NOTES = f"{RESOURCE}/notes"


def challenge(error: str | None = None, status: int = 401, body: Any = None, **parameters: str) -> httpx.Response:
    given = {**({} if error is None else {"error": error}), **parameters}
    header = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in given.items())
    return httpx.Response(status, headers={"www-authenticate": header}, json=body or {})


OK = httpx.Response(200, json={"notes": []})


class Api:
    """An API that answers by a script; the last answer from then on."""

    def __init__(self, *answers: httpx.Response, document: Any = None) -> None:
        self.requests: list[httpx.Request] = []
        self.bodies: list[bytes] = []
        self.proofs: list[str | None] = []
        self._answers = answers
        self._document = document or {"resource": RESOURCE, "authorization_servers": [ISSUER]}
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    @property
    def authorizations(self) -> list[str | None]:
        return [one.headers.get("authorization") for one in self.requests]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == METADATA:
            assert "authorization" not in request.headers
            return httpx.Response(200, json=self._document)
        self.requests.append(request)
        self.bodies.append(request.content)
        # The same object is sent again, with another proof.
        self.proofs.append(request.headers.get("dpop"))
        given = self._answers[min(len(self.requests), len(self._answers)) - 1]
        return httpx.Response(given.status_code, headers=given.headers, content=given.content)


def tokens(**options: Any) -> Any:
    """An agent whose tokens are numbered."""
    count = iter(range(1, 100))
    return scene(lambda _form, _number: granted(access_token=f"token-{next(count)}"), **options)


async def test_finds_the_api_by_its_challenge_and_knows_it_afterwards() -> None:
    at, api = tokens(), Api(challenge(resource_metadata=METADATA), OK)
    for _ in range(2):
        assert (await at.agent.fetch(NOTES, client=api.client, subject="person")).status_code == 200
    assert api.authorizations == [None, "Bearer token-1", "Bearer token-1"]
    assert at.forms[0]["resource"] == RESOURCE


async def test_the_scopes_of_a_challenge_are_asked_for_at_its_url_alone() -> None:
    at, api = tokens(), Api(challenge(resource_metadata=METADATA, scope="notes.read"), OK)
    await at.agent.fetch(NOTES, client=api.client)
    assert at.forms[0]["scope"] == "notes.read"
    assert at.forms[0]["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    ("address", "document", "reason"),
    [
        ("https://elsewhere.example/metadata", None, "unsafe_remedy"),
        (METADATA, {"resource": "https://bank.example.com", "authorization_servers": [ISSUER]}, "unsafe_remedy"),
        (METADATA, {"resource": "https://api.example.com", "authorization_servers": [ISSUER]}, "unsafe_remedy"),
        (METADATA, {"resource": RESOURCE, "authorization_servers": ["https://other.example"]}, "other_server"),
        (METADATA, {"resource": RESOURCE}, "other_server"),
        (METADATA, {"resource": 5}, "unsafe_remedy"),
    ],
)
async def test_metadata_of_another_api_or_server_get_no_token(address: str, document: Any, reason: str) -> None:
    at, api = tokens(), Api(challenge(resource_metadata=address), OK, document=document)
    with pytest.raises(AgentStop) as stop:
        await at.agent.fetch(NOTES, client=api.client)
    assert (stop.value.reason, at.forms) == (reason, [])


async def test_a_refused_token_is_replaced_once() -> None:
    at, api = tokens(), Api(challenge("invalid_token"))
    response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE)
    assert (response.status_code, api.authorizations) == (401, ["Bearer token-1", "Bearer token-2"])


async def test_sends_the_body_again_and_no_credentials_of_the_program() -> None:
    at, api = tokens(), Api(challenge("insufficient_scope", 403, scope="write"), OK)
    await at.agent.fetch(
        NOTES,
        method="POST",
        client=api.client,
        resource=RESOURCE,
        scopes=["read"],
        more_scopes=["write"],
        json={"a": 1},
        headers={"authorization": "Bearer mine", "dpop": "mine", "x-mine": "kept"},
    )
    assert api.bodies == [b'{"a":1}', b'{"a":1}']
    assert api.authorizations == ["Bearer token-1", "Bearer token-2"]
    assert [one.headers.get("dpop") for one in api.requests] == [None, None]
    assert api.requests[1].headers["x-mine"] == "kept"
    assert [form["scope"] for form in at.forms] == ["read", "read write"]


async def test_asks_for_no_scope_that_the_program_did_not_allow() -> None:
    at, api = tokens(), Api(challenge("insufficient_scope", 403, scope="write"))
    response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE, scopes=["read"])
    assert (response.status_code, len(api.requests)) == (403, 1)


async def test_proves_its_key_with_the_nonce_of_the_api() -> None:
    answer = httpx.Response(401, headers={"www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n-1"})
    at = scene(script(granted(token_type="DPoP")), dpop=new_key())
    api = Api(answer, OK)
    response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE)
    assert (response.status_code, len(api.requests)) == (200, 2)
    assert None not in api.proofs
    assert api.proofs[0] != api.proofs[1]


class TestWaits:
    async def test_for_as_long_as_the_api_says(self) -> None:
        at, api = tokens(), Api(httpx.Response(429, headers={"retry-after": "7"}), OK)
        response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE)
        assert (response.status_code, at.sleeps, api.authorizations) == (200, [7.0], ["Bearer token-1"] * 2)

    @pytest.mark.parametrize(
        ("method", "body", "requests"),
        [
            ("GET", {}, 2),
            ("POST", {}, 1),
            ("POST", {"denial": {"layer": "resource_server", "reason": "server_unreachable"}}, 2),
        ],
    )
    async def test_and_sends_again_only_what_had_no_effect(self, method: str, body: Any, requests: int) -> None:
        at, api = tokens(), Api(httpx.Response(503, headers={"retry-after": "1"}, json=body), OK)
        await at.agent.fetch(NOTES, method=method, client=api.client, resource=RESOURCE)
        assert len(api.requests) == requests

    async def test_not_beyond_its_bound(self) -> None:
        at, api = tokens(), Api(httpx.Response(429, headers={"retry-after": "100000"}))
        response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE)
        assert (response.status_code, at.sleeps) == (429, [])


def step_up_refused(url: str = PAGE) -> httpx.Response:
    remedy = {"kind": "step_up", "acr_values": "strong", "url": url, "expires_in": 600}
    body = {"denial": {"layer": "resource_server", "reason": "authentication_too_weak", "remedies": [remedy]}}
    return challenge("insufficient_user_authentication", body=body, acr_values="strong")


class TestStepUp:
    async def test_exchanges_the_token_of_the_new_sign_in(self) -> None:
        async def again(step_up: StepUp, _denial: object) -> Subject:
            assert (step_up.acr_values, step_up.max_age) == (("strong",), None)
            return Subject("newer")

        at, api = tokens(hooks=Hooks(on_step_up=again)), Api(step_up_refused(), OK)
        response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE, subject="person")
        assert response.status_code == 200
        assert [form["subject_token"] for form in at.forms] == ["person", "newer"]

    async def test_after_the_page_the_same_token_passes(self) -> None:
        shown: list[str] = []

        async def show(step_up: StepUp, _denial: object) -> bool:
            assert step_up.page is not None
            shown.append(step_up.page.url)
            return True

        at = tokens(hooks=Hooks(on_step_up=show))
        api = Api(step_up_refused(), step_up_refused(), step_up_refused(), OK)
        response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE, subject="person")
        assert (response.status_code, shown, len(at.forms)) == (200, [PAGE], 1)
        assert api.authorizations == ["Bearer token-1"] * 4
        assert at.sleeps == [5.0, 5.0]

    async def test_a_new_page_for_the_second_half_of_the_time_is_no_end(self) -> None:
        async def show(*_asked: object) -> bool:
            return True

        at = tokens(hooks=Hooks(on_step_up=show))
        later = [step_up_refused(f"{ISSUER}/step-ups/2")] * 10
        api = Api(*[step_up_refused()] * 64, *later, OK)
        response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE, subject="person")
        assert (response.status_code, len(at.forms)) == (200, 1)

    async def test_another_page_is_the_end(self) -> None:
        async def show(*_asked: object) -> bool:
            return True

        at = tokens(hooks=Hooks(on_step_up=show))
        api = Api(step_up_refused(), step_up_refused(f"{ISSUER}/step-ups/2"))
        response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE, subject="person")
        assert (response.status_code, len(api.requests)) == (401, 2)

    async def test_a_page_elsewhere_is_not_shown(self) -> None:
        seen: list[Any] = []

        async def show(step_up: StepUp, _denial: object) -> bool:
            seen.append(step_up.page)
            return True

        at = tokens(hooks=Hooks(on_step_up=show))
        api = Api(step_up_refused("https://evil.example/step-ups/1"))
        response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE, subject="person")
        assert (response.status_code, seen, len(api.requests)) == (401, [None], 1)

    async def test_without_a_hook_or_a_person_the_answer_is_for_the_program(self) -> None:
        for subject in ("person", None):
            at, api = tokens(), Api(step_up_refused())
            response = await at.agent.fetch(NOTES, client=api.client, resource=RESOURCE, subject=subject)
            assert (response.status_code, len(api.requests)) == (401, 1)


REMEDY = {"kind": "step_up", "acr_values": "strong", "url": PAGE, "expires_in": 600}


class TestStepUpOfAnExchange:
    async def exchanged(self, agent: Agent) -> str:
        return (await agent.exchange("person", RESOURCE)).access_token

    async def test_asks_with_the_same_token_until_the_person_has_confirmed(self) -> None:
        async def show(*_asked: object) -> bool:
            return True

        refused = denied("step_up_required", REMEDY, error="insufficient_user_authentication")
        at = scene(script(refused, refused, granted()), hooks=Hooks(on_step_up=show))
        assert await self.exchanged(at.agent) == "token-1"
        assert {form["subject_token"] for form in at.forms} == {"person"}

    @pytest.mark.parametrize(("url", "reason"), [(PAGE, "no_hook"), ("https://evil.example/x", "unsafe_remedy")])
    async def test_stops_with_the_link(self, url: str, reason: str) -> None:
        at = scene(script(denied("step_up_required", {**REMEDY, "url": url})))
        with pytest.raises(AgentStop) as stop:
            await self.exchanged(at.agent)
        assert (stop.value.reason, stop.value.link) == (reason, url)


REFUSED_URLS: list[str] = ["http://api.example.com/v1", "ftp://x", "file:///etc/passwd"]


@pytest.mark.parametrize("url", REFUSED_URLS)
async def test_sends_no_token_without_tls(url: str) -> None:
    at, api = tokens(), Api(OK)
    fetch: Callable[..., Any] = at.agent.fetch
    with pytest.raises(ValueError, match="url"):
        await fetch(url, client=api.client, resource=RESOURCE)
    assert api.requests == []
