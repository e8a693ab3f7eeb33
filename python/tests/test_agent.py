"""An agent gets tokens, and follows the remedies of refusals."""

from __future__ import annotations

import json
import random
import stat
from base64 import urlsafe_b64decode
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from scripted import (
    ISSUER,
    KEY,
    RESOURCE,
    SENDER,
    START,
    TOKEN_ENDPOINT,
    Scripted,
    Unreachable,
    cycle,
    denied,
    granted,
    scene,
    script,
)

from behalf.agent import (
    Agent,
    AgentStop,
    Bounds,
    ConfigurationError,
    Consent,
    Contact,
    Denial,
    Hooks,
    Options,
    Subject,
    Token,
    file_token,
    key_file,
    key_from_jwk,
    new_key,
)

pytestmark = pytest.mark.anyio

CIBA = "urn:openid:params:grant-type:ciba"
PAGE = f"{ISSUER}/delegations/requests/1"
CONSENT = {"kind": "consent", "url": PAGE, "expires_in": 600}
APPROVAL = {
    "kind": "approval",
    "auth_req_id": "req-1",
    "grant_type": CIBA,
    "endpoint": TOKEN_ENDPOINT,
    "expires_in": 600,
    "interval": 5,
}
PENDING = httpx.Response(400, json={"error": "authorization_pending"})


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head, body, _ = token.split(".")
    header, claims = (json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body))
    return header, claims


async def yes(*_asked: object) -> bool:
    return True


async def no(*_asked: object) -> bool:
    return False


