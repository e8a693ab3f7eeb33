import type { AuditReceipt } from './audit-event.ts';
import { CHECKPOINT_STREAM, type Heads } from './audit-record.ts';
import { byStream, vouchedHeads } from './checkpoints.ts';
import { broken, type ExportedRecord } from './export-lines.ts';
import { genesisOf, hashOf } from './record-digest.ts';
import { openSignedHeads, type TrustedHeads, type VerificationKey } from './signed-heads.ts';

type Named = { readonly hash: string; readonly by: string };

/**
 * Checks all streams of an audit log record by record: checkpoints first, then each stream in its order. Verifies
 * digests, links and the signatures of checkpoints. Verifies that every record exists that a checkpoint or a trusted
 * head (`trustedHeads`) names. Throws a Fault at the first mismatch. Memory grows with the number of checkpoints, not of
 * records.
 */
export interface ChainCheck {
  /** Checks the next record. Throws a Fault at the first mismatch. */
  follow(record: ExportedRecord): void;
  /** Reads a checkpoint. `where` is added to the message of a Fault. */
  readCheckpoint(record: ExportedRecord, keys: readonly VerificationKey[], where: string): Promise<void>;
  /** Adds trusted heads, whose records must still exist. Call it before the first record. */
  trust(trusted: TrustedHeads, keys: readonly VerificationKey[]): Promise<void>;
  /** Ends the last stream. Throws when a named record is missing. */
  end(): void;
  /** Last places of the streams that were followed to their end. */
  heads(): Heads;
  /** Last place of a stream that was followed to its end; undefined for any other. */
  headOf(stream: string): AuditReceipt | undefined;
  /** How many records were followed. */
  records(): number;
  /** How many checkpoints the audit log names: the last number of their stream, once it was followed. */
  checkpoints(): number;
}

export const chainCheck = (): ChainCheck => {
  /** Digests of records still to come, as named by checkpoints and trusted heads: stream → sequence → digest. */
  const named = new Map<string, Map<number, Named>>();
  const finished = new Map<string, AuditReceipt>();
  let current: AuditReceipt | undefined;
  let lastCheckpoint: Heads = [];
  let records = 0;

  const name = (heads: Heads, by: string): void => {
    for (const { stream, sequence, hash } of heads) {
      const places = named.get(stream) ?? new Map<number, Named>();
      const other = places.get(sequence);
      if (other && other.hash !== hash) {
        broken(
          `${other.by} and ${by} name two different records ${sequence} of stream ${stream}: the chain was forked`,
          {
            stream,
            sequence,
          },
        );
      }
      if (!other) places.set(sequence, { hash, by });
      named.set(stream, places);
    }
  };

  const finish = (): void => {
    if (!current) return;
    const { stream, sequence } = current;
    for (const [missing, { by }] of named.get(stream) ?? []) {
      broken(
        `stream ${stream} ends at record ${sequence}, but ${by} names its record ${missing}: records were cut off`,
        {
          stream,
          sequence: missing,
        },
      );
    }
    named.delete(stream);
    finished.set(stream, current);
    current = undefined;
  };

  const follow = (record: ExportedRecord): void => {
    const { stream, sequence, hash } = record;
    if (current?.stream !== stream) {
      finish();
      if (finished.has(stream)) broken(`records of stream ${stream} stand in two places`, record);
      if (stream === CHECKPOINT_STREAM && finished.size > 0) broken('checkpoints stand behind other records', record);
    }
    const last = current?.sequence ?? 0;
    if (sequence === last && hash !== current?.hash) {
      broken(`there are two different records ${sequence} of stream ${stream}: the chain was forked`, record);
    }
    if (sequence === last) broken(`record ${sequence} of stream ${stream} stands twice`, record);
    if (sequence < last) broken(`record ${sequence} of stream ${stream} stands behind record ${last}`, record);
    if (sequence > last + 1) {
      const gap = sequence === last + 2 ? `record ${last + 1}` : `records ${last + 1} to ${sequence - 1}`;
      broken(`${gap} of stream ${stream} missing in front of record ${sequence}`, record);
    }
    if (hashOf(record) !== hash) {
      broken(
        `record ${sequence} of stream ${stream} was changed: its content does not give the digest it carries`,
        record,
      );
    }
    if (record.prev !== (current?.hash ?? genesisOf(stream))) {
      const before = current ? `record ${last}` : 'the beginning';
      broken(`record ${sequence} of stream ${stream} does not follow ${before}: it names another digest`, record);
    }
    const place = named.get(stream)?.get(sequence);
    if (place && place.hash !== hash) {
      broken(`record ${sequence} of stream ${stream} is not the one that ${place.by} names: it was replaced`, record);
    }
    named.get(stream)?.delete(sequence);
    current = { stream, sequence, hash };
    records += 1;
  };

  const readCheckpoint = async (
    record: ExportedRecord,
    keys: readonly VerificationKey[],
    where: string,
  ): Promise<void> => {
    const { checkpoint: jws } = record.event.inputs ?? {};
    const checkpoint = await openSignedHeads(jws, keys);
    const title = `checkpoint ${record.sequence}`;
    if (record.event.type !== 'checkpoint.made' || checkpoint?.kind !== 'checkpoint') {
      return broken(`the signature of ${title} does not verify`, record);
    }
    const before = checkpoint.heads.find(({ stream }) => stream === CHECKPOINT_STREAM);
    if ((before?.sequence ?? 0) !== record.sequence - 1 || (before && before.hash !== record.prev)) {
      broken(`${title} was signed for another place`, record);
    }
    for (const earlier of lastCheckpoint) {
      const now = checkpoint.heads.find(({ stream }) => stream === earlier.stream);
      if (!now || now.sequence < earlier.sequence) {
        broken(`${title} names an earlier end of stream ${earlier.stream} than the one before it`, record);
      }
    }
    lastCheckpoint = checkpoint.heads;
    name(
      checkpoint.heads.filter(({ stream }) => stream !== CHECKPOINT_STREAM),
      `${title}${where}`,
    );
  };

  return {
    follow,
    readCheckpoint,
    async trust(trusted, keys): Promise<void> {
      if ('heads' in trusted) return name(trusted.heads, 'the list of trusted heads');
      const opened = await openSignedHeads(trusted.signed, keys);
      if (!opened)
        return broken('the list of trusted heads was not signed with a key of this audit log, or was changed');
      name(vouchedHeads(trusted.signed, opened), 'the list of trusted heads');
    },
    end(): void {
      finish();
      for (const [stream, places] of named) {
        for (const { by } of places.values()) broken(`stream ${stream}, which ${by} names, is missing`, { stream });
      }
    },
    heads: (): Heads => byStream([...finished.values()]),
    headOf: (stream): AuditReceipt | undefined => finished.get(stream),
    records: (): number => records,
    checkpoints: (): number => finished.get(CHECKPOINT_STREAM)?.sequence ?? 0,
  };
};
