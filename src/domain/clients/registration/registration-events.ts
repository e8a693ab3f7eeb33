/** Audit events of registrations and their management. */

import type { AuditEvent } from '../../audit/audit-event.ts';
import { refusedDecision } from '../../audit/refused-decision.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import type { Agent } from '../agents/agent.ts';
import type { Client } from '../clients/client.ts';

/** The HTTP request. */
export type From = { readonly request: string; readonly source: string };

export type Action = 'register' | 'read' | 'replace' | 'remove';

/** The sender of a request, once it is known. */
export type RegistrationFacts = {
  readonly caller: string;
  readonly owner?: string | undefined;
  readonly target?: AuditEvent['target'];
};

export const managedEvent = (document: Agent | Client, action: Action, from: From): AuditEvent => ({
  type: 'registration.managed',
  outcome: 'granted',
  caller: document.id,
  ...(document.owner === undefined ? {} : { owner: document.owner }),
  target: { kind: 'resourceServers' in document ? 'agent' : 'client', id: document.id },
  inputs: { action },
  ...ofRequest(from),
});

export const ofRequest = ({ request, source }: From): Pick<AuditEvent, 'request' | 'personal'> => ({
  request,
  personal: { source },
});

/** The event of a refused registration or management request whose sender was known. */
export const refusalEvent = (
  { caller, owner, target }: RegistrationFacts,
  action: Action,
  error: string,
  { field, ...why }: Pick<DomainError, 'field' | 'refused' | 'denial'>,
  from: From,
): AuditEvent => {
  const { inputs, ...decided } = refusedDecision(why);
  return {
    type: 'registration.refused',
    outcome: 'refused',
    caller,
    ...(owner === undefined ? {} : { owner }),
    ...(target ? { target } : {}),
    error,
    ...decided,
    inputs: { action, ...(field === undefined ? {} : { member: field }), ...inputs },
    ...ofRequest(from),
  };
};
