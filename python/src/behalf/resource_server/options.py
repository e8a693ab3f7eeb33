"""Options of a resource server, checked when it is created."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import import_key

from .detail_rules import RULES, DetailType


class ConfigurationError(ValueError):
    """An option is wrong. The message begins with its name and says what to give."""

    def __init__(self, member: str, remedy: str) -> None:
        super().__init__(f"{member}: {remedy}")
        self.member = member


class UsedOnce(Protocol):
    """Remembers what may be used once: DPoP proofs and approved actions.

    Give a store that all processes of the API share, since each process otherwise accepts a proof once.
    """

    def use(self, key: str, expires_at: float) -> Awaitable[bool]:
        """Marks a key as used. False: it was used before. Of several concurrent calls exactly one gets True.

        `expires_at` in epoch seconds: the key need not be kept longer. An exception refuses the request with 503.
        """


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What is logged. No entry contains a token."""

    event: Literal["request_refused", "server_unreachable", "report_dropped"]
    reason: str
    description: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class Introspection:
    """How this API introspects tokens (RFC 7662), and authenticates for it.

    Give either `client_secret`, or `private_key`: a private JSON Web Key with `alg` and, if the server knows several
    keys, `kid`.
    """

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    private_key: Mapping[str, Any] | None = field(default=None, repr=False)
    tokens: Literal["opaque", "every"] = "opaque"
    """`opaque`: tokens that are no JWTs. `every`: JWTs too, so that a revoked token is refused at once."""
    endpoint: str | None = None
    """Default: `introspection_endpoint` of the metadata of the issuer."""


@dataclass(frozen=True, slots=True)
class DPoP:
    """How proofs of possession are checked (RFC 9449)."""

    use: Literal["supported", "required"] = "supported"
    """`required`: every token must be bound to a DPoP key."""
    algorithms: Sequence[str] = ("ES256", "EdDSA", "Ed25519")
    max_age: int = 60
    """Oldest proof in seconds, 1 to 300."""
    nonces: bool = False
    """Require a nonce of this API in each proof (RFC 9449 §9)."""
    nonce_secret: bytes | None = field(default=None, repr=False)
    """At least 32 bytes, the same for all processes of this API. Default: random, of this process alone."""


Risk = Literal["critical", "high", "medium", "low"]
"""The risk of a scope, as registered."""
RISKS: tuple[Risk, ...] = ("critical", "high", "medium", "low")
"""The strictest first."""

