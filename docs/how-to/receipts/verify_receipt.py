"""Verifies the receipt of a transaction, with Python 3.9 or newer alone.

    python3 verify_receipt.py RECEIPT JWKS ISSUER TXN LOG_KEY

RECEIPT: a file with the compact JWS. JWKS: a file with the keys of the server (`jwks_uri`), from a source that you trust.
ISSUER, TXN: the server and the transaction that the receipt has to be about.
LOG_KEY: the verifier key of the transparency log (`behalf audit log`), from a source that you trust.
It checks the signature, that a record of the log has the digest of what the receipt states, and that the log has this record.
verify_evidence.py also checks the events.
Exit code 0: verified. 1: not, and the reason is printed. 2: arguments are missing.
"""

import base64
import hashlib
import json
import sys

GRADES = ("confirmed", "unreported", "contradicted", "unauthorized")
# NIST P-256 (FIPS 186-4, D.1.2.3).
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
# Edwards25519 (RFC 8032 section 5.1).
Q, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q


def require(condition, reason):
    if not condition:
        raise ValueError(reason)


def decoded(text):
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def added(one, other):
    """The sum of two points of P-256; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    (a, b), (c, d) = one, other
    if a == c and (b + d) % P == 0:
        return None
    slope = (3 * a * a - 3) * pow(2 * b, -1, P) if a == c else (d - b) * pow(c - a, -1, P)
    x = (slope * slope - a - c) % P
    return x, (slope * (a - x) - b) % P


def edwards_added(one, other):
    (a, b), (c, d) = one, other
    part = D * a * b * c * d % Q
    return (a * d + b * c) * pow(1 + part, -1, Q) % Q, (b * d + a * c) * pow(1 - part, -1, Q) % Q


def times(factor, point, add=added, total=None):
    while factor:
        total = add(total, point) if factor & 1 else total
        point = add(point, point)
        factor >>= 1
    return total


def edwards_point(data):
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    root = pow(square, (Q + 3) // 8, Q)
    x = root if (root * root - square) % Q == 0 else root * pow(2, (Q - 1) // 4, Q) % Q
    is_point = len(data) == 32 and y < Q and (x * x - square) % Q == 0 and not (x == 0 and sign)
    require(is_point, "a signature or key of the log is no point of its curve")
    return (x if x & 1 == sign else Q - x), y


def is_signed_by_log(key, message, signature):
    """Ed25519 (RFC 8032 section 5.1.7)."""
    own, scalar = edwards_point(key), int.from_bytes(signature[32:], "little")
    base, nothing = edwards_point(bytes([0x58] + [0x66] * 31)), (0, 1)
    digest = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    right = edwards_added(edwards_point(signature[:32]), times(digest, own, edwards_added, nothing))
    return len(signature) == 64 and scalar < L and times(scalar, base, edwards_added, nothing) == right


def is_signed(key, message, signature):
    """ES256 (RFC 7518 section 3.4)."""
    public = (int.from_bytes(decoded(key["x"]), "big"), int.from_bytes(decoded(key["y"]), "big"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if key["crv"] != "P-256" or len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    digest, inverse = int.from_bytes(sha256(message), "big"), pow(s, -1, N)
    point = added(times(digest * inverse % N, G), times(r * inverse % N, public))
    return point is not None and point[0] % N == r


def claims_of(receipt, keys):
    """The claims of the receipt, if one of the keys signed it."""
    parts = receipt.strip().split(".")
    require(len(parts) == 3, "this is no compact JWS")
    header = json.loads(decoded(parts[0]))
    is_one = header["alg"] == "ES256" and header["typ"] == "transaction-receipt+jwt" and "crit" not in header
    require(is_one, "the header is not one of a receipt")
    named = [key for key in keys if key.get("kid") == header.get("kid")]
    message = f"{parts[0]}.{parts[1]}".encode()
    require(any(is_signed(key, message, decoded(parts[2])) for key in named), "no key of the server signed this receipt")
    return json.loads(decoded(parts[1]))


def canonical(value):
    """RFC 8785, for what the audit log has: names in ASCII, texts, whole numbers, booleans and null."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def record_digest(record):
    """Over its place, and a salted digest of each member of its event (decision 33). The first records have no salt."""
    digested = {name: record[name] for name in ("stream", "sequence", "at", "prev")}
    salts = {name: encoded(sha256(f"{record['salt']}.{name}".encode()))[:22] for name in record["event"] if "salt" in record}
    members = {name: encoded(sha256(canonical([salt, name, record["event"][name]]))) for name, salt in salts.items()}
    digested.update({"members": members} if "salt" in record else {"event": record["event"]})
    return encoded(sha256(canonical(digested)))


