/**
 * Removes records from the store that a verified archive has (decision 39). In this order: the archive was read back and verified
 * in this run; an audit event; the signed statement of where the streams begin, by a swap; the records; their part of the search
 * index. A stop after any step leaves a store that verifies, and the next run goes on. Entries and tiles of the transparency log
 * stay, so that no proof breaks.
 */
import type { ArchiveFiles } from '../../ports/archive-files.ts';
import { type Collection, type DocumentStore, StoreUnavailable, tryInsert } from '../../ports/document-store.ts';
import { type AuditEvent, type AuditLog, type AuditReceipt, OVER_FIRST } from '../audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, type Heads, recordId } from '../audit-record.ts';
import type { AuditSigner } from '../audit-signer.ts';
import { type Beginning, beginningsOf, digestOfBeginning, openBeginning, signBeginning } from '../beginning.ts';
import { byStream } from '../checkpoints.ts';
import { broken, type Fault } from '../findings.ts';
import type { StreamCursor } from '../records-after.ts';
import { removeIndexed } from '../search/index-removal.ts';
import { verificationKey } from '../signed-heads.ts';
import { readHead } from '../stream-writer.ts';
import { type LogDocument, WIDTH } from '../transparency-log/log-documents.ts';
import { bundleBytes, type LogEntry } from '../transparency-log/log-entry.ts';
import type { LogTree } from '../transparency-log/log-tree.ts';
import { bundleFile } from './archive-files.ts';
import { isHeldBy, LEGAL_HOLDS, type LegalHold, MOST_HOLDS } from './legal-hold.ts';
import type { ArchiveVerdict } from './verify-archive.ts';
import type { ArchiveResult } from './write-archive.ts';

/** What keeps the records of a bundle, and of all later ones, in the store. */
export type KeptBy =
  | { readonly by: 'hold'; readonly id: string; readonly record: string }
  | { readonly by: 'sink'; readonly id: string; readonly record: string };

export type Removal = {
  /** Records that this run removed. */
  readonly removed: number;
  /** Entries of the log whose records are in the archive only, apart from the first and the last one of a stream. */
  readonly size: number;
  /** Absent: every bundle from before the time is removed. */
  readonly kept?: KeptBy;
};

/** What a run did: with a removal, if it was to remove. */
export type Archiving = ArchiveResult & { readonly removal?: Removal };

/** What an audit sink has acknowledged. */
export type Acknowledged = { readonly id: string; readonly cursors: readonly StreamCursor[] };

const MOST_LOST_SWAPS = 5;
const PAGE = 256;

type Deps = {
  readonly documents: DocumentStore;
  readonly files: Pick<ArchiveFiles, 'read'>;
  readonly audit: AuditLog;
  readonly signer: AuditSigner;
  readonly issuer: string;
  readonly nowMillis: () => number;
  readonly log: LogDocument;
  readonly tree: Pick<LogTree, 'entries'>;
  /** Of the archive, from this run. */
  readonly verdict: ArchiveVerdict;
  readonly place: string;
  /** Only records from before this time. */
  readonly beforeMillis: number;
  readonly sinks: () => Promise<readonly Acknowledged[]>;
  /** Removes also what a sink has not acknowledged. The event names the sinks. */
  readonly skipsSinks: boolean;
};

/** What a run would remove: the entries up to `bundles`. */
type Plan = {
  readonly bundles: number;
  readonly heads: Heads;
  readonly kept: KeptBy | undefined;
  /** Time of the newest record, milliseconds since the epoch. */
  readonly newest: number;
  /** Sinks that do not receive some of the records. */
  readonly skipped: readonly string[];
};

/**
 * Removes what is from before, up to the first bundle that a hold or a sink keeps. Throws a Fault when archive, store and statement do not
 * agree, and StoreUnavailable. Two runs at once remove the same.
 */
