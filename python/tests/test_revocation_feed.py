"""The revocation feed: a JWT is accepted offline until it may have ended."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hostile import bearer
from issuer import TestIssuer

from behalf.resource_server import (
    ConfigurationError,
    Introspection,
    LogEntry,
    PresentedRequest,
    Refusal,
    Refused,
    Requirement,
    ResourceServer,
    RevocationFeed,
)
from behalf.resource_server.revocation_feed.end_table import End, EndTable
from behalf.resource_server.revocation_feed.messages import digest_of, feed_message

pytestmark = pytest.mark.anyio

SECRET = Introspection(client_id="api", client_secret="a secret")
# Seconds after an end in which its change may be under way, of the server and of the clocks of its nodes.
SETTLED = 36


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


@dataclass
class Scene:
    issuer: TestIssuer
    server: ResourceServer
    logged: list[LogEntry]
    moved: list[float]
    """Seconds by which the monotonic clock was moved on."""

    async def reason(self, token: str, *scopes: str) -> str:
        decision = await self.server.check(
            PresentedRequest("GET", "/v1/pages", bearer(token)), Requirement(scopes=scopes)
        )
        return decision.refusal.reason if isinstance(decision, Refused) else "granted"

    def introspections(self) -> int:
        return sum(one.url.path == "/introspect" for one in self.issuer.requests)

    def jwt(self, **changes: Any) -> str:
        """A JWT that introspection knows."""
        token = self.issuer.token(**changes)
        self.issuer.active[token] = {"active": True, **self.issuer.claims(**changes)}
        return token

    async def connected(self, number: int = 1) -> None:
        await until(lambda: len(self.issuer.feed.connections) == number)

    async def heard(self) -> None:
        """Resolves when all that was sent has been read."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def began(self) -> None:
        """Connects, and lets the first message settle, which says that every token may have ended."""
        await self.reason(self.jwt())
        await self.connected()
        self.issuer.feed.start()
        await self.heard()
        self.later(SETTLED)
        self.issuer.feed.say(as_of=SETTLED * 1000)
        await self.heard()

    def later(self, seconds: float) -> None:
        """Both clocks go on."""
        self.moved.append(seconds)
        self.issuer.offset += seconds


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    issuer, logged, moved = TestIssuer(), list[LogEntry](), list[float]()
    options = issuer.options(
        introspection=SECRET,
        revocation_feed=RevocationFeed(most_ends=1000),
        log=logged.append,
        monotonic=lambda: time.monotonic() + sum(moved),
    )
    async with ResourceServer(options) as server:
        yield Scene(issuer, server, logged, moved)


