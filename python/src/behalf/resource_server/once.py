"""Remembers what may be used once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from .options import UsedOnce
from .refusal import unavailable

# Expired keys that one call removes at most, so that no request pays for all.
_SWEPT_PER_CALL = 8


class MemoryUsedOnce:
    """Keeps at most `most` keys in memory. A full store refuses: it never forgets a key that could be used again."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._used: dict[str, float] = {}

    async def use(self, key: str, expires_at: float) -> bool:
        now = self._clock()
        self._sweep(now, _SWEPT_PER_CALL)
        known = self._used.get(key)
        if known is not None and known > now:
            return False
        if len(self._used) >= self._most:
            self._sweep(now, self._most)
        if len(self._used) >= self._most:
            raise RuntimeError(f"{self._most} keys are remembered and none has expired")
        self._used.pop(key, None)
        self._used[key] = expires_at
        return True

    def _sweep(self, now: float, limit: int) -> None:
        for key in [key for key, expires_at in islice(self._used.items(), limit) if expires_at <= now]:
            del self._used[key]


async def use_once(store: UsedOnce, key: str, expires_at: float) -> bool:
    """Asks the store, and refuses with 503 when it fails."""
    try:
        return (await store.use(key, expires_at)) is True
    except Exception as error:
        raise unavailable("used_once_unavailable", str(error)) from error
