"""Verifies the receipt of a transaction, with Python 3.9 or newer alone.

    python3 verify_receipt.py RECEIPT JWKS ISSUER TXN [EXPORT]

RECEIPT: a file with the compact JWS. JWKS: a file with the keys of the server (`jwks_uri`), from a source that you trust.
ISSUER, TXN: the server and the transaction that the receipt has to be about.
EXPORT: a file of `behalf audit export`. With it, each record that the receipt rests on is compared with its own digest, and
the digest of the events, the number of refusals, the steps and their grades are computed again. Verify the chain of the export
itself with `behalf audit verify`.
Exit code 0: verified. 1: not, and the reason is printed. 2: arguments are missing.
"""

import base64
import hashlib
import json
import sys

TYPE = "transaction-receipt+jwt"
GRADES = ("confirmed", "unreported", "contradicted", "unauthorized")
# Types of events that end a token, the difference of clocks in seconds, and the limits of a receipt.
ENDS = ("agent.retired", "delegation.revoked", "grant.revoked", "kill.ordered", "kill.reconciled", "token.revoked")
CLOCKS = 60
MOST_STEPS = 1000
MOST_EVENTS = 10000
NEVER = float("inf")

# NIST P-256 (FIPS 186-4, D.1.2.3).
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


class Refused(Exception):
    """Why the receipt is not verified."""


def decoded(text):
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def added(one, other):
    """The sum of two points; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(factor, point):
    total = None
    while factor:
        if factor & 1:
            total = added(total, point)
        point = added(point, point)
        factor >>= 1
    return total


def is_signed(key, message, signature):
    """ES256 (RFC 7518 section 3.4)."""
    if key.get("kty") != "EC" or key.get("crv") != "P-256" or len(signature) != 64:
        return False
    public = (int.from_bytes(decoded(key["x"]), "big"), int.from_bytes(decoded(key["y"]), "big"))
    if max(public) >= P or (public[1] ** 2 - public[0] ** 3 + 3 * public[0] - B) % P != 0:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    inverse = pow(s, -1, N)
    point = added(times(digest * inverse % N, G), times(r * inverse % N, public))
    return point is not None and point[0] % N == r


def claims_of(receipt, keys):
    """The claims of the receipt, if one of the keys signed it."""
    parts = receipt.strip().split(".")
    if len(parts) != 3:
        raise Refused("this is no compact JWS")
    header = json.loads(decoded(parts[0]))
    if not isinstance(header, dict) or header.get("alg") != "ES256" or header.get("typ") != TYPE or "crit" in header:
        raise Refused("the header is not one of a receipt")
    message = f"{parts[0]}.{parts[1]}".encode()
    named = [key for key in keys if key.get("kid") == header.get("kid")]
    if not any(is_signed(key, message, decoded(parts[2])) for key in named):
        raise Refused("no key of the server signed this receipt")
    claims = json.loads(decoded(parts[1]))
    if not isinstance(claims, dict):
        raise Refused("the claims are no object")
    return claims


def check_subject(claims, issuer, txn):
    """It is about the expected transaction of the expected server."""
    if claims["iss"] != issuer:
        raise Refused(f"the receipt is of the issuer {claims['iss']}")
    if claims["txn"] != txn:
        raise Refused(f"the receipt is about the transaction {claims['txn']}")


def check_counts(claims):
    """The counts are those of the steps, and no step lies outside of the transaction."""
    steps = claims["steps"]
    for grade in GRADES:
        if claims["grades"][grade] != sum(step["grade"] == grade for step in steps):
            raise Refused(f"the count of {grade} is not that of the steps")
    if any(step["grade"] not in GRADES for step in steps):
        raise Refused("a step has an unknown grade")
    if len({step["token"] for step in steps}) != len(steps):
        raise Refused("a token is two steps")
    if any((step["grade"] == "unreported") != (step["reports"] == 0) for step in steps):
        raise Refused("a grade does not agree with the number of reports")


def canonical(value):
    """RFC 8785, for the values that the audit log has: objects, lists, texts, whole numbers, booleans and null."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def hashed(text):
    return encoded(hashlib.sha256(text.encode()).digest())


def digest_of(record):
    """The digest of a record: over a salted digest of each member of its event. Records of before have no salt."""
    link = {name: record[name] for name in ("stream", "sequence", "at", "prev")}
    if "salt" not in record:
        return hashed(canonical({**link, "event": record["event"]}))
    members = {}
    for name, value in record["event"].items():
        salt = hashed(f"{record['salt']}.{name}")[:22]
        members[name] = hashed(canonical([salt, name, value]))
    return hashed(canonical({**link, "members": members}))


def parties_of(event):
    """The client of a token, and the agents of its chain."""
    parties = [event[name] for name in ("agent", "caller") if name in event]
    link = event.get("chain")
    while link:
        parties.append(link["sub"])
        link = link.get("act")
    return parties


def ends(event, issued):
    """Whether an event of one of the types ENDS ended the token of `issued`."""
    kind = event["type"]
    target = event.get("target") or {}
    if kind == "token.revoked":
        return (event.get("token") or {}).get("id") == issued["token"]["id"]
    if kind in ("delegation.revoked", "grant.revoked"):
        member = kind.split(".")[0]
        return member in event and event[member] == issued.get(member)
    named = target.get("id")
    if named is None:
        return False
    if kind == "agent.retired" or target["kind"] in ("agent", "client"):
        return named in parties_of(issued)
    members = {"account": ("subject", "owner"), "owner": ("owner",), "delegation": ("delegation",)}
    if target["kind"] in members:
        return named in [issued.get(member) for member in members[target["kind"]]]
    return named == (issued["token"]["id"] if target["kind"] == "token" else "all")


