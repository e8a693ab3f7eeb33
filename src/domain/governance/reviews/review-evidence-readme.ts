/** What an archive of evidence says to the person who verifies it. */
export const reviewEvidenceReadme = ({
  id,
  issuer,
  verifierKey,
}: {
  readonly id: string;
  readonly issuer: string;
  readonly verifierKey: string;
}): string => `Evidence of the access review ${id}
Server: ${issuer}

You need one thing that is not in this archive: the verifier key of the transparency log, from a source that you trust. The server says that
it is the following one. Compare it with the key that an auditor noted down while they trusted the server.

${verifierKey}

Files
  review.json       The review: what it was about, who decided, until when, and its state.
  items.ndjson      Each delegation that it was about, a line each, with what was decided. Members are as in the management API.
  events.ndjson     Each record of the review in the audit log, with its place in the transparency log and the inclusion proof.
  related.ndjson    Records that show the effect: ended and narrowed delegations, and those that an undo made. With proofs, too.
  policies/         Texts of the policy sets that were active during the review. Their activations are in related.ndjson.
  checkpoint        Size and root of the log, signed by the log and its witnesses (C2SP tlog-checkpoint).
  manifest.json     SHA-256 of each file above.
  manifest.record   The record of the audit log that has the SHA-256 of manifest.json.
  manifest.proof    Proof that the log has that record (C2SP tlog-proof).

With the server software, of any installation and without a network:

  behalf audit verify --evidence THIS_FILE.zip --key 'VERIFIER KEY OF THE LOG'

Add --policy FILE (C2SP tlog-policy) to demand the cosignatures of witnesses. The command names the file, record or item that was changed.

By other software, in this order
  1. Verify manifest.proof with the key of the log. Its extra line is the entry: stream, sequence and digest of the record.
  2. Compute the digest of manifest.record, and compare it with the entry. The digest of a record has a salted form: for each member of
     event, the member salt is the first 22 characters of base64url(SHA-256(salt + "." + name)). The digest of the member is
     base64url(SHA-256(canonical JSON of [member salt, name, value])). The digest of the record is
     base64url(SHA-256(canonical JSON of {at, members, prev, sequence, stream})). Canonical JSON is RFC 8785.
  3. Compare the SHA-256 (hexadecimal) of manifest.json with inputs.manifest of that record, and of each other file with manifest.json.
  4. Compute the digest of each record in events.ndjson and related.ndjson. The leaf of a record is
     SHA-256(0x00 + canonical JSON of {hash, sequence, stream}). Follow index and proof to the root of the checkpoint
     (RFC 9162, section 2.1.3.2). Verify the checkpoint with the key of the log (C2SP signed-note).
  5. Compare the items with the events: a decided item has a record review.item_decided with the same item, decision and caller, and the
     number of items is inputs.items of review.opened. Events that a later one of outcome refused repeats came to nothing. effect_record and
     undo_record of an item are stream and sequence of a record in related.ndjson about its delegation.
  6. Compare SHA-256 (hexadecimal) of each file in policies/ with inputs.digest of its activation in related.ndjson.

What it does not show
  An item that is open may have a record of a decision: it came after the items were read, or a process ended before it took effect.
  An item without effect_record has an effect that is not stored yet, or one that the person had brought about before.
  Ids stand for people. Personal values of events are not in this archive: salted commitments stand in their place.
  What an item says of use (last_used_at, unused_scopes) is a statement of the server at the time when the item was made.
  Only a whole export of the audit log (behalf audit export) shows that no event of the review was left out.
`;
