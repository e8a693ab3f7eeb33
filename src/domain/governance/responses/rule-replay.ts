/** Replays a rule over the audit log: for which agents it would have acted, when and why. Changes nothing. */
import type { AuditEventType } from '../../audit/audit-event.ts';
import type { Archived } from '../../audit/beginning.ts';
import type { AuditEntry, AuditFilters, AuditPage } from '../../audit/list-events.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import { isOfPast, isRightOfPast, type Past } from '../../clients/agents/restriction.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import { agentEventOf, COUNTED_TYPES } from './agent-events.ts';
import { type AgentEvent, type AgentFacts, withEvents } from './agent-facts.ts';
import { valuesOf } from './fact-values.ts';
import { replayedFleet } from './fleet-networks.ts';
import { QUIET_SECONDS } from './response.ts';
import {
  appliesTo,
  definitionDigest,
  hoursOf,
  isRestricting,
  isStopping,
  metBy,
  type ReplayedAgent,
  type ResponseRule,
  type RuleReplay,
} from './response-rule.ts';
import type { ResponseRuleRegistry } from './response-rule-registry.ts';
import { DAY, KEPT_DAYS, rememberedOf } from './seen-things.ts';

/** Events that one replay reads. */
const MOST_EVENTS = 100_000;
const PAGE = 500;
/** Events between two pauses in which other requests run. */
const AT_ONCE = 50;
/** Agents that are listed. */
const MOST_AGENTS = 50;
export const MOST_REPLAYED_DAYS = KEPT_DAYS;

type List = (filters: AuditFilters) => Promise<AuditPage>;
type Range = { readonly fromMillis: number; readonly toMillis: number };

/** Events of one type, in order of time. */
async function* ofType(
  list: List,
  type: AuditEventType,
  { fromMillis, toMillis }: Range,
  onArchived: (archived: Archived) => void,
): AsyncGenerator<AuditEntry> {
  let after: AuditFilters['after'];
  do {
    const page = await list({
      ...{ type, fromMillis, toMillis, direction: 'ascending', limit: PAGE, ...(after ? { after } : {}) },
    });
    if (page.archived) onArchived(page.archived);
    yield* page.entries;
    after = page.next;
  } while (after);
}

/** Events of all types that count, in order of time. */
async function* merged(list: List, range: Range, onArchived: (archived: Archived) => void): AsyncGenerator<AuditEntry> {
  const sources = COUNTED_TYPES.map((type) => ofType(list, type, range, onArchived));
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let first = -1;
    for (const [at, head] of heads.entries()) {
      const best = heads[first];
      if (!head.done && (!best || best.done || head.value.at < best.value.at)) first = at;
    }
    const [head, source] = [heads[first], sources[first]];
    if (!head || head.done || !source) return;
    yield head.value;
    heads[first] = await source.next();
  }
}

/** The restrictions that a rule would have ordered, and what agents did against them. */
const replayedRestrictions = () => {
  const now = new Map<string, { readonly past: Past; readonly until: number }>();
  const outside = new Map<string, number>();
  return {
    order(agent: string, past: Past, until: number): void {
      now.set(agent, { past, until });
    },
    note(agent: string, { counts, at, used, rights = [] }: AgentEvent): void {
      const found = now.get(agent);
      const { resources: resource, people: person } = used;
      if (!found || found.until <= at || counts !== 'tokens' || resource === undefined) return;
      const { past } = found;
      if (isOfPast(past, { resource, person }) && rights.every((right) => isRightOfPast(past, right, resource))) return;
      outside.set(agent, (outside.get(agent) ?? 0) + 1);
    },
    outsideOf: (agent: string): number => outside.get(agent) ?? 0,
    outside: (): number => [...outside.values()].reduce((sum, one) => sum + one, 0),
  };
};

type ReplayDeps = {
  readonly list: List;
  /** The environments of these agents; those that are not registered any more are absent. */
  readonly agentsOf: (ids: readonly string[]) => Promise<readonly Pick<Agent, 'id' | 'environment'>[]>;
  readonly digestOf: (agent: string, network: string) => string;
  readonly pause: () => Promise<void>;
};

