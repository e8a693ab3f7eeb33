import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { authorizer, type DecisionDependencies } from '../../../src/domain/authority/decision/authorize.ts';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import { delegationRegistry } from '../../../src/domain/authority/delegation/delegation-registry.ts';
import { delegationRequests } from '../../../src/domain/authority/delegation/delegation-requests.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { Grant } from '../../../src/domain/ports/grants.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import type { Detail } from '../../../src/domain/vocabulary/detail-type.ts';
import type { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import type { TokenRequest, TokenToMint } from '../../../src/extensions/extension.ts';
import { tokenExchange } from '../../../src/extensions/token-exchange/grant.ts';
import { ACCESS_TOKEN_TYPE } from '../../../src/extensions/token-exchange/parameters.ts';
import { countedIdentifiers, ISSUER, movableClock, recordedAudit, START } from '../delegation/fakes.ts';

export { ISSUER, START };

export const MAIL = 'https://mail.example';
export const PAY = 'https://pay.example';
/** The resource server that agent A, B or C is registered as. */
export const AT = {
  agt_a: 'https://a.example',
  agt_b: 'https://b.example',
  agt_c: 'https://c.example',
} as const;

export const agent = (id: string, over: Partial<Agent> = {}): Agent => ({
  id,
  name: id,
  owner: 'acc_owner',
  purpose: 'test',
  environment: 'test',
  state: 'active',
  jwks: { keys: [] },
  redirectUris: [],
  grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange', 'client_credentials'],
  dpopBoundAccessTokens: false,
  resourceServers: [`rs_${id}`],
  createdAt: START,
  updatedAt: START,
  ...over,
});

export const resourceServer = (
  id: string,
  identifier: string,
  scopes: readonly string[],
  over: Partial<ResourceServer> = {},
): ResourceServer => ({
  id,
  identifier,
  name: id,
  scopes: scopes.map((name) => ({ name, description: name, risk: 'low' })),
  accessTokenFormat: 'jwt',
  accessTokenSigningAlg: 'ES256',
  accessTokenTtlSeconds: 3600,
  introspectionAuthMethod: 'none',
  state: 'active',
  createdAt: START,
  updatedAt: START,
  ...over,
});

export const account = (id: string): Account => ({
  id,
  username: id,
  name: id,
  groups: [],
  roles: [],
  state: 'active',
  sessionsValidFrom: 0,
  createdAt: START,
  updatedAt: START,
});

const table = <T extends { readonly id: string }>(...rows: T[]) => {
  const map = new Map(rows.map((row) => [row.id, row]));
  return {
    map,
    change: (id: string, over: Partial<T>) => map.set(id, { ...(map.get(id) as T), ...over }),
    get: async (id: string) => {
      const document = map.get(id);
      return document ? { document, version: 1 } : undefined;
    },
  };
};

export type Attempt = {
  readonly minted: TokenToMint | undefined;
  /** Empty when refused. */
  readonly token: string;
  readonly error: DomainError | undefined;
  readonly facts: Partial<AuditEvent>;
};

/** Who and what there is, in place of Anna's small world. */
type Cast = {
  readonly agents: readonly Agent[];
  readonly servers: readonly ResourceServer[];
  /** Takes the place of Anna. */
  readonly account: Account;
  readonly client: Client;
  /** What the person allowed the client. */
  readonly allowed: Grant['resources'];
  readonly policies?: DecisionDependencies['policies'];
};

/** Anna, her app with a grant at all resources, agents A, B and C, and a token endpoint that keeps what it mints. */
export const exchangeScene = ({
  maxDepth = 5,
  ttl = 600,
  cast,
}: {
  maxDepth?: number;
  ttl?: number;
  cast?: Cast;
} = {}) => {
  const clock = movableClock();
  const identifiers = countedIdentifiers();
  const audit = recordedAudit();
  const delegations = delegationRegistry({
    documents: memoryDocumentStore('refused'),
    clock,
    identifiers,
    audit,
    issuer: ISSUER,
    maxDepth,
  });
  const requests = delegationRequests({
    ephemeral: memoryEphemeralStore(clock),
    clock,
    identifiers,
    masterKey: masterKey(Buffer.alloc(32, 1)),
    issuer: ISSUER,
    ttlSeconds: 600,
  });
  const agents = table(...(cast?.agents ?? [agent('agt_a'), agent('agt_b'), agent('agt_c')]));
  const accounts = table(cast?.account ?? account('acc_anna'), account('acc_owner'));
  const clients = table(cast?.client ?? ({ id: 'app_1', state: 'active' } as unknown as Client));
  const servers = table(
    ...(cast?.servers ?? [
      resourceServer('rs_mail', MAIL, ['read', 'send', 'delete']),
      resourceServer('rs_pay', PAY, ['read', 'pay'], { accessTokenFormat: 'opaque' }),
      ...Object.entries(AT).map(([id, identifier]) => resourceServer(`rs_${id}`, identifier, ['call'])),
    ]),
    resourceServer('rs_own', `${ISSUER}/api/v1`, ['agents:read']),
  );
  const grants = new Map<string, Grant>([
    [
      'grt_1',
      {
        id: 'grt_1',
        account: 'acc_anna',
        clientId: 'app_1',
        openidScopes: ['openid'],
        resources: cast?.allowed ?? {
          [MAIL]: ['read', 'send'],
          [PAY]: ['read', 'pay'],
          ...Object.fromEntries(Object.values(AT).map((at) => [at, ['call']])),
        },
        createdAt: START,
        expiresAt: START + 100_000,
      },
    ],
  ]);
  const live = new Map<string, IssuedToken>();
  let count = 0;
  const addToken = (over: Partial<IssuedToken> = {}): string => {
    const id = `token_${++count}`;
    const token: IssuedToken = {
      id,
      format: 'jwt',
      subject: 'acc_anna',
      clientId: 'app_1',
      audience: AT.agt_a,
      scope: ['call'],
      grant: 'grt_1',
      issuedAt: clock.now(),
      expiresAt: clock.now() + 3000,
      ...over,
    };
    live.set(id, Object.fromEntries(Object.entries(token).filter(([, value]) => value !== undefined)) as IssuedToken);
    return id;
  };
  const tokens = {
    find: async (value: string) => {
      const token = live.get(value);
      if (!token || token.expiresAt <= clock.now()) return undefined;
      return !token.delegation || (await delegations.live(token.delegation)) ? token : undefined;
    },
    isEnded: async () => false,
    endOf: async (value: string) => {
      const token = live.get(value);
      const isOver = token?.delegation !== undefined && !(await delegations.live(token.delegation));
      return isOver ? { token, end: 'delegation_ended' as const } : undefined;
    },
  };
  const dependencies: Parameters<typeof tokenExchange>[0] = {
    tokens,
    agents,
    accounts,
    clients,
    resourceServers: {
      get: servers.get,
      findByIdentifier: async (identifier) => {
        const document = [...servers.map.values()].find((each) => each.identifier === identifier);
        return document ? { document } : undefined;
      },
    },
    grants: { get: async (id) => grants.get(id) },
    transactions: { live: async () => undefined, named: async () => 'unknown' },
    signIns: { ofIdToken: async () => undefined, ofRefreshToken: async () => undefined },
    peers: { findByIssuer: async () => undefined },
    delegations,
    authorize: authorizer({ identifiers, managementApi: `${ISSUER}/api/v1`, policies: cast?.policies }),
    requests,
    stepUps: { page: async () => undefined, confirmed: async () => undefined },
    instances: {
      start: async () => {
        throw new Error('no instance is started here');
      },
    },
    clock,
    identifiers,
    issuer: ISSUER,
    exchangedTokenTtlSeconds: ttl,
    approvals: {
      asking: { ask: async () => undefined },
      remedyOf: () => ({ kind: 'contact', whom: 'operator' }),
    },
  };
  const extension = tokenExchange(dependencies);
  const [grantHandler] = extension.grants ?? [];

  const exchange = async (
    clientId: string,
    form: Readonly<Record<string, string | readonly string[]>>,
    {
      dpopThumbprint = undefined as string | undefined,
      certificateThumbprint = undefined as string | undefined,
      isAgent = true,
    } = {},
  ): Promise<Attempt> => {
    const full: Readonly<Record<string, string | readonly string[]>> = {
      subject_token_type: ACCESS_TOKEN_TYPE,
      ...form,
    };
    let facts: Partial<AuditEvent> = {};
    let minted: TokenToMint | undefined;
    let token = '';
    const request: TokenRequest = {
      id: 'req_1',
      clientId,
      isAgent,
      dpopThumbprint,
      certificateThumbprint,
      values: (name) => (full[name] === undefined ? [] : [full[name]].flat().filter((value) => value !== '')),
      note: (more) => {
        facts = { ...facts, ...more };
      },
      claim: () => undefined,
      read: (_, read) => read(),
      mint: async (toMint) => {
        if (toMint.origin) throw new Error('no token of a peer is minted in these tests');
        minted = toMint;
        token = addToken({
          subject: toMint.subject,
          clientId,
          audience: toMint.resourceServer.identifier,
          scope: toMint.scope,
          chain: toMint.chain,
          delegation: toMint.delegation,
          grant: toMint.grant,
          details: toMint.details,
          assurance: toMint.assurance,
          maxUses: toMint.decision.maxUses,
          txn: toMint.txn,
          expiresAt: Math.min(toMint.notAfter, clock.now() + toMint.resourceServer.accessTokenTtlSeconds),
          jkt: dpopThumbprint,
        } as Partial<IssuedToken>);
        return { access_token: token };
      },
      instance: async () => undefined,
      mintAssertion: async () => {
        throw new Error('no assertion is minted in these tests');
      },
      isUsed: async () => false,
      useOnce: () => {},
      mintFamily: async () => ({}),
    };
    try {
      await grantHandler?.handle(request);
      return { minted, token, error: undefined, facts };
    } catch (error) {
      return { minted, token, error: error as DomainError, facts };
    }
  };

  const consent = async (
    actor: string,
    resource: string,
    scope: readonly string[],
    over: {
      subject?: string;
      expiresAt?: number;
      delegableTo?: { agents: readonly string[]; depth: number };
      details?: readonly Detail[];
      via?: string;
    } = {},
  ): Promise<Delegation> => {
    const row = await delegations.recordConsent({
      subject: 'acc_anna',
      actor,
      resource,
      asked: scope,
      scope,
      expiresAt: START + 50_000,
      delegableTo: { agents: ['agt_a', 'agt_b', 'agt_c'], depth: 9 },
      by: 'acc_anna',
      askedDetails: over.details ?? [],
      ...over,
    });
    if (!row) throw new Error('this consent left nothing');
    return row;
  };

  const grant = (): Grant => grants.get('grt_1') as Grant;
  const changeGrant = (over: Partial<Grant>) => grants.set('grt_1', { ...grant(), ...over });

  return {
    dependencies,
    clock,
    audit,
    delegations,
    requests,
    agents,
    accounts,
    clients,
    servers,
    grants,
    grant,
    changeGrant,
    live,
    addToken,
    exchange,
    consent,
    extension,
  };
};
