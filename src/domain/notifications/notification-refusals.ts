import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: notifications. */
export const NOTIFICATION_REFUSALS = {
  notification_not_optional: { code: 'invalid_field', text: 'This kind of notification cannot be turned off here.' },
  mail_link_over: { code: 'conflict', text: 'The link in this mail is over.' },
  webhook_url_malformed: {
    code: 'invalid_field',
    text: 'An endpoint is an https URL of a public host, or of one in egress.internalHosts.webhooks.',
  },
  webhook_kinds_missing: {
    code: 'invalid_field',
    text: 'An endpoint hears of one kind of notification at least, or of access requests.',
  },
  webhook_kinds_unknown: { code: 'invalid_field', text: 'Kinds are {kinds}.' },
  webhook_owner_unknown: { code: 'invalid_field', text: 'There is no such active account or group.' },
  webhook_server_unknown: { code: 'invalid_field', text: 'There is no such active resource server.' },
  webhooks_exceeded: { code: 'conflict', text: 'There are at most {most} endpoints; remove one first.' },
  webhook_challenge_failed: { code: 'conflict', text: 'The endpoint did not return the challenge: {failure}.' },
  webhook_url_changed: { code: 'conflict', text: 'The URL was changed meanwhile.' },
  webhook_unproven: { code: 'conflict', text: 'Prove this endpoint first.' },
} as const satisfies RefusalTable;

export const notificationRefusal = refusalsOf(NOTIFICATION_REFUSALS);
