"""A person signs in to the agent itself, on a loopback address (RFC 8252)."""

from __future__ import annotations

import re
import socket
import webbrowser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
import httpx
import pytest
from provider import AUTHORIZE, CLIENT_ID, Person, Provider, reason_of, stop_of
from scripted import RESOURCE, SENDER

from behalf.agent import AgentStop, Bounds, ConfigurationError, Session

pytestmark = pytest.mark.anyio


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class TestSignIn:
    async def test_gives_a_session_whose_token_is_the_subject_of_an_exchange(self) -> None:
        at = Provider()
        person = Person(at)
        async with at.agent() as agent:
            session = await agent.sign_in(RESOURCE, scopes=["read"], open=person)
            assert session.claims is not None
            assert session.claims["sub"] == "acc_ada"
            token = await session.token()
            assert (token.type, token.scopes) == ("Bearer", ("openid", "read"))
            await agent.exchange(session.subject, RESOURCE, scopes=["read"])
        asked = at.asked(person.addresses[0])
        assert person.addresses[0].startswith(f"{AUTHORIZE}?")
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]+/callback", asked["redirect_uri"])
        assert {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "scope": "openid read",
            "resource": RESOURCE,
            "code_challenge_method": "S256",
        }.items() <= asked.items()
        assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
        redeemed, exchanged = at.forms
        assert redeemed["resource"] == RESOURCE
        assert exchanged["subject_token"] == token.access_token

    async def test_shows_a_page_that_loads_and_runs_nothing(self) -> None:
        at = Provider()
        for accepted, language, title in (
            ("en-GB,de;q=0.5", "en", "You are signed in"),
            ("de-AT,en;q=0.5", "de", "Sie sind angemeldet"),
        ):
            person = Person(at, {"accept-language": accepted})
            await at.agent().sign_in(RESOURCE, open=person)
            (page,) = person.pages
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text
            assert title in page.text
            policy = page.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "frame-ancestors 'none'" in policy
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["cache-control"] == "no-store"
            assert "<script" not in page.text
            # Neither the code nor the state is on the page.
            assert not any(value in page.text for value in dict(parse_qsl(page.url.query.decode())).values())

    async def test_pushes_the_request_where_the_server_requires_it_or_the_program_says_so(self) -> None:
        for metadata, push in (({"require_pushed_authorization_requests": True}, None), ({}, True)):
            at = Provider(metadata=metadata)
            person = Person(at)
            await at.agent().sign_in(RESOURCE, open=person, push=push)
            assert sorted(dict(parse_qsl(urlsplit(person.addresses[0]).query))) == ["client_id", "request_uri"]
            assert "client_assertion" in at.forms[0]

    async def test_binds_code_and_token_to_the_dpop_key(self) -> None:
        at = Provider()
        person = Person(at)
        session = await at.agent(dpop=SENDER).sign_in(RESOURCE, open=person)
        assert at.asked(person.addresses[0])["dpop_jkt"] == SENDER.private.thumbprint()
        assert (await session.token()).type == "DPoP"

    async def test_a_public_client_sends_no_assertion(self) -> None:
        at = Provider()
        await at.agent(key=None, public_client=True).sign_in(RESOURCE, open=Person(at))
        (form,) = at.forms
        assert form["client_id"] == CLIENT_ID
        assert "client_assertion" not in form

    async def test_a_step_up_has_its_parameters(self) -> None:
        at = Provider()
        person = Person(at)
        await at.agent().sign_in(RESOURCE, open=person, acr_values=["phr", "phrh"], max_age=60)
        asked = at.asked(person.addresses[0])
        assert (asked["acr_values"], asked["max_age"]) == ("phr phrh", "60")

    async def test_an_endpoint_with_a_query_keeps_it(self) -> None:
        at = Provider(metadata={"authorization_endpoint": f"{AUTHORIZE}?tenant=1"})
        person = Person(at)
        await at.agent().sign_in(RESOURCE, open=person)
        assert person.addresses[0].startswith(f"{AUTHORIZE}?tenant=1&client_id=")

    async def test_listens_on_the_port_of_the_redirect_uri(self) -> None:
        at = Provider()
        registered = f"http://127.0.0.1:{free_port()}/back"
        person = Person(at)
        await at.agent().sign_in(RESOURCE, open=person, redirect_uri=registered)
        assert at.asked(person.addresses[0])["redirect_uri"] == registered
        assert at.forms[0]["redirect_uri"] == registered

    @pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
    async def test_listens_on_the_loopback_address_of_ipv6(self) -> None:
        at = Provider()
        person = Person(at)
        await at.agent().sign_in(RESOURCE, open=person, redirect_uri="http://[::1]/callback")
        assert at.asked(person.addresses[0])["redirect_uri"].startswith("http://[::1]:")

    async def test_a_hook_that_returns_at_once_need_not_be_async(self) -> None:
        at = Provider()
        async with anyio.create_task_group() as group:

            def show(url: str) -> None:
                group.start_soon(at.browse, url)

            assert (await at.agent().sign_in(RESOURCE, open=show)).claims is not None

    async def test_a_hook_that_waits_for_the_browser_to_close_is_cancelled(self) -> None:
        at = Provider()

        async def until_closed(url: str) -> None:
            await at.browse(url)
            await anyio.sleep_forever()

        assert (await at.agent().sign_in(RESOURCE, open=until_closed)).claims is not None

    async def test_sign_ins_at_the_same_time_are_apart(self) -> None:
        at = Provider()
        agent = at.agent()
        sessions: list[Session] = []

        async def sign_in() -> None:
            sessions.append(await agent.sign_in(RESOURCE, open=Person(at)))

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(sign_in)
        assert len({session.refresh_token for session in sessions}) == 5


