"""Challenges of `WWW-Authenticate` (RFC 9110 §11.6.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SEPARATORS = re.compile(r"[\s,]*")
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
# Longer headers are not read.
_MOST_CHARACTERS = 8192


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge. Names are in lower case, and the first value of a name counts."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def challenges_in(header: str | None) -> Sequence[Challenge]:
    """Reads a header. A name without a value begins a challenge; schemes with a token68 are of no use here. What comes
    after a malformed part is left out."""
    if header is None or len(header) > _MOST_CHARACTERS:
        return ()
    found: list[tuple[str, dict[str, str]]] = []
    at = 0
    while True:
        at = _end_of(_SEPARATORS, header, at)
        name = _TOKEN.match(header, at)
        if name is None:
            break
        at = name.end()
        equals = _EQUALS.match(header, at)
        if equals is None:
            found.append((name[0].lower(), {}))
            continue
        at = equals.end()
        value = _QUOTED.match(header, at) or _TOKEN.match(header, at)
        if value is None or not found:
            break
        at = value.end()
        text = re.sub(r"\\(.)", r"\1", value[1]) if value.re is _QUOTED else value[0]
        found[-1][1].setdefault(name[0].lower(), text)
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found)


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def parameter_in(challenges: Sequence[Challenge], name: str) -> str | None:
    """The first value of a parameter that is not empty."""
    return next((one.parameters[name] for one in challenges if one.parameters.get(name)), None)
