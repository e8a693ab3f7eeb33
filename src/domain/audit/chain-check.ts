import type { AuditReceipt } from './audit-event.ts';
import { CHECKPOINT_STREAM, type Heads } from './audit-record.ts';
import { byStream, vouchedHeads } from './checkpoints.ts';
import { type ClockCheck, clockCheck } from './clock-check.ts';
import type { ExportedRecord } from './export-lines.ts';
import { broken, type Warning } from './findings.ts';
import type { Followed } from './line-check.ts';
import { genesisOf } from './record-digest.ts';
import { openSignedHeads, type TrustedHeads, type VerificationKey } from './signed-heads.ts';

/** A record that a checkpoint or a trusted head names. */
export type Named = { readonly hash: string; readonly by: string; readonly isTrusted: boolean };

/**
 * Checks all streams of an audit log record by record: checkpoints first, then each stream in its order. Verifies
 * digests, links and the signatures of checkpoints. Verifies that every record exists that a checkpoint or a trusted
 * head (`trustedHeads`) names. Throws a Fault at the first mismatch. Memory grows with the number of checkpoints, not of
 * records.
 */
export interface ChainCheck {
  /** Checks the next record. `digest`: that of its content. Throws a Fault at the first mismatch. */
  follow(record: Followed, digest: string): void;
  /** Reads a checkpoint. `where` is added to the message of a Fault. */
  readCheckpoint(record: ExportedRecord, keys: readonly VerificationKey[], where: string): Promise<void>;
  /**
   * The streams begin after these records, which are in an archive. The first record of each stream is still there. Call it before
   * the first record.
   */
  begin(heads: Heads): void;
  /** Adds records that the transparency log has, by the proofs of an export; `isTrusted`: witnesses saw them. Call it before the first record. */
  logged(heads: Heads, isTrusted: boolean): void;
  /** Adds trusted heads, whose records must still exist. Call it before the first record. */
  trust(trusted: TrustedHeads, keys: readonly VerificationKey[]): Promise<void>;
  /** Ends the last stream. Throws when a named record is missing. */
  end(): void;
  /** Records of a stream that are named and still to come, by sequence. */
  named(stream: string): ReadonlyMap<number, Named>;
  /** Last places of the streams that were followed to their end. */
  heads(): Heads;
  /** Last place of a stream that was followed to its end; undefined for any other. */
  headOf(stream: string): AuditReceipt | undefined;
  /** How many records were followed. */
  records(): number;
  /** How many checkpoints the audit log names: the last number of their stream, once it was followed. */
  checkpoints(): number;
  /** Records that checkpoints or trusted heads name, and that are in an archive: nothing here shows whether they are the same. */
  archived(): readonly (AuditReceipt & { readonly by: string; readonly isTrusted: boolean })[];
  /** What does not break the log: clocks that were set back, trusted records that are in an archive. At most 200. */
  warnings(): readonly Warning[];
}

const MOST_WARNINGS = 100;

