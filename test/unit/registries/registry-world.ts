/** The three registries over a memory store, with an audit log that remembers and can be made to fail. */

import { generateKeyPairSync } from 'node:crypto';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { agentRegistry } from '../../../src/domain/clients/agents/agent-registry.ts';
import { newOffboarding } from '../../../src/domain/clients/agents/offboarding.ts';
import { clientRegistry } from '../../../src/domain/clients/clients/client-registry.ts';
import { dutyHolders } from '../../../src/domain/clients/clients/duty-holders.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import { groupRegistry } from '../../../src/domain/identity/groups/group-registry.ts';
import { ownersOf } from '../../../src/domain/identity/groups/owners.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { resourceServerRegistry } from '../../../src/domain/resources/resource-servers/resource-server-registry.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import type { PublicJwk } from '../../../src/domain/vocabulary/json-web-keys.ts';

export const ISSUER = 'https://as.example';
export const API = 'https://api.example/v1';
const OWNER = 'acc_owner';
/** An administrator's call in the name of the owner: what it registers for that one is accepted. */
export const BY = { caller: 'acc_admin', account: OWNER, request: 'req_1' };

export const publicKey = (more: Readonly<Record<string, unknown>> = {}): PublicJwk => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kty: 'EC',
  ...more,
});

export const newAgent = (more: Readonly<Record<string, unknown>> = {}) => ({
  name: 'Travel booker',
  owner: OWNER,
  purpose: 'Books trips',
  environment: 'development' as const,
  jwks: { keys: [publicKey()] },
  ...more,
});

export const API_SCOPES = [
  { name: 'trips:read', description: 'See your trips', risk: 'low' },
  { name: 'trips:book', description: 'Book trips', risk: 'high' },
] as const;

export const registryWorld = () => {
  let now = 1_800_000_000;
  const clock = { now: () => now, nowMillis: () => now * 1000 };
  const events: AuditEvent[] = [];
  const accounts = new Set([OWNER, 'acc_other']);
  /** Since when an account that was away has been back. */
  const left = new Map<string, number>();
  let isAuditDown = false;
  const audit = {
    async append(event: AuditEvent) {
      if (isAuditDown) throw new DomainError('unavailable', 'The audit log cannot be written.');
      events.push(event);
      return { stream: 'test', sequence: events.length, hash: '' };
    },
  };
  const documents = memoryDocumentStore();
  const key = masterKey(Buffer.alloc(32, 1));
  const digestSecret = (secret: string) => key.digest('client_secret', secret);
  const base = { documents, clock, identifiers: randomIdentifiers, audit, digestSecret };
  const accountExists = async (id: string) => accounts.has(id);
  const resourceServers = resourceServerRegistry({ ...base, issuer: ISSUER, dutyHolderOf: dutyHolders(base) });
  const active = (id: string) =>
    ({ id, state: accounts.has(id) ? 'active' : 'disabled', tokensValidFrom: left.get(id) }) as Account;
  const people = {
    get: async (id: string) => ({ document: active(id) }),
    getMany: async (ids: readonly string[]) => ids.map(active),
  };
  const groups = groupRegistry({ ...base, accounts: people });
  const owners = ownersOf({ accounts: people, groups });
  const agents = agentRegistry({ ...base, owners, resourceServers });
  const offboarding = newOffboarding({ documents, clock, groups, owners, agents });
  const clients = clientRegistry({ ...base, accountExists, owners, resourceServers });
  return {
    ...{ groups, owners, offboarding, left },
    ...{ documents, events, accounts, digestSecret, resourceServers, agents, clients, audit, clock, key },
    tick: (seconds = 1): void => {
      now += seconds;
    },
    breakAudit: (): void => {
      isAuditDown = true;
    },
    createApi: () =>
      resourceServers.create(
        { identifier: API, name: 'Trips', scopes: API_SCOPES, introspectionAuthMethod: 'none' },
        BY,
      ),
  };
};

/** The code and field of what a promise or call is refused with. */
export const refusalOf = async (act: () => unknown): Promise<{ code: unknown; field: unknown } | 'accepted'> => {
  try {
    await act();
    return 'accepted';
  } catch (error) {
    const { code, field } = error as { code?: unknown; field?: unknown };
    return { code, field };
  }
};
