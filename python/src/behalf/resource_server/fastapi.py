"""Binding for FastAPI: a dependency for each route, and the metadata document."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from .access import Access
from .asgi import presented_by
from .requirement import Requirement, RequirementOf, requirement_for
from .resource_server import Refused, ResourceServer


class TokenRefused(Exception):
    """Ends a request. :func:`install` has the handler that answers it."""

    def __init__(self, decision: Refused) -> None:
        super().__init__(decision.refusal.description)
        self.decision = decision


def install(app: FastAPI, server: ResourceServer) -> None:
    """Answers refusals of :func:`requires`, and serves the protected resource metadata (RFC 9728). Call it once."""
    document = json.dumps(server.metadata.document)

    async def refuse(_request: Request, error: Exception) -> Response:
        if not isinstance(error, TokenRefused):
            raise error
        answer = error.decision.answer
        response = Response(answer.body, answer.status)
        for name, value in answer.headers:
            # A challenge for each scheme: the name stands twice. The content type replaces the default.
            if name == "www-authenticate":
                response.headers.append(name, value)
            else:
                response.headers[name] = value
        return response

    async def metadata() -> Response:
        return Response(document, media_type="application/json")

    app.add_exception_handler(TokenRefused, refuse)
    app.add_api_route(server.metadata.path, metadata, methods=["GET", "HEAD"], include_in_schema=False)


def requires(
    server: ResourceServer, requirement: RequirementOf[Request] | None = None
) -> Callable[[Request, Response], Awaitable[Access]]:
    """A dependency that lets a request through only with a token that allows it, and returns what the token allows."""
    needed = requirement or Requirement()

    async def access(request: Request, response: Response) -> Access:
        decision = await server.check(presented_by(request.scope), await requirement_for(needed, request))
        if isinstance(decision, Refused):
            raise TokenRefused(decision)
        for name, value in decision.headers:
            response.headers.append(name, value)
        return decision.access

    return access
