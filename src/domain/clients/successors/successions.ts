/** Proposes successors for agents without owner, by the rules, one candidate after the other. */
import type { LeaverFacts } from '../../identity/directories/leaver-facts.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Found } from '../../ports/document-store.ts';
import type { Agent } from '../agents/agent.ts';
import type { AgentRegistry } from '../agents/agent-registry.ts';
import { ALL_ORPHANS, type SuccessionQueue } from './succession-queue.ts';
import type { Succession, SuccessorRule } from './successor-rule.ts';
import type { SuccessorRules } from './successor-rules.ts';

/** How soon an open proposal is looked at: its successor may have left. */
const LOOK_SECONDS = 600;
/** How soon an agent without candidates is looked at: a group may get an active member later. */
const LATER_SECONDS = 6 * 3600;
/** An agent that was about to become an orphan and did not is dropped after this time. */
const ANNOUNCED_SECONDS = 3600;
/** Time of the call that makes the agent an orphan. */
const GRACE_SECONDS = 60;
/** Most orphans in one turn. */
const AT_ONCE = 100;
/** Most successors who are asked one after the other about one agent. */
const MOST_ASKED = 16;

/** Finds successors for orphans. Only the agent says who is proposed, so any node goes on after a crash. */
export interface Successions {
  /** Proposes successors, and ends proposals that were not accepted in time. One process at a time. */
  settleAll(): Promise<void>;
}

export const newSuccessions = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly queue: Pick<SuccessionQueue, 'entries' | 'makeAllDue'>;
  readonly owners: Pick<Owners, 'isActive' | 'answerFor'>;
  readonly agents: Pick<AgentRegistry, 'propose' | 'endProposal' | 'noSuccessor'> & { get(id: string): Found<Agent> };
  readonly rules: Pick<SuccessorRules, 'ruleFor'>;
}): Successions => {
  const { documents, clock, queue, owners, agents, rules } = deps;

  /** Who is asked next: manager, then group, each once, and only while they can accept. */
  const nextOf = async (agent: Agent, facts: LeaverFacts, rule: SuccessorRule) => {
    const asked = agent.succession?.asked ?? [];
    if (asked.length >= MOST_ASKED) return undefined;
    const candidates = [
      ...(rule.manager && facts.manager !== undefined ? [{ to: facts.manager, as: 'manager' as const }] : []),
      ...(rule.group === undefined ? [] : [{ to: rule.group, as: 'group' as const }]),
    ];
    for (const candidate of candidates) {
      const isOther = candidate.to !== agent.owner && !asked.includes(candidate.to);
      if (isOther && (await owners.isActive(candidate.to))) return candidate;
    }
    return undefined;
  };

  /** Seconds until the next look; undefined: nothing is left to do. */
  const settleOrphan = async (agent: Agent, entry: Succession): Promise<number> => {
    const now = clock.now();
    const { id, transferTo, transferBy } = agent;
    if (transferTo !== undefined) {
      // An offer by a person has no end, and goes before every rule.
      if (transferBy === undefined) return LOOK_SECONDS;
      const isActive = await owners.isActive(transferTo);
      if (transferBy > now && isActive) return Math.min(LOOK_SECONDS, transferBy - now);
      await agents.endProposal(id, transferTo, isActive ? 'expired' : 'left');
      return 0;
    }
    const rule = await rules.ruleFor(agent.owner, entry);
    if (!rule) return LATER_SECONDS;
    const next = await nextOf(agent, entry, rule);
    if (!next) {
      await agents.noSuccessor(id, rule.id);
      return LATER_SECONDS;
    }
    await agents.propose(id, { ...next, until: now + rule.acceptWithin, rule: rule.id });
    return Math.min(LOOK_SECONDS, rule.acceptWithin);
  };

  const settle = async (entry: Succession): Promise<number | undefined> => {
    const agent = (await agents.get(entry.agent))?.document;
    if (!agent || agent.state === 'retired') return undefined;
    if (agent.state === 'orphaned') return settleOrphan(agent, entry);
    // A new owner accepted it. Or its owner is leaving at this moment, and it becomes an orphan a little later.
    const age = clock.now() - entry.at;
    const isOver = age >= ANNOUNCED_SECONDS || (age >= GRACE_SECONDS && (await owners.answerFor(agent)));
    return isOver ? undefined : GRACE_SECONDS;
  };

  const settleEntry = async (entry: Succession): Promise<number | undefined> => {
    if (entry.id !== ALL_ORPHANS) return settle(entry);
    await queue.makeAllDue();
    return undefined;
  };

  const turn = async (): Promise<void> => {
    const due = await queue.entries.find({
      range: { field: 'dueAt', lte: clock.now() },
      order: { by: 'dueAt', direction: 'ascending' },
      limit: AT_ONCE,
    });
    let failed: unknown;
    for (const { document, version } of due) {
      let seconds: number | undefined = LOOK_SECONDS;
      try {
        seconds = await settleEntry(document);
      } catch (error) {
        // One agent that fails, such as one that a policy refuses to change, does not hold up the others.
        failed ??= error;
      }
      if (seconds === undefined) await queue.entries.take(document.id);
      // After a lost swap others made it due, and the next turn looks at it.
      else await queue.entries.replace({ ...document, dueAt: clock.now() + seconds }, version);
    }
    if (failed !== undefined) throw failed;
  };

  return { settleAll: () => withMutex({ documents, clock }, 'successions', turn) };
};
