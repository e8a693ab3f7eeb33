import type { Collection, Versioned } from '../ports/document-store.ts';
import { type AuditRecord, CHECKPOINT_STREAM, type Heads, recordId } from './audit-record.ts';
import { type Beginning, isBefore, openBeginning } from './beginning.ts';
import { chainCheck } from './chain-check.ts';
import { keptValues, removedValues } from './erasure-check.ts';
import { asRecord, type ExportedRecord } from './export-lines.ts';
import { broken, type Finding, faultOf, type Warning } from './findings.ts';
import { type LogPresence, logPresence } from './log-presence.ts';
import { mismatchesOf } from './record-check.ts';
import { hashOf } from './record-digest.ts';
import type { TrustedHeads, VerificationKey } from './signed-heads.ts';

/** The mismatches of one record; `members` as `mismatchesOf` names them. */
export type Mismatch = { readonly stream: string; readonly sequence: number; readonly members: readonly string[] };

/** The transparency log of a store. */
export type LogVerdict = { readonly entries: number; readonly verifierKey: string };

/** A verified log, with what does not break it. */
export type CheckedLog = LogVerdict & { readonly warnings: readonly Warning[] };

export type StoreVerdict =
  | {
      readonly ok: true;
      readonly records: number;
      readonly streams: number;
      readonly checkpoints: number;
      readonly heads: Heads;
      /** Thumbprint (RFC 7638) of the audit key. */
      readonly key: string;
      /** The transparency log; absent when the store has none. */
      readonly log?: LogVerdict;
      /** Where the streams begin; absent while nothing was removed into an archive. */
      readonly beginning?: Beginning;
      /** What does not break the log; absent when there is none. */
      readonly warnings?: readonly Warning[];
    }
  | {
      readonly ok: false;
      /** Sentences for people, in the order they were found: at most 100 about members, and at most one about the chain. */
      readonly problems: readonly string[];
      /** What they show, each once. */
      readonly findings: readonly Finding[];
      /** Records whose members do not match; at most 100. */
      readonly mismatches: readonly Mismatch[];
    };

const PAGE = 500;
const MOST_MISMATCHES = 100;

/**
 * Verifies the audit log in its store, without writing. Checks every digest, link and checkpoint, as `verifyExport`
 * does. Also checks what an export does not hold:
 * - the members that lists and searches use, in the document and in the index;
 * - personal values against their commitments, and against the events that record their erasure;
 * - the transparency log against the records.
 * Continues after a member that does not match; ends where the chain breaks. May leave out records that are appended
 * during the check. Throws StoreUnavailable when the store fails.
 */
