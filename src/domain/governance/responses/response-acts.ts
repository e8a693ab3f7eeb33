/** Carries out what a rule wants, and lifts it. Every step is idempotent: a process that takes over repeats it. */
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { AgentRegistry } from '../../clients/agents/agent-registry.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, LOST, retryLost, tryInsert, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { AgentFacts } from './agent-facts.ts';
import { eachOfAgents } from './agent-failures.ts';
import type { FactValues } from './fact-names.ts';
import {
  BRAKE,
  braked,
  brakedPast,
  countsSince,
  handledOf,
  KEPT_SECONDS,
  type KeptPast,
  RESPONSE_BRAKE,
  RESPONSES,
  RESTRICTION_BRAKE,
  type Response,
  type ResponseBrake,
  slotOf,
} from './response.ts';
import { responseRefusal } from './response-refusals.ts';
import { responseRestrictions } from './response-restrictions.ts';
import { hoursOf, isRestricting, isStopping, MOST_RULES, type ResponseRule } from './response-rule.ts';
import { rememberedOf } from './seen-things.ts';

const SYSTEM: By = { caller: 'system' };
/** Responses that another process began and did not finish, of one call. It may still be at work for so long. */
const MOST_UNFINISHED = 50;
const UNFINISHED_SECONDS = 10;
/** Where there was none, one can come only of a process that lost its lock within an act: it is looked for so often. */
const NONE_SECONDS = 600;
/** Restrictions whose time is over have no effect. They are marked so every minute. */
const EXPIRY_SECONDS = 60;
const MOST_EXPIRED = 50;

/** Ends the approvals of an agent. */
export interface ApprovalEnds {
  /** Cancels its open approvals and those that are approved and not used, and ends its standing approvals. Idempotent. */
  endAllOf(agent: string, by: string): Promise<void>;
}

export interface ResponseActs {
  /**
   * Only what an agent did after this time counts for the rule, epoch seconds: 0, or when the last response of any rule was lifted or the
   * agent became active again, or infinite while a response lasts. A notification lasts 24 hours, one of the brake an hour, a restriction and
   * what is restricted already its time. The agent is active.
   */
  since(rule: ResponseRule, agent: Agent): Promise<number>;
  /** Lets a rule act on an active agent. Of several processes one does. Throws StoreUnavailable. */
  act(
    rule: ResponseRule,
    agent: Agent,
    found: { readonly facts: AgentFacts; readonly values: Partial<FactValues> },
  ): Promise<void>;
  /**
   * Finishes what another process began ten seconds ago or more, and every minute restrictions whose time is over. Undefined: it is not time to look for that. Looks again after ten
   * seconds where a response is unfinished, and after ten minutes where none is. Throws StoreUnavailable.
   */
  finish(): Promise<void> | undefined;
  /** The next `finish` looks: another process may have acted meanwhile. */
  again(): void;
  /**
   * Resumes the agent of an open response, or ends its restriction. Throws 'not_found', 'conflict' when it is not open, and as the
   * resumption of the agent does: 'forbidden' for its owner.
   */
  lift(id: string, by: By): Promise<Versioned<Response>>;
}

