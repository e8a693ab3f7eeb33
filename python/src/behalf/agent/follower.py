"""Follows the remedies of refusals until there is a token, or stops with the reason.

Bounded in steps, requests and time: the same reason after its remedy was followed is an end.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import anyio

from .denial import CIBA, Approval, Consent, Contact, Denial, Narrow, Remedy, StepUp, StepUpPage, Wait
from .options import Bounds, Hooks, Options
from .pages import PAGE_PACE, is_decided, is_page_of
from .stop import AgentStop, Step, StopReason
from .token import Subject, Token, subject_of

# How often a wait for the same reason is followed.
_MOST_WAITS = 3
# What a server may ask for as interval (CIBA §11), so that polls neither flood it nor stop.
_LEAST_INTERVAL, _MOST_INTERVAL, _SLOWER = 1, 60, 5

Answer = Token | Denial
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a remedy can change about a request."""

    scopes: tuple[str, ...] | None
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Port:
    """The server, as the follower sees it."""

    issuer: str
    ask: Callable[[Wanted], Awaitable[Answer]]
    poll: Callable[[str], Awaitable[Answer]]
    """Asks whether people have decided."""
    token_endpoint: Callable[[], Awaitable[str | None]]
    """URL to which polls go."""
    pinged: Callable[[str], Awaitable[None]] | None = None
    """Returns when the server says that people have decided."""


Outcome = tuple[Answer, Wanted] | StopReason
"""The answer to the next request, and what that asked for; or why the remedy was not followed."""


def _paced(interval: float, denial: Denial | None = None) -> float:
    after = denial.retry_after if denial is not None and denial.retry_after is not None else 0
    return min(max(interval, after, _LEAST_INTERVAL), _MOST_INTERVAL)


def _page_of(remedy: Remedy) -> Consent | StepUpPage | None:
    return remedy.page if isinstance(remedy, StepUp) else remedy if isinstance(remedy, Consent) else None


async def follow(port: Port, first: Wanted, hooks: Hooks, options: Options) -> Token:
    """The token. Raises AgentStop, and ConfigurationError for a mistake of the program."""
    return await _Run(port, hooks, options.bounds, options).run(first)


