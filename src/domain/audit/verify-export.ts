import { createHash } from 'node:crypto';
import type { AuditReceipt } from './audit-event.ts';
import { CHECKPOINT_STREAM, genesisOf, type Heads, hashOf } from './audit-record.ts';
import { byStream } from './checkpoints.ts';
import { asRecord, broken, checkValues, type ExportedRecord, type Fault, parseLine } from './export-lines.ts';
import {
  openSignedHeads,
  type SignedHeads,
  type VerificationKey,
  verificationKey,
  type WitnessedHeads,
} from './signed-heads.ts';

export type Verdict =
  | {
      readonly ok: true;
      readonly issuer: string;
      /** Milliseconds since the epoch, as the server says. */
      readonly exportedAt: number;
      readonly records: number;
      readonly streams: number;
      readonly checkpoints: number;
      readonly heads: Heads;
      /** Of the key that signed the head (RFC 7638). Says nothing unless it is known from elsewhere: pin it. */
      readonly key: string;
    }
  | {
      readonly ok: false;
      /** From 1. */
      readonly line: number;
      readonly stream?: string;
      readonly sequence?: number;
      /** One sentence for a person, with the line in front. */
      readonly problem: string;
    };

type Header = { readonly issuer: string; readonly exportedAt: number; readonly keys: readonly VerificationKey[] };
type Named = { readonly hash: string; readonly by: string };

/**
 * Verifies an export without the server: every digest and link, every checkpoint's signature and what it
 * names, and the signed head over all lines. `key` is the thumbprint the export must be signed with;
 * `witness` are heads from an earlier day that must still stand. Memory grows with the number of
 * checkpoints, not of records. Throws only what reading `lines` throws.
 */
export const verifyExport = async (
  lines: AsyncIterable<string>,
  options: { readonly key?: string; readonly witness?: WitnessedHeads } = {},
): Promise<Verdict> => {
  const verification = verifier(options);
  let line = 0;
  for await (const text of lines) {
    line += 1;
    try {
      await verification.read(text, line);
    } catch (error) {
      return verdictOf(error, line);
    }
  }
  try {
    return verification.end();
  } catch (error) {
    return verdictOf(error, Math.max(line, 1));
  }
};

const verifier = (options: { readonly key?: string; readonly witness?: WitnessedHeads }) => {
  const digest = createHash('sha256');
  /** What checkpoints and the witness say about records not met yet: stream → sequence → digest. */
  const named = new Map<string, Map<number, Named>>();
  const finished = new Map<string, AuditReceipt>();
  let header: Header | undefined;
  let current: AuditReceipt | undefined;
  let lastCheckpoint: Heads = [];
  let signedHead: SignedHeads | undefined;
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

  const readHeader = async (value: Record<string, unknown>): Promise<void> => {
    const { behalf_audit: version, issuer, exportedAt, key, formerKeys } = value;
    if (version !== 1 || typeof issuer !== 'string' || !Number.isSafeInteger(exportedAt)) {
      broken('this is not the header of an export of the audit trail');
    }
    let keys: readonly VerificationKey[] = [];
    try {
      keys = await Promise.all([key, ...(Array.isArray(formerKeys) ? formerKeys : [])].map(verificationKey));
    } catch {
      broken('the header carries a key that is no P-256 JWK');
    }
    if (options.key !== undefined && keys[0]?.thumbprint !== options.key) {
      broken(`the export is signed with key ${keys[0]?.thumbprint}, not with the pinned key ${options.key}`);
    }
    header = { issuer: issuer as string, exportedAt: exportedAt as number, keys };
    if (options.witness && 'heads' in options.witness) name(options.witness.heads, 'the witness');
    if (options.witness && 'signed' in options.witness) {
      const witness = await openSignedHeads(options.witness.signed, keys);
      if (!witness) return broken('the witness was not signed with a key of this export, or was changed');
      name(witness.heads, 'the witness');
    }
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
    line: number,
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
      `${title} (line ${line})`,
    );
  };

  const readHead = async (jws: unknown, { issuer, exportedAt, keys }: Header, line: number): Promise<void> => {
    finish();
    for (const [stream, places] of named) {
      for (const { by } of places.values()) broken(`stream ${stream}, which ${by} names, is missing`, { stream });
    }
    const head = await openSignedHeads(jws, keys.slice(0, 1));
    if (head?.kind !== 'export') return broken('the signature of the signed head does not verify');
    for (const { stream, sequence, hash } of head.heads) {
      const end = finished.get(stream);
      if (!end) broken(`stream ${stream}, which the signed head names, is missing`, { stream });
      if (end?.sequence !== sequence || end.hash !== hash) {
        broken(
          `the signed head says that stream ${stream} ends at record ${sequence}, and it ends at ${end?.sequence}`,
          {
            stream,
            sequence,
          },
        );
      }
    }
    for (const stream of finished.keys()) {
      const isKnown = head.heads.some((listed) => listed.stream === stream);
      if (!isKnown) broken(`the signed head does not name stream ${stream}: its records were put in`, { stream });
    }
    if (head.lines !== line - 1)
      broken(`the signed head is over ${head.lines} lines, and ${line - 1} are in front of it`);
    if (head.issuer !== issuer || head.at !== exportedAt || head.digest !== digest.digest('base64url')) {
      broken('the lines are not those the head was signed for: the header or a personal value was changed');
    }
    signedHead = head;
  };

  return {
    async read(text: string, line: number): Promise<void> {
      if (signedHead) broken('there is text behind the signed head');
      const value = parseLine(text);
      const { head } = value;
      if (!header) {
        await readHeader(value);
      } else if (typeof head === 'string' && Object.keys(value).length === 1) {
        return readHead(head, header, line);
      } else {
        const record = asRecord(value);
        follow(record);
        checkValues(record);
        if (record.stream === CHECKPOINT_STREAM) await readCheckpoint(record, header.keys, line);
      }
      digest.update(text).update('\n');
    },
    end(): Verdict {
      const key = header?.keys[0]?.thumbprint;
      if (!header || key === undefined) return broken('the export is empty');
      if (!signedHead) return broken('the export ends without a signed head: its end was cut off');
      const heads = byStream([...finished.values()]);
      const checkpoints = finished.get(CHECKPOINT_STREAM)?.sequence ?? 0;
      const { issuer, exportedAt } = header;
      return { ok: true, issuer, exportedAt, records, streams: heads.length, checkpoints, heads, key };
    },
  };
};

const verdictOf = (error: unknown, line: number): Verdict => {
  const { fault, place } = error as Fault;
  if (fault === undefined) throw error;
  return {
    ok: false,
    line,
    ...(place ? { stream: place.stream } : {}),
    ...(place?.sequence === undefined ? {} : { sequence: place.sequence }),
    problem: `line ${line}: ${fault}`,
  };
};