class TestRequests:
    async def test_client_credentials_with_a_new_assertion_each_time(self) -> None:
        at = scene(script(granted(scope="read")))
        token = await at.agent.own_token(RESOURCE, scopes=["read"])
        assert (token.type, token.scopes, token.expires_at) == ("Bearer", ("read",), START + 300)
        (form,) = at.forms
        assert {**form, "client_assertion": ""} == {
            "grant_type": "client_credentials",
            "resource": RESOURCE,
            "scope": "read",
            "client_id": "agt_editor",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": "",
        }
        header, claims = parts_of(form["client_assertion"])
        assert header == {"alg": "ES256"}
        assert (claims["iss"], claims["sub"], claims["aud"], claims["exp"]) == (
            "agt_editor",
            "agt_editor",
            ISSUER,
            START + 60,
        )
        await at.agent.own_token(RESOURCE, scopes=["write"])
        assert parts_of(at.forms[1]["client_assertion"])[1]["jti"] != claims["jti"]

    async def test_exchange_for_a_person(self) -> None:
        at = scene(script(granted()))
        detail = {"type": "payment", "amount": 5}
        await at.agent.exchange(Subject("id-token", "id_token"), RESOURCE, authorization_details=[detail])
        (form,) = at.forms
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
        assert form["subject_token"] == "id-token"
        assert form["subject_token_type"] == "urn:ietf:params:oauth:token-type:id_token"
        assert json.loads(form["authorization_details"]) == [detail]
        assert "scope" not in form

    async def test_exchange_in_a_transaction(self) -> None:
        at = scene(script(granted()))
        within = ["trn_1", "trn_2", None, "trn_1"]
        tokens = [await at.agent.exchange("ada", RESOURCE, transaction=one) for one in within]
        assert [form.get("transaction") for form in at.forms] == ["trn_1", "trn_2", None]
        assert tokens[3] is tokens[0]
        with pytest.raises(ConfigurationError, match="transaction"):
            await at.agent.exchange("ada", RESOURCE, transaction="trn 1")
        assert len(at.forms) == 3

    async def test_a_workload_token_is_read_for_each_request(self) -> None:
        tokens = iter(["first", "second"])

        async def read() -> str:
            return next(tokens)

        at = scene(script(granted()), key=None, workload_token=read)
        await at.agent.own_token(RESOURCE)
        await at.agent.own_token(RESOURCE, scopes=["read"])
        assert [form["client_assertion"] for form in at.forms] == ["first", "second"]

    async def test_a_token_is_kept_until_shortly_before_it_expires(self) -> None:
        at = scene(script(granted()))
        first = await at.agent.own_token(RESOURCE)
        at.sleeps.append(269)
        assert await at.agent.own_token(RESOURCE) is first
        at.sleeps.append(1)
        assert await at.agent.own_token(RESOURCE) is not first
        assert len(at.forms) == 2

    async def test_a_token_that_is_forgotten_is_asked_for_again(self) -> None:
        at = scene(script(granted()))
        at.agent.forget(await at.agent.own_token(RESOURCE))
        await at.agent.own_token(RESOURCE)
        assert len(at.forms) == 2

    async def test_tokens_of_two_people_are_apart(self) -> None:
        at = scene(lambda form, _number: granted(access_token=f"for {form['subject_token']}"))
        tokens = [await at.agent.exchange(person, RESOURCE) for person in ("ada", "bob", "ada")]
        assert [one.access_token for one in tokens] == ["for ada", "for bob", "for ada"]
        assert len(at.forms) == 2

    async def test_calls_for_the_same_token_at_once_are_one_request(self) -> None:
        at = scene(script(granted()))
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(at.agent.own_token, RESOURCE)
        assert len(at.forms) == 1

    async def test_more_tokens_than_are_kept_push_out_the_oldest(self) -> None:
        at = scene(script(granted()), cached_tokens=2)
        for person in ("a", "b", "c", "b", "c", "a"):
            await at.agent.exchange(person, RESOURCE)
        assert [form["subject_token"] for form in at.forms] == ["a", "b", "c", "a"]

    async def test_dpop_binds_the_token_and_repeats_with_a_nonce(self) -> None:
        nonce = httpx.Response(400, json={"error": "use_dpop_nonce"}, headers={"dpop-nonce": "n1"})
        at = scene(script(nonce, granted(token_type="DPoP")), dpop=SENDER)
        token = await at.agent.own_token(RESOURCE)
        proofs = [parts_of(one.headers["dpop"]) for one in at.requests if "dpop" in one.headers]
        assert [claims.get("nonce") for _, claims in proofs] == [None, "n1"]
        header, claims = proofs[1]
        assert (header["typ"], sorted(header["jwk"])) == ("dpop+jwt", ["crv", "kty", "x", "y"])
        assert (claims["htm"], claims["htu"]) == ("POST", TOKEN_ENDPOINT)
        assert at.forms[0]["client_assertion"] != at.forms[1]["client_assertion"]

        seen: list[httpx.Request] = []

        def api(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            if len(seen) == 1:
                return httpx.Response(
                    401, headers={"dpop-nonce": "n2", "www-authenticate": 'DPoP error="use_dpop_nonce"'}
                )
            return httpx.Response(200)

        async with httpx.AsyncClient(transport=httpx.MockTransport(api)) as client:
            assert (await client.get(f"{RESOURCE}/pages?a=1", auth=at.agent.auth(token))).status_code == 200
        _, claims = parts_of(seen[1].headers["dpop"])
        assert (claims["htm"], claims["htu"], claims["nonce"]) == ("GET", f"{RESOURCE}/pages", "n2")
        assert claims["ath"]
        assert seen[1].headers["authorization"] == f"DPoP {token.access_token}"

    async def test_a_token_goes_to_no_address_without_tls(self) -> None:
        at = scene(script(granted()))
        seen: list[httpx.Request] = []

        def api(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return httpx.Response(200)

        auth = at.agent.auth(await at.agent.own_token(RESOURCE))
        async with httpx.AsyncClient(transport=httpx.MockTransport(api)) as client:
            with pytest.raises(ConfigurationError, match="https"):
                await client.get("http://api.example.com/v1", auth=auth)
            assert seen == []
            assert (await client.get("http://localhost:4000/v1", auth=auth)).status_code == 200

    async def test_an_unbound_token_is_refused_by_an_agent_with_dpop(self) -> None:
        at = scene(script(granted()), dpop=SENDER)
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE)
        assert stop.value.denial is not None
        assert stop.value.denial.reason == "token_unbound"

    @pytest.mark.parametrize(
        "members",
        [{"access_token": 1}, {"token_type": "mac"}, {"scope": 1}, {"expires_in": "5"}, {"authorization_details": {}}],
    )
    async def test_a_malformed_answer_is_no_token(self, members: dict[str, Any]) -> None:
        at = scene(script(granted(**members)))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE)
        assert stop.value.reason == "refused"

    async def test_metadata_of_another_issuer_are_not_used(self) -> None:
        def other(_request: httpx.Request) -> httpx.Response:
            return httpx.Response(
                200, json={"issuer": "https://evil.example", "token_endpoint": "https://evil.example/"}
            )

        transport = httpx.MockTransport(other)
        agent = Agent(Options(issuer=ISSUER, client_id="agt_editor", key=KEY, transport=transport))
        with pytest.raises(AgentStop) as stop:
            await agent.own_token(RESOURCE)
        assert stop.value.denial is not None
        assert stop.value.denial.reason == "issuer_other"


