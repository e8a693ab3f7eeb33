"""Strangers at the loopback port, answers that an attacker made, and ID tokens of others."""

from __future__ import annotations

import hmac
import json
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
import anyio.to_thread
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from provider import CLIENT_ID, SIGNER, Person, Provider, base64url, reason_of, signed, stop_of
from scripted import ISSUER, RESOURCE, START

pytestmark = pytest.mark.anyio


async def raw(redirect_uri: str, *parts: bytes) -> bytes:
    """What the listener answers to bytes."""
    where = urlsplit(redirect_uri)
    answer = bytearray()
    async with await anyio.connect_tcp(str(where.hostname), int(where.port or 0)) as stream:
        try:
            for part in parts:
                await stream.send(part)
            while True:
                answer += await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return bytes(answer)


class TestStrangers:
    """Requests of other programs and pages on the machine. After each the sign-in goes on as if it had not been."""

    @pytest.mark.parametrize(
        ("what", "answered"),
        [
            ("GET {path}?code=stolen&state=other HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET {path}?code=stolen HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state= HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state}&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state}x HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET {path}/other?code=stolen&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET //evil.example{path}?code=stolen&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET http://{host}{path}?code=stolen&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("POST {path}?code=stolen&state={state} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n", b"404"),
            ("HEAD {path}?code=stolen&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state} HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state} HTTP/1.1\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state} HTTP/1.1\r\nHost: {host}\r\nHost: evil\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state}\r\n\r\n", b"404"),
            ("GET {path}?code=stolen&state={state} HTTP/2.0\r\nHost: {host}\r\n\r\n", b"404"),
            ("\x16\x03\x01\x02\r\n\r\n", b"404"),
            ("\r\n\r\n", b"404"),
            ("GET {path}?" + "a=1&" * 100 + "state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n", b""),
            ("GET {path}?state={state}&code=" + "x" * 200_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", b""),
            ("GET {path}?state={state}&code=%ff%00&state=%ff HTTP/1.1\r\nHost: {host}\r\n\r\n", b"404"),
        ],
    )
    async def test_change_nothing(self, what: str, answered: bytes) -> None:
        at = Provider()

        async def visit(url: str) -> None:
            asked = at.asked(url)
            where = urlsplit(asked["redirect_uri"])
            text = what.format(path=where.path, host=where.netloc, port=where.port, state=asked["state"])
            answer = await raw(asked["redirect_uri"], text.encode("latin-1"))
            assert answer.split(b" ")[1:2] == ([answered] if answered else [])
            await at.browse(url)

        await at.agent().sign_in(RESOURCE, open=visit)
        (form,) = at.forms
        assert form["code"] != "stolen"

    async def test_slow_ones_never_keep_the_browser_out(self) -> None:
        at = Provider()
        with ExitStack() as open_ones:

            async def visit(url: str) -> None:
                where = urlsplit(at.asked(url)["redirect_uri"])
                slow: list[socket.socket] = []
                for number in range(50):
                    slow.append(open_ones.enter_context(socket.create_connection((where.hostname, where.port), 5)))
                    slow[-1].sendall(b"GET /")
                    # From the 33rd on the oldest is ended to make place.
                    if number >= 32:
                        assert await anyio.to_thread.run_sync(slow[number - 32].recv, 1) == b""
                await at.browse(url)

            assert (await at.agent().sign_in(RESOURCE, open=visit)).claims is not None

    async def test_a_request_that_does_not_end_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("behalf.agent.loopback._REQUEST_SECONDS", 0.05)
        at = Provider()

        async def visit(url: str) -> None:
            assert await raw(at.asked(url)["redirect_uri"], b"GET /callback") == b""
            await at.browse(url)

        assert (await at.agent().sign_in(RESOURCE, open=visit)).claims is not None

    async def test_a_request_in_pieces_is_one(self) -> None:
        at = Provider()

        async def visit(url: str) -> None:
            left = urlsplit(at.decide(url))
            text = f"GET {left.path}?{left.query} HTTP/1.1\r\nHost: {left.netloc}\r\n\r\n".encode()
            pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
            assert b"You are signed in" in await raw(at.asked(url)["redirect_uri"], *pieces)

        assert (await at.agent().sign_in(RESOURCE, open=visit)).claims is not None

    async def test_of_two_answers_the_first_is_redeemed_and_the_second_gets_its_page(self) -> None:
        at = Provider()
        pages: list[str] = []

        async def visit(url: str) -> None:
            first, second = at.decide(url), at.decide(url)

            async def go(address: str) -> None:
                async with httpx.AsyncClient(trust_env=False) as browser:
                    pages.append((await browser.get(address)).text)

            redeemed = anyio.Event()

            def hold(form: dict[str, str]) -> None:
                assert form["code"] in first
                redeemed.set()

            at.answer = hold
            async with anyio.create_task_group() as group:
                group.start_soon(go, first)
                await redeemed.wait()
                group.start_soon(go, second)

        with anyio.fail_after(20):
            await at.agent().sign_in(RESOURCE, open=visit)
        assert len(at.forms) == 1
        assert "You are signed in" in pages[0]


class TestHostileAnswers:
    """Answers with the right `state`: the sign-in ends, and the code is not redeemed."""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"iss": "https://evil.example"}, "issuer_other"),
            ({"iss": None}, "issuer_other"),
            ({"iss": f"{ISSUER}/"}, "issuer_other"),
            ({"iss": "https://evil.example", "code": None, "error": "access_denied"}, "issuer_other"),
            ({"code": None}, "answer_malformed"),
            ({"code": ""}, "answer_malformed"),
        ],
    )
    async def test_mix_up_and_malformed(self, changes: dict[str, str | None], reason: str) -> None:
        at = Provider()
        person = Person(at, None, **changes)
        assert reason_of(await stop_of(at.agent(), person)) == reason
        assert at.forms == []
        assert "The sign-in failed" in person.pages[0].text

    async def test_another_issuer_where_the_server_promises_none(self) -> None:
        at = Provider(metadata={"authorization_response_iss_parameter_supported": None})
        assert reason_of(await stop_of(at.agent(), Person(at, iss="https://evil.example"))) == "issuer_other"
        assert (await at.agent().sign_in(RESOURCE, open=Person(at, iss=None))).claims is not None

    @pytest.mark.parametrize("twice", ["code=other", "iss=https://evil.example", "error=access_denied&error=x"])
    async def test_a_parameter_twice(self, twice: str) -> None:
        at = Provider()

        async def visit(url: str) -> None:
            async with httpx.AsyncClient(trust_env=False) as browser:
                await browser.get(f"{at.decide(url)}&{twice}")

        assert reason_of(await stop_of(at.agent(), visit)) == "answer_malformed"
        assert at.forms == []

    async def test_a_code_of_another_sign_in_cannot_be_redeemed(self) -> None:
        at = Provider()
        others: list[str] = []

        async def keep(url: str) -> None:
            others.append(dict(parse_qsl(urlsplit(at.decide(url)).query))["code"])
            raise RuntimeError("the attacker keeps the code")

        await stop_of(at.agent(), keep)
        # PKCE: the code is bound to the verifier of the other sign-in.
        assert reason_of(await stop_of(at.agent(), Person(at, code=others[0]))) == "invalid_grant"


