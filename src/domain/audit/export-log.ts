import { createHash } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Collection, Cursor } from '../ports/document-store.ts';
import type { AuditReceipt } from './audit-event.ts';
import { type AuditRecord, CHECKPOINT_STREAM, canonicalText, type Heads } from './audit-record.ts';
import type { AuditSigner } from './audit-signer.ts';
import type { Checkpoint } from './checkpoints.ts';

const PAGE = 500;

/**
 * Lines of an export, in RFC 8785 form. First a header and the records of the stream of checkpoints. Then the records
 * of each node, by stream name and sequence. Last a signed head over all of it. Reads a page at a time, up to the heads
 * of a checkpoint that it makes at the start. Leaves out records that are appended during the export.
 */
export async function* exportAuditLog(deps: {
  readonly records: Collection<AuditRecord>;
  readonly clock: Clock;
  readonly issuer: string;
  readonly signer: AuditSigner;
  readonly formerKeys: readonly AuditSigner['key'][];
  readonly checkpoint: () => Promise<Checkpoint>;
  readonly personal: boolean;
}): AsyncGenerator<string, void, undefined> {
  const { records, issuer, signer } = deps;
  const { heads } = await deps.checkpoint();
  const exportedAt = deps.clock.nowMillis();
  const digest = createHash('sha256');
  let lines = 0;
  const line = (value: object): string => {
    const text = canonicalText(value);
    digest.update(text).update('\n');
    lines += 1;
    return text;
  };

  const formerKeys = deps.formerKeys.length > 0 ? { formerKeys: deps.formerKeys } : {};
  yield line({ behalf_audit: 1, issuer, exportedAt, key: signer.key, ...formerKeys });
  for (const head of checkpointsFirst(heads)) {
    for await (const record of recordsUpTo(records, head)) {
      const { stream, sequence, at, prev, hash, event, erasable } = record;
      const values = deps.personal && erasable ? { erasable } : {};
      yield line({ stream, sequence, at, prev, hash, event, ...values });
    }
  }
  const head = {
    behalf_audit: 1,
    issuer,
    kind: 'export',
    at: exportedAt,
    heads,
    lines,
    digest: digest.digest('base64url'),
  };
  yield canonicalText({ head: await signer.sign(canonicalText(head)) });
}

/** Checkpoints come first, so that a reader knows what they name before it reads the records. */
const checkpointsFirst = (heads: Heads): Heads => [
  ...heads.filter(({ stream }) => stream === CHECKPOINT_STREAM),
  ...heads.filter(({ stream }) => stream !== CHECKPOINT_STREAM),
];

async function* recordsUpTo(records: Collection<AuditRecord>, head: AuditReceipt): AsyncGenerator<AuditRecord> {
  let after: Cursor | undefined;
  for (let read = 0; read < head.sequence; ) {
    const page = await records.find({
      where: { stream: head.stream },
      range: { field: 'sequence', lte: head.sequence },
      order: { by: 'sequence', direction: 'ascending' },
      limit: PAGE,
      ...(after ? { after } : {}),
    });
    const end = page.at(-1)?.document;
    // The verifier reports a missing record. The export must still end.
    if (!end) return;
    for (const { document } of page) yield document;
    read += page.length;
    after = { value: end.sequence, id: end.id };
  }
}