class TestRemedies:
    async def test_consent_is_asked_for_until_there_is_a_token(self) -> None:
        shown: list[Consent] = []

        async def show(page: Consent, _denial: object) -> None:
            shown.append(page)

        missing = denied("consent_missing", CONSENT)
        at = scene(script(missing, missing, missing, granted()), Hooks(on_consent=show))
        assert (await at.agent.exchange("ada", RESOURCE)).access_token == "token-1"
        assert [page.url for page in shown] == [PAGE]
        assert at.sleeps == [5, 5]

    @pytest.mark.parametrize("url", ["https://evil.example/", "javascript:1", "http://id.example.com/x"])
    async def test_a_page_elsewhere_is_not_shown(self, url: str) -> None:
        at = scene(script(denied("consent_missing", {**CONSENT, "url": url})), Hooks(on_consent=yes))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "unsafe_remedy"

    async def test_without_a_hook_the_stop_has_the_link(self) -> None:
        at = scene(script(denied("consent_missing", CONSENT)))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert (stop.value.reason, stop.value.link) == ("no_hook", PAGE)
        assert stop.value.denial is not None
        assert stop.value.denial.id == "dny_1"
        assert [(step.outcome, step.reason) for step in stop.value.steps] == [("no_hook", "consent_missing")]

    async def test_another_page_means_that_the_person_said_no(self) -> None:
        other = denied("consent_missing", {**CONSENT, "url": f"{PAGE}2"})
        at = scene(script(denied("consent_missing", CONSENT), other), Hooks(on_consent=yes))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "repeated"

    async def test_a_page_that_expires_is_an_end(self) -> None:
        at = scene(script(denied("consent_missing", CONSENT)), Hooks(on_consent=yes))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "expired"
        assert at.now <= START + 600

    async def test_an_approval_is_polled_at_the_pace_of_the_server(self) -> None:
        slower = httpx.Response(400, json={"error": "slow_down"})
        at = scene(script(denied("approval_required", APPROVAL), PENDING, slower, PENDING, granted()))
        token = await at.agent.exchange("ada", RESOURCE)
        assert token.is_for_one_action
        assert at.sleeps == [5, 5, 10, 10]
        assert [form["grant_type"] for form in at.forms[1:]] == [CIBA] * 4
        assert at.forms[1]["auth_req_id"] == "req-1"

    async def test_a_token_of_an_approval_is_not_kept(self) -> None:
        at = scene(script(denied("approval_required", APPROVAL), granted(), granted(access_token="token-2")))
        tokens = [await at.agent.exchange("ada", RESOURCE) for _ in range(2)]
        assert [one.access_token for one in tokens] == ["token-1", "token-2"]

    @pytest.mark.parametrize(
        "changes", [{"endpoint": "https://evil.example/token"}, {"grant_type": "client_credentials"}]
    )
    async def test_credentials_go_to_no_other_endpoint(self, changes: dict[str, str]) -> None:
        at = scene(script(denied("approval_required", {**APPROVAL, **changes})))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "unsafe_remedy"
        assert len(at.forms) == 1

    async def test_an_approval_with_a_number_needs_a_hook(self) -> None:
        at = scene(script(denied("approval_required", {**APPROVAL, "number": 42})))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "no_hook"

    async def test_a_denial_of_the_approvers_is_an_end(self) -> None:
        at = scene(script(denied("approval_required", APPROVAL), denied("approval_denied")))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "refused"
        assert stop.value.denial is not None
        assert stop.value.denial.reason == "approval_denied"

    async def test_people_are_asked_by_ciba(self) -> None:
        asked = httpx.Response(200, json={"auth_req_id": "req-9", "expires_in": 60, "interval": 2})
        at = scene(script(asked, PENDING, granted()))
        detail = {"type": "payment", "amount": 5}
        token = await at.agent.approval(
            "ada", RESOURCE, scopes=["pay"], authorization_details=[detail], binding_message="Rent", expiry=60
        )
        assert token.is_for_one_action
        form = at.forms[0]
        assert (form["login_hint"], form["scope"], form["binding_message"]) == ("ada", "openid pay", "Rent")
        assert form["requested_expiry"] == "60"
        assert at.sleeps == [2, 2]

    async def test_a_step_up_changes_the_subject_token(self) -> None:
        async def again(_step_up: object, _denial: object) -> Subject:
            return Subject("stronger")

        step_up = {"kind": "step_up", "acr_values": "phr", "max_age": 300}
        at = scene(script(denied("step_up_required", step_up), granted()), Hooks(on_step_up=again))
        await at.agent.exchange("ada", RESOURCE)
        assert [form["subject_token"] for form in at.forms] == ["ada", "stronger"]
        at = scene(script(denied("step_up_required", step_up)), Hooks(on_step_up=again))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE)
        assert stop.value.reason == "no_person"

    async def test_fewer_scopes_need_a_yes_of_the_program(self) -> None:
        less = denied("scope_removed", {"kind": "narrow", "scope": "read"})
        at = scene(script(less, granted()), Hooks(on_narrow=yes))
        await at.agent.own_token(RESOURCE, scopes=["read", "write"])
        assert [form["scope"] for form in at.forms] == ["read write", "read"]
        at = scene(script(less), Hooks(on_narrow=no))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE, scopes=["read", "write"])
        assert stop.value.reason == "declined"
        at = scene(script(denied("x", {"kind": "narrow", "scope": "read write admin"})), Hooks(on_narrow=yes))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE, scopes=["read", "write"])
        assert stop.value.reason == "unsafe_remedy"

    async def test_waits_as_long_as_the_server_says_three_times_at_most(self) -> None:
        busy = denied("busy", status=503, error="temporarily_unavailable", headers={"retry-after": "7"})
        at = scene(script(busy, Unreachable(), granted()))
        await at.agent.own_token(RESOURCE)
        assert at.sleeps == [7, 1]
        at = scene(script(busy))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE)
        assert (stop.value.reason, at.sleeps) == ("repeated", [7, 7, 7])

    async def test_the_same_reason_after_its_remedy_is_an_end(self) -> None:
        less = denied("scope_removed", {"kind": "narrow", "scope": "read"})
        at = scene(script(less, less), Hooks(on_narrow=yes))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE, scopes=["read", "write"])
        assert stop.value.reason == "repeated"

    async def test_the_next_remedy_is_followed_where_the_first_is_not(self) -> None:
        both = denied("x", CONSENT, {"kind": "narrow", "scope": "read"})
        at = scene(script(both, granted()), Hooks(on_consent=no, on_narrow=yes))
        await at.agent.exchange("ada", RESOURCE, scopes=["read", "write"])
        assert at.forms[1]["scope"] == "read"

    async def test_bounds_are_ends(self) -> None:
        missing = denied("consent_missing", {**CONSENT, "expires_in": 100_000})
        hooks = Hooks(on_consent=yes)
        for bounds, reason in (
            (Bounds(seconds=60), "out_of_time"),
            (Bounds(requests=3), "too_many_requests"),
            (Bounds(steps=0), "too_many_steps"),
        ):
            at = scene(script(missing), hooks, bounds=bounds)
            with pytest.raises(AgentStop) as stop:
                await at.agent.exchange("ada", RESOURCE)
            assert stop.value.reason == reason

    async def test_an_error_of_a_hook_is_the_cause(self) -> None:
        async def fails(*_asked: object) -> None:
            raise RuntimeError("no browser")

        at = scene(script(denied("consent_missing", CONSENT)), Hooks(on_consent=fails))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "hook_failed"
        assert isinstance(stop.value.__cause__, RuntimeError)

    async def test_a_step_up_in_which_the_person_does_not_act_ends_after_bounds_seconds(self) -> None:
        async def never(_step_up: object, _denial: object) -> Subject:
            await anyio.sleep_forever()
            raise AssertionError

        step_up = {"kind": "step_up", "max_age": 300}
        at = scene(script(denied("old", step_up)), Hooks(on_step_up=never), bounds=Bounds(seconds=1))
        with pytest.raises(AgentStop) as stop:
            await at.agent.exchange("ada", RESOURCE)
        assert stop.value.reason == "out_of_time"

    async def test_the_program_hears_of_each_wait(self) -> None:
        waits: list[tuple[float, int]] = []

        async def told(seconds: float, denial: Denial) -> None:
            waits.append((seconds, denial.status))

        busy = denied("busy", status=503, error="temporarily_unavailable", headers={"retry-after": "7"})
        at = scene(script(busy, granted()), Hooks(on_wait=told))
        await at.agent.own_token(RESOURCE)
        assert (waits, at.sleeps) == ([(7, 503)], [7])

    async def test_a_second_close_does_nothing(self) -> None:
        at = scene(script(granted()))
        await at.agent.own_token(RESOURCE)
        await at.agent.close()
        await at.agent.close()

    async def test_a_call_has_hooks_of_its_own(self) -> None:
        at = scene(script(denied("consent_missing", CONSENT), granted()), Hooks(on_consent=no))
        await at.agent.exchange("ada", RESOURCE, hooks=Hooks(on_consent=yes))

    async def test_what_only_a_person_can_change_is_told(self) -> None:
        at = scene(script(denied("agent_suspended", {"kind": "contact", "whom": "owner"})))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE)
        assert (stop.value.reason, stop.value.remedy) == ("contact", Contact("owner"))
        lifted = {"kind": "contact", "whom": "operator", "page": "/console/responses"}
        at = scene(script(denied("narrowed_by_response", lifted)))
        with pytest.raises(AgentStop) as stop:
            await at.agent.own_token(RESOURCE)
        assert stop.value.remedy == Contact("operator", "/console/responses")


