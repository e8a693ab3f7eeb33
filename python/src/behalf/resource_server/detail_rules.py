"""Whether what a call is about to do is inside the authorization details of a token (RFC 9396)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import ge, le
from typing import Any, Literal

from .json_values import canonical_json, is_number

Rule = Literal["max", "min", "subset", "prefix", "equal", "before", "after"]
"""How a member of a call must relate to the same member of the token."""


@dataclass(frozen=True, slots=True)
class DetailType:
    """A type of authorization details, with the rules that are registered at the authorization server.

    `equal` is the rule of every member that `members` does not name. Members of `unlimited_when_absent` may stand in
    a call although the token does not state them.
    """

    type: str
    members: Mapping[str, Rule] = field(default_factory=dict)
    unlimited_when_absent: frozenset[str] = frozenset()


_TRICKS = re.compile(r"[%\\?#;]")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{0,31}://[^/]+")


def _is_plain_path(value: str) -> bool:
    """A path with a single reading: no `.` or `..`, no empty segment, no encoding, no control or format character, no
    space at an end of a segment."""
    if value == "" or _TRICKS.search(value) or unicodedata.normalize("NFKC", value) != value:
        return False
    if any(unicodedata.category(character)[0] in "CZ" for character in value.replace(" ", "_")):
        return False
    segments = _ORIGIN.sub("", value, count=1).split("/")
    inner = segments[1 if segments[0] == "" else 0 : -1 if segments[-1] == "" else None]
    return all(segment.strip(".") != "" and segment.strip() == segment for segment in inner)


def _origin(value: str) -> str | None:
    found = _ORIGIN.match(value)
    return found[0] if found else None


def _is_below(asked: object, held: object) -> bool:
    return (
        isinstance(asked, str)
        and isinstance(held, str)
        and asked.startswith(held if held.endswith("/") else f"{held}/")
        and _is_plain_path(asked)
        and _is_plain_path(held)
        and _origin(asked) == _origin(held)
    )


def _is_equal(asked: object, held: object) -> bool:
    try:
        return canonical_json(asked) == canonical_json(held)
    except ValueError:
        return False


def _every(asked: object, held: object, is_in: Callable[[Any, list[Any]], bool]) -> bool:
    """An empty list is inside an empty list only, since many readers take it for all."""
    if not isinstance(asked, list) or not isinstance(held, list) or not asked:
        return False
    return all(is_in(one, held) for one in asked)


def _is_prefixed(asked: object, held: object) -> bool:
    if not isinstance(asked, list):
        return _is_below(asked, held)
    return _every(asked, held, lambda one, all_: any(_is_equal(one, each) or _is_below(one, each) for each in all_))


def _is_listed(one: Any, held: list[Any]) -> bool:
    return not isinstance(one, dict | list) and any(_is_equal(one, each) for each in held)


# A full date, or a date and time with offset (RFC 3339 §5.6). A time finer than milliseconds is none, as at the server.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?(?:Z|[+-][0-9]{2}:[0-9]{2}))?"
)


def _time(value: object) -> tuple[bool, datetime] | None:
    """Whether the value is a date, and the moment. None for any other value."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[0])
    except ValueError:
        return None
    return (True, at.replace(tzinfo=UTC)) if found[1] is None else (False, at)


def _are_times(asked: object, held: object, is_in: Callable[[datetime, datetime], bool]) -> bool:
    """A date compares with a date only."""
    one, other = _time(asked), _time(held)
    return one is not None and other is not None and one[0] == other[0] and is_in(one[1], other[1])


RULES: Mapping[str, Callable[[Any, Any], bool]] = {
    "max": lambda asked, held: is_number(asked) and is_number(held) and asked <= held,
    "min": lambda asked, held: is_number(asked) and is_number(held) and asked >= held,
    "subset": lambda asked, held: _every(asked, held, _is_listed),
    "prefix": _is_prefixed,
    "equal": lambda _asked, _held: False,
    "before": lambda asked, held: _are_times(asked, held, le),
    "after": lambda asked, held: _are_times(asked, held, ge),
}


def _is_inside(asked: Mapping[str, Any], held: Mapping[str, Any], kind: DetailType | None) -> bool:
    if asked.get("type") != held.get("type"):
        return False
    for member in {*asked, *held}:
        if member not in held:
            if kind is None or member not in kind.unlimited_when_absent:
                return False
            continue
        if member not in asked:
            return False
        rule = kind.members.get(member, "equal") if kind else "equal"
        if not (_is_equal(asked[member], held[member]) or RULES[rule](asked[member], held[member])):
            return False
    return True


def are_inside(
    asked: Sequence[Mapping[str, Any]], held: Sequence[Mapping[str, Any]], types: Sequence[DetailType]
) -> bool:
    """Whether each detail of a call is inside a detail of the token of its own.

    Two payments of 60 are therefore not inside one of 100. A call must state each member that the token states.
    """
    kinds = {one.type: one for one in types}
    left = list(held)
    for detail in asked:
        kind = kinds.get(str(detail.get("type")))
        index = next((index for index, one in enumerate(left) if _is_inside(detail, one, kind)), None)
        if index is None:
            return False
        # By its place: Python takes 1 and True for equal, so `remove` could take away another detail.
        del left[index]
    return True