class TestEnds:
    async def test_that_the_person_denies_is_a_stop(self) -> None:
        at = Provider()
        person = Person(at, code=None, error="access_denied", error_description="The person said no.")
        stop = await stop_of(at.agent(), person)
        assert reason_of(stop) == "access_denied"
        assert stop.denial is not None
        assert stop.denial.description == "The person said no."
        assert "You are not signed in" in person.pages[0].text
        assert at.forms == []

    async def test_a_code_that_the_server_refuses_is_a_stop_and_the_page_says_so(self) -> None:
        at = Provider(answer=lambda _form: httpx.Response(400, json={"error": "invalid_grant"}))
        person = Person(at)
        assert reason_of(await stop_of(at.agent(), person)) == "invalid_grant"
        assert "The sign-in failed" in person.pages[0].text

    async def test_a_push_that_is_refused_is_a_stop_and_no_browser_is_opened(self) -> None:
        at = Provider(answer=lambda _form: httpx.Response(400, json={"error": "invalid_target"}))
        person = Person(at)
        assert reason_of(await stop_of(at.agent(), person, push=True)) == "invalid_target"
        assert person.addresses == []

    @pytest.mark.parametrize(
        ("metadata", "request_"),
        [
            ({"authorization_endpoint": "http://id.example.com/auth"}, {}),
            ({"authorization_endpoint": "javascript:alert(1)"}, {}),
            ({"pushed_authorization_request_endpoint": None}, {"push": True}),
        ],
    )
    async def test_an_endpoint_that_is_missing_or_unsafe_is_a_stop(
        self, metadata: dict[str, Any], request_: dict[str, Any]
    ) -> None:
        at = Provider(metadata=metadata)
        person = Person(at)
        assert reason_of(await stop_of(at.agent(), person, **request_)) == "endpoint_missing"
        assert person.addresses == []

    async def test_a_hook_that_fails_is_a_stop_with_the_cause(self) -> None:
        cause = RuntimeError("no display")

        async def fails(_url: str) -> None:
            raise cause

        stop = await stop_of(Provider().agent(), fails)
        assert (stop.reason, stop.__cause__) == ("hook_failed", cause)

    async def test_a_machine_without_a_browser_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def none(url: str) -> bool:
            asked.append(url)
            return False

        monkeypatch.setattr(webbrowser, "open", none)
        with pytest.raises(AgentStop) as stop:
            await Provider().agent().sign_in(RESOURCE)
        assert stop.value.reason == "hook_failed"
        assert "open=print" in str(stop.value.__cause__)
        assert asked[0].startswith(AUTHORIZE)

    async def test_no_answer_in_time_is_a_stop(self) -> None:
        stop = await stop_of(Provider().agent(bounds=Bounds(seconds=1)), lambda _url: None)
        assert stop.reason == "out_of_time"

    async def test_a_call_that_is_cancelled_gives_the_port_back(self) -> None:
        at = Provider()
        redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
        with anyio.CancelScope() as scope:
            await at.agent().sign_in(RESOURCE, open=lambda _url: scope.cancel(), redirect_uri=redirect_uri)
        assert scope.cancelled_caught
        await at.agent().sign_in(RESOURCE, open=Person(at), redirect_uri=redirect_uri)

    async def test_a_port_that_another_program_has_is_a_mistake_with_a_remedy(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            redirect_uri = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
            with pytest.raises(ConfigurationError, match="free the port"):
                await Provider().agent().sign_in(RESOURCE, open=print, redirect_uri=redirect_uri)

    @pytest.mark.parametrize(
        ("request_", "member"),
        [
            *(
                ({"redirect_uri": uri}, "redirect_uri")
                for uri in (
                    "https://127.0.0.1/callback",
                    "http://localhost/callback",
                    "http://example.com/",
                    "http://127.0.0.1@example.com/",
                    "http://127.0.0.1.example.com/",
                    "http://127.0.0.1:99999/",
                    "http://127.0.0.1:0/",
                    "http://127.0.0.1/?a",
                    "http://127.0.0.1/#a",
                    "http://127.0.0.1/a b",
                    "http://0.0.0.0/",
                    5,
                )
            ),
            ({"open": "firefox"}, "open"),
            ({"acr_values": "phr"}, "acr_values"),
            ({"acr_values": [""]}, "acr_values"),
            ({"max_age": -1}, "max_age"),
            ({"max_age": True}, "max_age"),
            ({"keep": "file"}, "keep"),
            ({"scopes": "read"}, "scopes"),
            ({"resource": "api"}, "resource"),
        ],
    )
    async def test_a_mistake_in_the_call_is_named_and_sends_nothing(
        self, request_: dict[str, Any], member: str
    ) -> None:
        at = Provider()
        with pytest.raises(ConfigurationError) as error:
            await at.agent().sign_in(**{"open": print, **request_})
        assert error.value.member == member
        assert at.paths == []
