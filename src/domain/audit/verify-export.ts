import { createHash } from 'node:crypto';
import { CHECKPOINT_STREAM, type Heads } from './audit-record.ts';
import { chainCheck } from './chain-check.ts';
import { asRecord, broken, checkValues, type Fault, parseLine } from './export-lines.ts';
import {
  openSignedHeads,
  type SignedHeads,
  type TrustedHeads,
  type VerificationKey,
  verificationKey,
} from './signed-heads.ts';

export type Verdict =
  | {
      readonly ok: true;
      readonly issuer: string;
      /** Milliseconds since the epoch, as stated by the server. */
      readonly exportedAt: number;
      readonly records: number;
      readonly streams: number;
      readonly checkpoints: number;
      readonly heads: Heads;
      /**
       * Thumbprint of the key that signed the head (RFC 7638). It proves nothing unless the verifier knows it from
       * another source: pin it.
       */
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

/** Exports of version 1 have records of the first form only (decision 33). The form is that of each record, so one check reads both. */
const EXPORT_VERSION = 2;

type Header = { readonly issuer: string; readonly exportedAt: number; readonly keys: readonly VerificationKey[] };

/**
 * Verifies an export without the server: every digest and link, every checkpoint's signature and the records it names,
 * and the signed head over all lines. `key`: the thumbprint of the key that must have signed the export. `trustedHeads`:
 * trusted heads from an earlier day, whose records must still exist. Memory grows with the number of checkpoints, not
 * of records. Throws only errors from reading `lines`.
 */
export const verifyExport = async (
  lines: AsyncIterable<string>,
  options: { readonly key?: string; readonly trustedHeads?: TrustedHeads } = {},
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

const verifier = (options: { readonly key?: string; readonly trustedHeads?: TrustedHeads }) => {
  const digest = createHash('sha256');
  const chain = chainCheck();
  let header: Header | undefined;
  let signedHead: SignedHeads | undefined;

  const readHeader = async (value: Record<string, unknown>): Promise<void> => {
    const { behalf_audit: version, issuer, exportedAt, key, formerKeys } = value;
    if (
      (version !== 1 && version !== EXPORT_VERSION) ||
      typeof issuer !== 'string' ||
      !Number.isSafeInteger(exportedAt)
    ) {
      broken('this is not the header of an export of the audit log');
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
    if (options.trustedHeads) await chain.trust(options.trustedHeads, keys);
  };

  const readHead = async (jws: unknown, { issuer, exportedAt, keys }: Header, line: number): Promise<void> => {
    chain.end();
    const head = await openSignedHeads(jws, keys.slice(0, 1));
    if (head?.kind !== 'export') return broken('the signature of the signed head does not verify');
    for (const { stream, sequence, hash } of head.heads) {
      const end = chain.headOf(stream);
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
    for (const { stream } of chain.heads()) {
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
        chain.follow(record);
        checkValues(record);
        if (record.stream === CHECKPOINT_STREAM) {
          await chain.readCheckpoint(record, header.keys, ` (line ${line})`);
        }
      }
      digest.update(text).update('\n');
    },
    end(): Verdict {
      const key = header?.keys[0]?.thumbprint;
      if (!header || key === undefined) return broken('the export is empty');
      if (!signedHead) return broken('the export ends without a signed head: its end was cut off');
      const heads = chain.heads();
      const [records, checkpoints] = [chain.records(), chain.checkpoints()];
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
