import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** A secret of 32 random bytes, given base64url, in the notation of Standard Webhooks. */
export const writtenSecret = (secret: string): string =>
  `${PREFIX}${Buffer.from(secret, 'base64url').toString('base64')}`;

/**
 * The headers of a message (Standard Webhooks 1.0): an HMAC-SHA-256 over id, second and the exact bytes of the body,
 * one for each secret. A receiver that knows one of the secrets accepts the message.
 */
export const signedHeaders = (
  { id, body }: { readonly id: string; readonly body: string },
  second: number,
  secrets: readonly string[],
): Readonly<Record<string, string>> => ({
  'webhook-id': id,
  'webhook-timestamp': String(second),
  'webhook-signature': secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${second}.${body}`).digest('base64')}`;
    })
    .join(' '),
});
