"""What a sign-in of a person gave the agent: an access token that is renewed as long as the refresh token is valid."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..resource_server.options import ConfigurationError
from .denial import Denial
from .server import AuthorizationServer
from .stop import AgentStop
from .target import Target
from .token import Grant, Subject, Token

KeepRefreshToken = Callable[[str], object]
"""Stores a refresh token, before the tokens that came with it are used. May be `async`."""

# Seconds before its end at which an access token is renewed.
_MARGIN = 30


class Session:
    """For use within one event loop of asyncio. :meth:`Agent.sign_in` and :meth:`Agent.resume` make it."""

    def __init__(
        self,
        server: AuthorizationServer,
        target: Target,
        keep: KeepRefreshToken | None,
        clock: Callable[[], float],
        *,
        grant: Grant | None = None,
        refresh_token: str | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> None:
        self._server = server
        self._target = target
        self._keep = keep
        self._clock = clock
        self._token = None if grant is None else grant.token
        self._refresh_token = refresh_token if grant is None else grant.refresh_token
        self._under_way: asyncio.Task[Token] | None = None
        self.claims = claims
        """Claims of the ID token, which was checked; None for a session that was resumed."""
        self.subject = Subject(self._access_token)
        """The subject of an exchange: the access token of the moment."""

    @property
    def refresh_token(self) -> str | None:
        """The newest refresh token, if there is one."""
        return self._refresh_token

    async def token(self) -> Token:
        """An access token that is valid for half a minute at least, and was given to what the agent runs with now.
        Callers at the same time share one refresh, which goes on when a caller is cancelled. Raises AgentStop:
        `session_ended` without a refresh token, `hook_failed` if the composition cannot be read, else `refused`.
        Its denial says whether the session ended or the server was away."""
        shown = await self._server.shown()
        token = self._token
        is_fresh = token is not None and (token.expires_at is None or self._clock() < token.expires_at - _MARGIN)
        if token is not None and is_fresh and shown == token.shown:
            return token
        is_shared = self._under_way is not None
        if self._under_way is None:
            self._under_way = asyncio.get_running_loop().create_task(self._refreshed())
            self._under_way.add_done_callback(self._landed)
        # A refresh token that was sent may be used up: the answer must not be lost with one caller.
        renewed = await asyncio.shield(self._under_way)
        # One that another caller began can have shown an earlier composition. Each round ends for the caller that
        # began it.
        return await self.token() if is_shared and renewed.shown != shown else renewed

    async def _access_token(self) -> str:
        return (await self.token()).access_token

    def _landed(self, task: asyncio.Task[Token]) -> None:
        self._under_way = None
        # Read, so that a failure that no caller waits for is not reported as an error of the program.
        if not task.cancelled():
            task.exception()

    async def _refreshed(self) -> Token:
        refresh_token = self._refresh_token
        if refresh_token is None:
            raise AgentStop("session_ended", None, None, ())
        parameters = {"refresh_token": refresh_token, **self._target.parameters(None)}
        before = "" if self._token is None else " ".join(self._token.scopes)
        # Once only: a refresh token that is sent twice ends the session, if the first answer was lost on its way.
        answer = await self._server.grant("refresh_token", parameters, before)
        if isinstance(answer, Denial):
            raise AgentStop("refused", answer, None, ())
        if answer.refresh_token is not None and answer.refresh_token != refresh_token:
            self._refresh_token = answer.refresh_token
            await kept(self._keep, answer.refresh_token)
        self._token = answer.token
        return answer.token


async def kept(keep: KeepRefreshToken | None, refresh_token: str | None) -> None:
    """Gives a refresh token to the program. Raises AgentStop (`hook_failed`) if the program fails to keep it."""
    if keep is None or refresh_token is None:
        return
    try:
        done = keep(refresh_token)
        if inspect.isawaitable(done):
            await done
    except Exception as error:
        raise AgentStop("hook_failed", None, None, ()) from error


def check_keep(keep: object) -> None:
    """Raises ConfigurationError for what is no function."""
    if keep is not None and not callable(keep):
        raise ConfigurationError("keep", "give a function")
