"""A program with the MCP SDK from PyPI, as its makers show it. Speaks the lines of ../program.ts."""

import asyncio
import json
import os
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from mcp.shared.exceptions import MCPError, UrlElicitationRequiredError
from mcp.types import URL_ELICITATION_REQUIRED, ElicitResult

SERVER, REDIRECT_URI, PERSON = (os.environ[name] for name in ("SERVER", "REDIRECT_URI", "PERSON"))


def say(**line):
    print(json.dumps(line), flush=True)


async def asked(**line):
    say(**line)
    return (await asyncio.to_thread(input)).strip()


class Memory:
    """What the SDK asks a client to keep."""

    tokens = information = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.information

    async def set_client_info(self, client_info):
        self.information = client_info


came_back = []
opened = []


async def show(url):
    came_back.append(await asked(open=url))


async def answer():
    found = {name: values[0] for name, values in parse_qs(urlsplit(came_back[-1]).query).items()}
    return AuthorizationCodeResult(code=found["code"], state=found.get("state"), iss=found.get("iss"))


async def open_page(_context, params):
    opened.append(params.url)
    said = await asked(visit=params.url)
    return ElicitResult(action="accept" if said == "confirmed" else "decline")


def check(name, found, expected):
    if found == expected:
        say(passed=name)
    else:
        say(failed=name, why=f"expected {expected!r}, got {found!r}")


async def calls(mode, revision):
    """One host: signs in, and steps up once. `mode` chooses the revision of MCP, and `revision` is the one expected."""
    memory = Memory()
    opened.clear()
    metadata = OAuthClientMetadata(
        client_name="Python client", redirect_uris=[REDIRECT_URI], token_endpoint_auth_method="none"
    )
    sign_in = OAuthClientProvider(SERVER, metadata, memory, redirect_handler=show, callback_handler=answer)
    errors = []
    async with httpx2.AsyncClient(auth=sign_in, timeout=60) as http:
        transport = streamable_http_client(SERVER, http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=open_page) as client:

            async def call(tool):
                try:
                    result = await client.call_tool(tool)
                except MCPError as refused:
                    # A server of 2025-11-25 asks by an error. The host opens its pages, and calls again.
                    if refused.error.code != URL_ELICITATION_REQUIRED:
                        raise
                    errors.append(refused.error.code)
                    for page in UrlElicitationRequiredError.from_error(refused.error).elicitations:
                        await open_page(None, page)
                    result = await client.call_tool(tool)
                return result.content[0].text

            check(f"{revision}: is the revision", client.protocol_version, revision)
            check(f"{revision}: signs in and calls a tool", await call("whose"), f"whose of {PERSON}")
            token = memory.tokens.access_token
            check(f"{revision}: opened no page for it", opened, [])
            check(
                f"{revision}: goes on after a step-up that the call asks for", await call("write"), f"write of {PERSON}"
            )
            check(f"{revision}: opened one page", len(opened), 1)
            # The SDK shows the page of a result, and calls again, by itself.
            asked_by_error = [URL_ELICITATION_REQUIRED] if revision == "2025-11-25" else []
            check(f"{revision}: asks in the form of the revision", errors, asked_by_error)
            check(f"{revision}: its token is the same", memory.tokens.access_token, token)
            again = [await call("write"), len(opened)]
            check(f"{revision}: needs no page for some minutes", again, [f"write of {PERSON}", 1])


asyncio.run(calls(os.environ["MODE"], os.environ["REVISION"]))
