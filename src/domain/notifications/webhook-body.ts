import type { Notification } from './notification.ts';

/**
 * The body that an endpoint receives for a notification: ids, times and the sequence. It holds no name, address or
 * text that a user or client chose. A receiver that needs more reads the object, with its own rights.
 */
export const webhookBody = (notification: Notification): string => {
  const { kind, at, subject, sequence, agent, owner, account, delegation, object, until } = notification;
  const data = { subject, sequence, agent, owner, account, delegation, object, until };
  return JSON.stringify({ type: kind, timestamp: momentOf(at), data });
};

/** A message without a notification, about the endpoint itself. */
export const bareBody = (type: 'webhook.test' | 'webhook.challenge', at: number, data: object): string =>
  JSON.stringify({ type, timestamp: momentOf(at), data });

const momentOf = (second: number): string => new Date(second * 1000).toISOString();
