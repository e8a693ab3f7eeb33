import type { AuditEvent } from './audit-event.ts';
import { auditRefusal } from './audit-refusals.ts';

/** The members of events. Each has a digest of its own in its record, so that each can be disclosed or left out alone. */
const EVENT_MEMBERS = {
  type: true,
  outcome: true,
  request: true,
  txn: true,
  subject: true,
  chain: true,
  caller: true,
  agent: true,
  instance: true,
  owner: true,
  grantType: true,
  decision: true,
  policy: true,
  resource: true,
  scopeAsked: true,
  scopeGiven: true,
  approval: true,
  grant: true,
  delegation: true,
  token: true,
  error: true,
  denial: true,
  target: true,
  changed: true,
  inputs: true,
  note: true,
  count: true,
  since: true,
  personal: true,
} as const satisfies Record<keyof AuditEvent, true>;

/**
 * Names of members of events in a text, separated by commas. Empty without a text. Throws `event_member_unknown` with the name of the
 * parameter: a misspelt name must not leave a member in an export.
 */
export const membersNamed = (parameter: string, text: string | undefined): readonly string[] => {
  const names = text === undefined ? [] : text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (Object.hasOwn(EVENT_MEMBERS, name)) continue;
    throw auditRefusal('event_member_unknown', {
      params: { name, known: Object.keys(EVENT_MEMBERS).join(', ') },
      field: parameter,
    });
  }
  return [...new Set(names)];
};