/**
 * What the rule would have done in the `days` before `now`. Facts about habits need seven days of each agent, so a shorter range says less. An agent
 * that it would have suspended counts once; one about which it would have notified, too. Reads at most MOST_EVENTS events.
 */
const replayRule = async (
  rule: ResponseRule,
  { days, now, by }: { readonly days: number; readonly now: number; readonly by: string },
  { list, agentsOf, digestOf, pause }: ReplayDeps,
): Promise<RuleReplay> => {
  const from = now - days * DAY;
  const known = new Map<string, AgentFacts>();
  const fleet = replayedFleet();
  const environments = new Map<string, Environment | undefined>();
  const acted = new Map<string, ReplayedAgent>();
  const quietUntil = new Map<string, number>();
  const times: number[] = [];
  const restrictions = replayedRestrictions();
  let events = 0;
  let until = now;
  let isCut = false;
  let archived: Archived | undefined;

  const environmentOf = async (id: string): Promise<Environment | undefined> => {
    if (!environments.has(id)) environments.set(id, (await agentsOf([id]))[0]?.environment);
    return environments.get(id);
  };

  for await (const entry of merged(list, { fromMillis: from * 1000, toMillis: now * 1000 }, (one) => {
    archived = one;
  })) {
    events += 1;
    if (events > MOST_EVENTS) {
      [isCut, until, events] = [true, Math.floor(entry.at / 1000), MOST_EVENTS];
      break;
    }
    if (events % AT_ONCE === 0) await pause();
    const found = agentEventOf(entry, entry.event.personal?.source, digestOf);
    if (!found) continue;
    restrictions.note(found.agent, found.event);
    const { network, at } = found.event;
    const isShared =
      network !== undefined && (fleet.known(found.agent, network, at) ?? (await fleet.noted(found.agent, network, at)));
    const facts = withEvents(found.agent, known.get(found.agent), [{ ...found.event, isShared }]);
    if (!facts) continue;
    known.set(found.agent, facts);
    const values = metBy(rule, valuesOf(facts));
    if (!values || facts.lastAt < (quietUntil.get(found.agent) ?? 0)) continue;
    const environment = await environmentOf(found.agent);
    if (environment === undefined || !appliesTo(rule, environment)) continue;
    const lasts = isRestricting(rule.act) ? hoursOf(rule) * 3600 : QUIET_SECONDS;
    quietUntil.set(found.agent, isStopping(rule.act) ? Number.POSITIVE_INFINITY : facts.lastAt + lasts);
    if (isRestricting(rule.act)) restrictions.order(found.agent, rememberedOf(facts), facts.lastAt + lasts);
    times.push(facts.lastAt);
    if (!acted.has(found.agent))
      acted.set(found.agent, { agent: found.agent, at: facts.lastAt, values, evidence: facts.evidence });
  }
  return {
    ...{ digest: definitionDigest(rule), replayedAt: now, replayedBy: by, from, until, events, seen: known.size },
    ...{ acted: acted.size, mostInHour: mostInHour(times) },
    ...(isRestricting(rule.act) ? { outside: restrictions.outside() } : {}),
    agents: [...acted.values()]
      .slice(0, MOST_AGENTS)
      .map((one) => (isRestricting(rule.act) ? { ...one, outside: restrictions.outsideOf(one.agent) } : one)),
    ...(isCut ? { isCut } : {}),
    ...(archived ? { archived } : {}),
  };
};

/** Replays stored rules. */
export interface RuleReplays {
  /** Replays a rule and keeps the result with it. Throws as `replayed` of the registry does. */
  replay(id: string, days: number, by: By): Promise<Versioned<ResponseRule>>;
}

export const ruleReplays = (
  deps: ReplayDeps & {
    readonly rules: Pick<ResponseRuleRegistry, 'get' | 'replayed'>;
    readonly clock: Clock;
  },
): RuleReplays => ({
  async replay(id, days, by) {
    const found = await deps.rules.get(id);
    if (!found) throw documentRefusal('document_not_found', { params: { kind: 'response rule' } });
    const result = await replayRule(found.document, { days, now: deps.clock.now(), by: by.caller }, deps);
    return deps.rules.replayed(id, found.version, result, by);
  },
});

/** The most of these times within one hour. */
const mostInHour = (times: readonly number[]): number => {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - 3600) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
};