class TestRandomDenials:
    """Honest and hostile sequences: each ends in a token or in a stop, within the bounds of the agent."""

    SEQUENCES = 1000
    BOUNDS = Bounds(steps=6, seconds=900, requests=60)

    def remedy(self, chance: random.Random) -> object:
        count = chance.choice([-10, 0, 1, 5, 30, 600, 10_000, 2**53, "5", None])
        text = chance.choice(["", "read", "read write", "admin", "read read", "\u0000", 5])
        return chance.choice(
            [
                {
                    "kind": "consent",
                    "url": chance.choice([f"{PAGE}{chance.randint(1, 3)}", "https://evil.example/", "", None]),
                    "expires_in": count,
                },
                {"kind": "narrow", "scope": text},
                {"kind": "step_up", "acr_values": chance.choice([text, [text]]), "max_age": count},
                {
                    **APPROVAL,
                    "grant_type": chance.choice([CIBA, "client_credentials"]),
                    "endpoint": chance.choice([TOKEN_ENDPOINT, "https://evil.example/token"]),
                    "expires_in": count,
                    "interval": count,
                    "number": chance.choice([None, "42", 17]),
                },
                {"kind": "wait", "until": START + chance.randint(-100, 2000)},
                {"kind": "contact", "whom": text},
                {"kind": chance.choice(["dance", "__class__", 5])},
                chance.choice([None, [], 1, "consent"]),
            ]
        )

    def answer(self, chance: random.Random) -> Scripted:
        kind = chance.random()
        if kind < 0.07:
            return granted(scope=chance.choice(["read", "read write"]))
        if kind < 0.14:
            return Unreachable()
        if kind < 0.2:
            return httpx.Response(chance.choice([200, 302, 400, 502]), content=chance.choice([b"{", b"[]", b"5", b""]))
        reasons = ["consent_missing", "approval_required", "policy_forbids", "step_up_required", "other"]
        errors = ["access_denied", "temporarily_unavailable", "slow_down", "authorization_pending", "expired_token"]
        return denied(
            chance.choice(reasons),
            *(self.remedy(chance) for _ in range(chance.randint(0, 4))),
            status=chance.choice([400, 401, 403, 429, 500, 503]),
            error=chance.choice(errors),
            headers=chance.choice([{}, {"retry-after": "3"}, {"retry-after": "soon"}, {"retry-after": "999999999"}]),
        )

    def hooks(self, chance: random.Random) -> Hooks:
        async def again(*_asked: object) -> Subject:
            return Subject("stronger")

        async def fails(*_asked: object) -> Any:
            raise RuntimeError("a hook fails")

        async def is_less(scopes: tuple[str, ...], _denial: object) -> bool:
            return set(scopes) <= {"read", "write"}

        async def none(*_asked: object) -> None:
            return None

        pick = chance.choice
        return Hooks(
            on_consent=pick([yes, no, fails, None]),
            on_approval=pick([yes, no, fails, None]),
            on_step_up=pick([again, none, fails, None]),
            on_narrow=pick([is_less, no, fails, None]),
            on_wait=pick([yes, no, fails, None]),
        )

    async def test_each_ends_in_a_token_or_an_honest_stop(self) -> None:
        chance, ends = random.Random(18), Counter[str]()  # noqa: S311 - repeatable on purpose
        for _ in range(self.SEQUENCES):
            answers = [self.answer(chance) for _ in range(chance.randint(1, 20))]
            at = scene(cycle(answers), self.hooks(chance), bounds=self.BOUNDS)
            end: Token | AgentStop
            try:
                end = await at.agent.exchange("ada", RESOURCE, scopes=["read", "write"])
            except AgentStop as stop:
                end = stop
            if isinstance(end, AgentStop):
                assert end.denial is not None
                assert sum(step.outcome == "followed" for step in end.steps) <= self.BOUNDS.steps
            ends[end.reason if isinstance(end, AgentStop) else "token"] += 1
            assert len(at.forms) <= self.BOUNDS.requests
            assert at.now <= START + self.BOUNDS.seconds
            # Never more than the program asked for, and to no other server.
            assert all(set(form.get("scope", "").split()) <= {"read", "write"} for form in at.forms)
            assert {str(request.url.copy_with(path="/")) for request in at.requests} == {f"{ISSUER}/"}
        expected = {"token", "refused", "no_hook", "declined", "repeated", "unsafe_remedy", "expired", "contact"}
        assert expected <= set(ends), ends


