"""Token Status Lists: what an API accepts, what it refuses, and when it says that it cannot know."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
from issuer import ISSUER, TestIssuer, signed
from joserfc.jwk import ECKey

from behalf.resource_server import (
    ConfigurationError,
    Introspection,
    PresentedRequest,
    Refused,
    ResourceServer,
    RevocationFeed,
)
from behalf.resource_server.status_list import status_list

pytestmark = pytest.mark.anyio

URI = f"{ISSUER}/status-lists/one"
SECRET = Introspection(client_id="api", client_secret="secret")


def packed(content: bytes) -> str:
    return urlsafe_b64encode(zlib.compress(content, 9)).rstrip(b"=").decode()


class World:
    """An API, and a server whose list is as a test writes it."""

    def __init__(self, **options: Any) -> None:
        self.issuer = TestIssuer()
        self.ended: set[int] = set()
        self.status = 200
        self.claims: Mapping[str, Any] = {}
        self.header: Mapping[str, Any] = {}
        self.key = self.issuer.key
        self.text: str | None = None
        self.hangs = False
        self.fetches = 0
        self.passed = 1000.0
        made = self.issuer.options(status_list=True, monotonic=lambda: self.passed, **options)
        other = made.transport
        assert other is not None

        async def answer(request: httpx.Request) -> httpx.Response:
            if str(request.url) != URI:
                return await other.handle_async_request(request)
            self.fetches += 1
            if self.hangs:
                await anyio.sleep_forever()
            return httpx.Response(self.status, text=self.text if self.text is not None else self.list())

        self.server = ResourceServer(replace(made, transport=httpx.MockTransport(answer)))

    def list(self) -> str:
        content = bytearray(2)
        for index in self.ended:
            content[index // 8] |= 1 << index % 8
        now = int(self.issuer.now())
        claims = {
            "iss": ISSUER,
            "sub": URI,
            "iat": now,
            "exp": now + 30,
            "ttl": 5,
            "status_list": {"bits": 1, "lst": packed(bytes(content))},
            **self.claims,
        }
        header = {"alg": "ES256", "typ": "statuslist+jwt", "kid": "k1", **self.header}
        return signed(header, {name: value for name, value in claims.items() if value is not None}, self.key)

    def wait(self, seconds: float) -> None:
        self.passed += seconds
        self.issuer.offset += seconds

    async def asked(self, **claims: Any) -> str:
        return await self.seen({"status": {"status_list": {"idx": 3, "uri": URI, **claims}}})

    async def seen(self, claims: Mapping[str, Any]) -> str:
        token = self.issuer.token(**claims)
        decision = await self.server.check(PresentedRequest("GET", "/v1", [("authorization", f"Bearer {token}")]))
        return f"{decision.refusal.status} {decision.refusal.reason}" if isinstance(decision, Refused) else "granted"


async def test_a_token_is_refused_when_its_bit_is_1() -> None:
    world = World()
    world.ended = {2, 4}
    assert await world.asked() == "granted"
    world.ended = {3}
    assert await world.asked() == "granted"
    world.wait(5)
    assert await world.asked() == "401 token_ended"
    assert world.fetches == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"idx": 16}, "status_unknown"),
        ({"idx": -1}, "claim_malformed"),
        ({"idx": 1.5}, "claim_malformed"),
        ({"idx": True}, "claim_malformed"),
        ({"idx": "3"}, "claim_malformed"),
        ({"uri": "https://other.example.com/1"}, "claim_malformed"),
        ({"uri": "x"}, "claim_malformed"),
        ({"uri": None}, "claim_malformed"),
    ],
)
async def test_a_token_with_another_reference_is_refused(changes: Mapping[str, Any], why: str) -> None:
    assert await World().asked(**changes) == f"401 {why}"


async def test_a_token_without_the_claim_is_refused_or_introspected() -> None:
    assert await World().seen({}) == "401 status_missing"
    assert await World().seen({"status": {}}) == "401 claim_malformed"
    world = World(introspection=SECRET)
    assert await world.seen({}) == "401 token_inactive"
    assert world.fetches == 0


async def test_a_list_is_fetched_once_for_many_tokens() -> None:
    world = World()
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(world.asked)
    assert world.fetches == 1


async def test_a_list_is_used_until_it_expires_and_no_longer() -> None:
    world = World()
    assert await world.asked() == "granted"
    world.status = 503
    world.wait(29)
    assert await world.asked() == "granted"
    world.wait(1.5)
    assert await world.asked() == "503 server_unreachable"
    world.issuer.offset -= 25
    assert await world.asked() == "503 status_list_unusable"
    world.status = 200
    world.wait(1)
    assert await world.asked() == "granted"


async def test_a_list_is_used_without_the_time_limit_while_the_server_does_not_answer() -> None:
    world = World(timeout=30)
    assert await world.asked() == "granted"
    world.hangs = True
    world.wait(5)
    with anyio.fail_after(10):
        assert await world.asked() == "granted"
        assert await world.asked() == "granted"
    assert world.fetches == 2


async def test_a_list_of_an_earlier_iat_does_not_replace_a_later_one() -> None:
    world = World()
    world.ended = {3}
    assert await world.asked() == "401 token_ended"
    world.wait(5)
    now = int(world.issuer.now())
    world.ended, world.claims = set(), {"iat": now - 20, "exp": now + 10}
    assert await world.asked() == "401 token_ended"
    assert world.fetches == 2


@pytest.mark.parametrize(
    "spoiled",
    [
        {"claims": {"sub": f"{ISSUER}/status-lists/two"}},
        {"claims": {"iss": "https://other.example.com"}},
        {"claims": {"iat": 1_000_000_000, "exp": 1_000_000_030}},
        {"claims": {"iat": 4_000_000_000, "exp": 4_000_000_030}},
        {"claims": {"exp": None}},
        {"claims": {"iat": None}},
        {"claims": {"ttl": 0}},
        {"claims": {"status_list": None}},
        {"claims": {"status_list": {"bits": 3, "lst": packed(b"\0")}}},
        {"claims": {"status_list": {"bits": 1, "lst": "AAAA"}}},
        {"claims": {"status_list": {"bits": 1, "lst": packed(bytes(5 * 1024 * 1024))}}},
        {"header": {"typ": "at+jwt"}},
        {"header": {"kid": "unknown"}},
        {"text": "a page"},
        {"key": ECKey.generate_key("P-256")},
    ],
)
async def test_what_is_no_list_accepts_no_token(spoiled: Mapping[str, Any]) -> None:
    world = World()
    for name, value in spoiled.items():
        setattr(world, name, value)
    assert await world.asked() == "503 status_list_unusable"


def test_the_examples_of_the_draft() -> None:
    """§4.1"""

    def at(bits: int, text: str, count: int) -> list[int | None]:
        statuses = status_list({"bits": bits, "lst": urlsafe_b64encode(bytes.fromhex(text)).decode().rstrip("=")})
        return [statuses.at(index) for index in range(count)]

    assert at(1, "78dadbb918000217015d", 17) == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, None]
    assert at(2, "78da3be9f2130003df0207", 12) == [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]


def test_the_option_is_checked() -> None:
    issuer = TestIssuer()
    with pytest.raises(ConfigurationError, match="status_list: give True or False"):
        issuer.options(status_list="yes")
    with pytest.raises(ConfigurationError, match="status_list: leave it out"):
        issuer.options(status_list=True, revocation_feed=RevocationFeed(), introspection=SECRET)
