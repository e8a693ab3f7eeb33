import type { Clock } from '../ports/clock.ts';
import { type Collection, everyDocument, isDocumentConflict } from '../ports/document-store.ts';
import type { AuditReceipt } from './audit-event.ts';
import { type AuditRecord, CHECKPOINT_STREAM, type Heads, linkRecord, prepareEvent } from './audit-record.ts';
import type { AuditSigner } from './audit-signer.ts';
import { canonicalText } from './canonical-text.ts';
import { hashOf, saltOf } from './record-digest.ts';
import type { SignedHeads } from './signed-heads.ts';
import { readHead, receiptOf, unavailable } from './stream-writer.ts';

/** Heads of all streams, and their compact JWS. */
export type Checkpoint = { readonly heads: Heads; readonly signed: string };

/**
 * Stores heads where a restored or rewritten store cannot change them. Called after each checkpoint (decision D24).
 * Resolves when they are on stable storage.
 */
export type RememberHeads = (checkpoint: Checkpoint) => Promise<void>;

/** Number of lost races for a place in the stream of checkpoints, after which it gives up. */
const MAX_ATTEMPTS = 20;

/**
 * Makes checkpoints: records of a stream of their own, each holding a signed list of the heads of all streams, its own
 * predecessor included. Calls wait in a queue. Several nodes can make checkpoints at once.
 */
export interface Checkpoints {
  /**
   * Signs and stores the heads of all streams. Returns the last checkpoint of this process when nothing was appended
   * since.
   */
  make(): Promise<Checkpoint>;
}

export const checkpoints = (deps: {
  readonly records: Collection<AuditRecord>;
  readonly clock: Clock;
  readonly issuer: string;
  readonly signer: AuditSigner;
  readonly writer: string;
  readonly remember?: RememberHeads;
}): Checkpoints => {
  const { records, clock, issuer, signer } = deps;
  let turn: Promise<unknown> = Promise.resolve();
  let last: { readonly covers: string; readonly checkpoint: Checkpoint } | undefined;

  const make = async (): Promise<Checkpoint> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      // Reads the predecessor first: if another checkpoint comes between, the insert fails and the heads are read again. So
      // no checkpoint names an earlier place than the one before it.
      const previous = await readHead(records, CHECKPOINT_STREAM);
      const heads = await readHeads(records);
      const covers = canonicalText(heads.filter(({ stream }) => stream !== CHECKPOINT_STREAM));
      if (last?.covers === covers) return last.checkpoint;

      const at = clock.nowMillis();
      const known = byStream([
        ...heads.filter(({ stream }) => stream !== CHECKPOINT_STREAM),
        ...(previous ? [previous] : []),
      ]);
      const signed = await signer.sign(
        canonicalText({ behalf_audit: 2, issuer, kind: 'checkpoint', at, heads: known }),
      );
      const record = checkpointRecord(previous, signed, at, `${deps.writer}:${signed.slice(-16)}`);
      try {
        await records.insert(record);
      } catch (error) {
        if (isDocumentConflict(error)) continue;
        throw unavailable('a checkpoint could not be written', error);
      }
      const checkpoint = {
        heads: byStream([...known.filter(({ stream }) => stream !== CHECKPOINT_STREAM), receiptOf(record)]),
        signed,
      };
      await deps.remember?.(checkpoint);
      last = { covers, checkpoint };
      return checkpoint;
    }
    throw unavailable(`lost the race for a checkpoint ${MAX_ATTEMPTS} times`);
  };

  return {
    make(): Promise<Checkpoint> {
      const made = turn.then(make, make);
      turn = made.catch(() => undefined);
      return made;
    },
  };
};

/** The record of a checkpoint, derived only from what was signed. */
const checkpointRecord = (
  previous: AuditReceipt | undefined,
  signed: string,
  at: number,
  writer: string,
): AuditRecord =>
  linkRecord(
    CHECKPOINT_STREAM,
    previous,
    prepareEvent({ type: 'checkpoint.made', outcome: 'done', inputs: { checkpoint: signed } }, at, saltOf(signed)),
    writer,
  );

/** The places that a signature confirms: those it names, and for a checkpoint the place of its own record as well. */
export const vouchedHeads = (jws: string, { behalf_audit: version, kind, at, heads }: SignedHeads): Heads => {
  if (kind === 'export') return heads;
  const previous = heads.find(({ stream }) => stream === CHECKPOINT_STREAM);
  const others = heads.filter(({ stream }) => stream !== CHECKPOINT_STREAM);
  const { salt, ...record } = checkpointRecord(previous, jws, at, '');
  const own = version === 1 ? { ...record, hash: hashOf(record) } : record;
  return byStream([...others, receiptOf(own)]);
};

/** Stored heads of all streams. */
export const readHeads = async (records: Collection<AuditRecord>): Promise<Heads> => {
  const heads: AuditReceipt[] = [];
  for await (const { stream } of everyDocument(records, { where: { opens: true }, limit: 500 })) {
    const head = await readHead(records, stream);
    if (head) heads.push(head);
  }
  return byStream(heads);
};

/** By code unit of the stream's name: the order in which exports and signed lists name streams. */
export const byStream = (heads: Heads): Heads =>
  heads.toSorted((one, other) => (one.stream < other.stream ? -1 : one.stream > other.stream ? 1 : 0));
