"""Verifies security event tokens with PyJWT, and signs one. Reads a JSON object from standard input, and prints one."""

import json
import sys

import jwt
from jwt import PyJWKClient

given = json.load(sys.stdin)
keys = PyJWKClient(given["jwks_uri"])


def verified(token):
    """The claims as an independent receiver reads them (RFC 8417 §2.2, SSF 1.0 §4.1)."""
    if jwt.get_unverified_header(token).get("typ") != "secevent+jwt":
        raise ValueError("typ is not secevent+jwt")
    return jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token).key,
        algorithms=["RS256"],
        audience=given["audience"],
        issuer=given["issuer"],
        options={"require": ["iss", "iat", "aud", "jti"]},
    )


signing = given["signing"]
made = jwt.encode(
    signing["claims"],
    jwt.PyJWK(signing["key"]).key,
    algorithm="RS256",
    headers={"typ": "secevent+jwt", "kid": signing["key"]["kid"]},
)
print(json.dumps({"claims": [verified(one) for one in given["sets"]], "made": made}))