export const removeArchived = async (deps: Deps): Promise<Removal> => {
  const { documents, audit, signer, log, verdict, place } = deps;
  const beginnings = beginningsOf(documents);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const key = await verificationKey(signer.key);
  for (let attempt = 0; attempt < MOST_LOST_SWAPS; attempt += 1) {
    const stored = await beginnings.get('current');
    const present = await presentOf(stored?.document.signed, [key]);
    checkPlace(present, deps);
    const first = present?.log.origin === log.origin ? present.log.size / WIDTH : 0;
    const plan = await planOf(deps, records, first, present?.heads ?? []).catch(async (error: unknown) => {
      // Another run may have stored its statement, and removed records that this one was about to read.
      const isOvertaken = (await beginnings.get('current'))?.version !== stored?.version;
      if ((error as Partial<Fault>).finding !== 'records_missing' || !isOvertaken) throw error;
      return undefined;
    });
    if (!plan) continue;
    if (plan.bundles === first) return done(deps, present, first, plan.kept);
    const root = verdict.roots[plan.bundles - 1];
    if (!root) throw new StoreUnavailable(`the archive has no bundle ${plan.bundles - 1}`);
    const former =
      present && present.log.origin !== log.origin ? [...(present.former ?? []), present.log] : present?.former;
    const beginning: Beginning = {
      ...{ behalf_audit: 2, kind: 'beginning', issuer: deps.issuer, at: deps.nowMillis() },
      before: Math.max(present?.before ?? 0, plan.newest + 1),
      heads: plan.heads,
      log: {
        ...{ origin: log.origin, verifierKey: log.verifierKey, size: plan.bundles * WIDTH, place },
        root: root.toString('base64'),
      },
      ...(former ? { former } : {}),
    };
    const signed = await signBeginning(signer, beginning);
    const event: AuditEvent = {
      type: 'audit.records_removed',
      outcome: 'done',
      caller: 'system',
      inputs: {
        ...{ before: Math.floor(deps.beforeMillis / 1000), origin: log.origin, size: beginning.log.size, place },
        statement: digestOfBeginning(signed),
        ...(plan.skipped.length > 0 ? { undelivered: plan.skipped } : {}),
      },
    };
    await audit.append(event);
    const next = { id: 'current', holds: stored?.document.holds ?? 0, signed } as const;
    const isStored = stored ? await beginnings.replace(next, stored.version) : await tryInsert(beginnings, next);
    if (isStored) return done(deps, beginning, plan.bundles, plan.kept);
    await audit.append({ ...event, ...OVER_FIRST });
  }
  throw new StoreUnavailable('other runs, or new legal holds, were faster each time: run it again');
};

const presentOf = async (
  signed: string | undefined,
  keys: Parameters<typeof openBeginning>[1],
): Promise<Beginning | undefined> => {
  if (signed === undefined) return undefined;
  return (
    (await openBeginning(signed, keys)) ??
    broken('signature_invalid', 'the statement of where the audit log begins does not verify')
  );
};

/** The archive of this run must have what was removed before. */
const checkPlace = (present: Beginning | undefined, { log, verdict }: Pick<Deps, 'log' | 'verdict'>): void => {
  if (!present || present.log.origin !== log.origin) return;
  const bundles = present.log.size / WIDTH;
  if (verdict.roots[bundles - 1]?.toString('base64') !== present.log.root) {
    broken(
      'archive_altered',
      `the archive does not have the ${bundles} bundles that were removed into ${present.log.place}`,
    );
  }
};

