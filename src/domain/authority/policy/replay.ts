/** Replays recorded decisions under another policy set: which of them would differ, by agent and by scope. */

import type { AuditEventType } from '../../audit/audit-event.ts';
import type { Archived } from '../../audit/beginning.ts';
import type { AuditEntry, AuditFilters, AuditPage } from '../../audit/list-events.ts';
import { caseOf } from '../../audit/separate-sender.ts';
import type { CompiledPolicies, PolicyCase } from '../../ports/policy-engine.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import { isAfterPolicies } from '../decision/layers.ts';
import { cutByPolicy } from '../decision/policy-layer.ts';

const OF_TOKENS: readonly AuditEventType[] = ['token.issued', 'token.refused'];
/** Events of decisions, which store the question to the policies. */
const DECIDED: readonly AuditEventType[] = [
  ...OF_TOKENS,
  'management.permitted',
  'management.refused',
  'registration.refused',
  'approval.approved',
  'approval.not_permitted',
  'agent.created',
  'agent.updated',
  'agent.accepted',
  'agent.transferred',
  'client.created',
  'client.updated',
  'client.adopted',
  'credential.added',
  'credential.removed',
  'credential.secret_allowed',
];
/** Share of the range per event type: nearly all decisions are about tokens. */
const shareOf = (type: AuditEventType): number => (OF_TOKENS.includes(type) ? 0.45 : 0.1 / (DECIDED.length - 2));
/** Events read at a time. */
const PAGE = 250;
/** Maximum number of agents, scopes and examples that are listed separately; people read the summary. */
const MOST = 200;
/** Events evaluated between two pauses in which other requests run. */
const AT_ONCE = 10;
/**
 * The same in policies, each times the scopes and details that it is asked about. A policy that may apply to every principal takes 3 µs
 * for one of them, so that a set of 2,000 such policies is asked about two scopes between two pauses, or about all of one event.
 */
const WORK_AT_ONCE = 4_000;

export type ReplayRange = {
  /** Milliseconds since the epoch, both ends inclusive. */
  readonly fromMillis: number;
  readonly toMillis: number;
  readonly agent?: string;
  /** Only decisions in this transaction. */
  readonly transaction?: string;
};

/** One decision that would differ. */
export type Change = {
  readonly at: number;
  readonly decision: string | undefined;
  readonly caller: string | undefined;
  readonly resource: string | undefined;
  readonly allowed: readonly string[];
  readonly refused: readonly string[];
};

type Count = { allowed: number; refused: number };
/** `changed`: decisions, of which each can cover several scopes. */
type CallerCount = Count & { changed: number };

export type ReplaySummary = {
  /** Decisions that were read, and how many of them store their question. */
  readonly read: number;
  readonly decided: number;
  readonly changed: number;
  /**
   * Scopes that would now be granted or denied, by agent or client, and by resource and scope; the first 200 of each.
   */
  readonly byCaller: Readonly<Record<string, CallerCount>>;
  readonly byScope: Readonly<Record<string, Count>>;
  /** The first decisions that would differ. */
  readonly examples: readonly Change[];
  /** Decisions of the range may be in an archive only: those were not read. */
  readonly archived?: Archived;
};

export type ReplayProgress = {
  readonly read: number;
  readonly changed: number;
  readonly atMillis: number;
  /** Share of the range that is done, 0 to 1. */
  readonly share: number;
};

/**
 * Reads the audit log from `fromMillis` on, a page at a time. Yields its progress after each page, and returns the
 * summary. Memory does not grow with the range. Evaluates only what the other layers had left, since a policy set can
 * change no more than that.
 */
