"""Verifies the receipt of a transaction, with Python 3.9 or newer alone.

    python3 verify_receipt.py RECEIPT JWKS [EXPORT]

RECEIPT: a file with the compact JWS. JWKS: a file with the keys of the server (`jwks_uri`), from a source that you trust.
EXPORT: a file of `behalf audit export`. With it, the digest of the events is computed again, and each record that the receipt
covers is compared with its own digest. Verify the chain of the export itself with `behalf audit verify`.
Exit code 0: verified. 1: not, and the reason is printed.
"""

import base64
import hashlib
import json
import sys

TYPE = "transaction-receipt+jwt"
GRADES = ("confirmed", "unreported", "contradicted", "unauthorized")

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
    if header.get("alg") != "ES256" or header.get("typ") != TYPE or "crit" in header:
        raise Refused("the header is not one of a receipt")
    message = f"{parts[0]}.{parts[1]}".encode()
    named = [key for key in keys if key.get("kid") == header.get("kid")]
    if not any(is_signed(key, message, decoded(parts[2])) for key in named):
        raise Refused("no key of the server signed this receipt")
    return json.loads(decoded(parts[1]))


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


def check_events(claims, lines):
    """The export has exactly the events that the receipt covers, each with its own digest."""
    through = claims["events"]["through"]
    found = []
    for line in lines:
        record = json.loads(line)
        if record.get("event", {}).get("txn") != claims["txn"]:
            continue
        stream, sequence = record["stream"], record["sequence"]
        if sequence > through.get(stream, 0):
            continue
        link = {name: record[name] for name in ("stream", "sequence", "at", "prev", "event")}
        if encoded(hashlib.sha256(canonical(link).encode()).digest()) != record["hash"]:
            raise Refused(f"record {stream}:{sequence} of the export was changed")
        found.append((stream, sequence, record["hash"]))
    digest = hashlib.sha256()
    for stream, sequence, own in sorted(found):
        digest.update(f"{stream}:{sequence}:{own}\n".encode())
    if len(found) != claims["events"]["count"] or encoded(digest.digest()) != claims["events"]["sha256"]:
        raise Refused("the export does not have the events of this receipt")


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as receipt, open(arguments[1], encoding="utf-8") as keys:
            claims = claims_of(receipt.read(), json.load(keys)["keys"])
        check_counts(claims)
        if len(arguments) == 3:
            with open(arguments[2], encoding="utf-8", newline="\n") as export:
                check_events(claims, export)
    except (Refused, KeyError, TypeError, ValueError) as reason:
        print(f"not verified: {reason}")
        return 1
    print(f"verified: {claims['txn']} of {claims['agent']}, closed by {claims['cause']}")
    for step in claims["steps"]:
        print(f"  {step['grade']:13} {step.get('resource', '-')} {' '.join(step['scope'])} ({step['reports']} reports)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
