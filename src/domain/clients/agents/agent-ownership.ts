import type { Owners } from '../../identity/groups/owners.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { everyDocument, type Versioned } from '../../ports/document-store.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import type { Agent, AgentState } from './agent.ts';
import type { AgentDocuments } from './agent-documents.ts';
import { nextState } from './agent-lifecycle.ts';
import { agentRefusal } from './agent-refusals.ts';
import { inHandsSince, inNewHands, keepsHands, ownershipOf, withoutOffer } from './ownership.ts';

/** Seconds in which the owner of a new agent can accept it. */
export const ACCEPTANCE_SECONDS = 86_400;

const PAGE = 200;

const staleAgent = (): DomainError => agentRefusal('agent_changed_before_acceptance');

type Dependencies = AgentDocuments & {
  readonly owners: Pick<
    Owners,
    'isActive' | 'answersFor' | 'answersFrom' | 'answerFor' | 'accountsSince' | 'memberSince'
  >;
  readonly clock: Clock;
  /** Called before the owner of an agent changes. */
  readonly handOver?: ((agent: Agent, to: string) => Promise<void>) | undefined;
  /** Called after it has changed. */
  readonly handedOver?: ((agent: Agent, by: By) => Promise<void>) | undefined;
  readonly onAccepted: (agent: Agent) => Promise<void>;
  /** Called before an agent becomes an orphan. */
  readonly orphaning?: ((agent: Agent) => Promise<void>) | undefined;
  /** Called after an offer was declined. */
  readonly onDeclined?: ((agent: Agent) => Promise<void>) | undefined;
};

type Acceptance = 'agent.accepted' | 'agent.transferred' | undefined;

/** The account that the caller acts for. At first start the server itself acts for every account. */
const accountOf = ({ caller, account }: By): string => account ?? caller;

/** Ownership of agents: accepting an agent, offering it to another owner, losing the owner. Part of the registry. */
export interface AgentOwnership {
  /** Whether the caller may accept agents for an owner. */
  mayAccept(owner: string, by: By): Promise<boolean>;
  /**
   * Time of acceptance, never earlier than the owner's last return, so that an acceptance in the same second is valid.
   */
  acceptanceAt(owner: string): Promise<number>;
  /** The agent with an owner who has accepted it. Counts as a change of ownership unless `keepsHands` applies. */
  acceptedBy(agent: Agent, owner: string): Promise<Agent>;
  /**
   * Makes the caller's account or group the owner of an agent. The agent is pending, an orphan of that owner, or was
   * offered to it. Idempotent. `expected`: the version that the caller has seen, because software may change a pending
   * agent. Throws 'not_found', 'forbidden' when the caller was not asked, and 'precondition_failed' unless `expected`
   * is the stored version. Throws 'conflict' when the time to accept is over or the future owner is not active.
   */
  accept(id: string, by: By, expected?: number): Promise<Versioned<Agent>>;
  /** Declines: a pending agent is retired, an offer is withdrawn. Throws as `accept` does. */
  decline(id: string, by: By): Promise<Versioned<Agent>>;
  /**
   * Freezes at most `limit` agents of an owner that is no longer active. Returns whether none is left. Agents that
   * the owner accepted after a return are left alone.
   */
  orphanAll(owner: string, by: By, limit: number): Promise<boolean>;
  /**
   * Returns at most `limit` agents that `orphanAll` would freeze once the accounts `leaving` are disabled. Changes
   * nothing.
   */
  orphansWithout(owner: string, leaving: readonly string[], limit: number): Promise<readonly Agent[]>;
}

