import { hash } from 'node:crypto';
import type { WebhookRegistry } from '../../notifications/webhook-registry.ts';
import { messageId } from '../../platform/outbox/delivery.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { raise } from '../../vocabulary/refusals.ts';
import { type Approval, stateAt } from '../approval.ts';
import type { AccessRequest, ShownTask } from './access-request.ts';
import type { AskedCallback } from './access-request-body.ts';
import { accessRequestRefusal } from './access-request-refusals.ts';

/** Maximum number of tasks to notify for one approval; a resource server submits fewer. */
const MOST_TASKS = 20;

/**
 * Notifies a resource server that a task has ended, at an endpoint that operators registered for it (Callback
 * Completion). Signs and sends the message like every webhook. It says only that the task ended; the resource server
 * polls for the outcome. A lost message costs one poll.
 */
export interface AccessCallbacks {
  /**
   * The webhook id of an endpoint. Throws 'invalid_field' for an endpoint that is not registered for this resource
   * server and verified.
   */
  endpointOf(server: ResourceServer, callback: AskedCallback): Promise<string>;
  /** Records which task waits for which approvals. */
  remember(request: AccessRequest): Promise<void>;
  /**
   * Called after a change of an approval: notifies of each task that has ended now. `look` returns a task in its
   * current state.
   */
  tell(
    approval: Approval,
    look: (task: string) => Promise<{ readonly request: AccessRequest; readonly shown: ShownTask } | undefined>,
  ): Promise<void>;
}

export const accessCallbacks = ({
  ephemeral,
  webhooks,
  outbox,
  clock,
}: {
  readonly ephemeral: Pick<EphemeralStore, 'get' | 'set'>;
  readonly webhooks: Pick<WebhookRegistry, 'callbackAt' | 'get'>;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly clock: Clock;
}): AccessCallbacks => {
  const keyOf = (approval: string): string => `access-callback:${approval}`;

  const tasksOf = async (approval: string): Promise<readonly string[]> => {
    const held = await ephemeral.get(keyOf(approval));
    return held === undefined ? [] : held.split(' ');
  };

  return {
    async endpointOf(server, { endpoint }): Promise<string> {
      const webhook = await webhooks.callbackAt(server.id, endpoint);
      return webhook?.id ?? raise(accessRequestRefusal('callback_endpoint_unknown', { field: '/callback/endpoint' }));
    },

    async remember({ id, items, expiresAt }): Promise<void> {
      const seconds = Math.max(1, expiresAt - clock.now());
      for (const approval of new Set(items.map((item) => item.approval))) {
        const tasks = [...(await tasksOf(approval)), id].slice(-MOST_TASKS);
        await ephemeral.set(keyOf(approval), tasks.join(' '), seconds);
      }
    },

    async tell(approval, look): Promise<void> {
      if (!approval.requested || !isAnswer(approval, clock.now())) return;
      for (const id of await tasksOf(approval.id)) {
        const found = await look(id);
        const { callback } = found?.request ?? {};
        if (!found || !callback) continue;
        const { status, status_endpoint } = found.shown.task;
        if (status === 'pending' || (callback.events && !callback.events.includes(status))) continue;
        const { webhook: to, state } = callback;
        // By now the endpoint may belong to another resource server.
        const endpoint = (await webhooks.get(to))?.document;
        if (endpoint?.state !== 'active' || endpoint.resourceServer !== found.request.server) continue;
        const { decidedAt = clock.now() } = approval;
        await outbox.put({
          id: messageId(decidedAt * 1000, hash('sha256', `${to} ${id}`, 'hex')),
          channel: 'webhook',
          to,
          kind: 'access_request.answered',
          body: JSON.stringify({ ...(state === undefined ? {} : { state }), task: { id, status, status_endpoint } }),
          at: decidedAt,
        });
      }
    },
  };
};

/** Whether this is the first end of an approval, and not the withdrawal or use of one that was given. */
const isAnswer = (approval: Approval, now: number): boolean => {
  const state = stateAt(approval, now);
  return state === 'approved' || ((state === 'denied' || state === 'cancelled') && approval.redeemBy === undefined);
};