export const chainCheck = (): ChainCheck => {
  /** Digests of records still to come, as named by checkpoints and trusted heads: stream → sequence → digest. */
  const named = new Map<string, Map<number, Named>>();
  const finished = new Map<string, AuditReceipt>();
  const clock: ClockCheck = clockCheck();
  /** Of each stream, the last record that is in an archive. */
  const beginnings = new Map<string, AuditReceipt>();
  const archived: (AuditReceipt & { readonly by: string; readonly isTrusted: boolean })[] = [];
  let current: AuditReceipt | undefined;
  let lastCheckpoint: Heads = [];
  let records = 0;

  const name = (heads: Heads, by: string, isTrusted: boolean): void => {
    for (const { stream, sequence, hash } of heads) {
      const places = named.get(stream) ?? new Map<number, Named>();
      const other = places.get(sequence);
      if (other && other.hash !== hash) {
        const finding = other.isTrusted ? 'split_view' : 'forked';
        const two = `two different records ${sequence} of stream ${stream}`;
        broken(finding, `${other.by} and ${by} name ${two}: the chain was forked`, { stream, sequence });
      }
      if (!other) places.set(sequence, { hash, by, isTrusted });
      named.set(stream, places);
    }
  };

  const finish = (): void => {
    if (!current) return;
    const { stream, sequence } = current;
    for (const [missing, { by, isTrusted }] of named.get(stream) ?? []) {
      broken(
        isTrusted ? 'older_than_trusted' : 'records_missing',
        `stream ${stream} ends at record ${sequence}, but ${by} names its record ${missing}: records were cut off`,
        { stream, sequence: missing },
      );
    }
    named.delete(stream);
    finished.set(stream, current);
    current = undefined;
  };

  /** Goes on behind the records that are in an archive. Those that are named are no longer awaited. */
  const passArchived = ({ stream, sequence }: Followed): void => {
    const end = beginnings.get(stream);
    if (!end || current?.sequence !== 1 || sequence !== end.sequence + 1) return;
    const places = named.get(stream);
    for (const [place, { hash, by, isTrusted }] of [...(places ?? [])].filter(([at]) => at <= end.sequence)) {
      if (place === end.sequence && hash !== end.hash) {
        const finding = isTrusted ? 'split_view' : 'record_replaced';
        broken(
          finding,
          `record ${place} of stream ${stream}, which is in an archive, is not the one that ${by} names`,
          end,
        );
      }
      if (place !== end.sequence) archived.push({ stream, sequence: place, hash, by, isTrusted });
      places?.delete(place);
    }
    current = end;
  };

  const checkPlace = (record: Followed): void => {
    const { stream, sequence, hash } = record;
    const last = current?.sequence ?? 0;
    if (sequence === last && hash !== current?.hash) {
      const two = `there are two different records ${sequence} of stream ${stream}`;
      broken('forked', `${two}: the chain was forked`, record);
    }
    if (sequence === last) broken('records_moved', `record ${sequence} of stream ${stream} stands twice`, record);
    if (sequence < last) {
      broken('records_moved', `record ${sequence} of stream ${stream} stands behind record ${last}`, record);
    }
    if (sequence > last + 1) {
      const gap = sequence === last + 2 ? `record ${last + 1}` : `records ${last + 1} to ${sequence - 1}`;
      broken('records_missing', `${gap} of stream ${stream} missing in front of record ${sequence}`, record);
    }
  };

  const checkNamed = (record: Followed): void => {
    const { stream, sequence, hash } = record;
    const places = named.get(stream);
    const place = places?.get(sequence);
    if (place && place.hash !== hash) {
      const finding = place.isTrusted ? 'split_view' : 'record_replaced';
      const why = place.isTrusted ? ': it was replaced, and the key signed two histories' : ': it was replaced';
      broken(finding, `record ${sequence} of stream ${stream} is not the one that ${place.by} names${why}`, record);
    }
    places?.delete(sequence);
  };

  const follow = (record: Followed, digest: string): void => {
    const { stream, sequence, hash } = record;
    if (current?.stream !== stream) {
      finish();
      if (finished.has(stream)) broken('records_moved', `records of stream ${stream} stand in two places`, record);
      if (stream === CHECKPOINT_STREAM && finished.size > 0) {
        broken('records_moved', 'checkpoints stand behind other records', record);
      }
    }
    passArchived(record);
    checkPlace(record);
    if (digest !== hash) {
      const of = `record ${sequence} of stream ${stream}`;
      broken('record_changed', `${of} was changed: its content does not give the digest it carries`, record);
    }
    if (record.prev !== (current?.hash ?? genesisOf(stream))) {
      const before = current ? `record ${current.sequence}` : 'the beginning';
      const of = `record ${sequence} of stream ${stream}`;
      broken('record_replaced', `${of} does not follow ${before}: it names another digest`, record);
    }
    checkNamed(record);
    clock.follow(record);
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
      return broken('signature_invalid', `the signature of ${title} does not verify`, record);
    }
    const before = checkpoint.heads.find(({ stream }) => stream === CHECKPOINT_STREAM);
    if ((before?.sequence ?? 0) !== record.sequence - 1 || (before && before.hash !== record.prev)) {
      broken('records_moved', `${title} was signed for another place`, record);
    }
    for (const earlier of lastCheckpoint) {
      const now = checkpoint.heads.find(({ stream }) => stream === earlier.stream);
      if (!now || now.sequence < earlier.sequence) {
        const text = `${title} names an earlier end of stream ${earlier.stream} than the one before it`;
        broken('records_missing', text, record);
      }
    }
    lastCheckpoint = checkpoint.heads;
    const others = checkpoint.heads.filter(({ stream }) => stream !== CHECKPOINT_STREAM);
    clock.signed(others, checkpoint.at);
    name(others, `${title}${where}`, false);
  };

  return {
    follow,
    readCheckpoint,
    begin(heads): void {
      for (const head of heads) beginnings.set(head.stream, head);
    },
    logged: (heads, isTrusted) => name(heads, 'the checkpoint of the transparency log', isTrusted),
    async trust({ signed }, keys): Promise<void> {
      const opened = await openSignedHeads(signed, keys);
      if (!opened) {
        const text = 'the list of trusted heads was not signed with a key of this audit log, or was changed';
        return broken('trusted_heads_changed', text);
      }
      name(vouchedHeads(signed, opened), 'the list of trusted heads', true);
    },
    end(): void {
      finish();
      for (const [stream, places] of named) {
        for (const { by, isTrusted } of places.values()) {
          const finding = isTrusted ? 'older_than_trusted' : 'records_missing';
          broken(finding, `stream ${stream}, which ${by} names, is missing`, { stream });
        }
      }
    },
    named: (stream) => named.get(stream) ?? new Map(),
    heads: (): Heads => byStream([...finished.values()]),
    headOf: (stream): AuditReceipt | undefined => finished.get(stream),
    records: (): number => records,
    checkpoints: (): number => finished.get(CHECKPOINT_STREAM)?.sequence ?? 0,
    archived: () => archived,
    warnings: () => [
      ...archived
        .filter(({ isTrusted }) => isTrusted)
        .slice(0, MOST_WARNINGS)
        .map(({ stream, sequence, by }): Warning => {
          const problem = `${by} names record ${sequence} of stream ${stream}, which is in an archive: verify that, too`;
          return { finding: 'in_archive', stream, sequence, problem };
        }),
      ...clock.warnings(),
    ],
  };
};
