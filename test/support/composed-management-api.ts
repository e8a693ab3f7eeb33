/** The management API, composed by src/compose. Its tokens and proofs of possession are what a test says they are. */
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { managementApi } from '../../src/compose/management-api.ts';
import { registration } from '../../src/compose/registration.ts';
import { tokenServices } from '../../src/compose/token-services.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { Role } from '../../src/domain/identity/accounts/account.ts';
import type { IssuedToken } from '../../src/domain/ports/issued-tokens.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { DomainError } from '../../src/domain/vocabulary/errors.ts';
import { MANAGEMENT_SCOPES } from '../../src/http/management/management-scopes.ts';
import { newPublicKey } from './composed-people-pages.ts';
import { type ComposedServices, composeServices, ISSUER, requestsTo, SYSTEM } from './composed-services.ts';
import { fakeGrants } from './fake-grants.ts';

export const ALL_SCOPES = MANAGEMENT_SCOPES.map(({ name }) => name);

const SETTINGS: Readonly<Record<string, string>> = {
  BEHALF__REGISTRATION__RESERVEDNAMES: 'Acme Corporation',
};

export const composeManagementApi = async () => {
  const grants = fakeGrants();
  const made = await composeServices({ environment: SETTINGS, grants: grants.port });
  const { audit } = made;
  const issued = issuedTokens(made.clock.now);
  const failures: unknown[] = [];
  const proof = { thumbprint: undefined as string | undefined };
  const faults = { list: undefined as Error | undefined };
  const keyChanges = { count: 0 };
  const { router } = routerOf(made, { grants, issued, failures, proof, faults, keyChanges });
  const http = requestsTo([router], () => 'en');

  await made.policies.ensureStarter(SYSTEM);
  const person = async (username: string, roles: readonly Role[] = []) => {
    const about = { username, name: username, roles, password: 'correct horse' };
    const { document } = await made.accounts.create(about, SYSTEM);
    return { account: document, token: issued.token({ subject: document.id }) };
  };
  const admin = await person('admin', ['administrator']);
  const assurance = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: made.clock.now() };
  /** The same administrator, who has just signed in with a second factor. */
  const fresh = { account: admin.account, token: issued.token({ subject: admin.account.id, assurance }) };
  const operator = await person('operator', ['operator']);
  const auditor = await person('auditor', ['auditor']);
  const owner = await person('owner');
  const stranger = await person('stranger');
  audit.events.length = 0;

  return {
    ...{ ...made, grants, failures, proof, keyChanges, http },
    ...{ tokens: issued.tokens, token: issued.token, person, admin, fresh, operator, auditor, owner, stranger },
    /** One call with the token of a caller. */
    call: (
      by: { readonly token: string },
      method: 'get' | 'post' | 'patch' | 'delete' | 'put',
      path: string,
      body?: object,
      headers: Readonly<Record<string, string>> = {},
    ) => {
      const sending = http[method](`/api/v1${path}`).set({ authorization: `Bearer ${by.token}`, ...headers });
      return body === undefined ? sending : sending.send(body);
    },
    newAgent: (more: object = {}) => ({
      name: 'Booker',
      purpose: 'Books trips',
      environment: 'test',
      jwks: { keys: [newPublicKey()] },
      ...more,
    }),
    /** Makes the list of agents fail. */
    breakList: (error: Error): void => {
      faults.list = error;
    },
    refusals: (): readonly AuditEvent[] => audit.of('management.refused'),
  };
};

/** Access tokens that no grant stands behind. */
const issuedTokens = (now: () => number) => {
  const tokens = new Map<string, IssuedToken>();
  return {
    tokens,
    /** A token of this API with all scopes, unless `more` says otherwise. */
    token(more: Partial<IssuedToken>): string {
      const value = randomIdentifiers.newSecret();
      tokens.set(value, {
        id: `jti-${value.slice(0, 8)}`,
        format: 'jwt',
        clientId: 'app_console',
        audience: `${ISSUER}/api/v1`,
        scope: ALL_SCOPES,
        issuedAt: now(),
        expiresAt: now() + 300,
        ...more,
      });
      return value;
    },
  };
};

const routerOf = (
  made: ComposedServices,
  parts: {
    readonly grants: ReturnType<typeof fakeGrants>;
    readonly issued: ReturnType<typeof issuedTokens>;
    readonly failures: unknown[];
    readonly proof: { readonly thumbprint: string | undefined };
    readonly faults: { readonly list: Error | undefined };
    readonly keyChanges: { count: number };
  },
) => {
  const { configuration, agents, delegations } = made;
  const countRefusal = () => undefined;
  const { kills, grantService, signatures } = tokenServices(made, configuration, { grants: parts.grants.port });
  const list: typeof agents.list = async (query) => {
    if (parts.faults.list) throw parts.faults.list;
    return agents.list(query);
  };
  return managementApi({ ...made, agents: { ...agents, list } }, configuration, {
    ...{ kills, grantService, delegations, countRefusal },
    grants: parts.grants.port,
    registering: registration(made, configuration, countRefusal),
    tokens: { find: async (token) => parts.issued.tokens.get(token) },
    callers: {
      async verifyProof() {
        if (parts.proof.thumbprint === undefined) throw new DomainError('unauthenticated', 'The proof is missing.');
        return parts.proof.thumbprint;
      },
      provenBy: async () => undefined,
    },
    keysChanged: async () => {
      parts.keyChanges.count += 1;
    },
    signatures,
    reasons: async () => ({}),
    onUnexpected: (error) => parts.failures.push(error),
  });
};
