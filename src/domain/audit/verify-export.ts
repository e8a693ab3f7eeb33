import { createHash } from 'node:crypto';
import type { Heads } from './audit-record.ts';
import { type Archived, archivedOf, type Beginning, openBeginning } from './beginning.ts';
import { type ChainCheck, chainCheck } from './chain-check.ts';
import { blocksOf } from './export-blocks.ts';
import { broken, type Finding, faultOf, type Warning } from './findings.ts';
import { type CheckedLine, checkLines } from './line-check.ts';
import { type LoggedCheck, type LoggedFacts, type LoggedHeads, loggedCheck, type OpenLog } from './logged-heads.ts';
import {
  openSignedHeads,
  type SignedHeads,
  type TrustedHeads,
  type VerificationKey,
  verificationKey,
} from './signed-heads.ts';
export type Failed = {
  readonly ok: false;
  readonly finding: Finding;
  /** From 1. */
  readonly line: number;
  readonly stream?: string;
  readonly sequence?: number;
  /** One sentence for a person, with the line in front. */
  readonly problem: string;
};

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
      /** Names of members that the export leaves out. */
      readonly redacted?: readonly string[];
      /** Records that are in an archive only. */
      readonly archived?: Archived;
      /** What the export says of the transparency log. `uncovered`: records that no proof of the checkpoint covers. */
      readonly log?: LoggedFacts & { readonly uncovered: number };
      /** What does not break the log; absent when there is none. */
      readonly warnings?: readonly Warning[];
    }
  | Failed;

export type VerifyOptions = {
  /** Thumbprint of the key that must have signed the export. */
  readonly key?: string;
  /** Trusted heads from an earlier day, whose records must still exist. */
  readonly trustedHeads?: TrustedHeads;
  /** Verifies what the export says of the transparency log; absent: that is not read. */
  readonly openLog?: OpenLog;
};

/** Checks whole lines, on this thread or on others. */
export type CheckLines = (bytes: Uint8Array) => readonly CheckedLine[] | Promise<readonly CheckedLine[]>;

/**
 * Verifies an export without the server: every digest and link, every checkpoint's signature and the records it names,
 * and the signed head over all lines. Memory grows with the number of checkpoints, not of records. Throws only errors from
 * reading `chunks`, which are bytes or texts with their line ends.
 *
 * `check`: checks blocks of lines, by default on this thread. `ahead`: blocks that are under way at a time.
 */
export const verifyChunks = async (
  chunks: AsyncIterable<Uint8Array | string>,
  options: VerifyOptions = {},
  check: CheckLines = checkLines,
  ahead = 1,
): Promise<Verdict> => {
  const digest = createHash('sha256');
  const verification = verifier(options, () => digest.copy().digest('base64url'));
  const waiting: ReturnType<CheckLines>[] = [];
  let line = 0;
  const readNext = async (): Promise<void> => {
    for (const checked of (await waiting.shift()) ?? []) {
      line += 1;
      const pending = verification.read(checked, line);
      if (pending) await pending;
    }
  };
  try {
    for await (const block of blocksOf(chunks)) {
      // The digest of the signed head is over the lines before it. Nothing may be behind it.
      if (!block.isHead) digest.update(block.bytes);
      waiting.push(check(block.bytes));
      while (waiting.length >= ahead || (block.isHead && waiting.length > 0)) await readNext();
    }
    while (waiting.length > 0) await readNext();
    return verification.end();
  } catch (error) {
    return failedOf(error, Math.max(line, 1));
  }
};

/** The same over lines without their line ends, as an export yields them. */
export const verifyExport = (lines: AsyncIterable<string>, options: VerifyOptions = {}): Promise<Verdict> =>
  verifyChunks(withEnds(lines), options);

async function* withEnds(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  for await (const line of lines) yield `${line}\n`;
}

export type Header = {
  readonly issuer: string;
  readonly exportedAt: number;
  readonly keys: readonly VerificationKey[];
  readonly redacted: readonly string[];
  /** Where the streams begin; absent: with their first record. */
  readonly beginning?: Beginning;
  /** What the transparency log has; absent: the export does not say. */
  readonly log?: LoggedHeads;
};

/** Exports of version 1 have records of the first form only (decision 33). The form is that of each record, so one check reads both. */
const VERSIONS: readonly unknown[] = [1, 2];

/**
 * Reads the first line of an export, and tells `chain` which records it and the trusted heads name. Throws a Fault, also when
 * another key than the pinned one has signed.
 */
export const readHeader = async (
  value: Readonly<Record<string, unknown>>,
  { key: pinned, openLog, trustedHeads }: VerifyOptions,
  chain: ChainCheck,
): Promise<Header> => {
  const { behalf_audit: version, issuer, exportedAt, key, formerKeys, redacted = [], beginning: signed } = value;
  const isHeader = VERSIONS.includes(version) && typeof issuer === 'string' && Number.isSafeInteger(exportedAt);
  if (!isHeader || !Array.isArray(redacted))
    broken('unreadable', 'this is not the header of an export of the audit log');
  let keys: readonly VerificationKey[] = [];
  try {
    keys = await Promise.all([key, ...(Array.isArray(formerKeys) ? formerKeys : [])].map(verificationKey));
  } catch {
    broken('unreadable', 'the header carries a key that is no P-256 JWK');
  }
  const own = keys[0]?.thumbprint;
  if (pinned !== undefined && own !== pinned) {
    broken('key_replaced', `the export is signed with key ${own}, not with the pinned key ${pinned}`);
  }
  const beginning = await openBeginning(signed, keys);
  if (signed !== undefined && beginning?.issuer !== issuer) {
    broken('beginning_changed', 'the statement of where the audit log begins does not verify');
  }
  const log = openLog?.(value['log']);
  chain.begin(beginning?.heads ?? []);
  chain.logged(log?.heads ?? [], log?.isTrusted ?? false);
  if (trustedHeads) await chain.trust(trustedHeads, keys);
  return {
    ...{ issuer: issuer as string, exportedAt: exportedAt as number, keys, redacted: redacted as readonly string[] },
    ...(beginning ? { beginning } : {}),
    ...(log ? { log } : {}),
  };
};

