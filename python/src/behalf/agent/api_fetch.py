"""Requests to APIs: attaches the token, with a DPoP proof if it is bound, and follows the challenges of an API
(RFC 6750 §3, RFC 9449 §9, RFC 9470 §3, RFC 9728 §5). Each kind of challenge is followed once for a request."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import anyio
import httpx

from ..resource_server.options import ConfigurationError, is_safe_url
from .challenges import Challenge, challenges_in, parameter_in
from .denial import Denial, StepUp, StepUpPage, Wait, denial_of, retry_after
from .options import Hooks, Options
from .pages import PAGE_PACE, is_decided, is_page_of
from .resource_metadata import Api, ApiDirectory
from .stop import AgentStop
from .target import Details
from .token import Subject, Token

_DEFAULT_PAUSE = 5.0
# Methods that have the same effect twice as once (RFC 9110 §9.2.2).
_REPEATABLE = frozenset(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])

Kind = Literal["wait", "step_up", "scope", "discover", "renew"]


class Tokens(Protocol):
    """The agent, as this module needs it."""

    async def own_token(
        self,
        resource: str | None,
        *,
        scopes: Sequence[str] | None,
        authorization_details: Details,
        hooks: Hooks | None,
    ) -> Token: ...

    async def exchange(
        self,
        subject: Subject | str,
        resource: str | None,
        *,
        scopes: Sequence[str] | None,
        authorization_details: Details,
        hooks: Hooks | None,
    ) -> Token: ...

    def auth(self, token: Token) -> httpx.Auth: ...

    def forget(self, token: Token) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """Which token a request to an API gets."""

    resource: str | None = None
    scopes: Sequence[str] | None = None
    authorization_details: Details = ()
    subject: Subject | str | None = None
    more_scopes: Sequence[str] = ()
    hooks: Hooks | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    resource: str
    scopes: tuple[str, ...] | None
    subject: Subject | str | None


@dataclass(frozen=True, slots=True)
class _Next:
    """What to send next, with this token if there is one."""

    plan: _Plan
    token: Token | None = None
    page: StepUpPage | None = None
    """On which the person confirms. Until then the request is sent again with the same token."""
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class _Refused:
    response: httpx.Response
    challenges: Sequence[Challenge]
    plan: _Plan
    token: Token
    deadline: float

    @property
    def challenge(self) -> Challenge | None:
        """The one that carries an error."""
        return next((one for one in self.challenges if "error" in one.parameters), None)

    @property
    def error(self) -> str | None:
        return None if self.challenge is None else self.challenge.parameters["error"]


class ApiFetch:
    """Safe for concurrent use within one event loop."""

    def __init__(self, options: Options, tokens: Tokens, hooks_of: Callable[[Hooks | None], Hooks]) -> None:
        self._options = options
        self._tokens = tokens
        self._hooks_of = hooks_of
        self._directory = ApiDirectory(options.issuer, options.timeout)

    async def fetch(
        self, client: httpx.AsyncClient, method: str, url: str, request: FetchRequest, content: dict[str, Any]
    ) -> httpx.Response:
        """The answer of the API, with its body read. Raises AgentStop; ConfigurationError for a mistake of the
        program."""
        async with self.stream(client, method, url, request, content) as response:
            await response.aread()
            return response

    @asynccontextmanager
    async def stream(
        self, client: httpx.AsyncClient, method: str, url: str, request: FetchRequest, content: dict[str, Any]
    ) -> AsyncIterator[httpx.Response]:
        """As `fetch`; the body of the answer is read by the program."""
        if not is_safe_url(url):
            raise ConfigurationError("url", "give a URL with https, or with http on loopback")
        # Built once, with its body in memory, so that it can be sent again.
        first = client.build_request(method, url, **content)
        await first.aread()
        # Of the agent alone: a token of the program would be sent beside it, or in its place.
        for name in ("authorization", "dpop"):
            first.headers.pop(name, None)
        response = await self._answered(client, first, request)
        try:
            yield response
        finally:
            await response.aclose()

    async def _answered(self, client: httpx.AsyncClient, sent: httpx.Request, request: FetchRequest) -> httpx.Response:
        deadline = self._options.clock() + self._options.bounds.seconds
        first = await self._planned(client, sent, request)
        if isinstance(first, httpx.Response):
            return first
        following = _Next(first)
        followed: set[Kind] = set()
        while True:
            plan = following.plan
            token = following.token or await self._token_for(plan, request)
            response = await self._send(client, sent, token)
            refused = _Refused(response, _challenges_of(response), plan, token, deadline)
            is_other = request.resource is None and self._directory.is_other(plan.resource, refused.challenges)
            kind = _kind_of(refused, is_other)
            if kind is None:
                return response
            if kind == "step_up" and await self._is_confirming(following, refused):
                await response.aclose()
                following = replace(following, token=token)
                continue
            after = None if kind in followed else await self._follow(kind, client, sent, refused, request)
            if after is None:
                return response
            await response.aclose()
            followed.add(kind)
            following = after

    async def _send(self, client: httpx.AsyncClient, sent: httpx.Request, token: Token | None) -> httpx.Response:
        """A copy, since the proof and the token are headers. Redirects are not followed."""
        copy = httpx.Request(
            sent.method, sent.url, headers=sent.headers, content=sent.content, extensions=sent.extensions
        )
        auth = None if token is None else self._tokens.auth(token)
        return await client.send(copy, auth=auth, follow_redirects=False, stream=True)

    async def _planned(
        self, client: httpx.AsyncClient, sent: httpx.Request, request: FetchRequest
    ) -> _Plan | httpx.Response:
        """The API of a request that names none: known from before, or asked without a token."""
        scopes = None if request.scopes is None else tuple(request.scopes)
        if request.resource is not None:
            return _Plan(request.resource, scopes, request.subject)
        url = str(sent.url)
        known = self._directory.known(url)
        if known is not None:
            return _plan_for(known, request)
        response = await self._send(client, sent, None)
        if response.status_code != 401:
            return response
        found = await self._directory.find(client, url, _challenges_of(response))
        if found is None:
            return response
        await response.aclose()
        return _plan_for(found, request)

    async def _token_for(self, plan: _Plan, request: FetchRequest) -> Token:
        details, hooks = request.authorization_details, request.hooks
        if plan.subject is None:
            return await self._tokens.own_token(
                plan.resource, scopes=plan.scopes, authorization_details=details, hooks=hooks
            )
        return await self._tokens.exchange(
            plan.subject, plan.resource, scopes=plan.scopes, authorization_details=details, hooks=hooks
        )

    async def _follow(
        self,
        kind: Kind,
        client: httpx.AsyncClient,
        sent: httpx.Request,
        refused: _Refused,
        request: FetchRequest,
    ) -> _Next | None:
        """None: the answer is for the program."""
        match kind:
            case "wait":
                # The same token: that of an approved action is for this request, and there is no second one.
                return _Next(refused.plan, refused.token) if await self._waited(sent, refused, request) else None
            case "step_up":
                return await self._stepped_up(refused, request)
            case "scope":
                return _widened(refused, request)
            case "discover":
                api = await self._directory.find(client, str(sent.url), refused.challenges)
                return None if api is None else _Next(_plan_for(api, request))
            case "renew":
                self._tokens.forget(refused.token)
                return _Next(refused.plan)

    async def _denial_in(self, refused: _Refused) -> Denial:
        """What a refusal says in its body. Raises httpx.ReadTimeout if that does not arrive within the limit of one
        request."""
        response = refused.response
        try:
            # The program reads it too, if this is its answer.
            with anyio.fail_after(self._options.timeout):
                body = _json_of(await response.aread())
        except TimeoutError as late:
            raise httpx.ReadTimeout("the body of a refusal did not arrive", request=response.request) from late
        members: dict[str, Any] = body if isinstance(body, dict) else {}
        error = {} if refused.error is None else {"error": refused.error}
        after = retry_after(response.headers.get("retry-after"), self._options.clock())
        return denial_of(response.status_code, {**error, **members}, after)

    def _page_in(self, denial: Denial) -> StepUpPage | None:
        """A page of the server. A page elsewhere is not shown to the person."""
        found = next((one for one in denial.remedies if isinstance(one, StepUp)), None)
        page = None if found is None else found.page
        return page if page is not None and is_page_of(self._options.issuer, page.url) else None

    async def _stepped_up(self, refused: _Refused, request: FetchRequest) -> _Next | None:
        """What to send after a new sign-in of the person; None if the program has no hook, or declines."""
        hook = self._hooks_of(request.hooks).on_step_up
        if hook is None or refused.plan.subject is None:
            return None
        parameters = {} if refused.challenge is None else refused.challenge.parameters
        age = parameters.get("max_age", "")
        max_age = int(age) if re.fullmatch(r"[0-9]{1,9}", age) else None
        denial = await self._denial_in(refused)
        page = self._page_in(denial)
        remedy = StepUp(tuple(parameters.get("acr_values", "").split()), max_age, page)
        until = self._options.clock() + (0 if page is None else page.expires_in)
        said = await self._hooked(hook(remedy, denial), denial, refused.deadline)
        if said is True and page is not None:
            return _Next(refused.plan, refused.token, page, until)
        if said is None or isinstance(said, bool):
            return None
        return _Next(replace(refused.plan, subject=said))

    async def _is_confirming(self, following: _Next, refused: _Refused) -> bool:
        """Whether the person may still confirm on the page that the program gave them: then waits a while."""
        page, now = following.page, self._options.clock()
        if page is None or now + PAGE_PACE > min(following.until, refused.deadline):
            return False
        current = self._page_in(await self._denial_in(refused))
        if current is None or is_decided(current, page.url, following.until - now):
            return False
        await self._options.sleep(PAGE_PACE)
        return True

    async def _waited(self, sent: httpx.Request, refused: _Refused, request: FetchRequest) -> bool:
        """Waits until the request can be sent again. False if it may have had an effect, the wait is too long, or the
        program declines."""
        denial = await self._denial_in(refused)
        # The package for APIs answers so when it could not check the token: the request was not let through.
        is_repeatable = sent.method in _REPEATABLE or denial.layer == "resource_server"
        after = denial.retry_after
        if refused.response.status_code == 503 and (not is_repeatable or after is None):
            return False
        seconds = max(1.0, _DEFAULT_PAUSE if after is None else after)
        if self._options.clock() + seconds > refused.deadline:
            return False
        hook = self._hooks_of(request.hooks).on_wait
        if hook is not None and await self._hooked(hook(seconds, denial), denial, refused.deadline) is False:
            return False
        await self._options.sleep(seconds)
        return True

    async def _hooked(self, call: Awaitable[Any], denial: Denial, deadline: float) -> Any:
        with anyio.move_on_after(max(0.0, deadline - self._options.clock())):
            try:
                return await call
            except Exception as error:
                raise AgentStop("hook_failed", denial, None, ()) from error
        raise AgentStop("out_of_time", denial, Wait(deadline), ())


def _json_of(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _challenges_of(response: httpx.Response) -> Sequence[Challenge]:
    return challenges_in(response.headers.get("www-authenticate"))


def _plan_for(api: Api, request: FetchRequest) -> _Plan:
    return _Plan(api.resource, api.scopes if request.scopes is None else tuple(request.scopes), request.subject)


def _kind_of(refused: _Refused, is_other: bool) -> Kind | None:
    status = refused.response.status_code
    if status in (429, 503):
        return "wait"
    # For another token people would have to approve the action again.
    if refused.token.is_for_one_action:
        return None
    if refused.error == "insufficient_user_authentication":
        return "step_up"
    if refused.error == "insufficient_scope":
        return "scope"
    if status != 401:
        return None
    return "discover" if is_other else "renew"


def _widened(refused: _Refused, request: FetchRequest) -> _Next | None:
    """With the scopes that the API asks for, if the program allows them."""
    plan = refused.plan
    asked = (parameter_in(refused.challenges, "scope") or "").split()
    if plan.scopes is None or not asked or set(asked) <= set(plan.scopes):
        return None
    if not set(asked) <= {*plan.scopes, *request.more_scopes}:
        return None
    return _Next(replace(plan, scopes=tuple(dict.fromkeys((*plan.scopes, *asked)))))
