"""What a resource server does beyond refusing hostile tokens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx
import pytest
from hostile import bearer
from issuer import CLIENT_CERTIFICATE, ISSUER, RESOURCE, TestIssuer, base64url
from joserfc.jwk import ECKey

from behalf.resource_server import (
    ConfigurationError,
    DetailType,
    DPoP,
    Granted,
    Introspection,
    Options,
    PresentedRequest,
    Refusal,
    Refused,
    Requirement,
    ResourceServer,
)
from behalf.resource_server.asgi import RequireToken, current_access
from behalf.resource_server.once import MemoryUsedOnce

pytestmark = pytest.mark.anyio

PAGE = "/v1/pages"


@pytest.fixture
def issuer() -> TestIssuer:
    return TestIssuer()


async def reason(
    server: ResourceServer, headers: list[tuple[str, str]], requirement: Requirement | None = None, **request: Any
) -> str:
    """The reason of the refusal, or `granted`."""
    presented = PresentedRequest("GET", PAGE, headers, **request)
    decision = await server.check(presented, requirement or Requirement())
    return decision.refusal.reason if isinstance(decision, Refused) else "granted"


SECRET = Introspection(client_id="api", client_secret="a secret:with %")


class TestIntrospection:
    async def test_an_opaque_token_is_introspected_each_time(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options(introspection=SECRET)) as server:
            token = issuer.opaque()
            assert await reason(server, bearer(token)) == "granted"
            del issuer.active[token]
            assert await reason(server, bearer(token)) == "token_inactive"
        asked = [one for one in issuer.requests if one.url.path == "/introspect"]
        assert len(asked) == 2
        assert asked[0].headers["authorization"] == "Basic YXBpOmErc2VjcmV0JTNBd2l0aCslMjU="

    async def test_a_private_key_authenticates_with_a_new_assertion(self, issuer: TestIssuer) -> None:
        key = ECKey.generate_key("P-256").as_dict(private=True) | {"alg": "ES256", "kid": "a"}
        async with ResourceServer(issuer.options(introspection=Introspection("api", private_key=key))) as server:
            token = issuer.opaque()
            for _ in range(2):
                assert await reason(server, bearer(token)) == "granted"
        bodies = [one.content for one in issuer.requests if one.url.path == "/introspect"]
        assert all(b"client_assertion=" in body and b"client_id=api" in body for body in bodies)
        assert bodies[0] != bodies[1]

    async def test_a_claim_of_the_answer_is_checked_as_one_of_a_jwt(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options(introspection=SECRET)) as server:
            assert await reason(server, bearer(issuer.opaque(aud="https://other.example.com"))) == "audience_other"
            assert await reason(server, bearer(issuer.opaque(iss="https://evil.example.com"))) == "issuer_unknown"
            assert await reason(server, bearer(issuer.opaque(exp=1))) == "token_expired"

    async def test_live_introspects_a_jwt(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options(introspection=SECRET)) as server:
            token = issuer.token()
            assert await reason(server, bearer(token)) == "granted"
            assert await reason(server, bearer(token), Requirement(live=True)) == "token_inactive"
        async with ResourceServer(issuer.options()) as server:
            with pytest.raises(ValueError, match="introspection"):
                await reason(server, bearer(token), Requirement(live=True))


class TestServerThatIsDown:
    async def test_without_keys_the_answer_is_503_with_a_time(self, issuer: TestIssuer) -> None:
        issuer.is_down = True
        async with ResourceServer(issuer.options()) as server:
            decision = await server.check(PresentedRequest("GET", PAGE, bearer(issuer.token())))
        assert isinstance(decision, Refused)
        assert decision.answer.status == 503
        headers = dict(decision.answer.headers)
        assert headers["retry-after"] == "5"
        assert "www-authenticate" not in headers

    async def test_a_server_that_never_ends_its_answer_is_down(self, issuer: TestIssuer) -> None:
        class Endless(httpx.AsyncByteStream):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield b"{"
                await anyio.sleep_forever()

        transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=Endless()))
        async with ResourceServer(Options(issuer=ISSUER, resource=RESOURCE, transport=transport, timeout=1)) as server:
            with anyio.fail_after(10):
                assert await reason(server, bearer(issuer.token())) == "server_unreachable"

    async def test_fetched_keys_serve_for_a_day(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options()) as server:
            assert await reason(server, bearer(issuer.token())) == "granted"
            issuer.is_down = True
            issuer.offset = 23 * 3600
            assert await reason(server, bearer(issuer.token())) == "granted"
            issuer.offset = 25 * 3600
            assert await reason(server, bearer(issuer.token())) == "server_unreachable"

    async def test_a_clock_that_was_set_back_fetches_the_keys_again(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options()) as server:
            assert await reason(server, bearer(issuer.token())) == "granted"
            issuer.offset = -3600
            issuer.is_down = True
            assert await reason(server, bearer(issuer.token())) == "server_unreachable"

    async def test_introspection_that_is_down_is_never_a_yes(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options(introspection=SECRET)) as server:
            token = issuer.opaque()
            assert await reason(server, bearer(token)) == "granted"
            issuer.is_down = True
            assert await reason(server, bearer(token)) == "server_unreachable"


class TestKeys:
    async def test_an_unknown_key_is_fetched_once_in_thirty_seconds(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options()) as server:
            assert await reason(server, bearer(issuer.token())) == "granted"
            new = ECKey.generate_key("P-256", {"kid": "new", "use": "sig"})
            issuer.keys.append(dict(new.as_dict(private=False)))
            for _ in range(20):
                assert await reason(server, bearer(issuer.token({"kid": "new"}, new))) == "key_unknown"
            issuer.offset = 31
            assert await reason(server, bearer(issuer.token({"kid": "new"}, new))) == "granted"
            for _ in range(20):
                assert await reason(server, bearer(issuer.token({"kid": "none"}, new))) == "key_unknown"
        assert len([one for one in issuer.requests if one.url.path == "/jwks"]) == 2

    async def test_a_key_that_was_taken_away_ends_within_five_minutes(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options()) as server:
            token = issuer.token(exp=int(issuer.now()) + 3600)
            assert await reason(server, bearer(token)) == "granted"
            issuer.keys = issuer.keys[1:]
            assert await reason(server, bearer(token)) == "granted"
            issuer.offset = 301
            assert await reason(server, bearer(token)) == "key_unknown"

    async def test_a_token_seen_before_still_expires(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options()) as server:
            token = issuer.token(exp=int(issuer.now()) + 100)
            assert await reason(server, bearer(token)) == "granted"
            issuer.offset = 99
            assert await reason(server, bearer(token)) == "granted"
            issuer.offset = 106
            assert await reason(server, bearer(token)) == "token_expired"

    async def test_a_handler_cannot_change_what_the_next_request_may_do(self, issuer: TestIssuer) -> None:
        token = bearer(issuer.token(authorization_details=[{"type": "payment", "amount": 100}]))
        more = Requirement(details=[{"type": "payment", "amount": 900}])
        async with ResourceServer(issuer.options()) as server:
            for _ in range(3):
                decision = await server.check(PresentedRequest("GET", PAGE, token))
                assert isinstance(decision, Granted)
                assert decision.access.claims["sub"] == "acc_person"
                detail: Any = decision.access.authorization_details[0]
                detail["amount"] = 900
                claims: Any = decision.access.claims
                claims["sub"] = "acc_other"
                assert await reason(server, token, more) == "details_exceeded"
        assert len([one for one in issuer.requests if one.url.path == "/jwks"]) == 1


class FailingStore:
    async def use(self, _key: str, _expires_at: float) -> bool:
        raise ConnectionError("refused")


class TestSender:
    async def test_a_store_that_fails_refuses_the_request(self, issuer: TestIssuer) -> None:
        for used_once in (FailingStore(), MemoryUsedOnce(0, issuer.now)):
            async with ResourceServer(issuer.options(used_once=used_once)) as server:
                token = issuer.bound_token()
                headers = [("authorization", f"DPoP {token}"), ("dpop", issuer.proof(token))]
                assert await reason(server, headers) == "used_once_unavailable"

    async def test_a_proof_is_accepted_once_even_for_a_token_seen_before(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options()) as server:
            token = issuer.bound_token()
            headers = [("authorization", f"DPoP {token}"), ("dpop", issuer.proof(token))]
            assert await reason(server, headers) == "granted"
            assert await reason(server, headers) == "proof_used"
            headers[1] = ("dpop", issuer.proof(token))
            assert await reason(server, headers) == "granted"

    async def test_a_nonce_is_demanded_and_accepted(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options(dpop=DPoP(use="required", nonces=True))) as server:
            token = issuer.bound_token()
            authorization = ("authorization", f"DPoP {token}")
            request = PresentedRequest("GET", PAGE, [authorization, ("dpop", issuer.proof(token))])
            first = await server.check(request)
            assert isinstance(first, Refused)
            headers = dict(first.answer.headers)
            assert headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce"')
            proof = issuer.proof(token, nonce=headers["dpop-nonce"])
            second = await server.check(PresentedRequest("GET", PAGE, [authorization, ("dpop", proof)]))
            assert isinstance(second, Granted)
            issuer.offset = 300
            proof = issuer.proof(token, nonce=headers["dpop-nonce"])
            assert await reason(server, [authorization, ("dpop", proof)]) == "nonce_missing"

    async def test_required_refuses_a_token_that_is_not_bound(self, issuer: TestIssuer) -> None:
        async with ResourceServer(issuer.options(dpop=DPoP(use="required"))) as server:
            assert await reason(server, bearer(issuer.token())) == "token_unbound"
        async with ResourceServer(issuer.options()) as server:
            assert await reason(server, bearer(issuer.token()), Requirement(sender_constrained=True)) == "token_unbound"

    async def test_a_certificate_is_the_one_that_the_token_is_bound_to(self, issuer: TestIssuer) -> None:
        thumbprint = base64url(hashlib.sha256(CLIENT_CERTIFICATE).digest())
        token = issuer.token(cnf={"x5t#S256": thumbprint})
        async with ResourceServer(issuer.options()) as server:
            assert await reason(server, bearer(token), certificate=CLIENT_CERTIFICATE) == "granted"
            assert await reason(server, bearer(token), certificate=b"another") == "certificate_other"
            assert await reason(server, bearer(token), certificate="no PEM") == "certificate_other"
            assert await reason(server, bearer(token)) == "certificate_other"


DETAIL = {"type": "payment", "amount": 100, "payee": "Shop"}
UNKNOWN_RULE: Any = {"amount": "most"}
PAYMENT = DetailType("payment", {"amount": "max", "until": "before", "from": "after", "folder": "prefix"})


class TestRequirements:
    async def test_details_of_a_call_are_inside_those_of_the_token(self, issuer: TestIssuer) -> None:
        token = bearer(issuer.token(authorization_details=[DETAIL]))
        async with ResourceServer(issuer.options(detail_types=[PAYMENT])) as server:
            cases: list[tuple[dict[str, Any], str]] = [
                ({}, "granted"),
                ({"amount": 60}, "granted"),
                ({"amount": 101}, "details_exceeded"),
                ({"amount": "60"}, "details_exceeded"),
                ({"amount": True}, "details_exceeded"),
                ({"amount": -(10**400)}, "details_exceeded"),
                ({"payee": "shop"}, "details_exceeded"),
                ({"type": "transfer"}, "details_exceeded"),
                ({"note": "x"}, "details_exceeded"),
            ]
            for changes, expected in cases:
                assert await reason(server, token, Requirement(details=[{**DETAIL, **changes}])) == expected
            two = Requirement(details=[{**DETAIL, "amount": 60}] * 2)
            assert await reason(server, token, two) == "details_exceeded"
            held = [{"type": "payment", "urgent": True}, {"type": "payment", "urgent": 1}]
            two = Requirement(details=[held[1]] * 2)
            assert await reason(server, bearer(issuer.token(authorization_details=held)), two) == "details_exceeded"

    @pytest.mark.parametrize(
        ("member", "asked", "held", "expected"),
        [
            ("until", "2026-12-01", "2026-12-24", "granted"),
            ("until", "2026-12-24", "2026-12-24", "granted"),
            ("until", "2026-12-24T12:00:00+01:00", "2026-12-24T11:00:00Z", "granted"),
            ("until", "2026-12-24T10:59:59.999Z", "2026-12-24T11:00:00Z", "granted"),
            ("from", "2026-12-25", "2026-12-24", "granted"),
            ("from", "2026-12-24T12:00:00Z", "2026-12-24T12:00:00+01:00", "granted"),
            ("folder", "/Reports 2026/May", "/Reports 2026", "granted"),
            ("until", "2026-12-25", "2026-12-24", "details_exceeded"),
            ("until", "2026-12-24T12:00:00.001+01:00", "2026-12-24T11:00:00Z", "details_exceeded"),
            ("until", "2026-12-01T00:00:00Z", "2026-12-24", "details_exceeded"),
            ("until", "2026-12-01", "2026-12-24T00:00:00Z", "details_exceeded"),
            ("until", "2026-02-30", "2026-12-24", "details_exceeded"),
            ("until", "2026-13-01", "2027-12-24", "details_exceeded"),
            ("until", "2026-12-01T00:00:00", "2026-12-24T00:00:00Z", "details_exceeded"),
            ("until", "2026-12-01T00:00:00.0001Z", "2026-12-24T00:00:00Z", "details_exceeded"),
            ("until", "20261201", "2026-12-24", "details_exceeded"),
            ("until", 1, 2, "details_exceeded"),
            ("until", None, "2026-12-24", "details_exceeded"),
            ("from", "2026-12-23", "2026-12-24", "details_exceeded"),
            ("from", "2026-12-24T11:59:59+01:00", "2026-12-24T11:00:00Z", "details_exceeded"),
            ("folder", "/Reports 2026 /May", "/Reports 2026", "details_exceeded"),
            ("folder", "/Reports 2026/ May", "/Reports 2026", "details_exceeded"),
        ],
    )
    async def test_a_member_is_compared_by_its_rule(
        self, issuer: TestIssuer, member: str, asked: Any, held: Any, expected: str
    ) -> None:
        token = bearer(issuer.token(authorization_details=[{"type": "payment", member: held}]))
        async with ResourceServer(issuer.options(detail_types=[PAYMENT])) as server:
            needed = Requirement(details=[{"type": "payment", member: asked}])
            assert await reason(server, token, needed) == expected

    async def test_who_acts(self, issuer: TestIssuer) -> None:
        agent, person = bearer(issuer.token()), bearer(issuer.token(act=None))
        async with ResourceServer(issuer.options()) as server:
            assert await reason(server, agent, Requirement(actor="required")) == "granted"
            assert await reason(server, person, Requirement(actor="required")) == "actor_required"
            assert await reason(server, agent, Requirement(actor="none")) == "actor_refused"
            assert await reason(server, person, Requirement(actor="none")) == "granted"
            assert await reason(server, agent, Requirement(actor=["agt_editor"])) == "granted"
            assert await reason(server, agent, Requirement(actor=["agt_other"])) == "actor_required"

    async def test_a_person_who_must_sign_in_again_is_told_how(self, issuer: TestIssuer) -> None:
        needed = Requirement(acr_values=["phr"], max_age=300)
        async with ResourceServer(issuer.options()) as server:
            now = int(issuer.now())
            assert await reason(server, bearer(issuer.token(acr="phr", auth_time=now)), needed) == "granted"
            assert await reason(server, bearer(issuer.token(acr="pwd", auth_time=now)), needed) == (
                "authentication_too_weak"
            )
            request = PresentedRequest("GET", PAGE, bearer(issuer.token(acr="phr", auth_time=now - 400)))
            decision = await server.check(request, needed)
        assert isinstance(decision, Refused)
        assert 'acr_values="phr", max_age="300"' in dict(decision.answer.headers[:3])["www-authenticate"]
        assert decision.refusal.remedies == ({"kind": "step_up", "acr_values": "phr", "max_age": 300},)

    async def test_the_token_of_an_approval_is_for_that_action_once(self, issuer: TestIssuer) -> None:
        approval = {"id": "apr_1", "digest": "d"}
        token = bearer(issuer.token(authorization_details=[DETAIL], approval=approval))
        needed = Requirement(details=[DETAIL], approval="required")
        async with ResourceServer(issuer.options(detail_types=[PAYMENT])) as server:
            without = bearer(issuer.token(authorization_details=[DETAIL]))
            assert await reason(server, without, needed) == "approval_required"
            less = Requirement(details=[{**DETAIL, "amount": 60}], approval="required")
            assert await reason(server, token, less) == "action_other"
            assert await reason(server, token, Requirement()) == "action_other"
            assert await reason(server, token, needed) == "granted"
            assert await reason(server, token, needed) == "approval_used"

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (httpx.Response(200, json={"approval": {"first": True}}), "granted"),
            (httpx.Response(200, json={"approval": {"first": False}}), "approval_used"),
            (httpx.Response(409, text="It was used."), "approval_used"),
            (httpx.Response(404, text="There is no such token."), "token_inactive"),
            (httpx.Response(200, json={}), "approval_use_malformed"),
            (httpx.Response(200, json=[]), "server_unreachable"),
            (httpx.Response(500), "server_unreachable"),
        ],
    )
    async def test_with_a_credential_the_server_keeps_the_use_of_an_approval(
        self, issuer: TestIssuer, answer: httpx.Response, expected: str
    ) -> None:
        issuer.use = answer
        key = ECKey.generate_key("P-256").as_dict(private=True) | {"alg": "ES256", "kid": "a"}
        introspection = Introspection("api", private_key=key)
        token = issuer.token(authorization_details=[DETAIL], approval={"id": "apr_1", "digest": "d"})
        needed = Requirement(details=[DETAIL], call="order-7")
        async with ResourceServer(issuer.options(introspection=introspection, detail_types=[PAYMENT])) as server:
            assert await reason(server, bearer(token), needed) == expected
        (use,) = [one for one in issuer.requests if one.url.path == "/uses"]
        assert json.loads(use.content) == {"token": token, "call": "order-7"}
        # The assertion is in the header: the endpoint takes JSON.
        assert use.headers["authorization"].startswith("Bearer eyJ")

    async def test_an_approval_is_not_used_up_while_the_server_is_down(self, issuer: TestIssuer) -> None:
        token = issuer.token(authorization_details=[DETAIL], approval={"id": "apr_1", "digest": "d"})
        needed = Requirement(details=[DETAIL])
        async with ResourceServer(issuer.options(introspection=SECRET)) as server:
            assert await reason(server, bearer(issuer.token())) == "granted"
            issuer.use = httpx.Response(503)
            assert await reason(server, bearer(token), needed) == "server_unreachable"
            issuer.use = httpx.Response(200, json={"approval": {"first": True}})
            assert await reason(server, bearer(token), needed) == "granted"

    @pytest.mark.parametrize(
        ("member", "value"),
        [("scopes", "wiki:read"), ("scopes", ["a b"]), ("actor", "anyone at all"), ("max_age", -1), ("call", "a b")],
    )
    async def test_a_malformed_requirement_is_named(self, member: str, value: Any) -> None:
        with pytest.raises(ValueError, match=f"requirement.{member}"):
            Requirement(**{member: value})


KEY = ECKey.generate_key("P-256")
OTHER_ALGORITHM = KEY.as_dict(private=True) | {"alg": "RS256"}
PUBLIC = KEY.as_dict(private=False) | {"alg": "ES256"}


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"issuer": "http://id.example.com"}, "issuer"),
        ({"issuer": "https://user@id.example.com"}, "issuer"),
        ({"issuer": "https://id.example.com?a"}, "issuer"),
        ({"resource": "api"}, "resource"),
        ({"resource": "https://api.example.com/#x"}, "resource"),
        ({"resource": "urn:example:api"}, "base_url"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"algorithms": "ES256"}, "algorithms"),
        ({"clock_tolerance": 61}, "clock_tolerance"),
        ({"timeout": 0}, "timeout"),
        ({"scopes": "wiki:read"}, "scopes"),
        ({"jwks_uri": "http://id.example.com/jwks"}, "jwks_uri"),
        ({"introspection": Introspection("api")}, "introspection.private_key"),
        ({"introspection": Introspection("api", private_key={"kty": "EC"})}, "introspection.private_key.alg"),
        ({"introspection": Introspection("api", private_key=OTHER_ALGORITHM)}, "introspection.private_key"),
        ({"introspection": Introspection("api", private_key=PUBLIC)}, "introspection.private_key"),
        ({"dpop": DPoP(nonce_secret=b"short")}, "dpop.nonce_secret"),
        ({"dpop": DPoP(algorithms=["HS256"])}, "dpop.algorithms"),
        ({"detail_types": [DetailType("payment", UNKNOWN_RULE)]}, "detail_types[0].members.amount"),
    ],
)
def test_a_wrong_option_is_named_at_creation(changes: dict[str, Any], member: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Options(**{"issuer": ISSUER, "resource": RESOURCE, **changes})
    assert raised.value.member == member


async def test_verify_bearer_raises_and_current_access_is_of_a_request(issuer: TestIssuer) -> None:
    async with ResourceServer(issuer.options()) as server:
        with pytest.raises(Refusal, match="bound to a key"):
            await server.verify_bearer(issuer.bound_token())
        access = await server.verify_bearer(issuer.token())
        assert access.actor == "agt_editor"
        assert access.token not in repr(access)
    with pytest.raises(LookupError):
        current_access()


async def test_a_websocket_without_a_token_is_closed_before_it_is_accepted(issuer: TestIssuer) -> None:
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async with ResourceServer(issuer.options()) as server:
        guarded = RequireToken(app, server)
        scope = {"type": "websocket", "path": PAGE, "raw_path": PAGE.encode(), "query_string": b"", "headers": []}
        await guarded(scope, receive, send)
        assert sent == [{"type": "websocket.close", "code": 1008}]
        sent.clear()
        headers = [(b"authorization", f"Bearer {issuer.token()}".encode())]
        await guarded({**scope, "headers": headers}, receive, send)
        assert sent == [{"type": "websocket.accept"}]


async def test_a_protocol_that_is_unknown_reaches_the_app_only_with_a_token(issuer: TestIssuer) -> None:
    reached: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        reached.append(scope["type"])

    async def nothing(*_message: Any) -> Any:
        return None

    async with ResourceServer(issuer.options()) as server:
        for kind in ("lifespan", "webtransport"):
            await RequireToken(app, server)({"type": kind, "path": PAGE, "headers": []}, nothing, nothing)
    assert reached == ["lifespan"]
