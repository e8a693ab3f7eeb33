"""Proofs of possession of the agent (RFC 9449)."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import urlsplit

from .keys import AgentKey

# Of each server that the agent calls, the newest is enough.
_MOST_NONCES = 1000


class Proofs:
    """Makes proofs, and remembers the nonce of each server."""

    def __init__(self, key: AgentKey, clock: Callable[[], float]) -> None:
        self._key = key
        self._clock = clock
        self._nonces: dict[str, str] = {}

    def proof(self, method: str, url: str, token: str | None = None) -> str:
        """A proof for one request. `token`: the access token that goes with it."""
        parts = urlsplit(url)
        claims: dict[str, str | int] = {
            "htm": method,
            "htu": f"{parts.scheme}://{parts.netloc}{parts.path}",
            "iat": int(self._clock()),
            "jti": secrets.token_urlsafe(16),
        }
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
        nonce = self._nonces.get(_origin(url))
        if nonce is not None:
            claims["nonce"] = nonce
        jwk = {name: value for name, value in self._key.private.as_dict(private=False).items() if name in _PUBLIC}
        return self._key.sign({"typ": "dpop+jwt", "jwk": jwk}, claims)

    def remember(self, url: str, nonce: str | None) -> bool:
        """Keeps the nonce of a response. Returns whether it is another one than before."""
        origin = _origin(url)
        if nonce is None or self._nonces.get(origin) == nonce:
            return False
        self._nonces.pop(origin, None)
        if len(self._nonces) >= _MOST_NONCES:
            del self._nonces[next(iter(self._nonces))]
        self._nonces[origin] = nonce
        return True


_PUBLIC = ("kty", "crv", "x", "y", "n", "e")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
