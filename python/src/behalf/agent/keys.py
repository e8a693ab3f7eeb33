"""Keys of an agent: made, read from a JSON Web Key, or kept in a file."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, Key, import_key

from ..resource_server.options import ConfigurationError

_ALGORITHMS = ("ES256", "ES384", "PS256", "RS256")
_OF_CURVES = {"P-256": "ES256", "P-384": "ES384"}


@dataclass(frozen=True, slots=True)
class AgentKey:
    """A key that signs client assertions or DPoP proofs."""

    alg: str
    kid: str | None
    """As in the JSON Web Key. A key without one is registered without one, so an assertion must not name one either."""
    private: Key = field(repr=False)

    @property
    def public_jwk(self) -> Mapping[str, Any]:
        """For the registration of the agent."""
        return {**self.private.as_dict(private=False), "alg": self.alg, "use": "sig"}

    def sign(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """A compact JWS with these header parameters and claims."""
        full = {**header, "alg": self.alg}
        return jws.serialize_compact(full, json.dumps(claims), self.private, algorithms=[self.alg])


def key_from_jwk(jwk: Mapping[str, Any]) -> AgentKey:
    """The key of a private JSON Web Key; `alg` may be absent from an EC key. Raises ConfigurationError for a key that
    is public, symmetric, or of another algorithm than ES256, ES384, PS256 and RS256."""
    alg = jwk.get("alg", _OF_CURVES.get(str(jwk.get("crv"))))
    if alg not in _ALGORITHMS:
        raise ConfigurationError("key.alg", f"give one of {', '.join(_ALGORITHMS)}")
    if not isinstance(jwk.get("d"), str):
        raise ConfigurationError("key", "give a private key, with the member d")
    kid = jwk.get("kid")
    # Of the public members a client registers, these two do not belong to the key.
    members = {name: value for name, value in jwk.items() if name not in ("key_ops", "use", "ext")}
    try:
        key = AgentKey(str(alg), kid if isinstance(kid, str) else None, import_key(members))
        # A signature: the key is whole, and of the kind of its algorithm.
        key.sign({}, {})
    except Exception as error:
        raise ConfigurationError("key", "give a private JSON Web Key that can sign with its alg") from error
    return key


def new_key() -> AgentKey:
    """A new key for ES256, in memory."""
    return key_from_jwk(ECKey.generate_key("P-256").as_dict(private=True))


def key_file(path: str | os.PathLike[str]) -> AgentKey:
    """The key in a file. Makes it if there is none, readable for its owner alone; of processes that start at once all
    get the same. Raises ConfigurationError for a file that holds no key or that other users can read, OSError for one
    that cannot be read or written."""
    file = Path(path)
    if not file.exists():
        _write_new(file)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise ConfigurationError("key", f"take away the rights of other users: chmod 600 {file}")
    try:
        jwk = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigurationError("key", f"{file} holds no JSON Web Key") from error
    if not isinstance(jwk, dict):
        raise ConfigurationError("key", f"{file} holds no JSON Web Key")
    return key_from_jwk(jwk)


def _write_new(file: Path) -> None:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    text = json.dumps({**ECKey.generate_key("P-256").as_dict(private=True), "alg": "ES256"})
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        # Does not replace the key of another process.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