def checkpoint_of(note, log_key):
    """Size and root of the tree that the log has signed (C2SP signed-note and tlog-checkpoint)."""
    name, key_id, key = log_key.split("+", 2)
    key = base64.b64decode(key, validate=True)[1:]
    text, _, lines = note.rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    require(origin == name, f"the proof is of another log: {origin}")
    own = [base64.b64decode(one.split(" ")[2]) for one in lines.splitlines() if one.startswith(f"\u2014 {name} ")]
    is_own = any(one[:4].hex() == key_id and is_signed_by_log(key, f"{text}\n".encode(), one[4:]) for one in own)
    require(is_own, "the log did not sign the checkpoint of the proof")
    return int(size), base64.b64decode(root, validate=True)


def check_inclusion(record, index, proof, tree):
    """The record is entry `index` of a tree, which is its size and root (RFC 9162 section 2.1.3.2)."""
    entry = {"hash": record_digest(record), "sequence": record["sequence"], "stream": record["stream"]}
    place, last, root = index, tree[0] - 1, sha256(b"\0", canonical(entry))
    for other in (base64.b64decode(one, validate=True) for one in proof):
        is_right = place & 1 or place == last
        root = sha256(b"\1", other, root) if is_right else sha256(b"\1", root, other)
        while is_right and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    is_in = 0 <= index < tree[0] and last == 0 and root == tree[1]
    require(is_in, f"record {record['stream']}:{record['sequence']} does not lead to the root that the log signed")


def verified(receipt, keys, issuer, txn, log_key):
    """The claims of a receipt that passes all checks, and the tree of its checkpoint."""
    claims = claims_of(receipt, keys)
    require(claims["iss"] == issuer, f"the receipt is of the issuer {claims['iss']}")
    require(claims["txn"] == txn, f"the receipt is about the transaction {claims['txn']}")
    steps = claims["steps"]
    counts = {grade: sum(step["grade"] == grade for step in steps) for grade in GRADES}
    is_count = claims["grades"] == counts and sum(counts.values()) == len(steps)
    require(is_count, "the counts of grades are not those of the steps")
    require(len({step["token"] for step in steps}) == len(steps), "a token is two steps")
    agrees = all((step["grade"] == "unreported") == (step["reports"] == 0) for step in steps)
    require(agrees, "a grade does not agree with the number of reports")
    log = claims["log"]
    event = log["record"]["event"]
    is_about = event["type"] == "transaction.receipt_issued" and event["target"]["id"] == txn
    require(is_about, f"the record of the log is about {event['target']['id']} ({event['type']})")
    statement = {name: claims[name] for name in claims if name not in ("iat", "log")}
    is_same = event["inputs"]["statement"] == encoded(sha256(canonical(statement)))
    require(is_same, "the record of the log is about another statement")
    tree = checkpoint_of(log["checkpoint"], log_key)
    check_inclusion(log["record"], log["index"], log["proof"], tree)
    return claims, tree


def main(arguments):
    if len(arguments) != 5:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as receipt, open(arguments[1], encoding="utf-8") as keys:
            claims, (size, _) = verified(receipt.read(), json.load(keys)["keys"], *arguments[2:])
        print(f"verified: {claims['txn']} of {claims['agent']}, closed by {claims['cause']}, in a log of {size} records")
        for step in claims["steps"]:
            print(f"  {step['grade']:13} {step.get('resource', '-')} {' '.join(step['scope'])} ({step['reports']} reports)")
        if claims.get("truncated"):
            print("  truncated: there are more tokens or events than a receipt covers")
        return 0
    except Exception as reason:
        print(f"not verified: {reason}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