class TestKeys:
    def test_a_file_is_made_once_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "agent.jwk"
        first = key_file(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert key_file(path).public_jwk == first.public_jwk
        assert "d" not in first.public_jwk
        assert first.public_jwk["alg"] == "ES256"
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"kty":"oct","k":"AA","alg":"HS256","d":"x"}'])
    def test_a_file_without_a_key_is_refused_and_stays(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "agent.jwk"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        with pytest.raises(ConfigurationError):
            key_file(path)
        assert path.read_text(encoding="utf-8") == text

    def test_a_file_that_others_can_read_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "agent.jwk"
        key_file(path)
        path.chmod(0o640)
        with pytest.raises(ConfigurationError, match="chmod 600"):
            key_file(path)

    async def test_a_token_of_the_platform_is_read_anew(self, tmp_path: Path) -> None:
        path = tmp_path / "token"
        read = file_token(path)
        with pytest.raises(ConfigurationError, match="cannot be read"):
            await read()
        for text in ("first\n", "second"):
            path.write_text(text, encoding="utf-8")
            assert await read() == text.strip()
        path.write_text(" ", encoding="utf-8")
        with pytest.raises(ConfigurationError, match="empty"):
            await read()

    def test_a_public_key_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="private"):
            key_from_jwk(new_key().public_jwk)

    def test_nothing_shows_a_secret(self) -> None:
        token = Token("secret-token", "Bearer", (), (), None)
        assert "secret" not in repr(token)
        assert "secret" not in repr(Subject("secret-subject"))
        secret = new_key().private.as_dict(private=True)["d"]
        assert str(secret) not in repr(
            Options(issuer=ISSUER, client_id="agt", key=key_from_jwk(KEY.private.as_dict(private=True)))
        )