class TestVerdict:
    async def test_before_the_first_message_a_jwt_is_introspected(self, scene: Scene) -> None:
        token = scene.jwt()
        assert await scene.reason(token) == "granted"
        del scene.issuer.active[token]
        assert await scene.reason(token) == "token_inactive"
        assert scene.introspections() == 2

    async def test_a_token_that_no_end_names_is_accepted_offline(self, scene: Scene) -> None:
        await scene.began()
        before = scene.introspections()
        assert await scene.reason(scene.issuer.token()) == "granted"
        assert scene.introspections() == before

    async def test_a_token_of_before_the_first_message_is_introspected_once_that_has_settled(
        self, scene: Scene
    ) -> None:
        token = scene.jwt()
        await scene.began()
        before = scene.introspections()
        assert [await scene.reason(token) for _ in range(3)] == ["granted"] * 3
        assert scene.introspections() == before + 1

    @pytest.mark.parametrize(
        ("name", "claims"),
        [
            ("token:t1", {"jti": "t1"}),
            ("grant:g1", {"grant_id": "g1"}),
            ("delegation:d1", {"delegation": "d1"}),
            ("instance:i1", {"instance": "i1"}),
            ("account_link:l1", {"account_link": "l1"}),
            ("approval:a1", {"approval": {"id": "a1", "digest": "x"}}),
            ("party:agt_editor", {}),
            ("party:agt_first", {"act": {"sub": "agt_editor", "act": {"sub": "agt_first"}}}),
            ("subject:acc_person", {}),
            ("key:k1", {}),
        ],
    )
    async def test_a_token_that_an_end_names_is_introspected(
        self, scene: Scene, name: str, claims: dict[str, Any]
    ) -> None:
        await scene.began()
        token = scene.issuer.token(**claims)
        assert await scene.reason(token) == "granted"
        scene.issuer.feed.say(name)
        await scene.heard()
        assert await scene.reason(token) == "token_inactive"

    async def test_an_end_of_others_names_no_token(self, scene: Scene) -> None:
        await scene.began()
        before = scene.introspections()
        scene.issuer.feed.say("token:other", "subject:acc_other", "party:agt_other")
        await scene.heard()
        assert await scene.reason(scene.issuer.token()) == "granted"
        assert scene.introspections() == before

    async def test_a_named_token_that_is_active_is_asked_about_until_the_end_has_settled(self, scene: Scene) -> None:
        await scene.began()
        token = scene.jwt()
        scene.issuer.feed.say("subject:acc_person")
        await scene.heard()
        before = scene.introspections()
        assert [await scene.reason(token) for _ in range(2)] == ["granted"] * 2
        assert scene.introspections() == before + 2
        scene.later(SETTLED)
        scene.issuer.feed.say(as_of=2 * SETTLED * 1000)
        await scene.heard()
        assert [await scene.reason(token) for _ in range(3)] == ["granted"] * 3
        assert scene.introspections() == before + 3

    async def test_a_token_of_after_the_end_is_accepted_offline(self, scene: Scene) -> None:
        await scene.began()
        scene.issuer.feed.say("subject:acc_person")
        await scene.heard()
        scene.later(SETTLED + 5)
        scene.issuer.feed.say(as_of=2 * (SETTLED + 5) * 1000)
        await scene.heard()
        before = scene.introspections()
        assert await scene.reason(scene.issuer.token()) == "granted"
        assert scene.introspections() == before

    async def test_more_ends_than_it_may_keep_name_every_token(self, scene: Scene) -> None:
        await scene.began()
        scene.issuer.feed.say(*(f"token:{number}" for number in range(1001)))
        await scene.heard()
        assert await scene.reason(scene.issuer.token()) == "token_inactive"


class TestStaleness:
    @pytest.mark.parametrize(
        ("scopes", "seconds"),
        [(("wiki:read",), 30), (("wiki:write",), 2), (("wiki:read", "wiki:write"), 2), ((), 2), (("unknown",), 2)],
    )
    async def test_a_jwt_is_introspected_when_the_news_are_too_old_for_its_risk(
        self, scene: Scene, scopes: tuple[str, ...], seconds: int
    ) -> None:
        await scene.began()
        token = scene.issuer.token(scope="wiki:read wiki:write unknown")
        scene.moved.append(seconds - 1)
        assert await scene.reason(token, *scopes) == "granted"
        scene.moved.append(1)
        assert await scene.reason(token, *scopes) == "token_inactive"

    async def test_without_the_server_the_answer_is_503_and_never_yes(self, scene: Scene) -> None:
        await scene.began()
        token = scene.issuer.token()
        assert await scene.reason(token) == "granted"
        scene.issuer.is_down = True
        scene.issuer.feed.connections[-1].end()
        scene.moved.append(2)
        assert await scene.reason(token) == "server_unreachable"

    async def test_a_clock_that_is_set_back_makes_no_news_young(self, scene: Scene) -> None:
        await scene.began()
        token = scene.issuer.token()
        scene.moved.append(3)
        scene.issuer.offset -= 3
        assert await scene.reason(token) == "token_inactive"


