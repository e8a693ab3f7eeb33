import type { AgentFactsModel, TimelineEntry } from '../../../views/pages/console-agent-facts.ts';
import { eventPhrase } from '../../../views/words/audit-events.ts';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import { isDeclared } from '../../domain/authority/transactions/transaction.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import {
  agentHref,
  type ConsoleDeps,
  doerName,
  partyNames,
  resourceNames,
  statementIn,
  transactionHref,
} from './console-deps.ts';

const SHOWN = 20;

/**
 * The audit log of one agent, newest first. Leaves out the people on whose behalf it acted, and their addresses: its owner
 * learns nothing about other people. `seesAll`: the viewer sees every transaction; others see those that an agent of theirs
 * declared.
 */
export const timelineModel = async (
  deps: ConsoleDeps,
  agent: string,
  after: Cursor | undefined,
  seesAll: boolean,
): Promise<Pick<AgentFactsModel, 'timelinePages'> & { readonly timeline: readonly TimelineEntry[] }> => {
  const { entries, next } = await deps.audit.list({ agent, limit: SHOWN, ...(after ? { after } : {}) });
  const names = await partyNames(
    deps,
    entries.map(({ event }) => actorOf(event)),
  );
  const resources = await resourceNames(
    deps,
    entries.flatMap(({ event }) => event.resource ?? []),
  );
  const href = agentHref(deps, agent);
  return {
    timeline: entries.map(({ at, event }): TimelineEntry => {
      const who = actorOf(event);
      const changed = event.type === 'agent.updated' ? event.changed?.join(', ') : undefined;
      const note = event.note ?? event.error ?? statementIn(event) ?? changed;
      return {
        at: Math.floor(at / 1000),
        what: eventPhrase(event.type),
        outcome: event.outcome,
        ...(who === undefined ? {} : { who: doerName(names, who) }),
        ...(event.resource === undefined ? {} : { where: resources(event.resource) }),
        ...(note === undefined ? {} : { note }),
        ...(event.txn === undefined ? {} : { txn: event.txn }),
        ...(event.txn !== undefined && (seesAll || isDeclared(event.txn))
          ? { txnHref: transactionHref(deps, event.txn) }
          : {}),
      };
    }),
    timelinePages: {
      ...(after ? { firstHref: `${href}#timeline` } : {}),
      ...(next ? { nextHref: `${href}?before=${next.value}.${next.id}#timeline` } : {}),
    },
  };
};

/** The actor, unless it was the person on whose behalf it acted. */
const actorOf = ({ caller, subject, agent }: AuditEvent): string | undefined =>
  caller !== undefined && caller === subject && agent !== undefined ? undefined : caller;
