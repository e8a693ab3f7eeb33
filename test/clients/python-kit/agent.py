"""An agent calls an API behind `behalf.resource_server`, in one process. Speaks the lines of ../program.ts."""

import asyncio
import json
import os
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from behalf.agent import Agent, AgentStop, key_from_jwk, new_key
from behalf.agent import Options as AgentOptions
from behalf.resource_server import Introspection, Options, Requirement, ResourceServer, RevocationFeed
from behalf.resource_server.asgi import RequireToken
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

ISSUER, CLIENT_ID, APP_ID, REDIRECT_URI, LOOPBACK_URI, RESOURCE, PERSON, API_ID, API_SECRET = (
    os.environ[name]
    for name in (
        *("ISSUER", "CLIENT_ID", "APP_ID", "REDIRECT_URI", "LOOPBACK_URI"),
        *("RESOURCE", "PERSON", "API_ID", "API_SECRET"),
    )
)
with open(os.environ["KEY_FILE"], encoding="utf-8") as file:
    key = ECKey.import_key(json.load(file))
sender = ECKey.generate_key("P-256")
http = httpx.Client(timeout=10)
metadata = http.get(f"{ISSUER}/.well-known/openid-configuration").json()


def say(**line):
    print(json.dumps(line), flush=True)


def base64url(value):
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def assertion():
    now = int(time.time())
    claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": ISSUER, "jti": secrets.token_hex(16), "iat": now, "exp": now + 60}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


def proof(method, url, token=None):
    claims = {"htm": method, "htu": url, "iat": int(time.time()), "jti": secrets.token_hex(16)}
    if token:
        claims["ath"] = base64url(sha256(token.encode()).digest())
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": sender.as_dict(private=False)}
    return jws.serialize_compact(header, json.dumps(claims), sender)


def token(bound=False, **parameters):
    form = {
        "client_id": CLIENT_ID,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(),
        "resource": RESOURCE,
        **parameters,
    }
    headers = {"dpop": proof("POST", metadata["token_endpoint"])} if bound else {}
    answer = http.post(metadata["token_endpoint"], data=form, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def own_token(scope, **options):
    return token(grant_type="client_credentials", scope=scope, **options)


def token_for_person():
    verifier = secrets.token_urlsafe(48)
    challenge = base64url(sha256(verifier.encode()).digest())
    query = {
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": "notes.read",
        "resource": RESOURCE,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": secrets.token_hex(8),
    }
    say(open=f"{metadata['authorization_endpoint']}?{urlencode(query)}")
    sent_to = urlsplit(sys.stdin.readline().strip())
    code = parse_qs(sent_to.query)["code"][0]
    return token(grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT_URI)


async def notes(request):
    access = request.state.access
    return JSONResponse({"for": access.subject, "by": access.actor, "client": access.client_id, "txn": access.txn})


app = Starlette(routes=[Route("/notes", notes)])


async def call(options, bearer, *, requirement, **headers):
    async with ResourceServer(Options(**{"issuer": ISSUER, "resource": RESOURCE, **options})) as server:
        transport = httpx.ASGITransport(app=RequireToken(app, server, requirement))
        async with httpx.AsyncClient(transport=transport, base_url=RESOURCE) as client:
            return await client.get("/notes", headers={"authorization": bearer, **headers})


READ = Requirement(scopes=["notes.read"])
ALIVE = {"introspection": Introspection(API_ID, client_secret=API_SECRET, tokens="every")}


async def own_authority():
    answer = await call({}, f"Bearer {own_token('notes.read')}", requirement=READ)
    assert answer.status_code == 200, answer.text
    assert answer.json()["client"] == CLIENT_ID, answer.text


async def for_a_person():
    answer = await call({}, f"Bearer {token_for_person()}", requirement=Requirement(scopes=["notes.read"], actor="required"))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["for"], body["by"]) == (PERSON, CLIENT_ID), body
    assert body["txn"], body


async def missing_scope():
    answer = await call({}, f"Bearer {own_token('notes.read')}", requirement=Requirement(scopes=["notes.write"]))
    assert answer.status_code == 403, answer.text
    assert 'scope="notes.write"' in answer.headers["www-authenticate"], answer.headers


async def another_api():
    answer = await call({"resource": "https://other.example.com/"}, f"Bearer {own_token('notes.read')}", requirement=READ)
    assert answer.status_code == 401, answer.text


async def bound():
    given = own_token("notes.read", bound=True)
    good = proof("GET", f"{RESOURCE}notes", given)
    assert (await call({}, f"DPoP {given}", requirement=READ, dpop=good)).status_code == 200
    assert (await call({}, f"Bearer {given}", requirement=READ)).status_code == 401
    other = proof("POST", f"{RESOURCE}notes", given)
    assert (await call({}, f"DPoP {given}", requirement=READ, dpop=other)).status_code == 401


