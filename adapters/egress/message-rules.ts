/** What a message of each purpose may have beyond a document. */
import type { CallPurpose, PostPurpose } from '../../src/domain/ports/trusted-fetch.ts';

/** Headers that a caller may add to those of every request. */
export const SENT_ALONG: Readonly<Partial<Record<PostPurpose | CallPurpose, RegExp>>> = {
  webhook: /^webhook-[a-z]+$/,
  webhook_challenge: /^webhook-[a-z]+$/,
  push: /^(?:ttl|urgency|topic|content-encoding)$/,
  audit_webhook: /^webhook-[a-z]+$/,
  scim: /^if-match$/,
  signal_poll: /^content-language$/,
};

/** Most milliseconds of a message, where that is more than of a document. */
export const LONGER: Readonly<Partial<Record<PostPurpose | CallPurpose, number>>> = {
  audit_webhook: 10_000,
  audit_otlp: 10_000,
  security_event: 10_000,
  scim: 10_000,
  // A transmitter may hold a poll until it has an event (RFC 8936 §2.4).
  signal_poll: 30_000,
  client_token: 5000,
};