export const agentOwnership = (deps: Dependencies): AgentOwnership => {
  const { collection, documentsOf, owners, clock, handOver, handedOver, onAccepted, orphaning, onDeclined } = deps;
  const mayAccept = async (owner: string, by: By): Promise<boolean> =>
    by.caller === 'system' || (await owners.answersFor(owner, accountOf(by)));

  const acceptanceAt = async (owner: string): Promise<number> =>
    Math.max(clock.now(), (await owners.answersFrom(owner)) ?? 0);

  const stateAfter = (state: AgentState, wasSuspended: boolean): AgentState => {
    if (state === 'suspended' || state === 'active') return state;
    return wasSuspended ? 'suspended' : nextState(state, 'accept');
  };

  /** If the accounts that owned it together are unknown, treats the next owner as unrelated. */
  const isKept = async (agent: Agent, owner: string): Promise<boolean> =>
    agent.state === 'pending' ||
    ((await keepsHands(owners, agent, owner)) &&
      (agent.owner === owner || (await owners.accountsSince(agent.owner, inHandsSince(agent))) !== undefined));

  /**
   * No credential or token of the agent ends, so its former co-owners may still act as it. Consents from before the
   * owner joined the group need a new confirmation.
   */
  const withFormerOwners = async (agent: Agent, owner: string): Promise<Agent> => {
    if (agent.owner === owner || agent.state === 'pending') return agent;
    const formerOwners = (await owners.accountsSince(agent.owner, inHandsSince(agent))) ?? [];
    const heldFrom = Math.max(agent.heldFrom ?? 0, await owners.memberSince(agent.owner, owner));
    return { ...agent, formerOwners, ...(heldFrom > 0 ? { heldFrom } : {}) };
  };

  const acceptedBy = async (agent: Agent, owner: string): Promise<Agent> => {
    const now = (await isKept(agent, owner)) ? await withFormerOwners(agent, owner) : inNewHands(agent, clock.now());
    const { acceptBy: _, wasSuspended, succession: __, ...others } = now;
    const rest = withoutOffer(others);
    const state = stateAfter(agent.state, wasSuspended === true);
    return { ...rest, owner, state, acceptedAt: await acceptanceAt(owner) };
  };

  /**
   * The meaning of an acceptance by this caller. Undefined: nothing is left to accept. Throws 'forbidden' and
   * 'conflict'.
   */
  const acceptanceOf = async (agent: Agent, by: By): Promise<Acceptance> => {
    if (agent.state === 'retired') throw agentRefusal('retired_agent_not_acceptable');
    if (agent.transferTo !== undefined && (await mayAccept(agent.transferTo, by))) {
      if (agent.transferBy !== undefined && agent.transferBy <= clock.now()) throw agentRefusal('acceptance_expired');
      return 'agent.transferred';
    }
    if (!(await mayAccept(agent.owner, by))) {
      throw agentRefusal('acceptance_not_asked');
    }
    if (agent.state === 'pending' && agent.acceptBy !== undefined && agent.acceptBy <= clock.now()) {
      throw agentRefusal('acceptance_expired');
    }
    return agent.state === 'pending' || !(await owners.answerFor(agent)) || agent.state === 'orphaned'
      ? 'agent.accepted'
      : undefined;
  };

  const orphan = (id: string, owner: string, by: By): Promise<Versioned<Agent>> =>
    documentsOf.change(id, undefined, 'agent.orphaned', by, async (agent) => {
      if (agent.owner !== owner || (await owners.answerFor(agent))) return agent;
      if (agent.state !== 'active' && agent.state !== 'suspended') return agent;
      await orphaning?.(agent);
      const was = agent.state === 'suspended' ? { wasSuspended: true as const } : {};
      return { ...agent, ...was, state: nextState(agent.state, 'orphan') };
    });

  /** The agents of an owner that have no active owner. `leaving`: an account that is treated as disabled. */
  const unanswered = async function* (owner: string, leaving?: readonly string[]): AsyncGenerator<Agent> {
    for (const state of ['active', 'suspended'] as const) {
      const order = { by: 'createdAt', direction: 'ascending' } as const;
      for await (const agent of everyDocument(collection, { where: { owner, state }, order, limit: PAGE })) {
        if (!(await owners.answerFor(agent, leaving))) yield agent;
      }
    }
  };

  return {
    mayAccept,
    acceptanceAt,
    acceptedBy,

    async accept(id, by, expected): Promise<Versioned<Agent>> {
      const found = await documentsOf.found(id);
      const type = await acceptanceOf(found.document, by);
      if (type === undefined) return found;
      // Checked before anything of the former owner ends. The swap checks it again.
      if (expected !== undefined && found.version !== expected) throw staleAgent();
      const next = type === 'agent.transferred' ? (found.document.transferTo ?? found.document.owner) : undefined;
      if (next !== undefined || !(await isKept(found.document, found.document.owner))) {
        await handOver?.(found.document, next ?? found.document.owner);
      }
      const accepted = await documentsOf.change(id, expected, type, by, async (agent) => {
        const now = await acceptanceOf(agent, by);
        if (now === undefined) return agent;
        if (now !== type) throw agentRefusal('agent_changed');
        const owner = type === 'agent.transferred' ? (agent.transferTo ?? agent.owner) : agent.owner;
        if (!(await owners.isActive(owner))) {
          throw agentRefusal('next_owner_inactive');
        }
        return acceptedBy(agent, owner);
      });
      await onAccepted(accepted.document);
      const hasChanged = ownershipOf(accepted.document) !== ownershipOf(found.document);
      if (next !== undefined || hasChanged) await handedOver?.(accepted.document, by);
      return accepted;
    },

    async decline(id, by): Promise<Versioned<Agent>> {
      const declined = await documentsOf.change(id, undefined, 'agent.declined', by, async (agent) => {
        const { transferTo } = agent;
        if (transferTo !== undefined && (await mayAccept(transferTo, by))) return withoutOffer(agent);
        if (!(await mayAccept(agent.owner, by))) {
          throw agentRefusal('decline_not_asked');
        }
        if (agent.state === 'retired') return agent;
        const { acceptBy: _, ...rest } = agent;
        return { ...rest, state: nextState(agent.state, 'decline') };
      });
      await onDeclined?.(declined.document);
      return declined;
    },

    async orphanAll(owner, by, limit): Promise<boolean> {
      let done = 0;
      for await (const { id } of unanswered(owner)) {
        if (done === limit) return false;
        await orphan(id, owner, by);
        done += 1;
      }
      return true;
    },

    async orphansWithout(owner, leaving, limit): Promise<readonly Agent[]> {
      const found: Agent[] = [];
      for await (const agent of unanswered(owner, leaving)) {
        if (found.length === limit) break;
        found.push(agent);
      }
      return found;
    },
  };
};