class TestConnection:
    async def test_authenticates_and_comes_back_with_its_last_cursor(self, scene: Scene) -> None:
        await scene.began()
        feed = scene.issuer.feed
        first = feed.connections[0].request
        assert first.headers["authorization"].startswith("Basic ")
        assert first.headers["accept"] == "text/event-stream"
        assert "last-event-id" not in first.headers
        cursor = feed.cursor
        feed.connections[0].end()
        await scene.connected(2)
        assert feed.connections[1].request.headers["last-event-id"] == str(cursor)
        feed.start(resumed=True)
        await scene.heard()
        assert await scene.reason(scene.issuer.token()) == "granted"
        assert [one.reason for one in scene.logged] == ["feed_interrupted"]

    async def test_a_message_that_is_not_understood_makes_it_start_anew(self, scene: Scene) -> None:
        await scene.began()
        feed = scene.issuer.feed
        feed.say(ends=["short"])
        await scene.connected(2)
        assert "last-event-id" not in feed.connections[1].request.headers
        feed.start()
        await scene.heard()
        assert await scene.reason(scene.issuer.token()) == "token_inactive"

    async def test_a_new_key_of_digests_forgets_all_and_names_every_token(self, scene: Scene) -> None:
        await scene.began()
        token = scene.issuer.token()
        feed = scene.issuer.feed
        feed.connections[-1].end()
        await scene.connected(2)
        feed.digest_key = b"another key of 32 bytes, or more"
        feed.start(resumed=True)
        await scene.heard()
        assert await scene.reason(token) == "token_inactive"

    async def test_a_refusal_is_asked_again_after_a_pause(self, scene: Scene) -> None:
        scene.issuer.feed.is_refused = True
        assert await scene.reason(scene.jwt()) == "granted"
        await until(lambda: len(scene.logged) >= 2)
        assert {one.detail for one in scene.logged} == {
            "ValueError: status 429, content type application/json",
        }
        scene.issuer.feed.is_refused = False
        await scene.connected()

    async def test_an_event_is_read_whatever_its_parts(self, scene: Scene) -> None:
        await scene.began()
        feed = scene.issuer.feed
        message = {"ends": [feed.digest("subject:acc_person")], "cursor": "9", "as_of": 99999, "time": 1}
        text = f"id: 9\ndata: {json.dumps(message)}\n\n"
        for part in text.encode():
            feed.connections[-1].send(bytes([part]))
        await until(lambda: scene.server._live is not None and scene.server._live._reader._cursor == "9")
        assert scene.introspections() == 1


class TestWatch:
    async def watched(self, scene: Scene, **claims: Any) -> list[str]:
        ended: list[str] = []

        def on_ended(why: Refusal) -> None:
            ended.append(why.reason)

        token = scene.jwt(**claims)
        requirement = Requirement(scopes=["wiki:read"])
        access = await scene.server.verify_bearer(token, requirement)
        scene.server.watch(access, requirement, on_ended)
        return ended

    async def test_calls_back_once_when_the_token_has_ended(self, scene: Scene) -> None:
        await scene.began()
        ended = await self.watched(scene, jti="t1")
        scene.issuer.active.clear()
        scene.issuer.feed.say("token:other")
        await scene.heard()
        assert ended == []
        scene.issuer.feed.say("token:t1")
        await until(lambda: ended != [])
        scene.issuer.feed.say("token:t1")
        await scene.heard()
        assert ended == ["token_inactive"]

    async def test_calls_back_when_the_token_expires(self, scene: Scene) -> None:
        await scene.began()
        ended = await self.watched(scene)
        scene.later(301)
        await until(lambda: ended != [])
        assert ended == ["token_expired"]

    async def test_calls_back_when_nothing_is_known_any_more(self, scene: Scene) -> None:
        await scene.began()
        ended = await self.watched(scene)
        scene.issuer.is_down = True
        scene.issuer.feed.connections[-1].end()
        scene.moved.append(31)
        await until(lambda: ended != [])
        assert ended == ["server_unreachable"]

    async def test_calls_back_when_the_server_is_closed(self, scene: Scene) -> None:
        await scene.began()
        ended = await self.watched(scene)
        await scene.server.close()
        await until(lambda: ended != [])
        assert ended == ["feed_closed"]

    async def test_a_second_close_calls_back_no_watch_again(self, scene: Scene) -> None:
        await scene.began()
        ended = await self.watched(scene)
        await scene.server.close()
        await scene.server.close()
        await until(lambda: ended != [])
        assert ended == ["feed_closed"]

    async def test_a_watch_that_was_stopped_is_silent(self, scene: Scene) -> None:
        await scene.began()
        ended: list[Refusal] = []
        access = await scene.server.verify_bearer(scene.jwt())
        scene.server.watch(access, Requirement(), ended.append)()
        await scene.server.close()
        await scene.heard()
        assert ended == []

    async def test_needs_the_feed(self) -> None:
        issuer = TestIssuer()
        async with ResourceServer(issuer.options()) as server:
            access = await server.verify_bearer(issuer.token())
            with pytest.raises(ValueError, match="revocation_feed"):
                server.watch(access, Requirement(), lambda _why: None)


