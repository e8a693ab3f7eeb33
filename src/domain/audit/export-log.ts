import { createHash, hash } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Collection, Cursor } from '../ports/document-store.ts';
import type { AuditReceipt } from './audit-event.ts';
import { type AuditRecord, CHECKPOINT_STREAM, type Heads } from './audit-record.ts';
import type { AuditSigner } from './audit-signer.ts';
import { isBefore } from './beginning.ts';
import { canonicalText } from './canonical-text.ts';
import type { Checkpoint } from './checkpoints.ts';
import type { ExportedRecord } from './export-lines.ts';
import type { LogStatement } from './logged-heads.ts';
import { inPart } from './record-digest.ts';

const PAGE = 500;

/**
 * Lines of an export, in RFC 8785 form. First a header and the records of the stream of checkpoints. Then the records
 * of each node, by stream name and sequence. Last a signed head over all of it. Reads a page at a time, up to the heads
 * of a checkpoint that it makes at the start. Leaves out records that are appended during the export. Throws TypeError at a
 * record of before decision 33 when members have to be left out.
 */
export async function* exportAuditLog(deps: {
  readonly records: Collection<AuditRecord>;
  readonly clock: Clock;
  readonly issuer: string;
  readonly signer: AuditSigner;
  readonly formerKeys: readonly AuditSigner['key'][];
  /** The signed statement of where the streams begin; undefined while nothing was removed. */
  readonly beginning: () => Promise<{ readonly signed: string; readonly heads: Heads } | undefined>;
  readonly checkpoint: () => Promise<Checkpoint>;
  readonly personal: boolean;
  /** Names of members of events to leave out. Their digests stand in their place. */
  readonly redact: readonly string[];
  /** What the transparency log has: read before the export begins, so that the export has all of it. */
  readonly log: LogStatement | undefined;
}): AsyncGenerator<string, void, undefined> {
  const { records, issuer, signer } = deps;
  const { heads } = await deps.checkpoint();
  const beginning = await deps.beginning();
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
  const redacted = deps.redact.length > 0 ? { redacted: deps.redact } : {};
  const begins = beginning ? { beginning: beginning.signed } : {};
  const log = deps.log ? { log: deps.log } : {};
  const about = { ...formerKeys, ...redacted, ...begins, ...log };
  const header = line({ behalf_audit: 2, issuer, exportedAt, key: signer.key, ...about });
  yield header;
  for (const head of checkpointsFirst(heads)) {
    for await (const record of recordsUpTo(records, head)) {
      // A removal may be under way.
      if (isBefore(beginning?.heads ?? [], record)) continue;
      yield line(exportedRecord(record, deps));
    }
  }
  const head = {
    behalf_audit: 2,
    issuer,
    kind: 'export',
    at: exportedAt,
    heads,
    lines,
    header: hash('sha256', header, 'base64url'),
    digest: digest.digest('base64url'),
  };
  yield canonicalText({ head: await signer.sign(canonicalText(head)) });
}

/**
 * A record as an export has it. `redact`: members to leave out; a checkpoint is always whole. Throws TypeError for a record of
 * before decision 33 that has to be partial.
 */
const exportedRecord = (
  { stream, sequence, at, prev, hash, event, salt, erasable }: AuditRecord,
  { personal, redact }: { readonly personal: boolean; readonly redact: readonly string[] },
): ExportedRecord => {
  const isWhole = stream === CHECKPOINT_STREAM || redact.length === 0;
  const disclosed = isWhole
    ? { event, ...(salt === undefined ? {} : { salt }) }
    : inPart({ event, salt }, (name) => !redact.includes(name));
  if (!disclosed) throw new TypeError(`record ${sequence} of stream ${stream} is of a form that cannot be redacted`);
  // A value without its commitment would be one that nothing confirms.
  const values = personal && erasable && disclosed.event.personal ? { erasable } : {};
  return { stream, sequence, at, prev, hash, ...disclosed, ...values };
};

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