export const verifyStore = async (deps: {
  /**
   * Verifies the transparency log against the records; throws a Fault. Called after the check of the chains. `archived`: digests
   * that checkpoints and trusted heads name of records in an archive, by record id; the log has the digests of these, too.
   */
  readonly verifyLog: (
    beginning: Beginning | undefined,
    archived: ReadonlyMap<string, string>,
  ) => Promise<CheckedLog | undefined>;
  /** The stored statement of where the streams begin. */
  readonly signedBeginning?: string | undefined;
  readonly records: Collection<AuditRecord>;
  readonly key: VerificationKey;
  /** Trusted heads, whose records must still exist. */
  readonly trustedHeads?: readonly TrustedHeads[];
  /** Whether the store has left out an unreadable record so far. */
  readonly unreadable?: () => boolean;
}): Promise<StoreVerdict> => {
  const { records, key, trustedHeads = [], unreadable } = deps;
  const chain = chainCheck();
  const presence = logPresence();
  const mismatches: Mismatch[] = [];
  const texts: string[] = [];
  /**
   * Erasure events whose value was still there. They are checked again at the end, since the server records before it
   * erases.
   */
  const unfinished: Versioned<AuditRecord>[] = [];
  let beginning: Beginning | undefined;
  let leftOver = 0;

  const note = (mismatch: Mismatch, text: string): void => {
    if (mismatches.length >= MOST_MISMATCHES) return;
    mismatches.push(mismatch);
    texts.push(text);
  };

  const checkErasures = async (one: Versioned<AuditRecord>): Promise<void> => {
    if (mismatches.length >= MOST_MISMATCHES) return;
    const { stream, sequence } = one.document;
    // The event of an erasure may be in the archive, too, when the record is from before its newest.
    const isArchivable = one.document.at < (beginning?.before ?? 0);
    const removed = isArchivable ? [] : await removedValues(records, one);
    if (removed.length > 0) {
      const members = removed.map((name) => `personal.${name}`);
      const of = `record ${sequence} of stream ${stream}`;
      note(
        { stream, sequence, members },
        `${of} has lost ${members.join(', ')}, and no event says that it was erased.`,
      );
    }
    if (unfinished.length < MOST_MISMATCHES && (await keptValues(records, one))) unfinished.push(one);
  };

  const checkUnfinished = async (): Promise<void> => {
    for (const one of unfinished) {
      const kept = await keptValues(records, one);
      if (!kept) continue;
      const { stream, sequence } = kept.record;
      const members = kept.names.map((name) => `personal.${name}`);
      const of = `record ${sequence} of stream ${stream}`;
      const text = `${of} holds ${members.join(', ')}, which an event says was erased: erase it again.`;
      note({ stream, sequence, members }, text);
    }
  };

  const problems = (): readonly string[] => {
    const isDamaged = unreadable?.() === true;
    return [
      ...texts,
      ...(isDamaged ? ['at least one stored record is damaged: it is no JSON, or its key is another.'] : []),
    ];
  };

  const findings = (): readonly Finding[] => {
    const members = mismatches.flatMap(({ members: names }) => names);
    return [
      ...(members.some((name) => name.startsWith('personal.')) ? ['personal_value_changed' as const] : []),
      ...(members.some((name) => !name.startsWith('personal.')) ? ['index_changed' as const] : []),
      ...(unreadable?.() === true ? ['unreadable' as const] : []),
    ];
  };

  const check = async (one: Versioned<AuditRecord>): Promise<void> => {
    const { stream, sequence, at, prev, hash, event, salt, erasable } = one.document;
    const record: ExportedRecord = asRecord({
      ...{ stream, sequence, at, prev, hash, event },
      ...(salt === undefined ? {} : { salt }),
      ...(erasable === undefined ? {} : { erasable }),
    });
    if (isBefore(beginning?.heads ?? [], record)) return checkLeftOver(record);
    chain.follow(record, hashOf(record));
    presence.follow(record);
    // The chain check has covered the digest already.
    const members = mismatchesOf(one).filter((member) => member !== 'hash');
    if (members.length > 0) note({ stream, sequence, members }, mismatchText({ stream, sequence, members }));
    await checkErasures(one);
    if (stream === CHECKPOINT_STREAM) await chain.readCheckpoint(record, [key], '');
  };

  /** A record that the archive has, and that an interrupted removal left. */
  const checkLeftOver = (record: ExportedRecord): void => {
    leftOver += 1;
    const { stream, sequence, hash } = record;
    if (hashOf(record) === hash) return;
    const of = `record ${sequence} of stream ${stream}`;
    broken('record_changed', `${of} was changed: its content does not give the digest it carries`, record);
  };

  const leftOvers = (): readonly Warning[] => {
    const [first] = beginning?.heads ?? [];
    if (leftOver === 0 || !first) return [];
    const { stream, sequence } = first;
    const problem = `${leftOver} records that are in the archive are still in the store: run behalf audit archive --remove again`;
    return [{ finding: 'not_removed', stream, sequence, problem }];
  };

  let log: CheckedLog | undefined;
  try {
    beginning = await openBeginning(deps.signedBeginning, [key]);
    if (deps.signedBeginning !== undefined && !beginning) {
      broken('beginning_changed', 'the statement of where the audit log begins does not verify');
    }
    chain.begin(beginning?.heads ?? []);
    for (const heads of trustedHeads) await chain.trust(heads, [key]);
    for (const isCheckpoints of [true, false]) {
      for await (const page of pagesOf(records, isCheckpoints)) {
        for (const one of page) await check(one);
      }
    }
    await checkUnfinished();
    chain.end();
    const named = chain.archived().map(({ stream, sequence, hash }) => [recordId(stream, sequence), hash] as const);
    log = await deps.verifyLog(beginning, new Map(named));
    if (beginning) presence.follow(openedBy(beginning));
    presence.check(log?.verifierKey);
  } catch (error) {
    const { fault, finding } = faultOf(error);
    return { ok: false, findings: [...findings(), finding], problems: [...problems(), `${fault}.`], mismatches };
  }
  if (problems().length > 0) return { ok: false, findings: findings(), problems: problems(), mismatches };
  const heads = chain.heads();
  // The log has just confirmed what is named in an archive.
  const isConfirmed = log !== undefined && log.verifierKey === beginning?.log.verifierKey && !beginning.former;
  const named = chain.warnings().filter(({ finding }) => !(isConfirmed && finding === 'in_archive'));
  const warnings = [...named, ...leftOvers(), ...(log?.warnings ?? [])];
  return {
    ok: true,
    records: chain.records(),
    streams: heads.length,
    checkpoints: chain.checkpoints(),
    heads,
    key: key.thumbprint,
    ...(beginning ? { beginning } : {}),
    ...(log ? { log: { entries: log.entries, verifierKey: log.verifierKey } } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
};

/** The event that a log began may be in its archive: the statement names the log as well. */
const openedBy = ({ at, log }: Beginning): Parameters<LogPresence['follow']>[0] => ({
  at,
  event: {
    type: 'transparency_log.opened',
    outcome: 'done',
    target: { kind: 'transparency log', id: log.origin },
    inputs: { verifierKey: log.verifierKey },
  },
});

/** One sentence about a record whose members do not match. */
const mismatchText = ({ stream, sequence, members }: Mismatch): string =>
  `record ${sequence} of stream ${stream} does not match its digest in: ${members.join(', ')}.`;

/**
 * All records of the stream of checkpoints, or all others. Reads by document id, so that a manipulated index hides no
 * record.
 */
async function* pagesOf(
  records: Collection<AuditRecord>,
  isCheckpoints: boolean,
): AsyncGenerator<readonly Versioned<AuditRecord>[]> {
  const prefix = `${CHECKPOINT_STREAM}:`;
  for (let after = isCheckpoints ? prefix : undefined; ; ) {
    const found = await records.find({ limit: PAGE, ...(after === undefined ? {} : { after: { id: after } }) });
    const end = found.at(-1)?.document;
    if (!end) return;
    if (after !== undefined && end.id <= after)
      broken('index_changed', `the record behind ${after} carries another id`);
    const page = found.filter(({ document }) => document.id.startsWith(prefix) === isCheckpoints);
    yield page;
    if (isCheckpoints && page.length < found.length) return;
    after = end.id;
  }
}