class _Run:
    """One token, by remedies if need be."""

    def __init__(self, port: Port, hooks: Hooks, bounds: Bounds, options: Options) -> None:
        self._port = port
        self._hooks = hooks
        self._bounds = bounds
        self._now = options.clock
        self._sleep_for = options.sleep
        self._deadline = options.clock() + bounds.seconds
        self._steps: list[Step] = []
        self._requests = 0
        self._followed = 0
        self._current: Denial | None = None

    async def run(self, wanted: Wanted) -> Token:
        followed: set[str] = set()
        waits: dict[str, int] = {}
        answer = await self._ask(wanted)
        while isinstance(answer, Denial):
            denial = self._current = answer
            waited = waits.get(denial.reason, 0)
            offered = denial.remedies or self._implied(denial, waited)
            if denial.reason in followed or waited >= _MOST_WAITS:
                raise self._stop("repeated", next(iter(offered), None))
            remedy, outcome = await self._first_followed(offered, denial, wanted)
            if isinstance(remedy, Wait):
                waits[denial.reason] = waited + 1
            else:
                followed.add(denial.reason)
            answer, wanted = outcome
        return answer

    async def _first_followed(
        self, offered: Sequence[Remedy], denial: Denial, wanted: Wanted
    ) -> tuple[Remedy, tuple[Answer, Wanted]]:
        why: StopReason | None = None
        for remedy in offered:
            outcome = await self._follow(remedy, denial, wanted)
            if not isinstance(outcome, str):
                return remedy, outcome
            self._note(remedy, outcome)
            why = why or outcome
        raise self._stop(why or "refused", next(iter(offered), None))

    def _implied(self, denial: Denial, waits: int) -> tuple[Remedy, ...]:
        """For a refusal that says to come later, without a remedy for it."""
        if not denial.is_later and denial.error != "slow_down":
            return ()
        after = denial.retry_after if denial.retry_after is not None else float(2**waits)
        return (Wait(self._now() + after),)

    async def _follow(self, remedy: Remedy, denial: Denial, wanted: Wanted) -> Outcome:
        match remedy:
            case Consent():
                return await self._consent(remedy, denial, wanted)
            case Approval():
                return await self._approval(remedy, denial, wanted)
            case StepUp():
                return await self._step_up(remedy, denial, wanted)
            case Narrow():
                return await self._narrow(remedy, denial, wanted)
            case Wait():
                return await self._wait(remedy, denial, wanted)
            case Contact():
                return "contact"

    async def _consent(self, remedy: Consent, denial: Denial, wanted: Wanted) -> Outcome:
        if not is_page_of(self._port.issuer, remedy.url):
            return "unsafe_remedy"
        hook = self._hooks.on_consent
        if hook is None:
            return "no_hook"
        until = self._now() + remedy.expires_in
        if await self._hooked(lambda: hook(remedy, denial), remedy.expires_in, remedy) is False:
            return "declined"
        self._note(remedy, "followed")
        return await self._answered(remedy, remedy, until, wanted)

    async def _answered(
        self, remedy: Consent | StepUp, opened: Consent | StepUpPage, until: float, wanted: Wanted
    ) -> Outcome:
        """Asks until the person has answered on the page."""
        other_pages = 0
        while True:
            answer = await self._ask(wanted)
            if isinstance(answer, Token):
                return answer, wanted
            page = next((_page_of(one) for one in answer.remedies if isinstance(one, type(remedy))), None)
            if page is None and not answer.is_later:
                return answer, wanted
            if page is not None and is_decided(page, opened.url, until - self._now()):
                # A request between the decision and its effect gets another page too. One more question tells them
                # apart.
                other_pages += 1
                if other_pages > 1:
                    return answer, wanted
            pause = _paced(PAGE_PACE, answer)
            if self._now() + pause > until:
                raise self._stop("expired", remedy)
            await self._sleep(pause, remedy)

    async def _approval(self, remedy: Approval, denial: Denial, wanted: Wanted) -> Outcome:
        # Credentials of the agent go to the token endpoint of its server, and to no other address that a refusal names.
        if remedy.grant_type != CIBA or remedy.endpoint != await self._port.token_endpoint():
            return "unsafe_remedy"
        hook = self._hooks.on_approval
        if hook is None and remedy.number is not None:
            return "no_hook"
        until = self._now() + remedy.expires_in
        if hook is not None:
            asked = hook
            if await self._hooked(lambda: asked(remedy, denial), remedy.expires_in, remedy) is False:
                return "declined"
        self._note(remedy, "followed")
        interval = _paced(remedy.interval)
        while True:
            # A decision of the last moment is fetched by one more poll.
            if self._now() > until + interval:
                raise self._stop("expired", remedy)
            await self._sleep(interval, remedy, remedy.auth_req_id)
            answer = await self._request(lambda: self._port.poll(remedy.auth_req_id))
            if isinstance(answer, Token):
                return answer.for_one_action(), wanted
            if answer.error == "slow_down":
                interval = _paced(interval + _SLOWER, answer)
            elif answer.error == "authorization_pending" or answer.is_later:
                interval = _paced(interval, answer)
            else:
                self._current = answer
                if answer.error == "expired_token":
                    raise self._stop("expired", remedy)
                return answer, wanted

    async def _step_up(self, remedy: StepUp, denial: Denial, wanted: Wanted) -> Outcome:
        if wanted.subject is None:
            return "no_person"
        page = remedy.page
        if page is not None and not is_page_of(self._port.issuer, page.url):
            return "unsafe_remedy"
        hook = self._hooks.on_step_up
        if hook is None:
            return "no_hook"
        until = self._now() + (0 if page is None else page.expires_in)
        said = await self._hooked(lambda: hook(remedy, denial), math.inf, remedy)
        if said is True and page is not None:
            self._note(remedy, "followed")
            return await self._answered(remedy, page, until, wanted)
        if said is None or isinstance(said, bool):
            return "declined"
        self._note(remedy, "followed")
        changed = replace(wanted, subject=await subject_of(said).current())
        return await self._ask(changed), changed

    async def _narrow(self, remedy: Narrow, denial: Denial, wanted: Wanted) -> Outcome:
        # The server has just refused all that was requested: with more it would refuse again.
        is_more = wanted.scopes is not None and set(wanted.scopes) <= set(remedy.scopes)
        if not remedy.scopes or is_more:
            return "unsafe_remedy"
        hook = self._hooks.on_narrow
        if hook is None:
            return "no_hook"
        if await self._hooked(lambda: hook(remedy.scopes, denial), math.inf, remedy) is not True:
            return "declined"
        self._note(remedy, "followed")
        changed = replace(wanted, scopes=remedy.scopes)
        return await self._ask(changed), changed

    async def _wait(self, remedy: Wait, denial: Denial, wanted: Wanted) -> Outcome:
        seconds = max(1.0, remedy.until - self._now(), denial.retry_after or 0)
        if self._now() + seconds > self._deadline:
            return "out_of_time"
        hook = self._hooks.on_wait
        if hook is not None and await self._hooked(lambda: hook(seconds, denial), math.inf, remedy) is False:
            return "declined"
        self._note(remedy, "followed")
        await self._sleep(seconds, remedy)
        return await self._ask(wanted), wanted

    async def _ask(self, wanted: Wanted) -> Answer:
        return await self._request(lambda: self._port.ask(wanted))

    async def _request(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        if self._requests >= self._bounds.requests:
            raise self._stop("too_many_requests")
        if self._now() > self._deadline:
            raise self._stop("out_of_time")
        self._requests += 1
        return await work()

    async def _sleep(self, seconds: float, remedy: Remedy, auth_req_id: str | None = None) -> None:
        """A ping about the request ends it early."""
        if self._now() + seconds > self._deadline:
            raise self._stop("out_of_time", remedy)
        pinged = self._port.pinged
        if auth_req_id is None or pinged is None:
            await self._sleep_for(seconds)
            return
        async with anyio.create_task_group() as group:

            async def wait() -> None:
                await pinged(auth_req_id)
                group.cancel_scope.cancel()

            group.start_soon(wait)
            await self._sleep_for(seconds)
            group.cancel_scope.cancel()

    async def _hooked(self, call: Callable[[], Awaitable[Result]], seconds: float, remedy: Remedy) -> Result:
        left = max(0.0, self._deadline - self._now())
        with anyio.move_on_after(min(seconds, left)):
            try:
                return await call()
            except Exception as error:
                raise self._stop("hook_failed", remedy) from error
        raise self._stop("out_of_time" if left <= seconds else "expired", remedy)

    def _note(self, remedy: Remedy, outcome: Literal["followed"] | StopReason) -> None:
        """Notes what became of a remedy. Raises AgentStop if it is one more than `bounds.steps`."""
        if outcome == "followed":
            if self._followed >= self._bounds.steps:
                raise self._stop("too_many_steps", remedy)
            self._followed += 1
        current = self._current
        reason, denial_id = (current.reason, current.id) if current is not None else ("", None)
        self._steps.append(Step(remedy, reason, denial_id, self._now(), outcome))

    def _stop(self, reason: StopReason, remedy: Any = None) -> AgentStop:
        return AgentStop(reason, self._current, remedy, self._steps)
