"""Requests to the authorization server. Each answers a token or a denial, so that one place decides what to do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import anyio
import httpx

from ..resource_server.json_values import is_number, json_object
from ..resource_server.options import is_safe_url
from .composition import composition_key, current_composition
from .denial import Denial, approval_asked, denial_of, own_denial, retry_after
from .dpop import Proofs
from .options import Options
from .token import Grant, Token

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60
# After this time the metadata are fetched again; where that fails, again after a minute.
_FRESH_SECONDS, _RETRY_SECONDS = 3600, 60
# Answers of an authorization server are far smaller.
_MOST_BYTES = 512 * 1024

Parameters = Mapping[str, str | None]
"""A parameter that is None is left out."""


class _UnusableError(Exception):
    """No usable answer came. Has the denial that says so."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.description)
        self.denial = denial


class AuthorizationServer:
    """Token endpoint and backchannel endpoint of the server, and what authenticates the agent there."""

    def __init__(self, options: Options, proofs: Proofs | None) -> None:
        self._options = options
        self._proofs = proofs
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._client = httpx.AsyncClient(
            transport=options.transport,
            timeout=options.timeout,
            # A redirect could lead a credential to another host.
            follow_redirects=False,
            trust_env=False,
        )

    async def metadata(self) -> Mapping[str, Any] | Denial:
        """The metadata of the server, an hour old at most."""
        try:
            return await self._known()
        except _UnusableError as error:
            return error.denial

    async def endpoint(self, name: str) -> str | Denial:
        """URL of an endpoint, with TLS or on loopback."""
        try:
            return await self._endpoint(name)
        except _UnusableError as error:
            return error.denial

    async def token(self, grant_type: str, parameters: Parameters) -> Token | Denial:
        """Asks the token endpoint for an access token."""
        answer = await self.grant(grant_type, parameters, parameters.get("scope"))
        return answer if isinstance(answer, Denial) else answer.token

    async def grant(self, grant_type: str, parameters: Parameters, requested: str | None) -> Grant | Denial:
        """Asks the token endpoint. `requested` is the scope where the response names none (RFC 6749 §5.1)."""
        try:
            url = await self._endpoint("token_endpoint")
            status, body, after, shown = await self._post(url, {**parameters, "grant_type": grant_type})
        except _UnusableError as error:
            return error.denial
        if status != 200:
            return denial_of(status, body, after)
        token = self._token_of(body, requested)
        if isinstance(token, Denial):
            return token
        return Grant(replace(token, shown=shown), _text_of(body, "refresh_token"), _text_of(body, "id_token"))

    async def backchannel(self, parameters: Parameters) -> Denial:
        """Asks people by CIBA. The denial has the remedy :class:`Approval`, as that of an exchange has."""
        try:
            url = await self._endpoint("backchannel_authentication_endpoint")
            endpoint = await self._endpoint("token_endpoint")
            status, body, after, _ = await self._post(url, parameters)
        except _UnusableError as error:
            return error.denial
        return approval_asked(body, endpoint) if status == 200 else denial_of(status, body, after)

    async def pushed(self, parameters: Parameters) -> str | Denial:
        """Pushes an authorization request (RFC 9126). Returns its `request_uri`."""
        try:
            url = await self._endpoint("pushed_authorization_request_endpoint")
            status, body, after, _ = await self._post(url, parameters)
        except _UnusableError as error:
            return error.denial
        if status not in (200, 201):
            return denial_of(status, body, after)
        request_uri = _text_of(body, "request_uri")
        return request_uri or own_denial("answer_malformed", "The answer of the server has no request_uri.")

    async def keys(self) -> Mapping[str, Any] | Denial:
        """The JSON Web Key Set of the server."""
        try:
            status, body, after = await self._send("GET", await self._endpoint("jwks_uri"))
        except _UnusableError as error:
            return error.denial
        return body if status == 200 else denial_of(status, body, after)

    async def shown(self) -> str | None:
        """What the agent shows that it runs with, as a text that can be compared. Raises as `current_composition`."""
        source = self._options.composition
        return None if source is None else composition_key(await current_composition(source))

    async def close(self) -> None:
        """Closes connections."""
        await self._client.aclose()

    async def _known(self) -> Mapping[str, Any]:
        now = self._options.clock()
        if self._metadata is None or not 0 <= now - self._metadata[0] < _FRESH_SECONDS:
            try:
                self._metadata = (now, await self._fetched())
            except _UnusableError:
                if self._metadata is None:
                    raise
                # Endpoints rarely move, and what they answer is checked in any case.
                self._metadata = (now - _FRESH_SECONDS + _RETRY_SECONDS, self._metadata[1])
        return self._metadata[1]

    async def _fetched(self) -> Mapping[str, Any]:
        issuer = self._options.issuer
        status, body, _ = await self._send("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != 200:
            raise _UnusableError(denial_of(status, body, None))
        if body.get("issuer") != issuer:
            raise _UnusableError(own_denial("issuer_other", "The metadata name another issuer."))
        return body

    async def _endpoint(self, name: str) -> str:
        url = (await self._known()).get(name)
        if not is_safe_url(url):
            raise _UnusableError(own_denial("endpoint_missing", f"The metadata have no usable {name}."))
        return str(url)

    async def _post(self, url: str, parameters: Parameters) -> tuple[int, Mapping[str, Any], float | None, str | None]:
        """Status, body, `Retry-After`, and the key of the composition that the request showed."""
        for _ in range(2):
            authentication, shown = await self._authentication()
            form = {**parameters, **authentication}
            given = {name: value for name, value in form.items() if value is not None}
            status, body, after = await self._send("POST", url, given)
            # Once more with the nonce of the server (RFC 9449 §8).
            if body.get("error") != "use_dpop_nonce" or self._proofs is None:
                break
        return status, body, after, shown

    async def _authentication(self) -> tuple[Parameters, str | None]:
        """Parameters, and the key of the composition in them."""
        options, shown = self._options, None
        if options.public_client:
            return {"client_id": options.client_id}, None
        if options.workload_token is not None:
            assertion = await options.workload_token()
        else:
            now, key = int(options.clock()), options.key
            claims: dict[str, Any] = {
                "iss": options.client_id,
                "sub": options.client_id,
                "aud": options.issuer,
                "jti": secrets.token_urlsafe(16),
                "iat": now,
                "exp": now + _ASSERTION_SECONDS,
            }
            if options.composition is not None:
                composition = await current_composition(options.composition)
                claims["composition"] = dict(composition)
                shown = composition_key(composition)
            assert key is not None  # noqa: S101 - Options has checked it
            assertion = key.sign({} if key.kid is None else {"kid": key.kid}, claims)
        authentication = {
            "client_id": options.client_id,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return authentication, shown

    async def _send(
        self, method: str, url: str, form: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, Any], float | None]:
        headers = {"accept": "application/json"}
        if self._proofs is not None and form is not None:
            headers["dpop"] = self._proofs.proof(method, url)
        try:
            # For the whole request: httpx starts its time again with each part of an answer.
            with anyio.fail_after(self._options.timeout):
                return await self._read(method, url, headers, form)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            text = f"The authorization server did not answer: {type(error).__name__}."
            raise _UnusableError(own_denial("server_unreachable", text, "temporarily_unavailable")) from error

    async def _read(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> tuple[int, Mapping[str, Any], float | None]:
        async with self._client.stream(method, url, headers=headers, data=form) as response:
            text = bytearray()
            async for chunk in response.aiter_bytes():
                text += chunk
                if len(text) > _MOST_BYTES:
                    raise _UnusableError(own_denial("answer_malformed", "The answer of the server is too long."))
        if self._proofs is not None:
            self._proofs.remember(url, response.headers.get("dpop-nonce"))
        after = retry_after(response.headers.get("retry-after"), self._options.clock())
        try:
            return response.status_code, json_object(bytes(text)), after
        except (ValueError, RecursionError) as error:
            if response.status_code == 200:
                raise _UnusableError(own_denial("answer_malformed", "The answer of the server is no JSON.")) from error
            return response.status_code, {}, after

    def _token_of(self, body: Mapping[str, Any], requested: str | None) -> Token | Denial:
        token, kind, seconds = body.get("access_token"), body.get("token_type"), body.get("expires_in")
        # The scope where the response names none (RFC 6749 §5.1).
        scope, details = body.get("scope", requested or ""), body.get("authorization_details", [])
        is_dpop = isinstance(kind, str) and kind.lower() == "dpop"
        if not isinstance(token, str) or not isinstance(kind, str) or kind.lower() not in ("bearer", "dpop"):
            return own_denial("answer_malformed", "The answer of the server has no usable token.")
        if not isinstance(scope, str) or not isinstance(details, list) or not (seconds is None or is_number(seconds)):
            return own_denial("answer_malformed", "The answer of the server has a malformed member.")
        if is_dpop != (self._proofs is not None):
            # A token that is not bound must not be used as if it were.
            return own_denial("token_unbound", "The server gave a token of another type than was asked for.")
        return Token(
            access_token=token,
            type="DPoP" if is_dpop else "Bearer",
            scopes=tuple(scope.split()),
            authorization_details=tuple(details),
            expires_at=None if seconds is None else int(self._options.clock()) + seconds,
        )


def _text_of(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value != "" else None
