/** The management API over the stores of this run: tokens are what a test says they are, everything else is real. */

import { afterAll } from '@jest/globals';
import Koa from 'koa';
import request from 'supertest';
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { memoryKillLatch } from '../../adapters/memory/kill-latch.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { absences } from '../../src/domain/approvals/absences.ts';
import { newApprovalService } from '../../src/domain/approvals/approval-service.ts';
import { approversOf } from '../../src/domain/approvals/approvers.ts';
import { ownersOfChain } from '../../src/domain/approvals/owners-of-chain.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { budgetRegistry } from '../../src/domain/authority/budgets/budget-registry.ts';
import { permitsBy, serverUse } from '../../src/domain/authority/decision/server-use.ts';
import { factsOfAgent, factsOfClient, serverUseCases } from '../../src/domain/authority/decision/server-use-cases.ts';
import { serverUseSimulator } from '../../src/domain/authority/decision/server-use-simulation.ts';
import { simulator } from '../../src/domain/authority/decision/simulation.ts';
import { delegationRegistry } from '../../src/domain/authority/delegation/delegation-registry.ts';
import { grantUse } from '../../src/domain/authority/grants/grant-last-used.ts';
import { newGrantService } from '../../src/domain/authority/grants/grant-service.ts';
import { newActivePolicy } from '../../src/domain/authority/policy/active-policy.ts';
import { policyRegistry } from '../../src/domain/authority/policy/policy-registry.ts';
import { policyTrials } from '../../src/domain/authority/policy/policy-simulations.ts';
import { latchedKills } from '../../src/domain/authority/revocation/kill.ts';
import { killSwitch } from '../../src/domain/authority/revocation/kill-switch.ts';
import { agentFindings } from '../../src/domain/clients/agents/agent-findings.ts';
import { type AgentRegistry, agentRegistry } from '../../src/domain/clients/agents/agent-registry.ts';
import { blueprintPreview } from '../../src/domain/clients/agents/blueprint-preview.ts';
import { credentialRegistry } from '../../src/domain/clients/agents/credential-registry.ts';
import { newOffboarding } from '../../src/domain/clients/agents/offboarding.ts';
import { secretExceptions } from '../../src/domain/clients/agents/secret-exceptions.ts';
import { blueprintRegistry } from '../../src/domain/clients/blueprints/blueprint-registry.ts';
import { clientFindings } from '../../src/domain/clients/clients/client-findings.ts';
import { type ClientRegistry, clientRegistry } from '../../src/domain/clients/clients/client-registry.ts';
import { dutyHolders } from '../../src/domain/clients/clients/duty-holders.ts';
import { selfChosen } from '../../src/domain/clients/clients/self-chosen.ts';
import { instanceRegistry } from '../../src/domain/clients/instances/instance-registry.ts';
import { accountLinks } from '../../src/domain/clients/peers/account-links.ts';
import { peerRegistry } from '../../src/domain/clients/peers/peer-registry.ts';
import { initialAccessTokens } from '../../src/domain/clients/registration/initial-access-tokens.ts';
import { repeatableRegistration } from '../../src/domain/clients/registration/repeatable-registration.ts';
import { trustedIssuerRegistry } from '../../src/domain/clients/workload-identity/trusted-issuer-registry.ts';
import type { Role } from '../../src/domain/identity/accounts/account.ts';
import { accountRegistry } from '../../src/domain/identity/accounts/account-registry.ts';
import { freshFactor } from '../../src/domain/identity/accounts/fresh-factor.ts';
import { passwords } from '../../src/domain/identity/accounts/passwords.ts';
import { factorRegistry } from '../../src/domain/identity/factors/factor-registry.ts';
import { groupRegistry } from '../../src/domain/identity/groups/group-registry.ts';
import { ownerNames } from '../../src/domain/identity/groups/owner-names.ts';
import { ownersOf } from '../../src/domain/identity/groups/owners.ts';
import { sessionRegistry } from '../../src/domain/identity/sessions/session-registry.ts';
import { upstreamLinks } from '../../src/domain/identity/upstream/upstream-links.ts';
import { upstreamRegistry } from '../../src/domain/identity/upstream/upstream-registry.ts';
import { deadLetters } from '../../src/domain/notifications/dead-letters.ts';
import { pushKeys } from '../../src/domain/notifications/push-keys.ts';
import { webhookRegistry } from '../../src/domain/notifications/webhook-registry.ts';
import { disablePreview } from '../../src/domain/offboarding/disable-preview.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import { outbox } from '../../src/domain/platform/outbox/outbox.ts';
import type { IssuedToken } from '../../src/domain/ports/issued-tokens.ts';
import { resourceServerRegistry } from '../../src/domain/resources/resource-servers/resource-server-registry.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { DomainError } from '../../src/domain/vocabulary/errors.ts';
import { MANAGEMENT_SCOPES } from '../../src/http/management/permissions.ts';
import { managementRouter } from '../../src/http/management/router.ts';
import { beginState } from '../../src/http/request-state.ts';
import { newPublicKey } from './composed-people-pages.ts';
import { fakeGrants } from './fake-grants.ts';
import { plainVotes } from './fake-votes.ts';
import { recordingAudit } from './recording-audit.ts';
import { closeStores, openStores } from './shared-servers.ts';
import { standingClock } from './standing-clock.ts';

