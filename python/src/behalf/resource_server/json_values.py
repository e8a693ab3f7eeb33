"""JSON values: objects in texts, numbers, canonical bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeGuard

import rfc8785


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def json_object(text: bytes) -> Mapping[str, Any]:
    """The JSON object in a text. Raises ValueError for anything else, RecursionError for one that is nested too
    deep."""
    value = json.loads(text.decode("utf-8"), parse_constant=_no_constant)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a finite number of JSON (RFC 8259 §6). An integer that is too large for a double is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a JSON value (RFC 8785). Raises ValueError for a value that has none."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError, TypeError) as error:
        raise ValueError("this value has no canonical JSON") from error