def grade_of(issued_at, ends_at, uses, reports):
    if not reports:
        return "unreported"
    # A call that the resource server refused did nothing.
    calls = [one for one in reports if one.get("outcome") != "refused"]
    times = [one.get("time") for one in calls]
    if any(not isinstance(time, int) or time > ends_at + CLOCKS for time in times):
        return "unauthorized"
    if len(calls) > uses or any(time < issued_at - CLOCKS for time in times):
        return "contradicted"
    return "confirmed"


def step_of(at, event, found, reports, closed_at):
    """One step, as a receipt states it. `found`: events of the types ENDS with their times in milliseconds."""
    token = event["token"]
    issued_at = at // 1000
    ending = min(((time, one["type"]) for time, one in found if time >= at and ends(one, event)), default=None)
    ended_at = NEVER if ending is None else ending[0] // 1000
    uses = 1 if "approval" in event else token.get("maxUses")
    limit = min(token["expiresAt"], closed_at)
    step = {
        "token": token["id"],
        "at": issued_at,
        "expires_at": token["expiresAt"],
        "scope": event.get("scopeGiven", []),
        "reports": len(reports),
        "grade": grade_of(issued_at, min(limit, ended_at), NEVER if uses is None else uses, reports),
    }
    if ended_at < limit:
        step.update(ended_at=ended_at, ended_by=ending[1])
    optional = {"agent": event.get("agent", event.get("caller")), "max_uses": uses}
    optional.update({name: event.get(name) for name in ("resource", "approval")})
    step.update({name: value for name, value in optional.items() if value is not None})
    return step


def steps_of(events, found, closed_at):
    """The steps of a receipt over these events, in their order, and whether there are more."""
    tokens, reports, is_truncated = {}, {}, False
    for at, event in events:
        if not event.get("token"):
            continue
        name = event["token"]["id"]
        has_room = name in tokens or len(tokens) < MOST_STEPS
        if event["type"] == "token.issued":
            if has_room:
                tokens[name] = (at, event)
            else:
                is_truncated = True
        elif event["type"] == "token.refused":
            tokens.pop(name, None)
        elif event["type"] == "report.stated" and has_room:
            reports.setdefault(name, []).append(event.get("inputs", {}))
    steps = [step_of(*tokens[name], found, reports.get(name, []), closed_at) for name in tokens]
    return steps, is_truncated


def records_of(claims, lines):
    """The records that the receipt covers, and those of events that end tokens; each with its own digest."""
    through = claims["events"]["through"]
    covered, found = [], []
    for line in lines:
        record = json.loads(line)
        event = record.get("event") or {}
        is_end = event.get("type") in ENDS and event.get("outcome") == "done"
        is_own = event.get("txn") == claims["txn"] and record["sequence"] <= through.get(record["stream"], 0)
        if not is_end and not is_own:
            continue
        if digest_of(record) != record["hash"]:
            raise Refused(f"record {record['stream']}:{record['sequence']} of the export was changed")
        if is_own:
            covered.append(record)
        if is_end and record["at"] <= claims["closed_at"] * 1000:
            found.append((record["at"], event))
    return covered, found


def check_events(claims, lines):
    """The export has exactly the events that the receipt covers, and they give its counts, steps and grades."""
    covered, found = records_of(claims, lines)
    # A refusal that announced no token is only counted.
    digested = [one for one in covered if one["event"]["type"] != "token.refused" or one["event"].get("token")]
    is_long = len(digested) > MOST_EVENTS
    if len(digested) != claims["events"]["count"]:
        raise Refused("the export does not have the events of this receipt")
    digest = hashlib.sha256()
    for stream, sequence, own in sorted((one["stream"], one["sequence"], one["hash"]) for one in digested):
        digest.update(f"{stream}:{sequence}:{own}\n".encode())
    if claims["events"].get("sha256") != (None if is_long else encoded(digest.digest())):
        raise Refused("the export does not have the events of this receipt")
    if claims["refused"] != sum(one["event"]["type"] == "token.refused" for one in covered):
        raise Refused("the number of refusals is not that of the export")
    in_order = sorted(covered, key=lambda one: (one["at"], one["stream"], one["sequence"]))
    events = [(one["at"], one["event"]) for one in in_order]
    steps, is_truncated = steps_of(events, found, claims["closed_at"])
    if steps != claims["steps"]:
        raise Refused("the steps or grades are not those of the export")
    if (is_truncated or is_long) != claims.get("truncated", False):
        raise Refused("the receipt does not say rightly whether it is truncated")


def main(arguments):
    if len(arguments) not in (4, 5):
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as receipt, open(arguments[1], encoding="utf-8") as keys:
            claims = claims_of(receipt.read(), json.load(keys)["keys"])
        check_subject(claims, arguments[2], arguments[3])
        check_counts(claims)
        if len(arguments) == 5:
            with open(arguments[4], encoding="utf-8", newline="\n") as export:
                check_events(claims, export)
        shown = [f"verified: {claims['txn']} of {claims['agent']}, closed by {claims['cause']}"]
        for step in claims["steps"]:
            scope = " ".join(step["scope"])
            shown.append(f"  {step['grade']:13} {step.get('resource', '-')} {scope} ({step['reports']} reports)")
        if claims.get("truncated"):
            shown.append("  truncated: there are more tokens or events than a receipt covers")
        print("\n".join(shown))
    except (Refused, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as reason:
        print(f"not verified: {reason}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
