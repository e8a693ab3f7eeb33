import type { Notification } from './notification.ts';

/**
 * What an endpoint is sent of a notification: ids, moments and the sequence; no name, address or text that anybody chose.
 * Whoever wants to know more reads the object, with rights of their own.
 */
export const webhookBody = (notification: Notification): string => {
  const { kind, at, subject, sequence, agent, owner, account, delegation, object, until } = notification;
  const data = { subject, sequence, agent, owner, account, delegation, object, until };
  return JSON.stringify({ type: kind, timestamp: momentOf(at), data });
};

/** A message that tells of nothing: of an endpoint alone. */
export const bareBody = (type: 'webhook.test' | 'webhook.challenge', at: number, data: object): string =>
  JSON.stringify({ type, timestamp: momentOf(at), data });

const momentOf = (second: number): string => new Date(second * 1000).toISOString();