afterAll(closeStores);

export const ISSUER = 'https://id.example.com';
export const ALL_SCOPES = MANAGEMENT_SCOPES.map(({ name }) => name);
const SYSTEM = { caller: 'system' };

export const managementWorld = async () => {
  const clock = standingClock();
  const { documents, ephemeral } = await openStores(clock);
  const audit = recordingAudit();
  const key = masterKey(Buffer.alloc(32, 9));
  const base = { documents, clock, identifiers: randomIdentifiers, audit };
  const hashing = passwords({
    argon2MemoryKib: 64,
    argon2Passes: 1,
    argon2Parallelism: 1,
    concurrency: 2,
    queueLimit: 100,
    minimumLength: 8,
  });
  const accounts = accountRegistry({
    ...base,
    ownerNames: ownerNames(base),
    sessions: { ending: (id, isOver, but) => sessions.ending(id, isOver, but) },
    passwords: hashing,
    offboarding: {
      announce: (id) => offboarding.announce(id),
      left: (id, by) => offboarding.left(id, by),
      returning: (id) => offboarding.returning(id),
    },
  });
  const sessions = sessionRegistry({ ...base, accounts, revocation: { ended: async () => undefined } });
  const accountExists = async (id: string) => (await accounts.get(id))?.document.state === 'active';
  const digestSecret = (secret: string) => key.digest('client_secret', secret);
  const resourceServers = resourceServerRegistry({
    ...base,
    digestSecret,
    issuer: ISSUER,
    dutyHolderOf: dutyHolders(base),
  });
  const blueprints = blueprintRegistry({ ...base, resourceServers });
  const groups = groupRegistry({ ...base, accounts });
  const owners = ownersOf({ accounts, groups });
  const engine = cedarPolicyEngine();
  const policies = policyRegistry({ ...base, engine });
  const active = newActivePolicy({ documents, engine });
  const managementApi = `${ISSUER}/api/v1`;
  const cases = serverUseCases({
    ...base,
    accounts,
    groupsOf: async ({ groups: all }) => all,
    groups,
    resourceServers,
    clients: { get: (id) => clients.get(id) },
    agents: { get: (id) => agents.get(id) },
    owners,
    managementApi,
  });
  const use = serverUse({ ...base, policies: active, cases, managementApi });
  const permits = permitsBy(use, factsOfAgent);
  const chosen = selfChosen({ issuer: ISSUER, reserved: ['Acme Corporation'] });
  const agents: AgentRegistry = agentRegistry({
    ...base,
    owners,
    resourceServers,
    permits,
    addresses: chosen.addresses,
  });
  const offboarding = newOffboarding({ documents, clock, groups, owners, agents });
  const clients: ClientRegistry = clientRegistry({
    ...base,
    digestSecret,
    accountExists,
    resourceServers,
    addresses: chosen.addresses,
    permits: permitsBy(use, factsOfClient),
  });
  const delegations = delegationRegistry({ ...base, issuer: ISSUER, maxDepth: 5 });
  const grants = fakeGrants();
  const uses = grantUse({ documents, clock, longestSeconds: 86_400 });
  const latch = memoryKillLatch();
  const kills = killSwitch({
    ...base,
    latch,
    latched: latchedKills(),
    ends: { delegation: (id, by) => delegations.revoke(id, by.caller), token: async () => undefined },
    newestEvent: async () => 0,
  });
  const checkKeyUrl = () => undefined;
  const issuers = trustedIssuerRegistry({ ...base, checkKeyUrl, issuer: ISSUER });
  const credentials = credentialRegistry({ ...base, owners, trustedIssuers: issuers, checkKeyUrl, permits });
  const trials = policyTrials({
    registry: policies,
    active,
    engine,
    simulator: simulator({
      groupsOf: async (account) => account.groups,
      ...base,
      agents,
      clients,
      accounts,
      resourceServers,
      delegations,
      managementApi,
    }),
    useSimulator: serverUseSimulator({ accounts, clients, blueprints, agents, resourceServers, cases }),
    audit,
    clock,
    isEnforced: true,
  });
  const peers = peerRegistry({ ...base, checkKeyUrl, issuer: ISSUER, agents, clients, resourceServers });
  const links = accountLinks({ ...base, peers, accounts });
  const upstreams = upstreamRegistry({
    ...base,
    masterKey: key,
    checkUrl: checkKeyUrl,
    issuer: ISSUER,
    isPasswordOn: true,
  });
  const tokens = new Map<string, IssuedToken>();
  const failures: unknown[] = [];
  const proof = { thumbprint: undefined as string | undefined };
  const rotations: unknown[] = [];
  let brokenList: Error | undefined;

  const service = newApprovalService({
    ...base,
    ephemeral,
    masterKey: key,
    votes: plainVotes((id) => service.get(id)),
    permits: async () => undefined,
    emergency: {
      accounts,
      chainOwners: ownersOfChain({ agents, groups }),
      resolve: approversOf({ accounts, groups }),
    },
    settings: { ttlSeconds: 600, redeemSeconds: 300, mostOpen: 5, mostOpenPerApprover: 20, perHour: 30 },
  });
  const factors = factorRegistry({ ...base, masterKey: key });
  const away = absences({ ...base, accounts, revocation: { ended: async () => undefined }, isSure: async () => true });
  const router = managementRouter({
    issuer: ISSUER,
    requireFreshFactor: freshFactor(base),
    tokens: { find: async (token) => tokens.get(token) },
    async verifyProof() {
      if (proof.thumbprint === undefined) throw new DomainError('unauthenticated', 'The proof is missing.');
      return proof.thumbprint;
    },
    accounts,
    factors,
    sessions,
    previewDisable: disablePreview({
      accounts,
      offboarding,
      sessions,
      delegations,
      standing: { ofAccount: async () => [] },
    }),
    agents: {
      ...agents,
      async list(query) {
        if (brokenList) throw brokenList;
        return agents.list(query);
      },
    },
    credentials: { ...credentials, lastUses: async () => new Map(), provenBy: async () => undefined },
    workloadIdentity: {
      issuers,
      keys: { health: () => ({ state: 'unknown' }) },
      workloads: { test: async () => ({ matches: [] }) },
    },
    peers: { ...peers, links, keys: { health: () => ({ state: 'unknown' }) } },
    upstreams: {
      ...upstreams,
      links: upstreamLinks({ ...base, upstreams, accounts, endSessions: async () => {} }),
      issuer: ISSUER,
    },
    findings: agentFindings({ agents, counting: agents, clock }),
    clientFindings: clientFindings({ clients }),
    blueprints: { ...blueprints, preview: blueprintPreview({ documents }) },
    approvals: service,
    absences: away,
    clock,
    budgets: budgetRegistry(base),
    notifications: {
      webhooks: webhookRegistry({
        ...base,
        masterKey: key,
        owners,
        resourceServers,
        checkUrl: (url) => (url.startsWith('https://') ? undefined : 'url_not_allowed'),
        post: async () => new Uint8Array(),
      }),
      deadLetters: deadLetters({ ...base, outbox: outbox(base) }),
    },
    policies,
    serverUse: use,
    policyTrials: trials,
    secrets: secretExceptions({ ...base, owners, digestSecret, permits }),
    groups,
    ownerNames: ownerNames(base),
    instances: instanceRegistry({
      ...base,
      agents,
      owners,
      revocation: { ended: async () => undefined },
      settings: { lifetimeSeconds: 3600, maxPerAgent: 100 },
    }),
    registration: repeatableRegistration({ documents, clock, identifiers: randomIdentifiers, agents }),
    owners,
    offboarding,
    clients,
    initialAccessTokens: initialAccessTokens({ ...base, masterKey: key, owners, blueprints }),
    selfRegistration: { adopt: clients.adopt, isSelfRegistered: async () => false },
    selfChosen: chosen,
    resourceServers,
    grants: {
      grants: grants.port,
      service: newGrantService({
        grants: grants.port,
        consents: { forget: async () => {} },
        audit,
        ending: async () => {},
      }),
      uses,
    },
    delegations,
    kills,
    audit,
    countRefusal: () => {},
    auditReader: {
      list: (filters) => audit.list(filters),
      get: async (id) => (await audit.list({})).entries.find((entry) => entry.id === id),
      async *export({ personal }) {
        if (audit.state.failing) throw new DomainError('unavailable', 'No checkpoint.');
        yield JSON.stringify({ behalf_audit: 1, personal });
        yield JSON.stringify({ head: 'signed' });
      },
      erase: async () => false,
    },
    pushKeys: pushKeys({ ...base, masterKey: key }),
    keys: {
      list: async () => [{ id: 'key_1', kty: 'EC', state: 'active', createdAt: clock.now(), activeAt: clock.now() }],
      rotate: async (by) => {
        rotations.push(by);
      },
      revoke: async () => undefined,
    },
    masterKey: key,
    log: (_, error) => failures.push(error),
  });
  const app = new Koa();
  app.silent = true;
  app.use((ctx, next) => {
    beginState(ctx, { id: 'req_test', source: '192.0.2.1' }, 'en');
    return next();
  });
  app.use(router.routes());
  const http = request(app.callback());

  /** A token of this API with all scopes, unless `more` says otherwise. */
  const token = (more: Partial<IssuedToken>): string => {
    const value = randomIdentifiers.newSecret();
    tokens.set(value, {
      id: `jti-${value.slice(0, 8)}`,
      format: 'jwt',
      clientId: 'app_console',
      audience: `${ISSUER}/api/v1`,
      scope: ALL_SCOPES,
      issuedAt: clock.now(),
      expiresAt: clock.now() + 300,
      ...more,
    });
    return value;
  };
  const person = async (username: string, roles: readonly Role[] = []) => {
    const { document } = await accounts.create({ username, name: username, roles, password: 'correct horse' }, SYSTEM);
    return { account: document, token: token({ subject: document.id }) };
  };
  await policies.ensureStarter(SYSTEM);
  const admin = await person('admin', ['administrator']);
  /** The same administrator, who has just signed in with a second factor. */
  const fresh = {
    account: admin.account,
    token: token({
      subject: admin.account.id,
      assurance: { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: clock.now() },
    }),
  };
  const operator = await person('operator', ['operator']);
  const auditor = await person('auditor', ['auditor']);
  const owner = await person('owner');
  const stranger = await person('stranger');

  /** One call as somebody. */
  const call = (
    by: { readonly token: string },
    method: 'get' | 'post' | 'patch' | 'delete' | 'put',
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const sending = http[method](`/api/v1${path}`).set({ authorization: `Bearer ${by.token}`, ...headers });
    return body === undefined ? sending : sending.send(body);
  };
  const newAgent = (more: object = {}) => ({
    name: 'Booker',
    purpose: 'Books trips',
    environment: 'test',
    jwks: { keys: [newPublicKey()] },
    ...more,
  });
  audit.events.length = 0;

  return {
    ...{
      clock,
      documents,
      audit,
      key,
      accounts,
      sessions,
      agents,
      groups,
      owners,
      offboarding,
      clients,
      resourceServers,
      grants,
      uses,
      delegations,
      service,
      policies,
      absences: away,
      tokens,
      failures,
      proof,
    },
    ...{ factors, rotations, http, token, person, admin, fresh, operator, auditor, owner, stranger, call, newAgent },
    breakList: (error: Error | undefined): void => {
      brokenList = error;
    },
    refusals: (): readonly AuditEvent[] => audit.of('management.refused'),
  };
};