NO_ALGORITHM = b'{"alg":"none"}'


def foreign(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "signer"}, claims, ECKey.generate_key("P-256"))


def with_secret(claims: dict[str, Any]) -> str:
    """Signed with the public key as if it were a secret (RFC 8725 §2.1)."""
    header = base64url(b'{"alg":"HS256","kid":"signer"}')
    text = f"{header}.{signed(claims).split('.')[1]}"
    return f"{text}.{base64url(hmac.digest(SIGNER.as_pem(private=False), text.encode(), 'sha256'))}"


def unsigned(claims: dict[str, Any]) -> str:
    _, payload, _ = signed(claims).split(".")
    return f"{base64url(NO_ALGORITHM)}.{payload}."


def of_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "other"}, claims, SIGNER)


class TestIdToken:
    """Claims and signatures of OpenID Connect Core §3.1.3.7."""

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "https://evil.example"},
            {"iss": None},
            {"aud": "agt_other"},
            {"aud": []},
            {"aud": None},
            {"aud": [CLIENT_ID, "agt_other"]},
            {"aud": [CLIENT_ID, 5], "azp": CLIENT_ID},
            {"azp": "agt_other"},
            {"nonce": "other"},
            {"nonce": None},
            {"nonce": 5},
            {"sub": None},
            {"sub": ""},
            {"exp": START - 31},
            {"exp": None},
            {"exp": "never"},
            {"exp": float(2**60), "iat": START + 31},
            {"iat": None},
            {"nbf": START + 31},
            {"auth_time": "now"},
            {"at_hash": "AAAA"},
        ],
    )
    async def test_a_wrong_claim_is_a_stop(self, claims: dict[str, Any]) -> None:
        at = Provider(claims=claims)
        person = Person(at)
        assert reason_of(await stop_of(at.agent(), person)) == "id_token_invalid"
        assert "The sign-in failed" in person.pages[0].text

    @pytest.mark.parametrize("claims", [{"auth_time": START - 91}, {"auth_time": None}])
    async def test_a_sign_in_of_long_ago_is_a_stop(self, claims: dict[str, Any]) -> None:
        at = Provider(claims=claims)
        assert reason_of(await stop_of(at.agent(), Person(at), max_age=60)) == "id_token_invalid"

    @pytest.mark.parametrize(
        "id_token", [foreign, with_secret, unsigned, of_key, lambda _: None, lambda _: "x", lambda _: "a.b.c"]
    )
    async def test_a_token_that_the_issuer_did_not_sign_is_a_stop(
        self, id_token: Callable[[dict[str, Any]], str | None]
    ) -> None:
        at = Provider(id_token=id_token)
        assert reason_of(await stop_of(at.agent(), Person(at))) == "id_token_invalid"

    @pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384"])
    async def test_a_key_without_an_algorithm_accepts_no_other_one(self, algorithm: str) -> None:
        def of_another_algorithm(claims: dict[str, Any]) -> str:
            header = base64url(json.dumps({"alg": algorithm, "kid": "signer"}).encode())
            _, payload, signature = signed(claims).split(".")
            return f"{header}.{payload}.{'' if algorithm == 'none' else signature}"

        at = Provider(left_out=("alg",), id_token=of_another_algorithm)
        assert reason_of(await stop_of(at.agent(), Person(at))) == "id_token_invalid"
        at.id_token = signed
        assert (await at.agent().sign_in(RESOURCE, open=Person(at))).claims is not None

    @pytest.mark.parametrize(
        "claims", [{"aud": [CLIENT_ID]}, {"aud": [CLIENT_ID, "x"], "azp": CLIENT_ID}, {"at_hash": None}]
    )
    async def test_other_forms_that_are_allowed(self, claims: dict[str, Any]) -> None:
        at = Provider(claims=claims)
        assert (await at.agent().sign_in(RESOURCE, open=Person(at))).claims is not None
