/** What an archive of evidence says to the person who verifies it. */
export const evidenceReadme = ({
  id,
  issuer,
  verifierKey,
}: {
  readonly id: string;
  readonly issuer: string;
  readonly verifierKey: string;
}): string => `Evidence of the transaction ${id}
Server: ${issuer}

You need one thing that is not in this archive: the verifier key of the transparency log, from a source that you trust. The server says that
it is the following one. Compare it with the key that an auditor noted down while they trusted the server.

${verifierKey}

Files
  receipt.jws       What the server states: facts, tokens, grades, and a digest of the events. A compact JWS.
  receipt.cose      The same as COSE_Sign1 with a COSE receipt (RFC 9942). entry.json is the leaf of its proof.
  jwks.json         Keys of the server. They show who signed the receipt.
  checkpoint        Size and root of the log, signed by the log (C2SP tlog-checkpoint).
  events.ndjson     Each record of the transaction, a line each, with its place in the log and the inclusion proof.
  related.ndjson    Records of events that ended tokens of it, and of the activation of each policy set. With proofs, too.
  policies/         Text of each policy set that decided. Its SHA-256 is in the record of its activation.

With Python, and the scripts verify_receipt.py and verify_evidence.py of the documentation of the server software (do not take them from the
server that you verify):

  python3 verify_evidence.py THIS_FILE.zip ${issuer} ${id} 'VERIFIER KEY OF THE LOG'

By other software, in this order
  1. Verify the JWS with the key in jwks.json that its header names (ES256, typ transaction-receipt+jwt). Compare iss and txn.
  2. Remove iat and log from the claims. SHA-256 (base64url) over the rest as canonical JSON (RFC 8785) is inputs.statement of the
     record log.record in the receipt.
  3. Compute the digest of each record. Its salted form: for each member of event, the member salt is the first 22 characters of
     base64url(SHA-256(salt + "." + name)). The digest of the member is base64url(SHA-256(canonical JSON of [member salt, name, value])).
     The digest of the record is base64url(SHA-256(canonical JSON of {at, members, prev, sequence, stream})).
  4. The leaf of a record is SHA-256(0x00 + canonical JSON of {hash, sequence, stream}). Follow index and proof to the root of the
     checkpoint (RFC 9162, section 2.1.3.2). Verify the checkpoint with the key of the log (C2SP signed-note).
  5. Leave out token.refused without a token. SHA-256 (base64url) over a line "stream:sequence:hash" and U+000A for each other
     record, in the order of stream and sequence, is events.sha256 of the receipt.
  6. Compute steps and grades from the events. verify_evidence.py shows how.
  7. Compare SHA-256 (hexadecimal) of each file in policies/ with inputs.digest of its activation in related.ndjson.

What it does not show
  Personal values are not in this archive. Salted commitments stand in their place.
  Only a whole export of the audit log (behalf audit export) shows that no event which ended a token was left out.
  A call that no resource server reported is in no receipt.
`;
