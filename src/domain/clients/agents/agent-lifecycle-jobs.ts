import type { AuditLog } from '../../audit/audit-event.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, DocumentStore } from '../../ports/document-store.ts';
import type { Agent, AgentNotice } from './agent.ts';
import { agentDocuments } from './agent-documents.ts';
import type { AgentUses } from './agent-last-used.ts';
import { nextState } from './agent-lifecycle.ts';

export type LifecycleJobsSettings = {
  /** 0: agents are never suspended for inactivity. */
  readonly inactiveAfterSeconds: number;
  /** Seconds between the notification of the owner and the suspension. */
  readonly noticeSeconds: number;
};

const BATCH = 200;
/** Batches of each kind in one run; the rest waits for the next run. */
const MOST_BATCHES = 10;
const SYSTEM: By = { caller: 'system' };

export interface AgentLifecycleJobs {
  /** One round, on one node at a time. */
  run(): Promise<void>;
}

/**
 * Lifecycle jobs of agents. They retire agents that no owner accepted in time. They suspend agents that have expired,
 * and agents that were inactive for too long. They notify the owner before a suspension. For inactivity they always
 * wait for the full notice period, even when the clock was set forward.
 */
export const agentLifecycleJobs = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly uses: AgentUses;
  readonly settings: LifecycleJobsSettings;
  /**
   * Called beside the audit event, for the log. The audit event sends the mail to the owner
   * (src/domain/notifications).
   */
  readonly onNotice: (agent: Agent, notice: AgentNotice) => void;
}): AgentLifecycleJobs => {
  const { documents, clock, uses, settings, onNotice } = deps;
  const { collection, documentsOf } = agentDocuments(deps);

  /** Runs `act` for each agent that is due, in batches, until none is left or the limit is reached. */
  const each = async (
    find: (after: Cursor | undefined) => Promise<readonly (readonly [Agent, Cursor])[]>,
    act: (agent: Agent) => Promise<unknown>,
  ): Promise<void> => {
    let after: Cursor | undefined;
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const found = await find(after);
      for (const [agent, place] of found) {
        await act(agent);
        after = place;
      }
      if (found.length < BATCH) return;
    }
  };

  const due =
    (field: 'acceptBy' | 'expiresAt', lte: number, where: { readonly state?: string } = {}) =>
    async (after: Cursor | undefined) =>
      (
        await collection.find({
          where,
          range: { field, lte },
          order: { by: field, direction: 'ascending' },
          limit: BATCH,
          ...(after ? { after } : {}),
        })
      ).map(({ document }) => [document, { value: document[field] ?? 0, id: document.id }] as const);

  const idle = async (after: Cursor | undefined) => {
    const until = clock.now() - settings.inactiveAfterSeconds + settings.noticeSeconds;
    const agentUses = await uses.idle(until, after);
    const known = new Map(
      (await collection.getMany(agentUses.map(({ id }) => id))).map((one) => [one.document.id, one]),
    );
    return agentUses.map((agentUse) => ({ agentUse, agent: known.get(agentUse.id)?.document }));
  };

  /** Whether the owner was notified long enough ago. Notifies the owner when that has not happened yet. */
  const wasTold = async (agent: Agent, notice: AgentNotice): Promise<boolean> => {
    const { noticed } = agent;
    if (noticed?.kind === notice.kind && noticed.at === notice.at) {
      return (noticed.toldAt ?? 0) + settings.noticeSeconds <= clock.now();
    }
    await documentsOf.change(agent.id, undefined, 'agent.notice', SYSTEM, (now) =>
      now.state === 'active' ? { ...now, noticed: { ...notice, toldAt: clock.now() } } : now,
    );
    onNotice(agent, notice);
    return false;
  };

  const suspend = (id: string, type: 'agent.expired' | 'agent.inactive', isDue: (agent: Agent) => boolean) =>
    documentsOf.change(id, undefined, type, SYSTEM, (agent) =>
      agent.state === 'active' && isDue(agent) ? { ...agent, state: nextState(agent.state, 'suspend') } : agent,
    );

  const expire = async (): Promise<void> => {
    const now = clock.now();
    await each(due('acceptBy', now), ({ id }) =>
      documentsOf.change(id, undefined, 'agent.expired', SYSTEM, (agent) => {
        const { acceptBy, ...rest } = agent;
        if (agent.state !== 'pending') return rest;
        return acceptBy !== undefined && acceptBy <= now ? { ...rest, state: nextState('pending', 'expire') } : agent;
      }),
    );
    // An expired agent is suspended with or without a notification, since it is blocked already.
    await each(due('expiresAt', now, { state: 'active' }), ({ id }) =>
      suspend(id, 'agent.expired', ({ expiresAt }) => expiresAt !== undefined && expiresAt <= now),
    );
    await each(due('expiresAt', now + settings.noticeSeconds, { state: 'active' }), async (agent) => {
      if (agent.expiresAt !== undefined) await wasTold(agent, { kind: 'expiry', at: agent.expiresAt });
    });
  };

  const endIdle = async (): Promise<void> => {
    let after: Cursor | undefined;
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const found = await idle(after);
      for (const { agentUse, agent } of found) {
        const { idleFrom = 0 } = agentUse;
        after = { value: idleFrom, id: agentUse.id };
        if (agent?.state !== 'active') {
          await uses.settled(agentUse.id);
          continue;
        }
        const at = idleFrom + settings.inactiveAfterSeconds;
        if (!(await wasTold(agent, { kind: 'inactivity', at })) || at > clock.now()) continue;
        await suspend(agent.id, 'agent.inactive', () => true);
        await uses.settled(agent.id);
      }
      if (found.length === 0) return;
    }
  };

  return {
    run: (): Promise<void> =>
      withMutex({ documents, clock }, 'agents', async () => {
        await expire();
        if (settings.inactiveAfterSeconds > 0) await endIdle();
      }),
  };
};
