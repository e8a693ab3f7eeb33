"""Reports to the server what this API did with its tokens, many in a request.

No request of the API waits for it, and none fails because of it. The queue is bounded: what does not fit is counted as
dropped.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import anyio

from .access import Access
from .http_client import HttpClient
from .introspection import Authenticate
from .issuer import IssuerMetadata
from .options import LogEntry, Options, Reporting
from .refusal import Refusal

# Bounds of the server, for one report and for one request. The bytes leave room for the list around the reports.
_MOST_REPORT_BYTES = 4096
_MOST_REPORTS = 500
_MOST_BYTES = 1_000_000
# The server takes no older report.
_MOST_LATE_SECONDS = 86_400
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
# The same reports would be refused again.
_WILL_NOT_DO = (400, 413)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What this API did with a token. It has no content of the call. Give `tool` or `route`."""

    outcome: Literal["done", "failed", "refused"]
    """`failed`: it was permitted and did not succeed. `refused`: this API did not permit it."""
    tool: str | None = None
    """Tool of an MCP server, up to 200 characters."""
    route: str | None = None
    """Route of an API, by its pattern, up to 500 characters."""
    resource: str | None = None
    """The object, in your own words, up to 1000 characters."""
    before: str | None = None
    """SHA-256 of the object before the call, base64url."""
    after: str | None = None
    time: float | None = None
    """When it happened, epoch seconds. Default: now."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    body: dict[str, Any]
    time: int
    size: int


class Reports:
    """The reports of one API that wait to be sent.

    In an event loop of asyncio they are sent in the background. Elsewhere, call :meth:`flush` now and then. Not safe
    for several threads.
    """

    def __init__(
        self,
        reporting: Reporting,
        options: Options,
        metadata: IssuerMetadata,
        http: HttpClient,
        authenticate: Authenticate,
    ) -> None:
        self._reporting = reporting
        self._options = options
        self._metadata = metadata
        self._http = http
        self._authenticate = authenticate
        self._queue: list[_Waiting] = []
        self._pause = _FIRST_PAUSE_SECONDS
        self._lock = anyio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._is_full = asyncio.Event()
        self._is_closed = False
        self.dropped = 0
        """Reports that did not reach the server: the queue was full, they were too old, malformed or refused, or the
        API ended."""

    @property
    def queued(self) -> int:
        """Reports that wait or are being sent."""
        return len(self._queue)

    def add(self, access: Access, report: Report) -> None:
        """Puts a report into the queue, or drops it. Returns at once and never raises."""
        if self._is_closed:
            self._drop(1, "the API has ended")
        elif len(self._queue) >= self._reporting.most_queued:
            self._drop(1, f"{self._reporting.most_queued} reports wait")
        else:
            waiting = _waiting(access, report, self._options.clock())
            if isinstance(waiting, str):
                self._drop(1, waiting)
                return
            self._queue.append(waiting)
            self._start()
            if len(self._queue) >= _MOST_REPORTS:
                self._is_full.set()

    async def flush(self) -> None:
        """Sends what waits now. Returns when it was answered, or the server could not be reached. Does not raise."""
        async with self._lock:
            left = len(self._queue)
            try:
                while left > 0 and self._queue:
                    batch = self._next_batch()
                    left -= max(1, len(batch))
                    if batch:
                        await self._send(batch)
                self._pause = _FIRST_PAUSE_SECONDS
            except (Refusal, _Unfinished) as error:
                self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)
                detail = error.detail if isinstance(error, Refusal) else str(error)
                self._options.log(LogEntry("server_unreachable", "reports_delayed", "Reports wait.", detail))

    async def close(self) -> None:
        """Sends what waits, once. Drops the rest, and all that comes later. Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        task, self._task = self._task, None
        if task is not None:
            # A request under way is sent once more, with the same ids.
            task.cancel()
        await self.flush()
        left = len(self._queue)
        self._queue.clear()
        self._drop(left, "the API has ended")

    def _start(self) -> None:
        if self._task is not None and not self._task.done():
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._is_full = asyncio.Event()
        self._task = loop.create_task(self._run())

    async def _run(self) -> None:
        """Sends until nothing waits."""
        while self._queue and not self._is_closed:
            is_steady = self._pause == _FIRST_PAUSE_SECONDS
            # Half of it up to all of it, so that many processes do not come back at once.
            delay = self._reporting.interval if is_steady else self._pause * random.uniform(0.5, 1)  # noqa: S311
            try:
                # After a failure a full queue waits too.
                async with asyncio.timeout(delay):
                    await (self._is_full if is_steady else asyncio.Event()).wait()
            except TimeoutError:
                pass
            self._is_full.clear()
            await self.flush()

    def _next_batch(self) -> list[_Waiting]:
        """As many of the oldest as fit into a request, without those that are too old."""
        oldest = self._options.clock() - _MOST_LATE_SECONDS
        kept = [one for one in self._queue if one.time >= oldest]
        self._drop(len(self._queue) - len(kept), "the server could not be reached for a day")
        self._queue[:] = kept
        batch: list[_Waiting] = []
        size = 0
        for one in kept[:_MOST_REPORTS]:
            size += one.size + 1
            if size > _MOST_BYTES:
                break
            batch.append(one)
        return batch

    async def _send(self, batch: Sequence[_Waiting]) -> None:
        """Removes what was answered. Raises Refusal (503), and _Unfinished if some reports are to be sent again."""
        endpoint = await self._metadata.endpoint("report_endpoint")
        status, body = await self._http.json(
            "POST",
            endpoint,
            headers={"authorization": self._authenticate().authorization},
            content={"reports": [one.body for one in batch]},
            statuses=(200, *_WILL_NOT_DO),
        )
        if status != 200:
            self._remove(batch)
            self._drop(len(batch), f"status {status}")
            return
        results = body.get("results")
        if not isinstance(results, list) or len(results) != len(batch):
            raise _Unfinished("the answer has no result for each report")
        states = [one if isinstance(one, dict) else {} for one in results]
        self._remove([one for one, state in zip(batch, states, strict=True) if state.get("status") != "later"])
        reasons = [str(state.get("reason")) for state in states if state.get("status") == "refused"]
        self._drop(len(reasons), ", ".join(sorted(set(reasons))))
        if any(state.get("status") == "later" for state in states):
            raise _Unfinished("some reports are being recorded")

    def _remove(self, sent: Sequence[_Waiting]) -> None:
        gone = {id(one) for one in sent}
        self._queue[:] = [one for one in self._queue if id(one) not in gone]

    def _drop(self, count: int, detail: str) -> None:
        if count == 0:
            return
        self.dropped += count
        self._options.log(LogEntry("report_dropped", "report_dropped", f"{count} reports were dropped.", detail))


class _Unfinished(Exception):
    """Some reports are to be sent again."""


def _waiting(access: Access, report: Report, now: float) -> _Waiting | str:
    """The report about a token, with an id of its own; or why the server would not take it."""
    if access.jti is None:
        return "the token has no jti"
    try:
        time = int(now if report.time is None else report.time)
    except (TypeError, ValueError, OverflowError) as error:
        return f"its time is no number: {error}"
    body = {
        "id": str(uuid.uuid4()),
        "time": time,
        "jti": access.jti,
        "txn": access.txn,
        "tool": report.tool,
        "route": report.route,
        "outcome": report.outcome,
        "resource": report.resource,
        "before": report.before,
        "after": report.after,
    }
    body = {name: value for name, value in body.items() if value is not None}
    try:
        size = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
    except (TypeError, ValueError) as error:
        return f"it is no JSON: {error}"
    return f"it has more than {_MOST_REPORT_BYTES} bytes" if size > _MOST_REPORT_BYTES else _Waiting(body, time, size)
