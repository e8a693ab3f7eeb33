/** When an instance of an agent gets a refresh token of its own by exchange (RFC 8693 §2.2.1). */
import { expect, test } from '@jest/globals';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { refreshFamily } from '../../../src/extensions/token-exchange/refresh-family.ts';
import { agent, START } from './fakes.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const REFRESH_TYPE = 'urn:ietf:params:oauth:token-type:refresh_token';
const FORM: Readonly<Record<string, string>> = {
  subject_token: 'token',
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  requested_token_type: REFRESH_TYPE,
};
const TOKEN = {
  id: 'tok_1',
  format: 'jwt',
  clientId: 'agt_a',
  subject: 'acc_anna',
  grant: 'grt_1',
  scope: [],
  issuedAt: START,
  expiresAt: START + 60,
};
const GRANT = { id: 'grt_1', clientId: 'agt_a', account: 'acc_anna' };

type World = {
  readonly token?: object;
  readonly grant?: object | null;
  readonly grantTypes?: readonly string[];
  readonly caller?: object;
  readonly start?: Error;
  readonly form?: Readonly<Record<string, string>>;
};

const family = async ({
  token = {},
  grant = GRANT,
  grantTypes = [EXCHANGE, 'refresh_token'],
  caller = {},
  start,
  form = {},
}: World) => {
  const noted: object[] = [];
  const started: unknown[] = [];
  const known = agent('agt_a', { grantTypes } as never);
  const mint = refreshFamily({
    grants: { get: async (id: string) => (id === 'grt_1' ? (grant ?? undefined) : undefined) },
    identifiers: { newId: (prefix: string) => `${prefix}_1` },
    agents: { get: async () => ({ document: known, version: 1 }) },
    tokens: { find: async () => ({ ...TOKEN, ...token }), endOf: async () => undefined },
    accounts: { get: async (id: string) => ({ document: { id, state: 'active' }, version: 1 }) },
    resourceServers: {
      findByIdentifier: async () => ({ document: { id: 'rs_agt_a', state: 'active' }, version: 1 }),
    },
    instances: {
      async start(...given: unknown[]) {
        started.push(given);
        if (start) throw start;
        return { document: { id: 'ins_new' }, version: 1 };
      },
    },
  } as never);
  const all: Readonly<Record<string, string>> = { ...FORM, ...form };
  const whole = {
    id: 'req_1',
    clientId: 'agt_a',
    isAgent: true,
    note: (facts: object) => noted.push(facts),
    instance: async () => ({ id: 'ins_1' }),
    ...caller,
  };
  const result = await mint(whole as never, (name) => (all[name] === undefined ? [] : [all[name]])).catch(
    (error: unknown) => error,
  );
  return { result, started, facts: Object.assign({}, ...noted) as object };
};

const NEW_KEY = { instance: async () => undefined, dpopThumbprint: 'key' };

test('an instance that runs gets one of the authorization of its token', async () => {
  const { result, started, facts } = await family({});
  expect(result).toEqual({
    subject: 'acc_anna',
    grant: 'grt_1',
    instance: { id: 'ins_1' },
    parent: 'tok_1',
    issuedTokenType: REFRESH_TYPE,
  });
  expect(started).toEqual([]);
  expect(facts).toMatchObject({ subject: 'acc_anna', grant: 'grt_1', instance: 'ins_1' });
});

test('a new key starts an instance; without a key there is none', async () => {
  const { result, started } = await family({ caller: NEW_KEY });
  expect(result).toMatchObject({ instance: { id: 'ins_new' } });
  expect(started).toEqual([['agt_a', { thumbprint: 'key' }, { caller: 'agt_a', request: 'req_1' }]]);
  const keyless = await family({ caller: { ...NEW_KEY, dpopThumbprint: undefined } });
  expect([(keyless.result as DomainError).denial?.reason, keyless.started]).toEqual(['instance_not_proven', []]);
});

test.each<[string, string, World]>([
  ['a client that is no agent', 'caller_not_an_agent', { caller: { isAgent: false } }],
  ['an agent without refresh tokens', 'grant_type_not_registered', { grantTypes: [EXCHANGE] }],
  ['a scope', 'token_type_unsupported', { form: { scope: 'read' } }],
  ['a token of a transaction', 'transaction_without_refresh', { token: { txn: 'trn_1' } }],
  ['a token of no authorization', 'authorization_not_own', { token: { grant: undefined } }],
  ['a grant that is over', 'authorization_not_own', { grant: null }],
  ['the grant of another client', 'authorization_not_own', { grant: { ...GRANT, clientId: 'app_1' } }],
  ['the grant of another person', 'authorization_not_own', { grant: { ...GRANT, account: 'acc_ben' } }],
  [
    'a token that it received as an API',
    'authorization_not_own',
    { token: { clientId: 'app_1', audience: 'https://a.example' } },
  ],
])('%s is refused as %s', async (_, reason, world) => {
  const { result, started } = await family(world);
  expect(result).toBeInstanceOf(DomainError);
  expect([(result as DomainError).denial?.reason, started]).toEqual([reason, []]);
});

test('a transaction without a record does not end, and the refusal of a declared one names it', async () => {
  expect((await family({ token: { txn: 'txn_1' } })).result).toMatchObject({ grant: 'grt_1' });
  expect((await family({ token: { txn: 'trn_1' } })).facts).toMatchObject({ txn: 'trn_1' });
});

test('what keeps an instance from starting is told; a fault is not made a refusal', async () => {
  for (const code of ['conflict', 'invalid_field'] as const) {
    const { result } = await family({ caller: NEW_KEY, start: new DomainError(code, 'There are too many.') });
    expect(result).toMatchObject({ message: 'There are too many.', denial: { reason: 'instance_not_startable' } });
  }
  for (const start of [new DomainError('unavailable', 'later'), new TypeError('fault')]) {
    expect((await family({ caller: NEW_KEY, start })).result).toBe(start);
  }
});