const planOf = async (deps: Deps, records: Collection<AuditRecord>, first: number, from: Heads): Promise<Plan> => {
  const holds = await activeHolds(deps.documents);
  const sinks = await deps.sinks();
  const heads = new Map(from.map((head) => [head.stream, head]));
  const skipped = new Set<string>();
  let kept: KeptBy | undefined;
  let bundles = first;
  let newest = 0;
  for (; bundles < deps.verdict.bundles; bundles += 1) {
    const entries = await deps.tree.entries(bundles, WIDTH);
    const archived = await deps.files.read(bundleFile(bundles));
    if (!archived?.equals(bundleBytes(entries))) {
      broken('log_changed', `bundle ${bundles} of the transparency log differs from the verified archive`);
    }
    const bodies = await records.getMany(entries.map(({ stream, sequence }) => recordId(stream, sequence)));
    if (bodies.some(({ document }) => document.at >= deps.beforeMillis)) break;
    if (bodies.length !== WIDTH) {
      const there = new Set(bodies.map(({ document }) => document.id));
      const gone = entries.find(({ stream, sequence }) => !there.has(recordId(stream, sequence)));
      if (gone)
        broken('records_missing', `record ${gone.sequence} of stream ${gone.stream} is missing in the store`, gone);
    }
    kept =
      keptByHold(
        holds,
        bodies.map(({ document }) => document),
      ) ?? keptBySink(sinks, entries, deps.skipsSinks, skipped);
    if (kept) break;
    for (const entry of entries) heads.set(entry.stream, entry);
    newest = bodies.reduce((latest, { document }) => Math.max(latest, document.at), newest);
  }
  const ends = await Promise.all([...heads.values()].map((one) => withoutLast(records, one)));
  return { bundles, kept, newest, skipped: [...skipped], heads: byStream(ends.flatMap((one) => one ?? [])) };
};

/** Holds in force. */
const activeHolds = async (documents: DocumentStore): Promise<readonly LegalHold[]> => {
  const found = await documents.collection<LegalHold>(LEGAL_HOLDS).find({
    where: { state: 'active' },
    order: { by: 'createdAt', direction: 'ascending' },
    // Two requests at once may pass the limit of the registry.
    limit: 2 * MOST_HOLDS,
  });
  return found.map(({ document }) => document);
};

const keptByHold = (holds: readonly LegalHold[], bodies: readonly AuditRecord[]): KeptBy | undefined => {
  for (const body of bodies) {
    const hold = holds.find((one) => isHeldBy(one, body));
    if (hold) return { by: 'hold', id: hold.id, record: body.id };
  }
  return undefined;
};

const keptBySink = (
  sinks: readonly Acknowledged[],
  entries: readonly LogEntry[],
  skips: boolean,
  skipped: Set<string>,
): KeptBy | undefined => {
  for (const { id, cursors } of sinks) {
    const taken = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
    const missing = entries.find(({ stream, sequence }) => sequence > (taken.get(stream) ?? 0));
    if (!missing) continue;
    if (!skips) return { by: 'sink', id, record: recordId(missing.stream, missing.sequence) };
    skipped.add(id);
  }
  return undefined;
};

/** The last record to remove of a stream, so that its last one stays. Undefined when that leaves none. */
const withoutLast = async (
  records: Collection<AuditRecord>,
  { stream, sequence, hash }: AuditReceipt,
): Promise<AuditReceipt | undefined> => {
  const head = await readHead(records, stream);
  if (!head) return broken('records_missing', `stream ${stream} is missing in the store`, { stream });
  if (sequence < head.sequence) return sequence > 1 ? { stream, sequence, hash } : undefined;
  const last = (await records.get(recordId(stream, head.sequence)))?.document;
  return last && last.sequence > 2 ? { stream, sequence: last.sequence - 1, hash: last.prev } : undefined;
};

/** Removes what the statement allows. Also what an interrupted run, or a copy of the store that was made meanwhile, left over. */
const done = async (
  { documents }: Deps,
  beginning: Beginning | undefined,
  bundles: number,
  kept: KeptBy | undefined,
): Promise<Removal> => {
  const removed = beginning ? await removeRecords(documents, beginning.heads) : 0;
  if (beginning) await removeIndexed(documents, beginning.heads);
  return { removed, size: bundles * WIDTH, ...(kept ? { kept } : {}) };
};

const removeRecords = async (documents: DocumentStore, heads: Heads): Promise<number> => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  let removed = 0;
  for (const { stream, sequence } of heads) {
    for (;;) {
      const found = await records.find({
        where: { stream },
        range: { field: 'sequence', gte: 2, lte: sequence },
        order: { by: 'sequence', direction: 'ascending' },
        limit: PAGE,
      });
      if (found.length === 0) break;
      // All at once: a store commits what waits in one write.
      const taken = await Promise.all(found.map(({ document }) => records.take(document.id)));
      removed += taken.filter((one) => one !== undefined).length;
    }
  }
  return removed;
};
