"""Proofs of possession (RFC 9449)."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import Key, import_key

from .credential import PresentedRequest, PresentedToken
from .json_values import is_number
from .jws import header_of, verified_claims
from .once import use_once
from .options import Options, UsedOnce
from .refusal import Refusal

_LONGEST_PROOF = 8192
_LONGEST_JTI = 256
# Members of a private or symmetric key (RFC 7517 §4, RFC 7518 §6).
_SECRET_MEMBERS = ("d", "k", "p", "q", "dp", "dq", "qi", "oth")
# A nonce is valid for one to two periods.
_PERIOD_SECONDS = 120
_MAC_BYTES = 16


def base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _wrong(reason: str, description: str, detail: str | None = None) -> Refusal:
    return Refusal("invalid_dpop_proof", reason, description, scheme="DPoP", detail=detail)


class DpopNonces:
    """Nonces that need no storage (RFC 9449 §9): the number of a period with a MAC, so that only this API can make
    them."""

    def __init__(self, secret: bytes, clock: Callable[[], float]) -> None:
        self._secret = secret
        self._clock = clock

    def current(self) -> str:
        """The nonce of this moment."""
        return self._of(self._period())

    def is_valid(self, nonce: object) -> bool:
        """Whether a nonce is of this period or the one before."""
        if not isinstance(nonce, str) or not nonce.isascii():
            return False
        period = self._period()
        return any(hmac.compare_digest(nonce, self._of(one)) for one in (period, period - 1))

    def _period(self) -> int:
        return math.floor(self._clock() / _PERIOD_SECONDS)

    def _of(self, period: int) -> str:
        mac = hmac.new(self._secret, f"dpop-nonce {period}".encode(), hashlib.sha256).digest()
        return base64url(mac[:_MAC_BYTES])


_DEFAULT_PORTS = {"http": 80, "https": 443}


def normalised(url: object) -> str | None:
    """URL without query and fragment, normalised (RFC 9449 §4.3, RFC 3986 §6.2). None for a text that is no URL."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    authority = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path = re.sub(r"%[0-9a-fA-F]{2}", lambda escape: escape[0].upper(), parts.path or "/")
    return f"{parts.scheme}://{authority}{path}"


def _public_key(proof: str, options: Options) -> tuple[Key, str]:
    try:
        header = header_of(proof)
    except ValueError:
        raise _wrong("proof_malformed", "The DPoP proof is malformed.") from None
    if header.get("typ") != "dpop+jwt":
        raise _wrong("proof_type", "The typ of the DPoP proof must be dpop+jwt.")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in options.dpop.algorithms:
        raise _wrong("proof_algorithm", "The DPoP proof is not signed with an accepted algorithm.")
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or jwk.get("kty") == "oct" or any(name in jwk for name in _SECRET_MEMBERS):
        raise _wrong("proof_key", "The header of the DPoP proof must have one public key in jwk.")
    try:
        return import_key(jwk), algorithm
    except Exception as error:
        raise _wrong(
            "proof_key", "The header of the DPoP proof must have one public key in jwk.", str(error)
        ) from error


class DpopProofs:
    """Verifies the proof of a request (RFC 9449 §7): key, method, address, token, time, nonce, and that it was not
    used."""

    def __init__(self, options: Options, used_once: UsedOnce, nonces: DpopNonces | None) -> None:
        self._options = options
        self._used_once = used_once
        self._nonces = nonces

    async def check(self, request: PresentedRequest, presented: PresentedToken, jkt: str) -> None:
        """Raises Refusal: `invalid_dpop_proof`, `use_dpop_nonce`, `invalid_token`, or 503."""
        if len(presented.proofs) != 1 or len(presented.proofs[0]) > _LONGEST_PROOF:
            raise _wrong("proof_count", "The request must have exactly one DPoP header with one proof.")
        proof = presented.proofs[0]
        key, algorithm = _public_key(proof, self._options)
        if key.thumbprint() != jkt:
            raise Refusal(
                "invalid_token",
                "key_other",
                "The token is bound to another key than that of the DPoP proof.",
                scheme="DPoP",
            )
        try:
            claims = verified_claims(proof, key, algorithm)
        except Exception as error:
            raise _wrong("proof_signature", "The signature of the DPoP proof is wrong.", str(error)) from error
        self._check_request(claims, request, presented.token)
        await self._check_use(claims, jkt)

    def _check_request(self, claims: Mapping[str, Any], request: PresentedRequest, token: str) -> None:
        if claims.get("htm") != request.method:
            raise _wrong("proof_method", "The htm of the DPoP proof is not the method of the request.")
        address = normalised(f"{self._options.base_url}{request.target}")
        if address is None or normalised(claims.get("htu")) != address:
            raise _wrong("proof_address", "The htu of the DPoP proof is not the address of the request.")
        if claims.get("ath") != base64url(hashlib.sha256(token.encode()).digest()):
            raise _wrong("proof_token", "The ath of the DPoP proof is of another token.")

    async def _check_use(self, claims: Mapping[str, Any], jkt: str) -> None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_JTI:
            raise _wrong("proof_id", f"The DPoP proof must have a jti of at most {_LONGEST_JTI} characters.")
        issued_at = self._issued_at(claims.get("iat"))
        if self._nonces and not self._nonces.is_valid(claims.get("nonce")):
            raise Refusal(
                "use_dpop_nonce",
                "nonce_missing",
                "Repeat the request with the nonce of the DPoP-Nonce header in the DPoP proof.",
                scheme="DPoP",
            )
        options = self._options
        # Kept as long as the proof would be accepted, both tolerances included.
        expires_at = issued_at + options.dpop.max_age + 2 * options.clock_tolerance + 1
        if not await use_once(self._used_once, f"dpop {jkt} {jti}", expires_at):
            raise _wrong("proof_used", "The DPoP proof was used before. Make a new one for each request.")

    def _issued_at(self, iat: object) -> float:
        options = self._options
        now = options.clock()
        if not is_number(iat):
            raise _wrong("proof_time", "The DPoP proof has no iat.")
        if not now - options.dpop.max_age - options.clock_tolerance <= iat <= now + options.clock_tolerance:
            raise _wrong(
                "proof_time", f"The iat of the DPoP proof must be within the last {options.dpop.max_age} seconds."
            )
        return iat
