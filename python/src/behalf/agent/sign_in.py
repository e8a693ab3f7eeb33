"""Signs a person in to the agent itself: code with PKCE and a loopback redirect (RFC 6749 §4.1, RFC 7636, RFC 8252)."""

from __future__ import annotations

import hashlib
import inspect
import secrets
import webbrowser
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import anyio
import anyio.to_thread

from ..resource_server.options import ConfigurationError
from .denial import Denial, denial_of, own_denial
from .id_token import Expected, checked_claims
from .loopback import Loopback, open_loopback
from .options import Options
from .server import AuthorizationServer, Parameters
from .session import KeepRefreshToken, Session, check_keep, kept
from .stop import AgentStop
from .target import Target
from .token import Grant

DEFAULT_REDIRECT = "http://127.0.0.1/callback"

Given = TypeVar("Given")
OpenAddress = Callable[[str], object]
"""Gets the address that the person's browser has to open. May be `async`."""


async def open_browser(url: str) -> None:
    """Opens an address in the browser of this machine. Raises RuntimeError if there is none."""
    if not await anyio.to_thread.run_sync(webbrowser.open, url, abandon_on_cancel=True):
        raise RuntimeError("this machine has no browser that can be opened: give open=print, and open the address")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """Raises ConfigurationError, which names the member that is wrong."""

    target: Target
    scopes: tuple[str, ...] | None
    open: OpenAddress
    redirect_uri: str
    acr_values: Sequence[str]
    max_age: int | None
    push: bool | None
    keep: KeepRefreshToken | None

    def __post_init__(self) -> None:
        if not callable(self.open):
            raise ConfigurationError("open", "give a function that opens the address")
        if isinstance(self.acr_values, str) or not all(isinstance(one, str) and one for one in self.acr_values):
            raise ConfigurationError("acr_values", "give a list of authentication context classes")
        if self.max_age is not None and (type(self.max_age) is not int or self.max_age < 0):
            raise ConfigurationError("max_age", "give a number of seconds")
        check_keep(self.keep)

    @property
    def scope(self) -> str:
        """OpenID Connect Core §3.1.2.1 needs openid."""
        return " ".join(dict.fromkeys(("openid", *(self.scopes or ()))))


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class _Secrets:
    """Of one sign-in."""

    state: str = field(default_factory=_random, repr=False)
    nonce: str = field(default_factory=_random, repr=False)
    verifier: str = field(default_factory=_random, repr=False)

    @property
    def challenge(self) -> str:
        """RFC 7636 §4.2."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


async def sign_in(options: Options, server: AuthorizationServer, request: SignInRequest) -> Session:
    """A session. Raises AgentStop if the person or the server refuses, or no answer arrives in time."""
    own = _Secrets()
    loopback = await open_loopback(request.redirect_uri, own.state)
    try:
        with anyio.move_on_after(options.bounds.seconds):
            return await _SignIn(options, server, request, own, loopback).run()
    finally:
        await loopback.close()
    raise AgentStop("out_of_time", None, None, ())


@dataclass(frozen=True, slots=True)
class _SignIn:
    options: Options
    server: AuthorizationServer
    request: SignInRequest
    own: _Secrets
    loopback: Loopback

    async def run(self) -> Session:
        url = await self._address()
        failure: Exception | None = None
        session: Session | None = None
        async with anyio.create_task_group() as group:
            group.start_soon(self.loopback.serve, group)
            group.start_soon(self._open, url)
            # What is raised inside of the group would come out as a group of exceptions.
            try:
                session = await self._session(await self.loopback.answer())
            except Exception as error:
                failure = error
            await self._show(failure)
            # A hook that waits for its browser to close has done its work.
            group.cancel_scope.cancel()
        if session is None:
            raise failure or AgentStop("refused", None, None, ())
        return session

    async def _address(self) -> str:
        """Where the browser has to go. Raises AgentStop."""
        metadata = _given(await self.server.metadata())
        endpoint = _given(await self.server.endpoint("authorization_endpoint"))
        request, own = self.request, self.own
        parameters: Parameters = {
            "client_id": self.options.client_id,
            "response_type": "code",
            **request.target.parameters(tuple(request.scope.split())),
            "redirect_uri": self.loopback.redirect_uri,
            "state": own.state,
            "nonce": own.nonce,
            "code_challenge": own.challenge,
            "code_challenge_method": "S256",
            "acr_values": " ".join(request.acr_values) or None,
            "max_age": None if request.max_age is None else str(request.max_age),
            # A code that leaks cannot be redeemed with another key (RFC 9449 §10).
            "dpop_jkt": None if self.options.dpop is None else self.options.dpop.private.thumbprint(),
        }
        is_required = metadata.get("require_pushed_authorization_requests") is True
        if is_required if request.push is None else request.push:
            request_uri = _given(await self.server.pushed(parameters))
            parameters = {"client_id": self.options.client_id, "request_uri": request_uri}
        query = urlencode({name: value for name, value in parameters.items() if value is not None})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    async def _open(self, url: str) -> None:
        try:
            opened = self.request.open(url)
            if inspect.isawaitable(opened):
                await opened
        except Exception as error:
            stop = AgentStop("hook_failed", None, None, ())
            stop.__cause__ = error
            self.loopback.fail(stop)

    async def _session(self, answer: Sequence[tuple[str, str]]) -> Session:
        """Redeems the answer. Raises AgentStop."""
        code = self._code_in(answer, _given(await self.server.metadata()))
        request = self.request
        parameters: Parameters = {
            "code": code,
            "redirect_uri": self.loopback.redirect_uri,
            "code_verifier": self.own.verifier,
            "resource": request.target.resource,
        }
        grant = _given(await self.server.grant("authorization_code", parameters, request.scope))
        claims = await self._claims(grant)
        await kept(request.keep, grant.refresh_token)
        return Session(self.server, request.target, request.keep, self.options.clock, grant=grant, claims=claims)

    def _code_in(self, answer: Sequence[tuple[str, str]], metadata: Mapping[str, Any]) -> str:
        given = dict(answer)
        if len(given) != len(answer):
            raise _refused(own_denial("answer_malformed", "The answer has a parameter twice (RFC 6749 §3.1)."))
        # Before anything else: an answer of another server must not be taken for one of ours (RFC 9207 §2.4).
        is_named = metadata.get("authorization_response_iss_parameter_supported") is True
        if (is_named or "iss" in given) and given.get("iss") != self.options.issuer:
            raise _refused(own_denial("issuer_other", "The answer does not name the issuer (RFC 9207 §2.4)."))
        if "error" in given:
            raise _refused(denial_of(400, given, None))
        code = given.get("code", "")
        if code == "":
            raise _refused(own_denial("answer_malformed", "The answer has no code."))
        return code

    async def _claims(self, grant: Grant) -> Mapping[str, Any]:
        if grant.id_token is None:
            raise _refused(own_denial("id_token_invalid", "The answer of the server has no ID token."))
        options = self.options
        keys = _given(await self.server.keys())
        expected = Expected(
            issuer=options.issuer,
            client_id=options.client_id,
            nonce=self.own.nonce,
            max_age=self.request.max_age,
            access_token=grant.token.access_token,
            now=options.clock(),
        )
        try:
            return checked_claims(grant.id_token, keys, expected)
        except ValueError as error:
            raise _refused(own_denial("id_token_invalid", f"The ID token cannot be used: {error}.")) from error

    async def _show(self, failure: Exception | None) -> None:
        denial = failure.denial if isinstance(failure, AgentStop) else None
        is_refused = denial is not None and denial.error == "access_denied"
        await self.loopback.end("signed_in" if failure is None else "refused" if is_refused else "failed")


def _refused(denial: Denial) -> AgentStop:
    return AgentStop("refused", denial, None, ())


def _given(answer: Given | Denial) -> Given:
    """What the server gave. Raises AgentStop for a denial."""
    if isinstance(answer, Denial):
        raise _refused(answer)
    return answer
