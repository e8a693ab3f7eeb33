"""Pushed security events of the server: which tokens are introspected then, and which events are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from issuer import ISSUER, TestIssuer, signed
from joserfc.jwk import Key, RSAKey

from behalf.resource_server import (
    ConfigurationError,
    Introspection,
    Options,
    PresentedRequest,
    Refused,
    ResourceServer,
    RevocationFeed,
    SecurityEvents,
)

pytestmark = pytest.mark.anyio

AUDIENCE = "https://api.example.com/events"
SECRET = Introspection(client_id="api", client_secret="secret")
CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OURS = "urn:behalf:secevent:event-type:"
DISABLED = f"{RISC}account-disabled"


def person(sub: str = "acc_1", iss: str = ISSUER) -> Mapping[str, Any]:
    return {"format": "iss_sub", "iss": iss, "sub": sub}


def complex_of(**members: Any) -> Mapping[str, Any]:
    return {"format": "complex", "tenant": {"format": "uri", "uri": ISSUER}, **members}


class World:
    """An API, its server in memory, and a token of acc_1 through agt_1."""

    def __init__(self, **changes: Any) -> None:
        self.issuer = TestIssuer()
        self.passed = 1000.0
        claims = {"sub": "acc_1", "client_id": "agt_1", "act": {"sub": "agt_1"}, **changes}
        self.token = self.issuer.token(**claims)
        self._active = {"active": True, **self.issuer.claims(**claims)}
        self.is_active = True
        self.server = ResourceServer(
            self.issuer.options(
                introspection=SECRET, security_events=SecurityEvents(audience=AUDIENCE), monotonic=lambda: self.passed
            )
        )

    async def begun(self) -> World:
        """The process began so long ago that it accepts the token offline. It has ended meanwhile."""
        await self.asked()
        self.passed += 31
        await self.asked()
        self.is_active = False
        return self

    async def asked(self) -> tuple[str, int]:
        """What the API decides, and how often it introspected."""
        self.issuer.active[self.token] = self._active if self.is_active else {"active": False}
        before = self._introspections()
        decision = await self.server.check(PresentedRequest("GET", "/", [("authorization", f"Bearer {self.token}")]))
        seen = f"{decision.answer.status} {decision.refusal.reason}" if isinstance(decision, Refused) else "granted"
        return seen, self._introspections() - before

    def _introspections(self) -> int:
        return sum(request.url.path.endswith("/introspect") for request in self.issuer.requests)

    def event(
        self,
        kind: str = DISABLED,
        subject: Any = None,
        claims: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        key: Key | None = None,
    ) -> str:
        given = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": 1,
            "jti": "j1",
            "sub_id": subject or person(),
            "events": {kind: {}},
            **(claims or {}),
        }
        return signed(
            {"alg": "RS256", "typ": "secevent+jwt", "kid": "k2", **(header or {})},
            {name: value for name, value in given.items() if value is not None},
            key or self.issuer.rsa,
        )


ENDED = ("401 token_inactive", 1)


async def test_a_token_is_accepted_offline_until_an_event_names_its_person() -> None:
    world = await World().begun()
    assert await world.asked() == ("granted", 0)
    assert (await world.server.receive_event(world.event())).status == 202
    assert await world.asked() == ENDED


async def test_a_token_that_is_still_active_is_introspected_for_half_a_minute() -> None:
    world = await World().begun()
    await world.server.receive_event(world.event(f"{CAEP}session-revoked", complex_of(user=person())))
    world.is_active = True
    assert [await world.asked(), await world.asked()] == [("granted", 1), ("granted", 1)]
    world.passed += 31
    assert [await world.asked(), await world.asked()] == [("granted", 1), ("granted", 0)]


@pytest.mark.parametrize(
    ("kind", "subject", "changes"),
    [
        (f"{CAEP}session-revoked", complex_of(user=person()), {}),
        (DISABLED, person("acc_owner"), {}),
        (f"{OURS}agent-disabled", complex_of(agent=person("agt_1")), {}),
        (f"{OURS}agent-retired", complex_of(agent=person("agt_2")), {"act": {"sub": "agt_1", "act": {"sub": "agt_2"}}}),
        (f"{OURS}delegation-revoked", complex_of(user=person(), agent=person("agt_3")), {}),
        (f"{OURS}agent-killed", complex_of(user=person("acc_owner")), {}),
        (f"{CAEP}session-revoked", complex_of(application=person("cli_1")), {}),
        (f"{OURS}delegation-revoked", complex_of(), {}),
        ("https://example.com/later", {"format": "opaque", "id": "x"}, {}),
        (DISABLED, person(iss="https://other.example.com"), {}),
    ],
)
async def test_a_token_is_introspected_after(kind: str, subject: Any, changes: Mapping[str, Any]) -> None:
    world = await World(**changes).begun()
    await world.server.receive_event(world.event(kind, subject))
    assert await world.asked() == ENDED


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (f"{CAEP}session-revoked", complex_of(user=person("acc_2"))),
        (f"{CAEP}assurance-level-change", person()),
        (f"{OURS}agent-disabled", complex_of(agent=person("agt_3"))),
        (f"{RISC}account-enabled", person()),
        (f"{OURS}agent-enabled", complex_of(agent=person("agt_1"))),
        ("https://schemas.openid.net/secevent/ssf/event-type/verification", {"format": "opaque", "id": "sgs_1"}),
    ],
)
async def test_a_token_stays_accepted_offline_after(kind: str, subject: Any) -> None:
    world = await World().begun()
    assert (await world.server.receive_event(world.event(kind, subject))).status == 202
    assert await world.asked() == ("granted", 0)


async def test_a_token_of_before_the_process_began_is_introspected() -> None:
    world = World()
    world.is_active = False
    assert await world.asked() == ENDED


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda world: world.event(key=RSAKey.generate_key(2048)), "invalid_key"),
        (lambda world: world.event(header={"kid": "x"}), "invalid_key"),
        (lambda world: world.event(header={"jku": "https://x.example"}), "invalid_request"),
        (lambda world: world.event(claims={"iss": "https://x.example"}), "invalid_issuer"),
        (lambda world: world.event(claims={"aud": "https://x.example"}), "invalid_audience"),
        (lambda world: world.event(header={"typ": "at+jwt"}), "invalid_request"),
        (lambda world: world.event(claims={"sub": "acc_1"}), "invalid_request"),
        (lambda world: world.event(claims={"exp": 9_000_000_000}), "invalid_request"),
        (lambda world: world.event(claims={"jti": None}), "invalid_request"),
        (lambda world: world.event(claims={"events": {"a": {}, "b": {}}}), "invalid_request"),
        (lambda world: world.event(claims={"events": {}}), "invalid_request"),
        (lambda world: "nothing", "invalid_request"),
        (lambda world: "a" * 70_000, "invalid_request"),
    ],
)
async def test_an_event_is_refused(made: Any, code: str) -> None:
    world = await World().begun()
    answer = await world.server.receive_event(made(world))
    assert (answer.status, json.loads(answer.body)["err"]) == (400, code)
    assert await world.asked() == ("granted", 0)


async def test_an_event_is_answered_with_503_when_the_keys_cannot_be_fetched() -> None:
    world = World()
    world.issuer.is_down = True
    answer = await world.server.receive_event(world.event())
    assert (answer.status, answer.headers) == (503, (("retry-after", "5"),))


async def test_an_api_without_the_option_takes_no_event() -> None:
    with pytest.raises(ValueError, match="receive_event: set the option security_events"):
        await ResourceServer(TestIssuer().options()).receive_event("x")


@pytest.mark.parametrize(
    ("member", "options"),
    [
        ("security_events", {"security_events": SecurityEvents(audience="a")}),
        ("security_events", {"security_events": True, "introspection": SECRET}),
        ("security_events.audience", {"security_events": SecurityEvents(audience=""), "introspection": SECRET}),
        (
            "security_events",
            {
                "security_events": SecurityEvents(audience="a"),
                "introspection": SECRET,
                "revocation_feed": RevocationFeed(),
            },
        ),
    ],
)
def test_the_options_are_checked(member: str, options: Mapping[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Options(issuer=ISSUER, resource="https://api.example.com/v1", **options)
    assert caught.value.member == member
