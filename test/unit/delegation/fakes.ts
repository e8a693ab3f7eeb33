import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { DELEGATIONS, type Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { CappedAgents } from '../../../src/domain/authority/delegation/delegation-ceilings.ts';
import { delegationRegistry } from '../../../src/domain/authority/delegation/delegation-registry.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import type { IdPrefix } from '../../../src/domain/ports/identifiers.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';

export const ISSUER = 'https://id.example';
export const START = 1_800_000_000;

export const movableClock = () => {
  let now = START;
  return {
    now: () => now,
    nowMillis: () => now * 1000,
    advance: (seconds: number) => {
      now += seconds;
    },
  };
};

export const countedIdentifiers = () => {
  let count = 0;
  return {
    newId: (prefix: IdPrefix) => `${prefix}_${String(++count).padStart(26, '0')}`,
    newSecret: () => `secret${String(++count).padStart(37, '0')}`,
  };
};

/** Keeps events; `beforeAppend` lets a test put another writer between intent and change. */
export const recordedAudit = () => {
  const events: AuditEvent[] = [];
  const audit = {
    events,
    beforeAppend: async (_event: AuditEvent): Promise<void> => {},
    append: awaitedAppend(async (event) => {
      await audit.beforeAppend(event);
      events.push(event);
      return { stream: 'test', sequence: events.length, hash: '' };
    }),
    types: () => events.map(({ type }) => type),
  };
  return audit;
};

export const registerScene = ({
  maxDepth = 5,
  documents = memoryDocumentStore('refused') as DocumentStore,
  agents,
}: {
  readonly maxDepth?: number;
  readonly documents?: DocumentStore;
  readonly agents?: CappedAgents;
} = {}) => {
  const clock = movableClock();
  const identifiers = countedIdentifiers();
  const audit = recordedAudit();
  const registry = delegationRegistry({
    documents,
    clock,
    identifiers,
    audit,
    issuer: ISSUER,
    maxDepth,
    ...(agents ? { agents } : {}),
  });
  return { clock, identifiers, audit, documents, registry, rows: documents.collection<Delegation>(DELEGATIONS) };
};

export const consent = (
  over: Partial<Parameters<ReturnType<typeof registerScene>['registry']['recordConsent']>[0]> = {},
) => ({
  subject: 'acc_anna',
  actor: 'agt_a',
  resource: 'https://mail.example',
  asked: ['read', 'send'],
  scope: ['read', 'send'],
  expiresAt: START + 3600,
  delegableTo: { agents: ['agt_b', 'agt_c'], depth: 3 },
  by: 'acc_anna',
  ...over,
});
