"""Authlib from PyPI, configured by ISSUER, CLIENT_ID, KEY_FILE (a JWK) and REDIRECT_URI. Speaks the lines of ../program.ts."""

import json
import os
import sys

# Servers on loopback speak http.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER, CLIENT_ID, REDIRECT_URI, RESOURCE = (
    os.environ[name] for name in ("ISSUER", "CLIENT_ID", "REDIRECT_URI", "RESOURCE")
)
key = ECKey.import_key(json.load(open(os.environ["KEY_FILE"])))


def say(**line):
    print(json.dumps(line), flush=True)


def check(name, run):
    try:
        run()
        say(passed=name)
    except Exception as error:  # each failure is told, the next check runs
        say(failed=name, why=f"{type(error).__name__}: {error}")


metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=10).json()
session = OAuth2Session(
    CLIENT_ID,
    key,
    # What Authlib calls the token endpoint becomes the audience; the server takes the issuer only.
    token_endpoint_auth_method=PrivateKeyJWT(ISSUER, alg="ES256", headers={"kid": key.kid}),
    token_endpoint=f"{ISSUER}/token",
    revocation_endpoint_auth_method=PrivateKeyJWT(ISSUER, alg="ES256", headers={"kid": key.kid}),
    redirect_uri=REDIRECT_URI,
    scope="openid profile",
    code_challenge_method="S256",
)


def code_flow():
    verifier, nonce = generate_token(48), generate_token(20)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    say(open=url)
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=sys.stdin.readline().strip(), state=state, code_verifier=verifier
    )
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, CLIENT_ID, nonce), claims
    profile = session.get(metadata["userinfo_endpoint"]).json()
    assert profile["name"] == "Ada", profile


def refresh():
    before = session.token["refresh_token"]
    session.refresh_token(metadata["token_endpoint"], refresh_token=before)
    assert session.token["refresh_token"] != before


def client_credentials():
    own = OAuth2Session(
        CLIENT_ID,
        key,
        token_endpoint_auth_method=PrivateKeyJWT(ISSUER, alg="ES256", headers={"kid": key.kid}),
        scope="calendar.read",
    )
    token = own.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", resource=RESOURCE)
    assert token["scope"] == "calendar.read", token


def revocation():
    held = session.token["refresh_token"]
    assert session.revoke_token(metadata["revocation_endpoint"], token=held).status_code == 200


check("code flow with PKCE and private_key_jwt, ID token, userinfo", code_flow)
check("refresh rotates", refresh)
check("client credentials with private_key_jwt", client_credentials)
check("revocation with private_key_jwt", revocation)
