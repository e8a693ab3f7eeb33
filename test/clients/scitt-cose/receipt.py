"""Verifies the COSE form of a transaction's receipt with scitt-cose alone. Writes one JSON object a line (test/clients/program.ts)."""

import base64
import json
import os
import pathlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from scitt_cose import extract_receipts, parse_signed_statement, verify_receipt


def check(name, is_right, why=""):
    print(json.dumps({"passed": name} if is_right else {"failed": name, "why": str(why)}), flush=True)


def pem(key):
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def log_pem(verifier_key):
    data = base64.b64decode(verifier_key.split("+", 2)[2])
    return pem(ed25519.Ed25519PublicKey.from_public_bytes(data[1:]))


def server_pem(jwk):
    x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "=="), "big") for name in ("x", "y"))
    return pem(ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key())


settings = os.environ
message = pathlib.Path(settings["COSE"]).read_bytes()
keys = {one["kid"]: one for one in json.loads(settings["JWKS"])["keys"]}
log_key, entry = log_pem(settings["LOG_KEY"]), settings["ENTRY"].encode()

outer = parse_signed_statement(message)["unverified"]
statements = [parse_signed_statement(message, public_key_pem=server_pem(one)) for one in keys.values() if one["kty"] == "EC"]
signed = [one for one in statements if one["signature_verified"]]
check("takes the statement with a key of the server", len(signed) == 1, outer)
statement = signed[0]
claims = json.loads(statement["payload"])
check("reads issuer and transaction", [statement["issuer"], statement["subject"]] == [settings["ISSUER"], settings["TXN"]], statement)
check("reads the same claims as in the JWS", claims["txn"] == settings["TXN"] and "steps" in claims, claims)

[receipt] = extract_receipts(message)
result = verify_receipt(receipt, leaf_entry_hex=entry.hex(), log_public_key_pem=log_key)
check("takes the COSE receipt (RFC 9942, RFC9162_SHA256)", result.ok, result.errors)
size, root = claims["log"]["checkpoint"].split("\n")[1:3]
tree = [result.tree_size, result.leaf_index, result.root]
check(
    "finds the tree of the checkpoint in it",
    tree == [int(size), claims["log"]["index"], base64.b64decode(root).hex()],
    tree,
)
check("reads the log as its issuer", result.issuer == claims["log"]["checkpoint"].split("\n")[0], result.issuer)

other = entry.replace(b'"sequence":', b'"sequence":1')
result = verify_receipt(receipt, leaf_entry_hex=other.hex(), log_public_key_pem=log_key)
check("refuses another entry", not result.ok and result.failed_at == "signature", result)
stranger = pem(ed25519.Ed25519PrivateKey.generate().public_key())
result = verify_receipt(receipt, leaf_entry_hex=entry.hex(), log_public_key_pem=stranger)
check("refuses another log", not result.ok, result)
changed = message[:-1] + bytes([message[-1] ^ 1])
forged = [parse_signed_statement(changed, public_key_pem=server_pem(one)) for one in keys.values() if one["kty"] == "EC"]
check("refuses a changed statement", not any(one["signature_verified"] for one in forged), forged)
