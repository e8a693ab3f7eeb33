"""Digests of ended ids, in little memory."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass

_FIRST_SLOTS = 1024
_SECONDS_BITS = 32
_SECONDS_MASK = (1 << _SECONDS_BITS) - 1


@dataclass(frozen=True, slots=True)
class End:
    """An end that a token must have survived, to be accepted without introspection."""

    heard_at: float
    """When this process heard of it, seconds of the monotonic clock."""
    time: float
    """Clock of the server at that time, epoch seconds."""


class _Slots:
    """Open addressing: 16 bytes for each slot, at most half of them used."""

    def __init__(self, slots: int) -> None:
        self.digests = array("Q", bytes(8 * slots))
        # Seconds of both clocks. Those of the monotonic clock are kept plus 1, so that 0 is an empty slot.
        self.ends = array("Q", bytes(8 * slots))
        self.last = slots - 1
        self.used = 0
        self.newest = 0

    def slot_of(self, digest: int) -> int:
        """The slot of a digest, or the empty slot where it belongs."""
        digests, ends, last = self.digests, self.ends, self.last
        slot = digest & last
        while ends[slot] and digests[slot] != digest:
            slot = (slot + 1) & last
        return slot


class EndTable:
    """Ends by the digests of ids, as integers of 64 bits.

    Grows by further tables, so that adding an end never copies the others: that would stop the event loop.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tables = [_Slots(_FIRST_SLOTS)]

    @property
    def size(self) -> int:
        """Number of digests. One that was renewed may count twice."""
        return sum(table.used for table in self._tables)

    @property
    def bytes(self) -> int:
        return sum(16 * (table.last + 1) for table in self._tables)

    def add(self, digest: int, end: End) -> bool:
        """Adds a digest, or renews it. False if the table is full."""
        table = self._tables[-1]
        slot = table.slot_of(digest)
        if not table.ends[slot]:
            size = self.size
            if size >= self._most:
                return False
            if (table.used + 1) * 2 > table.last:
                slots = max(_FIRST_SLOTS, 2 << size.bit_length())
                table = _Slots(slots)
                self._tables.append(table)
                slot = table.slot_of(digest)
            table.used += 1
        # Up: a token must have survived the whole second.
        heard_at = math.ceil(end.heard_at) + 1
        table.digests[slot] = digest
        table.ends[slot] = heard_at << _SECONDS_BITS | min(math.ceil(end.time), _SECONDS_MASK)
        table.newest = max(table.newest, heard_at)
        return True

    def get(self, digest: int) -> End | None:
        """The latest end of a digest."""
        for table in reversed(self._tables):
            found = table.ends[table.slot_of(digest)]
            if found:
                return End((found >> _SECONDS_BITS) - 1, found & _SECONDS_MASK)
        return None

    def forget(self, before: float) -> None:
        """Removes tables whose ends were all heard before a moment."""
        kept = [table for table in self._tables if table.newest >= math.floor(before) + 1]
        self._tables = kept or [_Slots(_FIRST_SLOTS)]

    def clear(self) -> None:
        self._tables = [_Slots(_FIRST_SLOTS)]
