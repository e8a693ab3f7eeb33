/** Takes from the audit log which agents and accounts a target may not have as they are. Pushes nothing. */
import { AUDIT_RECORDS, type AuditRecord, type Heads } from '../audit/audit-record.ts';
import { readHeads } from '../audit/checkpoints.ts';
import { passArchived } from '../audit/past-beginning.ts';
import { cursorsAt, recordsAfter, storedRecords, withNewStreams } from '../audit/records-after.ts';
import { AGENTS, type Agent } from '../clients/agents/agent.ts';
import type { AgentReader } from '../clients/agents/agent-reader.ts';
import { isGroupId } from '../identity/groups/group.ts';
import type { Cursor, DocumentStore } from '../ports/document-store.ts';
import { isDesired } from './desired-resources.ts';
import {
  MOST_WAITING,
  PROVISIONED_OBJECTS,
  type ProvisionedObject,
  type ProvisioningTarget,
  provisionedId,
  type TargetState,
  type Waiting,
} from './provisioning-target.ts';

/** Records read at a time, and in one call. */
const AT_ONCE = 250;
const MOST_READ = 5000;
/** Agents of a sweep that are put into the state at a time. */
const SWEPT = 200;
/** With more records than this waiting, all agents are compared instead. */
const MOST_BACKLOG = 100_000;

/** Events of accounts after which a SCIM User is another one. */
const OF_ACCOUNTS: ReadonlySet<string> = new Set([
  'account.updated',
  'account.disabled',
  'account.enabled',
  'account.removed',
  'account.email_confirmed',
]);

/** Number of audit records after the cursors. */
export const backlogOf = ({ cursors }: Pick<TargetState, 'cursors'>, heads: Heads): number => {
  const taken = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
  return heads.reduce((sum, { stream, sequence }) => sum + Math.max(0, sequence - (taken.get(stream) ?? 0)), 0);
};

/** The objects that wait, each once, in the order in which they came. */
export const withWaiting = (waiting: readonly Waiting[], more: readonly Waiting[]): readonly Waiting[] => {
  const all = new Map(waiting.map((one) => [one.id, one]));
  for (const one of more) all.set(one.id, one.isForced ? one : (all.get(one.id) ?? one));
  return [...all.values()];
};

export interface TargetQueue {
  /** The state with further objects in `waiting`, up to MOST_WAITING. Writes nothing. Throws StoreUnavailable. */
  fill(target: ProvisioningTarget, state: TargetState): Promise<TargetState>;
  /** Agents that these accounts own, up to MOST_WAITING. */
  agentsOf(owner: string): Promise<readonly Waiting[]>;
}

export const targetQueue = (deps: {
  readonly documents: DocumentStore;
  readonly agents: Pick<AgentReader, 'list' | 'getMany'>;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): TargetQueue => {
  const { documents, agents, pause } = deps;
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const stored = documents.collection<Agent>(AGENTS);
  const objects = documents.collection<ProvisionedObject>(PROVISIONED_OBJECTS);
  let turn = 0;

  const agentsOf = async (owner: string): Promise<readonly Waiting[]> => {
    const found: Waiting[] = [];
    for (let after: Cursor | undefined; found.length < MOST_WAITING; ) {
      const page = await agents.list({ owner, limit: 200, ...(after ? { after } : {}) });
      found.push(...page.items.map(({ document: { id } }) => ({ id })));
      if (!page.next) break;
      after = page.next;
    }
    return found;
  };

  /** Those that the target shall have, or may have. */
  const relevant = async (target: ProvisioningTarget, some: readonly Waiting[]): Promise<readonly Waiting[]> => {
    if (some.length === 0) return [];
    const ids = some.map(({ id }) => id);
    const known = await objects.getMany(ids.map((id) => provisionedId(target.id, id)));
    const kept = new Set(known.map(({ document }) => document.object));
    const found = await agents.getMany(ids.filter((id) => id.startsWith('agt_')));
    const wanted = new Set(found.flatMap(({ document }) => (isDesired(target, document) ? [document.id] : [])));
    return some.filter(({ id }) => kept.has(id) || wanted.has(id));
  };

  const concerned = async ({ event }: AuditRecord): Promise<readonly Waiting[]> => {
    const { type, target } = event;
    if (target === undefined || event.outcome !== 'done') return [];
    if (target.kind === 'agent' && type.startsWith('agent.')) return [{ id: target.id }];
    if (target.kind === 'account' && OF_ACCOUNTS.has(type)) return [{ id: target.id }];
    if (type === 'group.updated' && isGroupId(target.id)) return agentsOf(target.id);
    return [];
  };

  /** The next part of all agents, oldest first. */
  const swept = async (
    target: ProvisioningTarget,
    state: TargetState,
    { after }: NonNullable<TargetState['sweep']>,
  ): Promise<TargetState> => {
    const order = { by: 'createdAt', direction: 'ascending' } as const;
    const page = await stored.find({ order, limit: SWEPT, ...(after ? { after } : {}) });
    const all = page.map(({ document: { id } }) => ({ id }));
    const waiting = withWaiting(state.waiting, await relevant(target, all));
    const last = page.at(-1)?.document;
    const { sweep: _, ...rest } = state;
    if (page.length < SWEPT || !last) return { ...rest, waiting };
    return { ...rest, waiting, sweep: { after: { id: last.id, value: last.createdAt } } };
  };

  const read = async (target: ProvisioningTarget, state: TargetState): Promise<TargetState> => {
    const places = new Map(state.cursors.map(({ stream, sequence }) => [stream, sequence]));
    let { waiting } = state;
    for (let taken = 0, isMore = true; isMore && waiting.length < MOST_WAITING && taken < MOST_READ; ) {
      turn += 1;
      const known = [...places].map(([stream, sequence]) => ({ stream, sequence }));
      const cursors = await passArchived(documents, await withNewStreams(records, known));
      for (const { stream, sequence } of cursors) places.set(stream, sequence);
      const found = await recordsAfter(storedRecords(records), cursors, { most: AT_ONCE, turn, pause });
      isMore = found.length > 0;
      for (const record of found) {
        if (waiting.length >= MOST_WAITING) break;
        waiting = withWaiting(waiting, await relevant(target, await concerned(record)));
        places.set(record.stream, record.sequence);
        taken += 1;
      }
    }
    return { ...state, waiting, cursors: [...places].map(([stream, sequence]) => ({ stream, sequence })) };
  };

  return {
    agentsOf,

    async fill(target, state) {
      const heads = await readHeads(records);
      // First the places, then the sweep: a change in between is in the log behind them.
      const behind = backlogOf(state, heads) > MOST_BACKLOG;
      const begun = behind ? { ...state, cursors: cursorsAt(heads), sweep: {} } : await read(target, state);
      const { sweep } = begun;
      return sweep && begun.waiting.length < MOST_WAITING ? swept(target, begun, sweep) : begun;
    },
  };
};
