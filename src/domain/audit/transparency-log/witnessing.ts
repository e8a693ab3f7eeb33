/**
 * Has witnesses cosign the checkpoints of the log, and decides which checkpoint readers see. Works apart from appending: no
 * answer waits for a witness, and a record is durable without one (decision 34).
 */
import { type Collection, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { AuditLog } from '../audit-event.ts';
import { textOfNote } from './cosignature.ts';
import type { LogDocument, ShownDocument, WitnessRecord } from './log-documents.ts';
import type { LogTree } from './log-tree.ts';
import { consistencyProof } from './merkle-tree.ts';
import type { WitnessClient, WitnessProblem } from './witness-client.ts';
import { judged, type WitnessPolicy } from './witness-policy.ts';

export type WitnessRules = {
  readonly policy: WitnessPolicy;
  /** URL of each witness of the policy, by its name there. */
  readonly urls: ReadonlyMap<string, string>;
  /** Whether readers see only checkpoints with a quorum. Otherwise the missing cosignatures are recorded. */
  readonly withholds: boolean;
  readonly client: WitnessClient;
};

/** The rules, and who hears of what witnesses do. */
export type Cosigning = {
  readonly rules: WitnessRules;
  readonly audit: Pick<AuditLog, 'append'>;
  /** Called after each request. `outcome`: `cosigned`, or the problem. */
  readonly onOutcome: (witness: string, outcome: WitnessProblem | 'cosigned') => void;
};

export interface Witnessing {
  /**
   * Asks each witness that has not cosigned the last checkpoint, once. Leaves it to another process that has done so since the last
   * call. Throws StoreUnavailable when the store fails.
   */
  cosign(): Promise<void>;
}

/** First and longest time until a witness that failed is asked again, in seconds. */
const [FIRST_WAIT, LONGEST_WAIT] = [1, 60];
/** Between two events about one witness, in seconds: one that comes and goes must not fill the audit log. */
const EVENT_EVERY = 60;
/** Requests to one witness for one checkpoint: the first may learn its size. */
const MOST_REQUESTS = 2;

type Outcome =
  | { readonly state: 'cosigned'; readonly line: string; readonly at: number }
  | { readonly state: 'failed'; readonly problem: WitnessProblem }
  /** Another process asks the same witness. */
  | { readonly state: 'elsewhere' };

export const witnessing = (
  deps: Cosigning & {
    readonly current: () => Promise<Versioned<LogDocument>>;
    readonly shown: Pick<Collection<ShownDocument>, 'get' | 'replace' | 'insert'>;
    readonly treeOf: (log: LogDocument) => Pick<LogTree, 'subtree'>;
    readonly clock: { now(): number };
  },
): Witnessing => {
  const { rules, shown, clock } = deps;
  const { policy, urls, client } = rules;
  /** Of this process, by name: when to ask again. */
  const waits = new Map<string, { readonly seconds: number; readonly until: number }>();
  let seen: number | undefined;

  const isDue = (name: string, note: string): boolean =>
    policy.witnesses.get(name)?.read(note).state !== 'cosigned' && (waits.get(name)?.until ?? 0) <= clock.now();

  const ask = async (name: string, log: LogDocument, known: number): Promise<Outcome> => {
    const { subtree } = deps.treeOf(log);
    let old = Math.min(known, log.size);
    for (let requests = 0; requests < MOST_REQUESTS; requests += 1) {
      const proof = await consistencyProof(subtree, old, log.size);
      const reply = await client.add(String(urls.get(name)), { old, proof, checkpoint: log.checkpoint });
      if (reply.kind === 'problem') return { state: 'failed', problem: reply.problem };
      if (reply.kind === 'signed') {
        const read = policy.witnesses.get(name)?.read(log.checkpoint + reply.lines);
        return read?.state === 'cosigned' ? read : { state: 'failed', problem: 'answer_not_valid' };
      }
      if (reply.size > log.size) {
        // Another process may have appended and asked since.
        const isOlder = (await deps.current()).document.size < reply.size;
        return isOlder ? { state: 'failed', problem: 'ahead' } : { state: 'elsewhere' };
      }
      old = reply.size;
    }
    return { state: 'elsewhere' };
  };

  const note = (name: string, outcome: Outcome): void => {
    if (outcome.state === 'elsewhere') return;
    deps.onOutcome(name, outcome.state === 'cosigned' ? 'cosigned' : outcome.problem);
    if (outcome.state === 'cosigned') waits.delete(name);
    else {
      const seconds = Math.min(LONGEST_WAIT, (waits.get(name)?.seconds ?? FIRST_WAIT / 2) * 2);
      waits.set(name, { seconds, until: clock.now() + seconds });
    }
  };

  /** What is known of a witness after it was asked, or left out. */
  const recordOf = (
    before: WitnessRecord,
    outcome: Outcome | undefined,
    { size, isMissed }: { readonly size: number; readonly isMissed: boolean },
  ): WitnessRecord => {
    const { problem: _, ...known } = before;
    if (outcome?.state === 'cosigned') return { ...known, size, at: outcome.at };
    const problem = outcome?.state === 'failed' ? outcome.problem : before.problem;
    const missed = before.missed + (isMissed ? 1 : 0);
    return { ...known, missed, ...(problem === undefined ? {} : { problem }) };
  };

  /** The records with their events marked as written, and those events. Of each witness one event in a minute. */
  const told = (records: readonly WitnessRecord[], size: number, isQuorum: boolean) => {
    const now = clock.now();
    const due = records.filter(
      ({ problem, told: last }) =>
        (problem !== undefined) !== (last?.isFailing ?? false) && (last?.at ?? 0) + EVENT_EVERY <= now,
    );
    return {
      records: records.map((record) =>
        due.includes(record)
          ? {
              ...record,
              missed: record.problem === undefined ? 0 : record.missed,
              told: { isFailing: record.problem !== undefined, at: now },
            }
          : record,
      ),
      events: due.map(({ name, problem, missed }) =>
        problem === undefined
          ? ({ type: 'witness.recovered', outcome: 'done', inputs: { witness: name, size, missed } } as const)
          : ({ type: 'witness.failed', outcome: 'done', inputs: { witness: name, size, problem, isQuorum } } as const),
      ),
    };
  };

  return {
    async cosign() {
      const { document: log } = await deps.current();
      const found = await shown.get(log.id);
      const version = found?.version;
      if (seen !== undefined && version !== seen) {
        seen = version;
        return;
      }
      const before = found?.document;
      const isSame = before?.checkpoint !== undefined && textOfNote(before.checkpoint) === textOfNote(log.checkpoint);
      const target = isSame ? (before.checkpoint ?? log.checkpoint) : log.checkpoint;
      const names = [...policy.witnesses.keys()];
      const due = names.filter((name) => isDue(name, target));
      if (due.length === 0 && (isSame || rules.withholds)) return;
      const recordsBefore = names.map(
        (name): WitnessRecord => before?.witnesses.find((one) => one.name === name) ?? { name, size: 0, missed: 0 },
      );
      const outcomes = new Map<string, Outcome>();
      await Promise.all(
        recordsBefore
          .filter(({ name }) => due.includes(name))
          .map(async ({ name, size }) => void outcomes.set(name, await ask(name, log, size))),
      );
      for (const [name, outcome] of outcomes) note(name, outcome);
      const lines = [...outcomes.values()].flatMap((one) => (one.state === 'cosigned' ? [one.line] : []));
      const signed = target + lines.join('');
      const { isMet: isQuorum, cosigned } = judged(signed, policy);
      const isShown = isQuorum || !rules.withholds;
      const records = recordsBefore.map((record) => {
        const isMissed = isShown && !isSame && !cosigned.some(({ name }) => name === record.name);
        return recordOf(record, outcomes.get(record.name), { size: log.size, isMissed });
      });
      const { records: witnesses, events } = told(records, log.size, isQuorum);
      const next: ShownDocument = {
        id: log.id,
        isQuorum,
        witnesses,
        ...(isShown
          ? { size: log.size, checkpoint: signed }
          : {
              size: before?.size ?? 0,
              ...(before?.checkpoint === undefined ? {} : { checkpoint: before.checkpoint }),
            }),
      };
      const isWritten = version === undefined ? await tryInsert(shown, next) : await shown.replace(next, version);
      if (!isWritten) return;
      seen = (await shown.get(log.id))?.version;
      for (const event of events) await deps.audit.append(event);
    },
  };
};