class TestEndTable:
    def test_a_million_ends_take_less_than_64_mib_and_are_found(self) -> None:
        table = EndTable(1_000_000)
        # Odd multiples, so that they differ.
        digests = [(number * 0x9E3779B97F4A7C15) % 2**64 for number in range(1, 1_000_001)]
        assert all(table.add(digest, End(number / 1000, 5)) for number, digest in enumerate(digests))
        assert table.bytes < 64 * 1024 * 1024
        assert not table.add(12345, End(1, 1))
        assert all(table.get(digest) is not None for digest in digests[::997])
        assert table.get(12345) is None

    def test_an_end_that_is_renewed_has_its_new_time(self) -> None:
        table = EndTable(10_000)
        table.add(1, End(1, 1))
        for digest in range(2, 2000):
            table.add(digest, End(1, 1))
        table.add(1, End(9, 9))
        assert table.get(1) == End(9, 9)

    def test_what_was_heard_before_a_moment_is_forgotten_and_nothing_later(self) -> None:
        table = EndTable(1_000_000)
        for digest in range(100_000):
            table.add(digest, End(digest / 10, 1))
        table.forget(8000)
        assert all(table.get(digest) is not None for digest in range(80_000, 100_000))
        assert table.get(3) is None
        table.forget(10_001)
        assert table.size == 0
        assert table.bytes == 16 * 1024

    def test_steady_ends_take_steady_memory(self) -> None:
        table, sizes = EndTable(1_000_000), []
        for second in range(2000):
            for one in range(20):
                table.add(second * 20 + one, End(second, 1))
            if second % 10 == 0:
                table.forget(second - 100)
                sizes.append(table.bytes)
        assert max(sizes[100:]) <= 3 * max(sizes[10:50])


class TestMessages:
    @pytest.mark.parametrize(
        "text",
        [
            b"{}",
            b"[]",
            b"no json",
            b'{"cursor":1,"as_of":0,"time":0}',
            b'{"cursor":"1","as_of":"0","time":0}',
            b'{"cursor":"1","as_of":0,"time":null}',
            b'{"cursor":"1","as_of":0,"time":0,"ends":"x"}',
            b'{"cursor":"1","as_of":0,"time":0,"ends":["AAAA"]}',
            b'{"cursor":"1","as_of":0,"time":0,"ends":[1]}',
            b'{"cursor":"1","as_of":0,"time":0,"start":{}}',
            b'{"cursor":"1","as_of":0,"time":0,"start":{"risks":{}}}',
            b"[" * 100_000,
        ],
    )
    def test_a_malformed_message_is_an_error(self, text: bytes) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            feed_message(text)

    def test_a_digest_is_that_of_the_server(self) -> None:
        # Computed with the package for TypeScript.
        key = bytes(range(32))
        assert digest_of(key, "subject:acc_1").to_bytes(8).hex() == "8364c5a8b876aab9"


class TestOptions:
    @pytest.mark.parametrize(
        ("feed", "introspection", "member"),
        [
            (RevocationFeed(), None, "revocation_feed"),
            (True, SECRET, "revocation_feed"),
            (RevocationFeed(max_staleness={"low": 0}), SECRET, "revocation_feed.max_staleness.low"),
            (RevocationFeed(max_staleness={"none": 5}), SECRET, "revocation_feed.max_staleness.none"),  # type: ignore[dict-item]
            (RevocationFeed(most_ends=10), SECRET, "revocation_feed.most_ends"),
        ],
    )
    def test_a_wrong_option_is_named(self, feed: Any, introspection: Introspection | None, member: str) -> None:
        with pytest.raises(ConfigurationError) as error:
            TestIssuer().options(revocation_feed=feed, introspection=introspection)
        assert error.value.member == member
