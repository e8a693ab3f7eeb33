import type { AgentPageModel, TimelineEntry } from '../../../views/pages/console-model.ts';
import { AUDIT_EVENTS, type AuditEvent, type AuditEventType } from '../../domain/audit/audit-event.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { agentHref, type ConsoleDeps, partyNames } from './console-deps.ts';

const SHOWN = 20;

/** What stands in the trail about an agent, in few words. Whatever is not here is told in those of the trail. */
const WORDS: Partial<Record<AuditEventType, string>> = {
  'token.issued': 'Token issued',
  'token.refused': 'Token refused',
  'token.revoked': 'Token ended',
  'token.replayed': 'A used code or token was presented again',
  'client.authentication_refused': 'Could not prove who it is',
  'authorization.granted': 'A person sent it on its way',
  'authorization.refused': 'Authorization refused',
  'consent.granted': 'A person allowed it something',
  'consent.denied': 'A person refused it',
  'grant.revoked': 'A person ended what it held',
  'delegation.created': 'Delegation made',
  'delegation.extended': 'Delegation extended',
  'delegation.narrowed': 'Delegation narrowed',
  'delegation.revoked': 'Delegation ended',
  'agent.created': 'Registered',
  'agent.updated': 'Changed',
  'agent.accepted': 'Accepted',
  'agent.declined': 'Declined',
  'agent.suspended': 'Suspended',
  'agent.resumed': 'Resumed',
  'agent.retired': 'Retired',
  'agent.orphaned': 'Nobody answers for it any more',
  'agent.transfer_offered': 'Offered to a new owner',
  'agent.transferred': 'Taken over by a new owner',
  'agent.expired': 'Its time was over',
  'agent.inactive': 'Suspended for not being used',
  'agent.notice': 'Its owner was told that it ends soon',
  'agent.composition_declared': 'Declared what it is made of',
  'credential.added': 'Credential added',
  'credential.suspended': 'Credential stopped',
  'credential.resumed': 'Credential resumed',
  'credential.rotated': 'Keys changed',
  'credential.removed': 'Credential removed',
  'credential.expired': 'Credential ended',
  'instance.started': 'Copy started',
  'instance.renewed': 'Copy goes on',
  'instance.ended': 'Copy ended',
};

/**
 * The trail of one agent, newest first. Neither on whose behalf it acted nor from where stands in it: its owner
 * answers for the agent, and is not told about people.
 */
export const timelineModel = async (
  deps: ConsoleDeps,
  agent: string,
  after: Cursor | undefined,
): Promise<Pick<AgentPageModel, 'timelinePages'> & { readonly timeline: readonly TimelineEntry[] }> => {
  const { entries, next } = await deps.audit.list({ agent, limit: SHOWN, ...(after ? { after } : {}) });
  const names = await partyNames(
    deps,
    entries.map(({ event }) => actorOf(event)),
  );
  const places = new Map<string, string>();
  for (const resource of new Set(entries.flatMap(({ event }) => event.resource ?? []))) {
    places.set(resource, (await deps.resourceServers.findByIdentifier(resource))?.document.name ?? resource);
  }
  const href = agentHref(deps, agent);
  return {
    timeline: entries.map(({ at, event }): TimelineEntry => {
      const who = actorOf(event);
      const changed = event.type === 'agent.updated' ? event.changed?.join(', ') : undefined;
      const note = event.note ?? event.error ?? changed;
      return {
        at: Math.floor(at / 1000),
        what: WORDS[event.type] ?? AUDIT_EVENTS[event.type],
        outcome: event.outcome,
        ...(who === undefined ? {} : { who: names(who) }),
        ...(event.resource === undefined ? {} : { where: places.get(event.resource) ?? event.resource }),
        ...(note === undefined ? {} : { note }),
        ...(event.txn === undefined ? {} : { txn: event.txn }),
      };
    }),
    timelinePages: {
      ...(after ? { firstHref: `${href}#timeline` } : {}),
      ...(next ? { nextHref: `${href}?before=${next.value}.${next.id}#timeline` } : {}),
    },
  };
};

/** Who did it, unless that was the person on whose behalf it was. */
const actorOf = ({ caller, subject, agent }: AuditEvent): string | undefined =>
  caller !== undefined && caller === subject && agent !== undefined ? undefined : caller;