class TestOptions:
    @pytest.mark.parametrize(
        ("changes", "member"),
        [
            ({"issuer": "http://id.example.com"}, "issuer"),
            ({"issuer": "https://id.example.com/?a"}, "issuer"),
            ({"client_id": ""}, "client_id"),
            ({"key": None}, "key"),
            ({"key": {"kty": "EC"}}, "key"),
            ({"public_client": True}, "key"),
            ({"pings": "token"}, "pings"),
            ({"dpop": True}, "dpop"),
            ({"timeout": 0}, "timeout"),
            ({"cached_tokens": -1}, "cached_tokens"),
            ({"bounds": Bounds(steps=33)}, "bounds.steps"),
            ({"bounds": Bounds(seconds=0)}, "bounds.seconds"),
            ({"bounds": Bounds(requests=0)}, "bounds.requests"),
            ({"hooks": Hooks(on_consent="x")}, "hooks.on_consent"),  # type: ignore[arg-type]
        ],
    )
    def test_a_wrong_option_is_named(self, changes: dict[str, Any], member: str) -> None:
        with pytest.raises(ConfigurationError) as error:
            Options(**{"issuer": ISSUER, "client_id": "agt_editor", "key": KEY, **changes})
        assert error.value.member == member

    @pytest.mark.parametrize(
        ("call", "member"),
        [
            ({"resource": "no uri"}, "resource"),
            ({"scopes": "read"}, "scopes"),
            ({"scopes": ["read write"]}, "scopes"),
            ({"authorization_details": [{}]}, "authorization_details"),
        ],
    )
    async def test_a_mistake_in_a_call_is_named_and_sends_nothing(self, call: dict[str, Any], member: str) -> None:
        at = scene(script(granted()))
        with pytest.raises(ConfigurationError) as error:
            await at.agent.own_token(**call)
        assert error.value.member == member
        assert at.requests == []
