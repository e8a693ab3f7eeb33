"""An agent of Pydantic AI calls an API on behalf of the person at this machine.

A refused call waits while the person decides.

The model is a script: put `"openai:…"` or another model in its place.
"""

import asyncio
import os

import httpx
import pydantic_ai
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel

from behalf.agent import Agent, AgentStop, Hooks, Options, key_file

ISSUER, CLIENT_ID, KEY, REDIRECT_URI, SIGN_IN_API, API = (
    os.environ[name] for name in ("ISSUER", "CLIENT_ID", "KEY", "REDIRECT_URI", "SIGN_IN_API", "API")
)


async def show_consent(page, _denial):
    print(f"Allow: {page.url}", flush=True)


async def show_approval(_approval, _denial):
    print(f"Approve: {ISSUER}/account/approvals", flush=True)


async def show_sign_in(url):
    print(f"Sign in: {url}", flush=True)


async def main():
    hooks = Hooks(on_consent=show_consent, on_approval=show_approval)
    options = Options(issuer=ISSUER, client_id=CLIENT_ID, key=key_file(KEY), hooks=hooks)
    async with Agent(options) as behalf, httpx.AsyncClient() as http:
        session = await behalf.sign_in(
            SIGN_IN_API, scopes=["calendar.read"], redirect_uri=REDIRECT_URI, open=show_sign_in
        )

        async def call(method, scope):
            """What people refuse is told to the model, so that it can say so."""
            try:
                token = await behalf.exchange(session.subject, API, scopes=[scope])
            except AgentStop as stop:
                return f"Not allowed: {stop}"
            return (await http.request(method, f"{API}/tickets", auth=behalf.auth(token))).text

        script = iter(["read_tickets", "close_ticket", None])

        def model(_messages, _info):
            name = next(script)
            return ModelResponse(parts=[ToolCallPart(name) if name else TextPart("Done.")])

        assistant = pydantic_ai.Agent(FunctionModel(model))

        @assistant.tool_plain
        async def read_tickets() -> str:
            """Lists the open tickets."""
            said = await call("GET", "tickets.read")
            print(f"read_tickets: {said}", flush=True)
            return said

        @assistant.tool_plain
        async def close_ticket() -> str:
            """Closes the open ticket."""
            said = await call("DELETE", "tickets.close")
            print(f"close_ticket: {said}", flush=True)
            return said

        print((await assistant.run("Close the open ticket.")).output)


asyncio.run(main())
