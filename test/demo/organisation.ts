/** A small organisation on a fresh server, made as an operator would: people, groups, software, blueprints, agents at work. */
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { exampleTypes } from '../support/detail-types.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { CIBA, discover, EXCHANGE, type OAuthCalls, oauthCalls } from '../support/oauth-calls.ts';

/** The password of every account. */
export const PASSWORD = 'an apple fell on a train';

type Server = { readonly issuer: string; readonly administratorKeyFile: string };

type AgentPlan = {
  readonly name: string;
  readonly purpose: string;
  readonly owner: string;
  readonly environment?: 'production' | 'test' | 'development';
  readonly blueprint?: string;
  readonly more?: object;
};

export type Organisation = Awaited<ReturnType<typeof makeOrganisation>>;

export const makeOrganisation = async (server: Server) => {
  const management = await managementFromKeyFile(server.administratorKeyFile);
  const calls: OAuthCalls = oauthCalls(await discover(server.issuer));
  const make = async (path: string, body: object): Promise<string> => {
    const made = await management.call('POST', path, body);
    if (made.status >= 300) throw new Error(`POST ${path}: ${made.status} ${made.text}`);
    return String(made.body['id']);
  };

  const person = (username: string, name: string, more: object = {}): Promise<string> =>
    make('/accounts', { username, name, email: `${username}@example.com`, password: PASSWORD, ...more });
  const ada = await person('ada', 'Ada Lovell', { groups: ['travel'] });
  const ben = await person('ben', 'Ben Okafor', { groups: ['platform'] });
  await person('olga', 'Olga Brandt', { roles: ['operator'] });
  const carl = await person('carl', 'Carl Nyman');
  const team = await make('/groups', { name: 'Platform team', members: [ada, ben] });

  const service = (identifier: string, name: string, scopes: readonly object[], more: object = {}): Promise<string> =>
    make('/resource-servers', { identifier, name, scopes, introspection_auth_method: 'client_secret_basic', ...more });
  const calendar = 'https://calendar.example.com';
  const bank = 'https://bank.example.com';
  await service(calendar, 'Team calendar', [
    { name: 'events:read', description: 'See events and when people are free', risk: 'low' },
    { name: 'events:write', description: 'Add and move events', risk: 'medium' },
    { name: 'events:delete', description: 'Remove events for good', risk: 'high' },
  ]);
  await service(
    bank,
    'First Bank',
    [
      { name: 'balance', description: 'See the balance', risk: 'low' },
      { name: 'pay', description: 'Pay from the accounts', risk: 'critical' },
    ],
    { detail_types: exampleTypes('payment') },
  );

  await make('/clients', {
    name: 'Team wiki',
    redirect_uris: ['https://wiki.example.com/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
  });
  await make('/clients', {
    name: 'Expense reports',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['com.example.expenses:/callback'],
  });

  const { id: desk } = await management.createBlueprint({
    name: 'Desk helpers',
    purpose: 'Agents that work beside people at their desks',
    ceilings: {
      environments: ['production', 'test'],
      max_access_token_seconds: 300,
      max_delegation_depth: 1,
      authority: { [calendar]: ['events:read', 'events:write'], [bank]: ['balance'] },
    },
  });
  await make('/blueprints', {
    name: 'Night jobs',
    purpose: 'Unattended jobs',
    ceilings: { environments: ['production'], max_instances: 4 },
  });

  const agent = async ({ name, purpose, owner, environment = 'production', blueprint, more }: AgentPlan) => {
    const key = await newKeyPair();
    const id = await make('/agents', {
      name,
      purpose,
      owner,
      environment,
      ...(blueprint === undefined ? {} : { blueprint }),
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials', EXCHANGE, CIBA],
      authority: { [calendar]: ['events:read', 'events:write'], [bank]: ['balance'] },
      ...more,
    });
    await management.acceptAs(owner === team ? ada : owner, id);
    return { clientId: id, key } satisfies Identity;
  };
  const planner = await agent({
    name: 'Travel planner',
    purpose: 'Finds free days in the calendar and books the trips people ask for.',
    owner: ada,
    blueprint: desk,
    more: { provider: 'Example Robotics', provider_version: '4.2', contact: 'robots@example.com' },
  });
  const minutes = await agent({
    name: 'Minute taker',
    purpose: 'Writes down what meetings decide.',
    owner: team,
    blueprint: desk,
    environment: 'test',
  });
  const ledger = await agent({ name: 'Ledger keeper', purpose: 'Compares invoices with the ledger.', owner: ben });
  const sorter = await agent({
    name: 'Mail sorter',
    purpose: 'Puts mail where it belongs.',
    owner: ben,
    environment: 'development',
  });
  await agent({ name: 'Archive reader', purpose: 'Answers from the archive.', owner: carl });
  /** So many requests of one kind; who is refused asks again as often. */
  const asks = async (identity: Identity, resource: string, scope: string, times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await calls.token({ kind: 'key', identity }, { grant_type: 'client_credentials', resource, scope });
    }
  };
  return {
    management,
    planner: planner.clientId,
    people: { ada, ben },
    bank,
    bookkeeper: ledger.clientId,
    /** A day like any other; `busy` is how much of it there is. */
    async day(busy: number): Promise<void> {
      await asks(planner, calendar, 'events:read', 2 + busy);
      await asks(planner, calendar, 'events:delete', busy % 3);
      await asks(minutes, calendar, 'events:write', 1 + (busy % 2));
      await asks(ledger, bank, 'balance', busy);
      await asks(ledger, bank, 'pay', busy % 4 === 0 ? 2 : 0);
      if (busy > 3)
        await calls.token(
          { kind: 'key', identity: { ...planner, key: ledger.key } },
          { grant_type: 'client_credentials' },
        );
    },
    /** What has come to be by today. */
    async today(): Promise<void> {
      await make('/agents', {
        name: 'Hotel finder',
        purpose: 'Looks for free desks.',
        owner: ada,
        environment: 'test',
        jwks: { keys: [(await newKeyPair()).publicJwk] },
      });
      await management.call('POST', `/agents/${sorter.clientId}/suspend`);
      await management.call('POST', `/accounts/${carl}/disable`);
    },
  };
};