def revoke(given):
    form = {
        "token": given,
        "client_id": CLIENT_ID,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(),
    }
    answer = http.post(metadata["revocation_endpoint"], data=form)
    assert answer.status_code == 200, answer.text


async def revoked():
    given = own_token("notes.read")
    assert (await call(ALIVE, f"Bearer {given}", requirement=READ)).status_code == 200
    revoke(given)
    assert (await call(ALIVE, f"Bearer {given}", requirement=READ)).status_code == 401


async def heard_of():
    introspection = Introspection(API_ID, client_secret=API_SECRET)
    options = Options(issuer=ISSUER, resource=RESOURCE, introspection=introspection, revocation_feed=RevocationFeed())
    given = own_token("notes.read")
    async with ResourceServer(options) as server, asyncio.timeout(20):
        ended = asyncio.get_running_loop().create_future()
        server.watch(await server.verify_bearer(given, READ), READ, ended.set_result)
        # From now on the feed alone says that the token has ended.
        await feed_is_read(server)
        await asyncio.to_thread(revoke, given)
        why = await ended
    assert why.reason == "token_inactive", why.reason


async def with_the_package():
    options = AgentOptions(issuer=ISSUER, client_id=CLIENT_ID, key=key_from_jwk(key.as_dict(private=True)), dpop=new_key())
    async with Agent(options) as agent, ResourceServer(Options(issuer=ISSUER, resource=RESOURCE)) as server:
        transport = httpx.ASGITransport(app=RequireToken(app, server, READ))
        async with httpx.AsyncClient(transport=transport, base_url=RESOURCE) as client:
            given = await agent.own_token(RESOURCE, scopes=["notes.read"])
            answer = await client.get("/notes", auth=agent.auth(given))
            assert (given.type, answer.status_code) == ("DPoP", 200), answer.text
            try:
                await agent.exchange(own_token("notes.read"), RESOURCE, scopes=["notes.read"])
            except AgentStop as stop:
                assert stop.denial.id.startswith("dny_"), stop
            else:
                raise AssertionError("an agent acts for itself")


def visit(url):
    """Chromium goes there, and the person signs in and allows it on the pages. `page_shown` has what it ends with."""
    say(visit=url)


def page_shown():
    return sys.stdin.readline().strip()


async def signed_in():
    own_key = key_from_jwk(key.as_dict(private=True))
    options = AgentOptions(issuer=ISSUER, client_id=CLIENT_ID, key=own_key, dpop=new_key())
    async with Agent(options) as agent, ResourceServer(Options(issuer=ISSUER, resource=RESOURCE)) as server:
        session = await agent.sign_in(
            RESOURCE, scopes=["notes.read"], open=visit, redirect_uri=LOOPBACK_URI, push=True
        )
        page = page_shown()
        assert page.startswith("You are signed in"), page
        assert session.claims["sub"] == PERSON, session.claims
        given = await session.token()
        assert (given.type, "notes.read" in given.scopes) == ("DPoP", True), given
        for_person = await agent.exchange(session.subject, RESOURCE, scopes=["notes.read"])
        transport = httpx.ASGITransport(app=RequireToken(app, server, READ))
        async with httpx.AsyncClient(transport=transport, base_url=RESOURCE) as client:
            body = (await client.get("/notes", auth=agent.auth(for_person))).json()
        assert (body["for"], body["by"]) == (PERSON, CLIENT_ID), body
        # After a restart.
        resumed = agent.resume(session.refresh_token, RESOURCE)
        assert (await resumed.token()).access_token != given.access_token


async def app_signed_in():
    options = AgentOptions(issuer=ISSUER, client_id=APP_ID, public_client=True, dpop=new_key())
    kept = []
    async with Agent(options) as native:
        session = await native.sign_in(RESOURCE, scopes=["notes.read"], open=visit, keep=kept.append)
        page = page_shown()
        assert page.startswith("You are signed in"), page
        assert session.claims["sub"] == PERSON, session.claims
        assert kept == [session.refresh_token], kept


async def feed_is_read(server):
    while server._live._heard.verdict(await server.verify_bearer(own_token("notes.read"), READ), READ.scopes) == "stale":
        await asyncio.sleep(0.05)


for name, run in {
    "a token of its own authority": own_authority,
    "a token for a person names person and agent": for_a_person,
    "a missing scope is named": missing_scope,
    "a token for another API is refused": another_api,
    "a token that is bound to a key": bound,
    "introspection refuses a revoked token": revoked,
    "the revocation feed ends an open stream": heard_of,
    "the agent of the package gets a bound token, and says why there is none": with_the_package,
    "a person signs in with a real browser, and the agent acts for them": signed_in,
    "a native app without a credential, at a port that the system chooses": app_signed_in,
}.items():
    try:
        asyncio.run(run())
        say(passed=name)
    except Exception as error:  # each failure is told, the next check runs
        say(failed=name, why=f"{type(error).__name__}: {error}")