export const responseActs = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly agents: Pick<AgentRegistry, 'suspend' | 'resume' | 'restrict' | 'endRestriction'>;
  readonly approvals: ApprovalEnds;
  readonly onActed?: (response: Response) => void;
}): ResponseActs => {
  const { documents, audit, clock, identifiers, agents, approvals } = deps;
  const responses = documents.collection<Response>(RESPONSES);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  let looksAt = 0;
  let expiresAt = 0;
  const brakes = documents.collection<ResponseBrake>(RESPONSE_BRAKE);

  const restrictions = responseRestrictions({ documents, agents, clock, caller: SYSTEM });

  /** The last responses for the agent, the newest first. */
  const lastOf = async ({ id: agent }: Agent): Promise<readonly Response[]> => {
    const order = { by: 'createdAt', direction: 'descending' } as const;
    return (await responses.find({ where: { agent }, order, limit: MOST_RULES })).map(({ document }) => document);
  };

  /** What a restriction leaves from now on. */
  const pastOf = async (agent: Agent, facts: AgentFacts): Promise<KeptPast> => {
    const all = await lastOf(agent);
    return brakedPast(all, { past: rememberedOf(facts), handled: handledOf(all, agent), now: clock.now() });
  };

  /** Whether the brake lets one more agent be suspended, or restricted. */
  const passes = (id: string, agent: Pick<Agent, 'id' | 'owner'>): Promise<boolean> =>
    retryLost(id, async () => {
      const found = await brakes.get(id);
      const next = braked(found?.document ?? { id, agents: [] }, agent, clock.now());
      if (!next) return false;
      const isWritten = found ? await brakes.replace(next, found.version) : await tryInsert(brakes, next);
      return isWritten ? true : LOST;
    });

  const record = (response: Response, type: AuditEvent['type'], by: By): Promise<unknown> => {
    const { id, agent, owner, rule, act, values, bounds, evidence, isBraked, isAlready, until } = response;
    return audit.append({
      ...{ type, outcome: 'done', caller: by.caller, agent, owner, target: { kind: 'response', id } },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      inputs: {
        ...{ rule, act, values, ...(bounds ? { bounds } : {}), evidence },
        ...(isBraked ? { isBraked } : {}),
        ...(isAlready ? { isAlready } : {}),
        ...(until === undefined || isBraked ? {} : { until }),
      },
    });
  };

  /** What it restricted does not matter any more. */
  const over = ({ until: _, past: __, ...response }: Response): Response => ({
    ...response,
    ...{ slot: response.id, updatedAt: clock.now(), expiresAt: clock.now() + KEPT_SECONDS },
  });

  /** It leaves the slot: the rule may act on the agent again. */
  const ended = (id: string, change: Partial<Response>): Promise<Versioned<Response> | undefined> =>
    update(responses, id, (one): Response | undefined =>
      one.slot === one.id && one.state !== 'open' ? undefined : { ...over(one), ...change },
    );

  /** False: it was retired or lost its owner meanwhile, so that nothing it holds works. It must not hold up other agents. */
  const isSuspended = async ({ id, agent }: Response): Promise<boolean> => {
    try {
      await agents.suspend(agent, SYSTEM, { security: id });
      return true;
    } catch (error) {
      if (!isDomainError(error) || error.code === 'unavailable') throw error;
      return false;
    }
  };

  const applied = async (response: Response): Promise<void> => {
    const isMeant = !response.isBraked && !response.isAlready;
    const isStop = isMeant && isStopping(response.act);
    const isOpen = isStop ? await isSuspended(response) : isMeant && (await restrictions.order(response));
    if (isStop && response.act === 'contain') await approvals.endAllOf(response.agent, SYSTEM.caller);
    await update(responses, response.id, (one): Response | undefined => {
      if (one.state !== 'begun') return undefined;
      const now = clock.now();
      if (isOpen) return { ...one, state: 'open', updatedAt: now };
      const { until: _, past: __, ...free } = one;
      const rest = one.isBraked ? one : free;
      const already = isOpen === undefined ? { isAlready: true as const } : {};
      return { ...rest, ...already, state: 'notified', updatedAt: now, expiresAt: now + KEPT_SECONDS };
    });
  };

  const expire = async (response: Response): Promise<void> => {
    await restrictions.end(response, SYSTEM);
    await record(response, 'response.expired', SYSTEM);
    await ended(response.id, { state: 'expired' });
  };

  /** The rule acts again. A restriction from before it had another act goes on. */
  const leaveSlot = async ({ id, ...held }: Response, { act }: ResponseRule): Promise<void> => {
    const now = clock.now();
    if (held.state === 'notified') await ended(id, {});
    else if (held.state === 'open' && (held.until ?? now + 1) <= now) await expire({ id, ...held });
    else if (held.state === 'open' && held.act !== act)
      await update(responses, id, (one): Response | undefined =>
        one.state === 'open' ? { ...one, slot: id, updatedAt: now } : undefined,
      );
  };

  const expired = async (now: number): Promise<void> => {
    expiresAt = now + EXPIRY_SECONDS;
    const found = await responses.find({ range: { field: 'until', lte: now }, limit: MOST_EXPIRED });
    await eachOfAgents(
      found.map(({ document }) => document),
      async (one) => {
        if (one.state === 'open') await expire(one);
        else if (one.state === 'notified') await ended(one.id, {});
      },
    );
  };

  const finished = async (now: number): Promise<void> => {
    looksAt = now + UNFINISHED_SECONDS;
    const unfinished = await responses.find({
      ...{ where: { state: 'begun' }, order: { by: 'createdAt', direction: 'ascending' }, limit: MOST_UNFINISHED },
    });
    const due = unfinished.flatMap(({ document }) => (document.createdAt > now - UNFINISHED_SECONDS ? [] : [document]));
    await eachOfAgents(due, async (one) => {
      const known = await records.find({ where: { target: one.id }, limit: 1 });
      if (known.length === 0) await record(one, 'response.acted', SYSTEM);
      await applied(one);
    });
    if (unfinished.length === 0) looksAt = now + NONE_SECONDS;
  };

  return {
    async since(rule, agent) {
      const all = await lastOf(agent);
      // The agent is active, or has no such restriction: an operator resumed it, or ended that.
      const { gone, at } = await restrictions.gone(all, agent);
      const done = [...all.filter(({ state, act }) => state === 'open' && isStopping(act)), ...gone];
      for (const one of done) await ended(one.id, { state: 'lifted', liftedAt: at });
      const known = all.map((one): Response => (done.includes(one) ? { ...one, state: 'lifted', liftedAt: at } : one));
      // Who ends a suspension has seen what the agent did before: no rule suspends it again for that, also when a process that takes
      // over reads it again.
      const seen = handledOf(known, agent);
      const last = known.find((one) => one.rule === rule.id);
      const isRestricted = restrictions.isRestrictedBy(rule, agent);
      return countsSince(last, { act: rule.act, seen, now: clock.now(), isRestricted });
    },

    async act(rule, agent, { facts, values }) {
      const now = clock.now();
      // It may fail after it has begun.
      looksAt = Math.min(looksAt, now + UNFINISHED_SECONDS);
      const slot = slotOf(rule.id, agent.id);
      const [held] = await responses.find({ where: { slot }, limit: 1 });
      // The response that leaves the slot forgets it.
      const kept = isRestricting(rule.act) ? await pastOf(agent, facts) : undefined;
      if (held) await leaveSlot(held.document, rule);
      const isAlready = restrictions.isRestrictedBy(rule, agent);
      const brake = isStopping(rule.act)
        ? BRAKE
        : isRestricting(rule.act) && !isAlready
          ? RESTRICTION_BRAKE
          : undefined;
      const isBraked = brake !== undefined && !(await passes(brake, agent));
      const response: Response = {
        ...{ id: identifiers.newId('rsp'), rule: rule.id, ruleName: rule.name, agent: agent.id, agentName: agent.name },
        ...{ owner: agent.owner, act: rule.act, state: 'begun', slot, values },
        ...(isBraked ? { isBraked } : {}),
        ...(isAlready ? { isAlready } : {}),
        ...(kept && !isAlready ? { ...kept, ...(isBraked ? {} : { until: now + hoursOf(rule) * 3600 }) } : {}),
        bounds: Object.fromEntries(rule.when.map(({ fact, atLeast }) => [fact, atLeast])),
        evidence: [...new Set([...facts.evidence, facts.lastRecord])].slice(-10),
        ...{ eventAt: facts.lastAt, createdAt: now, updatedAt: now },
      };
      // The document comes first: after a crash the next process finishes it, and its event is written once.
      if (!(await tryInsert(responses, response))) return;
      await record(response, 'response.acted', SYSTEM);
      deps.onActed?.(response);
      await applied(response);
    },

    finish() {
      const now = clock.now();
      if (now < looksAt && now < expiresAt) return undefined;
      return (now < looksAt ? Promise.resolve() : finished(now)).then(() =>
        now < expiresAt ? undefined : expired(now),
      );
    },

    again() {
      looksAt = 0;
      expiresAt = 0;
    },

    async lift(id, by) {
      const found = await responses.get(id);
      if (!found) throw documentRefusal('document_not_found', { params: { kind: 'response' } });
      const { document } = found;
      const isOver = isRestricting(document.act) && (document.until ?? 0) <= clock.now();
      if (document.state !== 'open' || isOver) throw responseRefusal('response_not_open');
      if (isRestricting(document.act)) await restrictions.end(document, by);
      else await agents.resume(document.agent, by);
      await record(found.document, 'response.lifted', by);
      const change = { state: 'lifted', liftedBy: by.caller, liftedAt: clock.now() } as const;
      return (await ended(id, change)) ?? found;
    },
  };
};