export async function* replay(
  list: (filters: AuditFilters) => Promise<AuditPage>,
  policies: CompiledPolicies,
  { fromMillis, toMillis, agent, transaction }: ReplayRange,
  pause: () => Promise<void> = othersFirst,
): AsyncGenerator<ReplayProgress, ReplaySummary> {
  const byCaller = new Map<string, CallerCount>();
  const byScope = new Map<string, Count>();
  const examples: Change[] = [];
  let seen = 0;
  let work = 0;
  let read = 0;
  let decided = 0;
  let changed = 0;
  let behind = 0;
  let archived: Archived | undefined;
  for (const type of DECIDED) {
    let after: AuditFilters['after'];
    do {
      const page = await list({
        type,
        fromMillis,
        toMillis,
        direction: 'ascending',
        limit: PAGE,
        ...(agent === undefined ? {} : { agent }),
        ...(transaction === undefined ? {} : { txn: transaction }),
        ...(after ? { after } : {}),
      });
      for (const entry of page.entries) {
        const policyCase = caseOf(entry.event);
        const toCome = policies.policies.size * questionsOf(policyCase);
        if (seen === AT_ONCE || (work > 0 && work + toCome > WORK_AT_ONCE)) {
          await pause();
          seen = 0;
          work = 0;
        }
        seen += 1;
        work += toCome;
        const change = changeOf(entry, policyCase, policies);
        // Other events are decisions only if policies were evaluated for them.
        if (change !== undefined || OF_TOKENS.includes(type)) read += 1;
        if (change === undefined) continue;
        decided += 1;
        if (change.allowed.length + change.refused.length === 0) continue;
        changed += 1;
        countCaller(byCaller, change);
        for (const scope of change.allowed)
          count(byScope, `${change.resource} ${scope}`, { allowed: [scope], refused: [] });
        for (const scope of change.refused)
          count(byScope, `${change.resource} ${scope}`, { allowed: [], refused: [scope] });
        if (examples.length < MOST) examples.push(change);
      }
      archived = page.archived ?? archived;
      after = page.next;
      const atMillis = after ? (page.entries.at(-1)?.at ?? toMillis) : toMillis;
      const passed = (atMillis - fromMillis) / Math.max(1, toMillis - fromMillis);
      const share = Math.min(1, behind + passed * shareOf(type));
      // For rare events, reports only the end.
      if (after || OF_TOKENS.includes(type)) yield { read, changed, atMillis, share };
    } while (after);
    behind += shareOf(type);
  }
  yield { read, changed, atMillis: toMillis, share: 1 };
  return {
    read,
    decided,
    changed,
    byCaller: Object.fromEntries(byCaller),
    byScope: Object.fromEntries(byScope),
    examples,
    ...(archived ? { archived } : {}),
  };
}

/** Lets pending requests run. */
const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const questionsOf = (asked: PolicyCase | undefined): number =>
  (asked?.resources?.length ?? 0) + (asked?.details?.length ?? 0);

/** Undefined for an event without a question: policies were off, or nothing was left to evaluate. */
const changeOf = (
  { at, event }: AuditEntry,
  policyCase: PolicyCase | undefined,
  policies: CompiledPolicies,
): Change | undefined => {
  const { removed = [] } = (event.inputs ?? {}) as {
    readonly removed?: readonly { readonly scope: string; readonly layer: Layer }[];
  };
  if (!policyCase?.resources) return undefined;
  const wasRefused = new Set(removed.map(({ scope }) => scope));
  const now = new Set(cutByPolicy(policies, policyCase).scope);
  // The event does not record what a later layer would say to other policies.
  const later = new Set(removed.filter(({ layer }) => isAfterPolicies(layer)).map(({ scope }) => scope));
  const scopes = policyCase.resources.map(({ scope }) => scope).filter((scope) => !later.has(scope));
  return {
    at,
    decision: event.decision,
    caller: event.caller,
    resource: event.resource,
    allowed: scopes.filter((scope) => now.has(scope) && wasRefused.has(scope)),
    refused: scopes.filter((scope) => !now.has(scope) && !wasRefused.has(scope)),
  };
};

const countCaller = (counts: Map<string, CallerCount>, change: Change): void => {
  const key = change.caller ?? 'unknown';
  const known = counts.get(key) ?? { changed: 0, allowed: 0, refused: 0 };
  if (!counts.has(key) && counts.size >= MOST) return;
  counts.set(key, {
    changed: known.changed + 1,
    allowed: known.allowed + change.allowed.length,
    refused: known.refused + change.refused.length,
  });
};

const count = (counts: Map<string, Count>, key: string, change: Pick<Change, 'allowed' | 'refused'>): void => {
  const known = counts.get(key) ?? { allowed: 0, refused: 0 };
  if (!counts.has(key) && counts.size >= MOST) return;
  counts.set(key, {
    allowed: known.allowed + change.allowed.length,
    refused: known.refused + change.refused.length,
  });
};
