import { fetchReasonOf, fetchStatusOf } from '../ports/trusted-fetch.ts';
import type { Sender } from './delivery-worker.ts';
import type { WebhookRegistry } from './webhook-registry.ts';

/** Gone (RFC 9110 §15.5.11): the receiver wants no further messages, as in Standard Webhooks. */
const GONE = 410;

/** Sends messages to endpoints. The guarded fetch checks the address at each attempt (WH-05). */
export const webhookChannel = (webhooks: Pick<WebhookRegistry, 'deliver' | 'stopFor'>): Sender => ({
  async send({ id, to, body }) {
    try {
      const done = await webhooks.deliver(to, { id, body });
      return done === 'sent' ? done : { failure: done, isFinal: true };
    } catch (error) {
      const reason = fetchReasonOf(error);
      if (reason === undefined) throw error;
      const status = fetchStatusOf(error);
      const isGone = status === GONE;
      return { failure: isGone ? 'gone' : reason, status, isFinal: isGone, isGone };
    }
  },
  giveUp: webhooks.stopFor,
});
