"""Tokens for an API: of the agent itself, on behalf of a person, and of an approved action."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import httpx

from ..resource_server.options import ConfigurationError, is_safe_url
from .api_fetch import ApiFetch, FetchRequest
from .denial import CIBA, Denial
from .dpop import Proofs
from .follower import Port, Wanted, follow
from .options import Hooks, Options, check_hooks
from .server import AuthorizationServer, Parameters
from .session import KeepRefreshToken, Session, check_keep
from .sign_in import DEFAULT_REDIRECT, OpenAddress, SignInRequest, open_browser, sign_in
from .target import Details, Target, checked_scopes, checked_transaction
from .token import Subject, Token, subject_of
from .token_cache import TokenCache

_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class Agent:
    """Safe for concurrent use within one event loop. Call :meth:`close` at the end."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._proofs = Proofs(options.dpop, options.clock) if options.dpop is not None else None
        self._server = AuthorizationServer(options, self._proofs)
        self._cache = TokenCache(options.cached_tokens, options.clock)
        self._apis = ApiFetch(options, self, self._hooks)
        self._client: httpx.AsyncClient | None = None

    async def own_token(
        self,
        resource: str | None = None,
        *,
        scopes: Sequence[str] | None = None,
        authorization_details: Details = (),
        hooks: Hooks | None = None,
    ) -> Token:
        """A token of the agent itself (client credentials).

        `resource` is the identifier of the API, exactly as registered (RFC 8707). Without `scopes` the token has all
        that the agent may have there. `hooks` take the place of those of the agent, each by itself; such a call asks
        the server. Raises AgentStop; ConfigurationError for a mistake in the call."""
        target = Target(resource, authorization_details)

        async def ask(wanted: Wanted) -> Token | Denial:
            return await self._server.token("client_credentials", target.parameters(wanted.scopes))

        wanted = Wanted(checked_scopes(scopes), None)
        return await self._obtained(["own", target.key, wanted.scopes], ask, wanted, hooks)

    async def exchange(
        self,
        subject: Subject | str,
        resource: str | None = None,
        *,
        scopes: Sequence[str] | None = None,
        authorization_details: Details = (),
        transaction: str | None = None,
        hooks: Hooks | None = None,
    ) -> Token:
        """A token on behalf of a person, which names the agent as actor (RFC 8693). `subject` is a token that speaks
        for the person: an access token, or a :class:`Subject` of another type. `transaction` is the id of an open
        transaction of this agent (``trn_…``); tokens that are exchanged from this one stay in it. Otherwise as
        :meth:`own_token`."""
        target = Target(resource, authorization_details)
        within = checked_transaction(transaction)
        person = await subject_of(subject).current()

        async def ask(wanted: Wanted) -> Token | Denial:
            current = wanted.subject or person
            parameters: Parameters = {
                "subject_token": str(current.token),
                "subject_token_type": current.token_type,
                "transaction": within,
                **target.parameters(wanted.scopes),
            }
            return await self._server.token(_EXCHANGE, parameters)

        wanted = Wanted(checked_scopes(scopes), person)
        key = ["exchange", person.type, person.token, target.key, within, wanted.scopes]
        return await self._obtained(key, ask, wanted, hooks)

    async def approval(
        self,
        login_hint: str | None,
        resource: str | None = None,
        *,
        id_token_hint: str | None = None,
        scopes: Sequence[str] | None = None,
        authorization_details: Details = (),
        binding_message: str | None = None,
        expiry: int | None = None,
        hooks: Hooks | None = None,
    ) -> Token:
        """Has people approve exactly this action (CIBA), and returns the token for it. Each call asks people.

        `login_hint` is the username or account id of the person for whom the agent acts; `id_token_hint`, in
        place of it, is an ID token of that person. `binding_message` is shown to the approvers as words of the agent.
        `expiry`: seconds that they have, if fewer than usual. Raises as :meth:`own_token`."""
        target = Target(resource, authorization_details)
        if (login_hint is None) == (id_token_hint is None):
            raise ConfigurationError("login_hint", "give either login_hint or id_token_hint")
        pings = self._options.pings

        async def ask(wanted: Wanted) -> Token | Denial:
            # CIBA §7.1 needs openid.
            asked = tuple(dict.fromkeys(("openid", *(wanted.scopes or ()))))
            parameters: Parameters = {
                **target.parameters(asked),
                "login_hint": login_hint,
                "id_token_hint": id_token_hint,
                "binding_message": binding_message,
                "requested_expiry": None if expiry is None else str(expiry),
                "client_notification_token": None if pings is None else pings.token,
            }
            return await self._server.backchannel(parameters)

        return await self._obtained(None, ask, Wanted(checked_scopes(scopes), None), hooks)

    async def sign_in(
        self,
        resource: str | None = None,
        *,
        scopes: Sequence[str] | None = None,
        authorization_details: Details = (),
        open: OpenAddress = open_browser,
        redirect_uri: str = DEFAULT_REDIRECT,
        acr_values: Sequence[str] = (),
        max_age: int | None = None,
        push: bool | None = None,
        keep: KeepRefreshToken | None = None,
    ) -> Session:
        """Signs a person in to the agent itself, with a browser on this machine (RFC 8252). Needs asyncio.

        `open` gets the address that the browser has to open; it is cancelled when the sign-in is over. `redirect_uri`
        is as registered: without a port the system chooses one, which only a native app may do. `acr_values` and
        `max_age` are those of a step-up (RFC 9470 §4). `push` pushes the request (RFC 9126), by default if the server
        requires it. `keep` stores each refresh token before it is used. The person has `bounds.seconds`. Raises as
        :meth:`own_token`; cancel the call to end it sooner."""
        target = Target(resource, authorization_details)
        request = SignInRequest(
            target=target,
            scopes=checked_scopes(scopes),
            open=open,
            redirect_uri=redirect_uri,
            acr_values=acr_values,
            max_age=max_age,
            push=push,
            keep=keep,
        )
        return await sign_in(self._options, self._server, request)

    def resume(
        self,
        refresh_token: str,
        resource: str | None = None,
        *,
        authorization_details: Details = (),
        keep: KeepRefreshToken | None = None,
    ) -> Session:
        """A session of a sign-in before, by its refresh token. Sends no request yet. Raises ConfigurationError."""
        target = Target(resource, authorization_details)
        check_keep(keep)
        if not isinstance(refresh_token, str) or refresh_token == "":
            raise ConfigurationError("refresh_token", "give the refresh token")
        return Session(self._server, target, keep, self._options.clock, refresh_token=refresh_token)

    def auth(self, token: Token | Callable[[], Awaitable[Token]]) -> AgentAuth:
        """Sends a token with requests of `httpx`, with a DPoP proof if it is bound: `client.get(url,
        auth=agent.auth(token))`. A function is asked for a token for each request."""
        return AgentAuth(token, self._proofs)

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        client: httpx.AsyncClient | None = None,
        resource: str | None = None,
        scopes: Sequence[str] | None = None,
        authorization_details: Details = (),
        subject: Subject | str | None = None,
        more_scopes: Sequence[str] = (),
        hooks: Hooks | None = None,
        **content: Any,
    ) -> httpx.Response:
        """Calls an API with a token, and follows its challenges, each kind once. Returns the answer of the API.

        `subject` is the person; without it the agent acts for itself. Without `resource` the API says which one it is
        (RFC 9728). `more_scopes` are those that the API may ask for beyond `scopes`. `content` goes to the request:
        `json`, `content`, `data`, `files`, `params`, `headers`. It is kept in memory, so that it can be sent again.
        Redirects are not followed. `client` is one of the program, with its limits and certificates. Raises as
        :meth:`own_token`, and the errors of httpx for an API that does not answer."""
        request = FetchRequest(
            resource=resource,
            scopes=checked_scopes(scopes),
            authorization_details=authorization_details,
            subject=subject,
            more_scopes=checked_scopes(more_scopes) or (),
            hooks=hooks,
        )
        return await self._apis.fetch(client or self._http(), method, url, request, content)

    def _http(self) -> httpx.AsyncClient:
        """The client of requests to APIs, made when it is first needed."""
        if self._client is None:
            self._client = httpx.AsyncClient(follow_redirects=False)
        return self._client

    def forget(self, token: Token) -> None:
        """Forgets a token that an API refused, so that the next call asks for a new one."""
        self._cache.forget(token)

    async def close(self) -> None:
        """Closes connections to the authorization server and to APIs."""
        if self._client is not None:
            await self._client.aclose()
        await self._server.close()

    async def __aenter__(self) -> Agent:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def _obtained(
        self,
        key: list[Any] | None,
        ask: Callable[[Wanted], Awaitable[Token | Denial]],
        wanted: Wanted,
        hooks: Hooks | None,
    ) -> Token:
        """From the cache, or by remedies if need be."""

        async def poll(auth_req_id: str) -> Token | Denial:
            return await self._server.token(CIBA, {"auth_req_id": auth_req_id})

        async def token_endpoint() -> str | None:
            url = await self._server.endpoint("token_endpoint")
            return None if isinstance(url, Denial) else url

        pings = self._options.pings
        port = Port(self._options.issuer, ask, poll, token_endpoint, None if pings is None else pings.arrived)

        async def obtain() -> Token:
            return await follow(port, wanted, self._hooks(hooks), self._options)

        # A call with hooks of its own does not wait for a person whom the hooks of another call have asked.
        if key is None or hooks is not None:
            return await obtain()

        # A token that the server gave to another composition is not used: it has not seen what the agent runs with now.
        def key_for(shown: str | None) -> str:
            return json.dumps([*key, shown])

        # The agent may have changed while people decided: the last assertion counts.
        return await self._cache.get(key_for(await self._server.shown()), obtain, lambda token: key_for(token.shown))

    def _hooks(self, own: Hooks | None) -> Hooks:
        if own is None:
            return self._options.hooks
        check_hooks(own)
        given = {one.name: getattr(own, one.name) for one in fields(own)}
        return replace(self._options.hooks, **{name: hook for name, hook in given.items() if hook is not None})