/** Opens the last line of an export. Throws a Fault when the key of the header did not sign it. */
export const openHead = async (jws: unknown, { keys }: Header): Promise<SignedHeads> => {
  const head = await openSignedHeads(jws, keys.slice(0, 1));
  return head?.kind === 'export'
    ? head
    : broken('signature_invalid', 'the signature of the signed head does not verify');
};

const checkHeads = (head: SignedHeads, chain: ChainCheck): void => {
  for (const { stream, sequence, hash } of head.heads) {
    const end = chain.headOf(stream);
    if (!end) broken('records_missing', `stream ${stream}, which the signed head names, is missing`, { stream });
    if (end?.sequence !== sequence || end.hash !== hash) {
      const text = `the signed head says that stream ${stream} ends at record ${sequence}, and it ends at ${end?.sequence}`;
      broken('records_missing', text, { stream, sequence });
    }
  }
  for (const { stream } of chain.heads()) {
    const isKnown = head.heads.some((listed) => listed.stream === stream);
    if (!isKnown) {
      broken('records_moved', `the signed head does not name stream ${stream}: its records were put in`, { stream });
    }
  }
};

/** `digest`: over all lines before the one that is read. */
const verifier = (options: VerifyOptions, digest: () => string) => {
  const chain = chainCheck();
  let header: Header | undefined;
  let logged: LoggedCheck | undefined;
  let signedHead: SignedHeads | undefined;

  const readHead = async (jws: unknown, opened: Header, line: number): Promise<void> => {
    chain.end();
    const head = await openHead(jws, opened);
    checkHeads(head, chain);
    if (head.lines !== line - 1) {
      broken('lines_changed', `the signed head is over ${head.lines} lines, and ${line - 1} are in front of it`);
    }
    if (head.issuer !== opened.issuer || head.at !== opened.exportedAt || head.digest !== digest()) {
      const text = 'the lines are not those the head was signed for: the header or a personal value was changed';
      broken('lines_changed', text);
    }
    signedHead = head;
  };

  const readFirst = async (value: Readonly<Record<string, unknown>>): Promise<void> => {
    header = await readHeader(value, options, chain);
    logged = loggedCheck(header.log?.heads ?? []);
  };

  const readRecord = (checked: Extract<CheckedLine, { readonly record: unknown }>, line: number) => {
    if (!header) return broken('unreadable', 'this is not the header of an export of the audit log');
    chain.follow(checked.record, checked.digest);
    logged?.follow(checked.record);
    if (checked.fault) throw checked.fault;
    return checked.checkpoint && chain.readCheckpoint(checked.checkpoint, header.keys, ` (line ${line})`);
  };

  return {
    /** Most lines need no wait. */
    read(checked: CheckedLine, line: number): Promise<void> | undefined {
      if (signedHead) broken('records_moved', 'there is text behind the signed head');
      if ('record' in checked) return readRecord(checked, line);
      if ('fault' in checked) throw checked.fault;
      const { value } = checked;
      if (!header) return readFirst(value);
      const { head } = value;
      if (typeof head === 'string' && Object.keys(value).length === 1) return readHead(head, header, line);
      return broken('unreadable', 'this is not a record of the audit log');
    },
    end(): Verdict {
      const key = header?.keys[0]?.thumbprint;
      if (!header || key === undefined) return broken('cut_off', 'the export is empty');
      if (!signedHead) return broken('cut_off', 'the export ends without a signed head: its end was cut off');
      const heads = chain.heads();
      const { issuer, exportedAt, redacted, beginning, log } = header;
      const warnings = [...chain.warnings(), ...(log && logged ? logged.warnings(exportedAt) : [])];
      return {
        ok: true,
        ...{ issuer, exportedAt, records: chain.records(), streams: heads.length, checkpoints: chain.checkpoints() },
        ...{ heads, key },
        ...(redacted.length > 0 ? { redacted } : {}),
        ...(beginning ? { archived: archivedOf(beginning) } : {}),
        ...(log ? { log: { ...log.facts, uncovered: logged?.uncovered() ?? 0 } } : {}),
        ...(warnings.length > 0 ? { warnings } : {}),
      };
    },
  };
};

/** The verdict about a Fault. Throws any other error. */
export const failedOf = (error: unknown, line: number): Failed => {
  const { finding, fault, place } = faultOf(error);
  return {
    ok: false,
    finding,
    line,
    ...(place ? { stream: place.stream } : {}),
    ...(place?.sequence === undefined ? {} : { sequence: place.sequence }),
    problem: `line ${line}: ${fault}`,
  };
};