_STALENESS: Mapping[Risk, int] = {"critical": 2, "high": 2, "medium": 10, "low": 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationFeed:
    """How the revocation feed of the server is read. Needs `introspection`, and an event loop of asyncio."""

    max_staleness: Mapping[Risk, int] = field(default_factory=dict)
    """Longest time without news in which a JWT is accepted offline, in seconds, 1 to 3600, by the risk of the scopes
    that the request needs. Default: 2 for critical and high, 10 for medium, 30 for low. Later it is introspected."""
    most_ends: int = 1_000_000
    """Ends that are remembered, 1000 to 4000000; 1,000,000 take 32 MiB. With more, each token of before is
    introspected."""

    def staleness(self) -> Mapping[Risk, int]:
        """Seconds by risk, with the defaults."""
        return {**_STALENESS, **self.max_staleness}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvents:
    """How security events are taken that the server pushes to this API. Needs `introspection`."""

    audience: str
    """`aud` of the events: that of the receiver of this API, as an administrator registered it."""
    most_ends: int = 1_000_000
    """Ends that are remembered, 1000 to 4000000. With more, each token of before is introspected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """How reports of this API are sent to the server. Needs `introspection`.

    An operator permits them with `reports:write`.
    """

    most_queued: int = 10_000
    """Reports that wait, 1 to 1000000; a further one is dropped."""
    interval: int = 1
    """Seconds that a report waits for others, 1 to 60."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an API checks its tokens. Raises ConfigurationError naming the first option that is wrong."""

    issuer: str
    """Issuer of the tokens, exactly as in `iss`. https, or http on loopback."""
    resource: str
    """Identifier of this API, exactly as registered and as in `aud`."""
    base_url: str = ""
    """Public URL of this API as clients write it, for DPoP and metadata. Default: the origin of `resource`."""
    scopes: Sequence[str] = ()
    """Scopes that the metadata document lists."""
    name: str | None = None
    """Name of this API in the metadata document."""
    algorithms: Sequence[str] = ("ES256",)
    """Signature algorithms of tokens, all asymmetric."""
    clock_tolerance: int = 5
    """Seconds that clocks may differ, 0 to 60."""
    max_token_length: int = 8192
    """Longest token in characters, 512 to 65536."""
    max_actors: int = 16
    """Longest chain of actors, 1 to 64."""
    detail_types: Sequence[DetailType] = ()
    """Rules of the types of authorization details, as registered."""
    jwks_uri: str | None = None
    """URL of the keys. Default: `jwks_uri` of the metadata of the issuer."""
    introspection: Introspection | None = None
    """Without it, only JWTs are accepted."""
    revocation_feed: RevocationFeed | None = None
    """Hear of tokens that end, and introspect those. Without it a JWT is accepted until it expires, unless
    `introspection` or the requirement asks for more."""
    security_events: SecurityEvents | None = None
    """Takes security events that the server pushes to this API (:meth:`ResourceServer.receive_event`): a JWT that an
    event may have ended is introspected. Not together with `revocation_feed` or `status_list`."""
    status_list: bool = False
    """Reads Token Status Lists of the server: a JWT that has ended is refused, without a connection. An operator
    switches them on with `status_list`. Not together with `revocation_feed`."""
    step_up: bool = False
    """Where the sign-in of the person is not enough for a request, asks the server for a page on which they confirm
    it, with the credential of `introspection`. For clients that cannot send the person to sign in again, such as those
    of MCP."""
    reports: Reporting | None = None
    """Sends what :meth:`ResourceServer.report` gets, with the credential of `introspection`."""
    dpop: DPoP = field(default_factory=DPoP)
    used_once: UsedOnce | None = None
    """Remembers proofs and approved actions that were used. Default: memory of this process, 100,000 keys."""
    cached_tokens: int = 10_000
    """Verified tokens that are remembered until they expire, 0 to 1000000. 0 switches it off."""
    timeout: int = 5
    """Seconds that a request to the authorization server may take, 1 to 30."""
    log: Callable[[LogEntry], None] = lambda _entry: None
    """Receives each refusal and each failure to reach the server."""
    transport: httpx.AsyncBaseTransport | None = None
    """Of the requests to the authorization server, such as one with a private certificate authority."""
    clock: Callable[[], float] = time.time
    """Epoch seconds."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds of a clock that is never set back."""

    def __post_init__(self) -> None:
        _check_identifiers(self)
        _check_numbers(self)
        _check_algorithms(self.algorithms, "algorithms")
        _check_scopes(self.scopes)
        _check_detail_types(self.detail_types)
        _check_introspection(self.introspection)
        _check_revocation_feed(self.revocation_feed, self.introspection)
        _check_security_events(self)
        _check_status_list(self)
        _check_step_up(self)
        _check_reports(self)
        _check_dpop(self.dpop)
        base_url = (self.base_url or origin_of(self.resource)).rstrip("/")
        if not is_safe_url(base_url) or re.search(r"[?#]", base_url):
            raise ConfigurationError(
                "base_url", "give the public URL of this API, with https, or with http on loopback, without a query"
            )
        object.__setattr__(self, "base_url", base_url)


ASYMMETRIC = frozenset(
    ["ES256", "ES384", "ES512", "EdDSA", "Ed25519", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"]
)
"""Symmetric algorithms and `none` are left out: a public key must never be a secret (RFC 8725 §2.1)."""

SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def is_safe_url(value: object) -> bool:
    """Whether a URL is one that an issuer may have or name: https, or http on loopback for development."""
    if not isinstance(value, str) or re.search(r"[\s\\\x00-\x1f]", value):
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        if parts.port == 0 or host == "" or parts.username is not None or parts.password is not None:
            return False
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _check_identifiers(options: Options) -> None:
    if not is_safe_url(options.issuer):
        raise ConfigurationError("issuer", "give the URL of the authorization server, with https, or http on loopback")
    if re.search(r"[?#]", options.issuer):
        raise ConfigurationError("issuer", "remove the query and the fragment")
    resource = options.resource
    if not isinstance(resource, str) or "#" in resource or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$", resource):
        raise ConfigurationError("resource", "give the identifier of this API, an absolute URI without a fragment")
    if options.jwks_uri is not None and not is_safe_url(options.jwks_uri):
        raise ConfigurationError("jwks_uri", "give a URL with https, or with http on loopback")


_RANGES = {
    "clock_tolerance": (0, 60),
    "max_token_length": (512, 65_536),
    "max_actors": (1, 64),
    "cached_tokens": (0, 1_000_000),
    "timeout": (1, 30),
}


def _check_numbers(options: Options) -> None:
    for member, (least, most) in _RANGES.items():
        _check_number(getattr(options, member), member, least, most)


def _check_number(value: object, member: str, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigurationError(member, f"give a whole number from {least} to {most}")


def _check_algorithms(value: Sequence[str], member: str) -> None:
    if isinstance(value, str) or not value or not all(one in ASYMMETRIC for one in value):
        raise ConfigurationError(member, f"give a list with some of {', '.join(sorted(ASYMMETRIC))}")


def _check_scopes(scopes: Sequence[str]) -> None:
    if isinstance(scopes, str) or not all(isinstance(one, str) and SCOPE.fullmatch(one) for one in scopes):
        raise ConfigurationError("scopes", "give a list of scopes, each without spaces (RFC 6749 §3.3)")


def _check_detail_types(types: Sequence[DetailType]) -> None:
    for index, one in enumerate(types):
        for member, rule in one.members.items():
            if rule not in RULES:
                known = ", ".join(RULES)
                raise ConfigurationError(f"detail_types[{index}].members.{member}", f"give one of the rules {known}")
        for member in one.unlimited_when_absent:
            if member not in one.members:
                raise ConfigurationError(
                    f"detail_types[{index}].unlimited_when_absent", f"give a rule for {member} in members"
                )


def _check_introspection(given: Introspection | None) -> None:
    if given is None:
        return
    if not given.client_id:
        raise ConfigurationError(
            "introspection.client_id", "give the id of this resource server at the authorization server"
        )
    if (given.client_secret is None) == (given.private_key is None):
        raise ConfigurationError("introspection.private_key", "give either private_key or client_secret")
    if given.client_secret == "":
        raise ConfigurationError("introspection.client_secret", "give a text")
    if given.private_key is not None:
        _check_private_key(given.private_key)
    if given.tokens not in ("opaque", "every"):
        raise ConfigurationError("introspection.tokens", "give 'opaque' or 'every'")
    if given.endpoint is not None and not is_safe_url(given.endpoint):
        raise ConfigurationError("introspection.endpoint", "give a URL with https, or with http on loopback")


def _check_revocation_feed(feed: RevocationFeed | None, introspection: Introspection | None) -> None:
    if feed is None:
        return
    if not isinstance(feed, RevocationFeed):
        raise ConfigurationError("revocation_feed", "give RevocationFeed()")
    if introspection is None:
        raise ConfigurationError(
            "revocation_feed", "set the option introspection, which decides about a token that may have ended"
        )
    for risk, seconds in feed.max_staleness.items():
        if risk not in RISKS:
            raise ConfigurationError(f"revocation_feed.max_staleness.{risk}", f"give one of {', '.join(RISKS)}")
        _check_number(seconds, f"revocation_feed.max_staleness.{risk}", 1, 3600)
    _check_number(feed.most_ends, "revocation_feed.most_ends", 1000, 4_000_000)


def _check_security_events(options: Options) -> None:
    events = options.security_events
    if events is None:
        return
    if not isinstance(events, SecurityEvents):
        raise ConfigurationError("security_events", "give SecurityEvents(audience=…)")
    if not isinstance(events.audience, str) or events.audience == "":
        raise ConfigurationError("security_events.audience", "give the audience of this receiver, as in aud")
    if options.introspection is None:
        raise ConfigurationError(
            "security_events", "set the option introspection, which decides about a token that may have ended"
        )
    if options.revocation_feed is not None or options.status_list:
        raise ConfigurationError("security_events", "leave it out: revocation_feed and status_list hear of each end")
    _check_number(events.most_ends, "security_events.most_ends", 1000, 4_000_000)


def _check_step_up(options: Options) -> None:
    if not isinstance(options.step_up, bool):
        raise ConfigurationError("step_up", "give True or False")
    if options.step_up and options.introspection is None:
        raise ConfigurationError("step_up", "set the option introspection: the server is asked")


def _check_status_list(options: Options) -> None:
    if not isinstance(options.status_list, bool):
        raise ConfigurationError("status_list", "give True or False")
    if options.status_list and options.revocation_feed is not None:
        raise ConfigurationError("status_list", "leave it out: the option revocation_feed hears of each end sooner")


def _check_private_key(key: Mapping[str, Any]) -> None:
    remedy = "give a private JSON Web Key with alg, the algorithm that it signs with"
    if key.get("alg") not in ASYMMETRIC:
        raise ConfigurationError("introspection.private_key.alg", remedy)
    try:
        # A signature: the key is private, and of the kind of its algorithm.
        jws.serialize_compact({"alg": key["alg"]}, b"", import_key(dict(key)), algorithms=[key["alg"]])
    except Exception as error:
        raise ConfigurationError("introspection.private_key", remedy) from error


def _check_reports(options: Options) -> None:
    reports = options.reports
    if reports is None:
        return
    if not isinstance(reports, Reporting):
        raise ConfigurationError("reports", "give Reporting()")
    if options.introspection is None:
        raise ConfigurationError("reports", "set the option introspection: reports are sent with its credential")
    _check_number(reports.most_queued, "reports.most_queued", 1, 1_000_000)
    _check_number(reports.interval, "reports.interval", 1, 60)


def _check_dpop(dpop: DPoP) -> None:
    if dpop.use not in ("supported", "required"):
        raise ConfigurationError("dpop.use", "give 'supported' or 'required'")
    _check_algorithms(dpop.algorithms, "dpop.algorithms")
    _check_number(dpop.max_age, "dpop.max_age", 1, 300)
    if dpop.nonce_secret is not None:
        if len(dpop.nonce_secret) < 32:
            raise ConfigurationError("dpop.nonce_secret", "give at least 32 random bytes")
        if not dpop.nonces:
            raise ConfigurationError("dpop.nonce_secret", "set dpop.nonces to True, or leave the secret out")
