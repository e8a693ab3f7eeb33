"""An API behind `behalf.resource_server`, in a process of its own, for the campaigns `edge` and `signals`.

It reads the revocation feed, or with `AUDIENCE` takes pushed security events. Requests to the issuer go through the proxy `VIA`. The campaign sets the clock of the process. Does what edge-kit.ts does.
"""

import asyncio
import json
import os
import time
import traceback
import tracemalloc
from urllib.parse import parse_qs, urlsplit

import httpx
from behalf.resource_server import Introspection, Options, Requirement, ResourceServer, RevocationFeed, SecurityEvents
from behalf.resource_server.credential import PresentedRequest
from behalf.resource_server.resource_server import Granted
from behalf.resource_server.revocation_feed.end_table import End, EndTable

ISSUER, VIA, RESOURCE, API_ID, API_SECRET = (
    os.environ[name] for name in ("ISSUER", "VIA", "RESOURCE", "API_ID", "API_SECRET")
)
AUDIENCE = os.environ.get("AUDIENCE")
# Ends whose memory is measured.
MANY = 1_000_000
MIB = 2**20

# Seconds by which the campaign has moved the clocks. The monotonic one only moves forward.
moved = {"clock": 0.0, "monotonic": 0.0}
asked = {"introspections": 0}


class Via(httpx.AsyncHTTPTransport):
    """Sends what is for the issuer to the proxy."""

    async def handle_async_request(self, request):
        if request.url.path.endswith("/token/introspection"):
            asked["introspections"] += 1
        if str(request.url).startswith(ISSUER):
            proxy = httpx.URL(VIA)
            request.url = request.url.copy_with(host=proxy.host, port=proxy.port)
        return await super().handle_async_request(request)


def memory_of_many():
    """MiB of a table with a million ends, as it counts itself and as Python does."""
    tracemalloc.start()
    ends = EndTable(MANY)
    for number in range(MANY):
        ends.add((number * 2_654_435_761 % 2**32) << 32 | number, End(1, 1))
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"ends": ends.size, "tableMiB": ends.bytes / MIB, "grownMiB": round(grown / MIB)}


async def answer_to(server, method, target, headers, content):
    parts = urlsplit(target)
    if parts.path == "/memory":
        return 200, memory_of_many()
    if parts.path == "/events":
        answer = await server.receive_event(content.decode())
        return answer.status, json.loads(answer.body or b"{}")
    if parts.path == "/clocks":
        given = parse_qs(parts.query)
        moved["clock"] = float(given["clock"][0])
        moved["monotonic"] += float(given["pass"][0])
        return 200, moved
    presented = PresentedRequest(method, target, [("authorization", headers["authorization"])])
    decision = await server.check(presented, Requirement(scopes=[parts.path[1:]]))
    if isinstance(decision, Granted):
        return 200, asked
    return decision.answer.status, {"reason": decision.refusal.reason, **asked}


async def serve_one(server, reader, writer):
    """Requests of one connection."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            pairs = [line.split(": ", 1) for line in head[1:] if ": " in line]
            headers = {name.lower(): value for name, value in pairs}
            content = await reader.readexactly(int(headers.get("content-length", 0)))
            try:
                status, body = await answer_to(server, method, target, headers, content)
            except Exception:
                # A connection that ends without an answer would count as a refusal.
                status, body = 500, {"error": traceback.format_exc()}
            content = json.dumps(body).encode()
            writer.write(f"HTTP/1.1 {status} -\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    options = Options(
        issuer=ISSUER,
        resource=RESOURCE,
        introspection=Introspection(API_ID, client_secret=API_SECRET),
        revocation_feed=None if AUDIENCE else RevocationFeed(),
        security_events=SecurityEvents(audience=AUDIENCE) if AUDIENCE else None,
        timeout=2,
        transport=Via(),
        clock=lambda: time.time() + moved["clock"],
        monotonic=lambda: time.monotonic() + moved["monotonic"],
    )
    async with ResourceServer(options) as server:

        async def connected(reader, writer):
            await serve_one(server, reader, writer)

        listener = await asyncio.start_server(connected, "127.0.0.1", 0)
        print(listener.sockets[0].getsockname()[1], flush=True)
        await listener.serve_forever()


asyncio.run(main())
