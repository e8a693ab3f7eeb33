"""Hostile requests. Each is refused by every binding, with the status and the error of the specifications."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from issuer import ISSUER, ORIGIN, RESOURCE, TestIssuer, base64url, signed
from joserfc.jwk import ECKey, OctKey, RSAKey

Header = tuple[str, str]


@dataclass(frozen=True)
class Hostile:
    name: str
    headers: Callable[[TestIssuer], Sequence[Header]]
    status: int = 401
    error: str | None = "invalid_token"
    target: str = "/v1/pages"


def bearer(token: str) -> list[Header]:
    return [("authorization", f"Bearer {token}")]


def _token(name: str, make: Callable[[TestIssuer], str], **expected: Any) -> Hostile:
    return Hostile(name, lambda issuer: bearer(make(issuer)), **expected)


def _claims(name: str, **changes: Any) -> Hostile:
    return _token(f"claim: {name}", lambda issuer: issuer.token(**changes))


def _null(claim: str) -> Hostile:
    def make(issuer: TestIssuer) -> str:
        claims = {**issuer.claims(), claim: None}
        return signed({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, claims, issuer.key)

    return _token(f"claim: {claim} as null", make)


def _header(name: str, **changes: Any) -> Hostile:
    return _token(f"header: {name}", lambda issuer: issuer.token(header=changes))


def _unsigned(header: dict[str, Any]) -> Callable[[TestIssuer], str]:
    def make(issuer: TestIssuer) -> str:
        parts = (json.dumps(header), json.dumps(issuer.claims()))
        return ".".join([*(base64url(part.encode()) for part in parts), ""])

    return make


def _altered(issuer: TestIssuer) -> str:
    head, _, signature = issuer.token().split(".")
    return ".".join([head, base64url(json.dumps(issuer.claims(sub="acc_other")).encode()), signature])


def _raw_header(text: str) -> Callable[[TestIssuer], str]:
    def make(issuer: TestIssuer) -> str:
        _, payload, signature = issuer.token().split(".")
        return ".".join([base64url(text.encode()), payload, signature])

    return make


def _public_key_as_secret(issuer: TestIssuer) -> str:
    header = {"alg": "HS256", "typ": "at+jwt", "kid": "k2"}
    message = ".".join(base64url(json.dumps(part).encode()) for part in (header, issuer.claims()))
    signature = hmac.digest(issuer.rsa.as_pem(private=False), message.encode(), "sha256")
    return f"{message}.{base64url(signature)}"


def _foreign_key(issuer: TestIssuer) -> str:
    return issuer.token(key=ECKey.generate_key("P-256"))


def _own_key_in_header(issuer: TestIssuer) -> str:
    key = ECKey.generate_key("P-256")
    return issuer.token(header={"jwk": key.as_dict(private=False)}, key=key)


def _deep_act(issuer: TestIssuer) -> str:
    act: dict[str, Any] = {"sub": "agt_0"}
    for number in range(1, 40):
        act = {"sub": f"agt_{number}", "act": act}
    return issuer.token(act=act)


NOW = int(time.time())
TOO_LITTLE: dict[str, Any] = {"status": 403, "error": "insufficient_scope"}

TOKENS = [
    _claims("another audience", aud="https://other.example.com/"),
    _claims("no audience", aud=None),
    _claims("an empty audience", aud=[]),
    _claims("two audiences", aud=[RESOURCE, "https://other.example.com/"]),
    _claims("the audience with a slash", aud=f"{RESOURCE}/"),
    _claims("the audience in capitals", aud=RESOURCE.upper()),
    _claims("a prefix of the audience", aud=RESOURCE[:-1]),
    _claims("the audience as a number", aud=7),
    _claims("the audience in a list in a list", aud=[[RESOURCE]]),
    _claims("another issuer", iss="https://evil.example.com"),
    _claims("the issuer with a slash", iss=f"{ISSUER}/"),
    _claims("no issuer", iss=None),
    _claims("expired", exp=NOW - 60, iat=NOW - 600),
    _claims("no expiry", exp=None),
    _claims("the expiry as a text", exp=str(NOW + 300)),
    _claims("the expiry below zero", exp=-1),
    _claims("the expiry as true", exp=True),
    _claims("the expiry with 400 digits", exp=10**400),
    _claims("not valid yet", nbf=NOW + 600),
    _claims("issued in the future", iat=NOW + 600),
    _claims("nbf as a text", nbf="soon"),
    _claims("no iat", iat=None),
    _claims("no jti", jti=None),
    _claims("jti as a number", jti=7),
    _claims("no sub", sub=None),
    _claims("an empty sub", sub=""),
    _claims("sub as a list", sub=["acc_person"]),
    _claims("no client_id", client_id=None),
    _claims("client_id as an object", client_id={"id": "agt_editor"}),
    _claims("scope as a list", scope=["wiki:read"]),
    _claims("scope with two spaces", scope="wiki:read  wiki:write"),
    _claims("scope with a line break", scope="wiki:read\nwiki:write"),
    _claims("scope with a quotation mark", scope='wiki:read"'),
    _claims("act as a text", act="agt_editor"),
    _claims("act without sub", act={"iss": ISSUER}),
    _claims("act as a list", act=[{"sub": "agt_editor"}]),
    _claims("act with an empty sub", act={"sub": ""}),
    _claims("act inside without sub", act={"sub": "agt_editor", "act": {}}),
    _claims("act with a number as issuer", act={"sub": "agt_editor", "iss": 1}),
    _token("claim: a chain of 40 actors", _deep_act),
    _claims("authorization_details as an object", authorization_details={"type": "payment"}),
    _claims("a detail without type", authorization_details=[{"amount": 1}]),
    _claims("a detail as a text", authorization_details=["payment"]),
    _claims("cnf as a text", cnf="key"),
    _claims("cnf that is empty", cnf={}),
    _claims("a confirmation that is unknown", cnf={"jwk": {"kty": "EC"}}),
    _claims("a thumbprint that is too short", cnf={"jkt": "abc"}),
    _claims("a thumbprint as a number", cnf={"jkt": 7}),
    _claims("two confirmations, one unknown", cnf={"jkt": "A" * 43, "kid": "x"}),
    _claims("a certificate that is not there", cnf={"x5t#S256": "A" * 43}),
    _claims("approval as a text", approval="apr_1"),
    _claims("approval without digest", approval={"id": "apr_1"}),
    _claims("acr as a number", acr=2),
    _claims("auth_time as a text", auth_time="today"),
    _claims("txn as an object", txn={}),
    _claims("the issuer in capitals", iss=ISSUER.upper()),
    _claims("the issuer in a list", iss=[ISSUER]),
    _claims("the issuer as a number", iss=7),
    _claims("the audience as an object", aud={"0": RESOURCE}),
    _claims("the audience with another behind a space", aud=f"{RESOURCE} https://other.example.com/"),
    _claims("the expiry as zero", exp=0),
    _claims("the expiry in a list", exp=[NOW + 300]),
    _claims("the expiry as no number", exp=float("nan")),
    _claims("the expiry as infinity", exp=float("inf")),
    _claims("iat as a text", iat=str(NOW)),
    _claims("nbf as true", nbf=True),
    _claims("jti as a list", jti=["a"]),
    _claims("sub as an object", sub={}),
    _claims("sub as a number", sub=1),
    _claims("an empty client_id", client_id=""),
    _claims("scope as an object", scope={"wiki:read": True}),
    _claims("scope with a tab", scope="wiki:read\twiki:write"),
    _claims("act as zero", act=0),
    _claims("act with a number as sub", act={"sub": 1}),
    _claims("a detail with a number as type", authorization_details=[{"type": 1}]),
    _claims("cnf as a list", cnf=["A" * 43]),
    _claims("approval as a list", approval=["apr_1"]),
    *(_null(claim) for claim in ("iss", "aud", "exp", "sub", "act", "cnf", "authorization_details", "approval")),
    _token("claim: no scope", lambda issuer: issuer.token(scope=None), **TOO_LITTLE),
    _token("claim: an empty scope", lambda issuer: issuer.token(scope=""), **TOO_LITTLE),
    _token("claim: the beginning of the scope", lambda issuer: issuer.token(scope="wiki:rea"), **TOO_LITTLE),
    _token("claim: the scope in capitals", lambda issuer: issuer.token(scope="WIKI:READ"), **TOO_LITTLE),
    _header("type JWT", typ="JWT"),
    _header("no type", typ=None),
    _header("type of an id token", typ="id_token+jwt"),
    _header("type of a proof", typ="dpop+jwt"),
    _header("type of a logout token", typ="logout+jwt"),
    _header("type as a number", typ=1),
    _header("type of a security event", typ="secevent+jwt"),
    _header("type of a transaction token", typ="txntoken+jwt"),
    _header("type of a client assertion", typ="client-authentication+jwt"),
    _header("an unknown key", kid="k9"),
    _header("the key id as a path", kid="../../dev/null"),
    _header("the key id as SQL", kid="' or 1=1 --"),
    _header("the key id as a name of Python", kid="__class__"),
    _header("an empty key id", kid=""),
    _header("a key id of 2,000 characters", kid="x" * 2000),
    _header("the key id as a number", kid=1),
    _header("enc", enc="A256GCM"),
    _header("an empty crit", crit=[]),
    _header("no key id", kid=None),
    _header("the key id as a list", kid=["k1"]),
    _header("jku", jku="https://evil.example.com/jwks"),
    _header("x5u", x5u="https://evil.example.com/cert"),
    _header("x5c", x5c=["MIIB"]),
    _header("x5t", x5t="abc"),
    _header("cty", cty="JWT"),
    _header("zip", zip="DEF"),
    _token("header: crit", lambda issuer: issuer.token(header={"crit": ["exp"], "exp": 1})),
    _token("header: b64", lambda issuer: issuer.token(header={"b64": False, "crit": ["b64"]})),
    _token("header: a key of the sender", _own_key_in_header),
    _token("algorithm: none", _unsigned({"alg": "none", "typ": "at+jwt", "kid": "k1"})),
    _token("algorithm: NONE", _unsigned({"alg": "NONE", "typ": "at+jwt", "kid": "k1"})),
    _token("algorithm: ES256 without signature", _unsigned({"alg": "ES256", "typ": "at+jwt", "kid": "k1"})),
    _token("algorithm: empty", _unsigned({"alg": "", "typ": "at+jwt", "kid": "k1"})),
    _token("algorithm: none with a signature", lambda issuer: _unsigned({"alg": "none", "typ": "at+jwt", "kid": "k1"})(issuer)
    + issuer.token().rsplit(".", 1)[1]),
    _token("algorithm: HS512", lambda issuer: issuer.token({"alg": "HS512"}, OctKey.generate_key(512))),
    _token("algorithm: no alg", _unsigned({"typ": "at+jwt", "kid": "k1"})),
    _token("algorithm: alg as a list", _unsigned({"alg": ["ES256"], "typ": "at+jwt", "kid": "k1"})),
    _token("algorithm: HS256 with the public key", _public_key_as_secret),
    _token("algorithm: HS256", lambda issuer: issuer.token({"alg": "HS256"}, OctKey.generate_key(256))),
    _token("algorithm: RS256 is not accepted", lambda issuer: issuer.token({"alg": "RS256", "kid": "k2"}, issuer.rsa)),
    _token("algorithm: RS256 of a foreign key", lambda issuer: issuer.token({"alg": "RS256"},
    RSAKey.generate_key(2048))),
    _token("algorithm: ES384", lambda issuer: issuer.token({"alg": "ES384", "kid": "k3"}, issuer.other_curve)),
    _token(
        "algorithm: ES256 with a key of another curve",
        lambda issuer: issuer.token({"kid": "k3"}, ECKey.generate_key("P-256")),
    ),
    _token("signature: of a foreign key", _foreign_key),
    _token("signature: of other claims", _altered),
    _token("signature: cut", lambda issuer: issuer.token()[:-4]),
    _token("signature: zeros", lambda issuer: issuer.token().rsplit(".", 1)[0] + "." + base64url(bytes(64))),
    _token("signature: in DER", lambda issuer: issuer.token().rsplit(".", 1)[0] + "." +
    base64url(b"\x30\x06\x02\x01\x01\x02\x01\x01")),
    _token("signature: twice as long", lambda issuer: issuer.token() + issuer.token().rsplit(".", 1)[1]),
    _token("form: two parts", lambda issuer: issuer.token().rsplit(".", 1)[0]),
    _token("form: four parts", lambda issuer: issuer.token() + ".x"),
    _token("form: five parts, as an encrypted one", lambda issuer: "eyJhbGciOiJkaXIifQ..a.b.c"),
    _token("form: the header is no JSON", _raw_header("no")),
    _token("form: the header is a list", _raw_header("[]")),
    _token("form: the header is nested 1,000 deep", _raw_header('{"a":' * 1000 + "1" + "}" * 1000)),
    _token("form: the header names NaN", _raw_header('{"alg":NaN,"typ":"at+jwt","kid":"k1"}')),
    _token("form: claims are a list", lambda issuer: signed({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, "[]",
    issuer.key)),
    _token("form: claims are no JSON", lambda issuer: signed({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, "no",
    issuer.key)),
    _token("form: a token in a token", lambda issuer: signed({"alg": "ES256", "typ": "at+jwt", "kid": "k1"},
    issuer.token(), issuer.key)),
    _token("form: too long", lambda issuer: issuer.token(padding="x" * 9000)),
    _token("form: opaque, with no introspection", lambda issuer: "k7Qm-pQ2"),
    _token("bound: a token of a DPoP key as Bearer", lambda issuer: issuer.bound_token()),
]  # fmt: skip


def _dpop(name: str, **changes: Any) -> Hostile:
    def headers(issuer: TestIssuer) -> list[Header]:
        token = issuer.bound_token()
        return [("authorization", f"DPoP {token}"), ("dpop", issuer.proof(token, **changes))]

    return Hostile(f"proof: {name}", headers, error="invalid_dpop_proof")


def _two_proofs(issuer: TestIssuer) -> list[Header]:
    token = issuer.bound_token()
    proofs = [("dpop", issuer.proof(token)) for _ in range(2)]
    return [("authorization", f"DPoP {token}"), *proofs]


def _other_key(issuer: TestIssuer) -> list[Header]:
    token = issuer.bound_token()
    return [("authorization", f"DPoP {token}"), ("dpop", issuer.proof(token, key=ECKey.generate_key("P-256")))]


def _private_key(issuer: TestIssuer) -> list[Header]:
    token = issuer.bound_token()
    proof = issuer.proof(token, header={"jwk": issuer.sender.as_dict(private=True)})
    return [("authorization", f"DPoP {token}"), ("dpop", proof)]


def _unbound_as_dpop(issuer: TestIssuer) -> list[Header]:
    token = issuer.token()
    return [("authorization", f"DPoP {token}"), ("dpop", issuer.proof(token))]


PROOFS = [
    _dpop("another method", method="POST"),
    _dpop("another address", htu=f"{ORIGIN}/v1/other"),
    _dpop("another host", htu="https://evil.example.com/v1/pages"),
    _dpop("http in place of https", htu="http://api.example.com/v1/pages"),
    _dpop("an address that is none", htu="pages"),
    _dpop("no address", htu=None),
    _dpop("another token", ath="A" * 43),
    _dpop("no token digest", ath=None),
    _dpop("too old", iat=NOW - 3600),
    _dpop("in the future", iat=NOW + 3600),
    _dpop("no time", iat=None),
    _dpop("the time as a text", iat=str(NOW)),
    _dpop("the time with 400 digits", iat=10**400),
    _dpop("no id", jti=None),
    _dpop("an empty id", jti=""),
    _dpop("an id of 1,000 characters", jti="x" * 1000),
    _dpop("type JWT", header={"typ": "JWT"}),
    _dpop("no key", header={"jwk": None}),
    Hostile("proof: with a private key", _private_key, error="invalid_dpop_proof"),
    Hostile("proof: two of them", _two_proofs, error="invalid_dpop_proof"),
    Hostile("proof: of another key", _other_key),
    Hostile("proof: missing", lambda issuer: [("authorization", f"DPoP {issuer.bound_token()}")],
    error="invalid_dpop_proof"),
    Hostile("proof: none at all", lambda issuer: [("authorization", f"DPoP {issuer.bound_token()}"), ("dpop", "x")],
    error="invalid_dpop_proof"),
    Hostile("proof: for a token that is not bound", _unbound_as_dpop),
]  # fmt: skip

REQUESTS = [
    Hostile("request: no token", lambda _issuer: [], error=None),
    Hostile("request: Basic", lambda _issuer: [("authorization", "Basic YTpi")], error=None),
    Hostile("request: the token in the address", lambda issuer: bearer(issuer.token()), 400, "invalid_request",
    "/v1/pages?access_token=x"),
    Hostile("request: two Authorization headers", lambda issuer: bearer(issuer.token()) * 2, 400, "invalid_request"),
    Hostile("request: two tokens", lambda issuer: bearer(f"{issuer.token()} {issuer.token()}"), 400, "invalid_request"),
    Hostile("request: two schemes", lambda issuer: bearer(f"{issuer.token()}, Basic YTpi"), 400, "invalid_request"),
    Hostile("request: another scheme in front", lambda issuer: [("authorization", f"Basic YTpi, Bearer {issuer.token()}")],
    400, "invalid_request"),
    Hostile("request: an encoded name in the address", lambda issuer: bearer(issuer.token()), 400, "invalid_request",
    "/v1/pages?access%5Ftoken=x"),
    Hostile("request: an empty token", lambda _issuer: [("authorization", "Bearer ")], 400, "invalid_request"),
    Hostile("request: a tab", lambda issuer: [("authorization", f"Bearer\t{issuer.token()}")], 400, "invalid_request"),
    Hostile("request: a byte that is no ASCII", lambda issuer: bearer(f"{issuer.token()}\u00e9"), 400,
    "invalid_request"),
]  # fmt: skip

HOSTILE = [*TOKENS, *PROOFS, *REQUESTS]


def kind_of(hostile: Hostile) -> str:
    """What its name begins with."""
    return hostile.name.split(":")[0]