class AgentAuth(httpx.Auth):
    """Authenticates requests of `httpx.AsyncClient` with a token of an agent. A request to a URL without TLS raises
    ConfigurationError, but for loopback."""

    # So that a request with a body can be sent again, with the nonce of the API.
    requires_request_body = True

    def __init__(self, token: Token | Callable[[], Awaitable[Token]], proofs: Proofs | None) -> None:
        self._token = token
        self._proofs = proofs

    async def async_auth_flow(self, request: httpx.Request) -> Any:
        url = str(request.url)
        if not is_safe_url(url):
            raise ConfigurationError("url", "send a token with https, or with http on loopback")
        token = self._token if isinstance(self._token, Token) else await self._token()
        for _ in range(2):
            request.headers["authorization"] = f"{token.type} {token.access_token}"
            if token.type == "DPoP" and self._proofs is not None:
                request.headers["dpop"] = self._proofs.proof(request.method, url, token.access_token)
            response = yield request
            is_new = self._proofs is not None and self._proofs.remember(url, response.headers.get("dpop-nonce"))
            challenge = response.headers.get("www-authenticate", "")
            # Once more with the nonce of the API (RFC 9449 §9).
            if response.status_code != 401 or not is_new or not re.search(r'error="?use_dpop_nonce', challenge):
                return
