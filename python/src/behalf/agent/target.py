"""At which API a token is for, and for what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..resource_server.options import SCOPE, ConfigurationError
from .server import Parameters

Details = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Target:
    """At which API, and for what. Raises ConfigurationError."""

    resource: str | None
    details: Details

    def __post_init__(self) -> None:
        if self.resource is not None and not urlsplit(self.resource).scheme:
            raise ConfigurationError("resource", "give the identifier of the API, an absolute URI")
        if isinstance(self.details, str) or not all(isinstance(one, Mapping) and "type" in one for one in self.details):
            raise ConfigurationError("authorization_details", "give a list of objects, each with a type (RFC 9396 §2)")

    @property
    def key(self) -> list[Any]:
        return [self.resource, list(map(dict, self.details))]

    def parameters(self, scopes: tuple[str, ...] | None) -> Parameters:
        """An empty list is left out."""
        return {
            "resource": self.resource,
            "scope": " ".join(scopes) if scopes else None,
            "authorization_details": json.dumps(list(map(dict, self.details))) if self.details else None,
        }


def checked_scopes(scopes: Sequence[str] | None) -> tuple[str, ...] | None:
    """Raises ConfigurationError for scopes of another form."""
    if scopes is None:
        return None
    if isinstance(scopes, str) or not all(isinstance(one, str) and SCOPE.fullmatch(one) for one in scopes):
        raise ConfigurationError("scopes", "give a list of scopes, each without spaces (RFC 6749 §3.3)")
    return tuple(scopes)


_TRANSACTION = re.compile(r"[\x21-\x7e]{1,200}")


def checked_transaction(transaction: str | None) -> str | None:
    """Raises ConfigurationError for text that is no id."""
    if transaction is not None and not _TRANSACTION.fullmatch(transaction):
        raise ConfigurationError("transaction", "give the id of a transaction, as the server answered it")
    return transaction
