/**
 * One of everything that can be alive or dead: a person with an app, an agent and a sub-agent, two resource
 * servers, and a token of every kind that hangs on them. `survey` asks of each whether it still works, at the
 * endpoints a stranger would use. Every family is made anew, so that a test may break it for good.
 */
import { type Identity, newKeyPair } from './agent-keys.ts';
import { type Browser, newBrowser, type Walk, walkAuthorization } from './browser-flow.ts';
import type { Management } from './management.ts';
import {
  type Answer,
  answerOf,
  type Credential,
  EXCHANGE,
  formOf,
  type OAuthCalls,
  type Parameters,
} from './oauth-calls.ts';
import { newPkce } from './pkce.ts';
import { consentUrl, finishOnOurPages, REDIRECT_URI } from './scene.ts';

export type TokenFamily = Awaited<ReturnType<typeof newTokenFamily>>;

const text = (answer: Answer, member: string): string => {
  const value = answer.body[member];
  if (typeof value !== 'string') throw new Error(`no ${member}: ${answer.status} ${answer.text}`);
  return value;
};

const keyed = (identity: Identity): Credential => ({ kind: 'key', identity });

let families = 0;

export const newTokenFamily = async ({ management, calls }: { management: Management; calls: OAuthCalls }) => {
  const { issuer } = management;
  families += 1;
  const number = families;

  const newResourceServer = async (name: string, format: 'jwt' | 'opaque') => {
    const identifier = `https://${name}-${number}.example.com`;
    const made = await management.createResourceServer({
      identifier,
      name: `${name} ${number}`,
      scopes: ['read', 'write'].map((scope) => ({ name: scope, description: `May ${scope}`, risk: 'low' })),
      access_token_format: format,
      ...(format === 'jwt' ? { status_list: true } : {}),
      introspection_auth_method: 'client_secret_basic',
    });
    const credential: Credential = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
    return { id: made.id, identifier, credential };
  };
  const calendar = await newResourceServer('calendar', 'jwt');
  const files = await newResourceServer('files', 'opaque');
  const api = { identifier: `${issuer}/api/v1` };

  const person = { username: `person-${number}`, password: 'a long enough pass phrase' };
  const account = await management.createAccount({
    ...person,
    name: `Person ${number}`,
    email: `p${number}@example.com`,
  });
  const owner = await management.createAccount({ username: `owner-${number}`, name: 'Owner' });
  const otherOwner = await management.createAccount({ username: `other-${number}`, name: 'Other owner' });

  const newApp = async (): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await management.createClient({
      name: `Desk ${number}`,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      skip_consent: true,
    });
    return { clientId: made.id, key };
  };
  const newAgent = async (name: string, ownedBy: string, more = {}): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await management.createAgent({
      name: `${name} ${number}`,
      owner: ownedBy,
      purpose: 'Keeps things in order',
      environment: 'test',
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
      resource_servers: [calendar.id, files.id],
      ...more,
    });
    return { clientId: made.id, key };
  };
  const app = await newApp();
  const agent = await newAgent('Agent', owner.id);
  const subAgent = await newAgent('Sub-agent', otherOwner.id);

  const browser: Browser = newBrowser(issuer);
  /** Allows all that is asked, and re-delegation to the sub-agent. */
  const allowing: Walk = {
    person,
    consent: {
      check: (name, value) => (name === 'delegable_to' && value === subAgent.clientId ? true : undefined),
      set: { delegable_depth: '2' },
    },
  };

  /** Sends the person through an authorization request of `client` and redeems the code at `resource`. */
  const authorize = async (
    client: Identity,
    scope: string,
    resources: readonly string[],
    {
      at = resources[0],
      walk = allowing,
      prompt,
      transaction,
      more = {},
    }: { at?: string; walk?: Walk; prompt?: string; transaction?: string; more?: Parameters } = {},
  ): Promise<Answer> => {
    const pkce = newPkce();
    const url = `${calls.endpoints.authorization}?${formOf({
      client_id: client.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
      scope,
      resource: resources,
      prompt,
      transaction,
      ...more,
    })}`;
    const code = (await walkAuthorization(browser, url, walk)).searchParams.get('code');
    if (code === null) throw new Error('no code');
    const answer = await calls.token(keyed(client), {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: pkce.verifier,
      resource: at,
    });
    if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`);
    return answer;
  };

  /** Refresh tokens of apps rotate: the caller that refreshes keeps the new one. */
  const held = { app: '', signIn: '', own: '', sibling: '' };
  const refresh = async (which: keyof typeof held, resource?: string, more = {}): Promise<Answer> => {
    const answer = await calls.token(keyed(which === 'own' ? agent : app), {
      grant_type: 'refresh_token',
      refresh_token: held[which],
      resource,
      ...more,
    });
    if (answer.status === 200) held[which] = text(answer, 'refresh_token');
    return answer;
  };
  const exchange = (by: Identity, token: string, target: string, more = {}): Promise<Answer> =>
    calls.exchange(keyed(by), token, target, more);

  /** Opens the page behind consent_required and allows. */
  const consentTo = async (refused: Answer, walk: Walk = allowing): Promise<void> => {
    const url = consentUrl(refused);
    if (url === undefined) throw new Error(`expected consent_required: ${refused.status} ${refused.text}`);
    await finishOnOurPages(browser, await browser.open(url), walk);
  };

  const all = [calendar.identifier, files.identifier, api.identifier];
  const atCalendar = await authorize(app, 'openid offline_access read write agents:read', all);
  held.app = text(atCalendar, 'refresh_token');
  const signIn = await authorize(app, 'openid offline_access profile email', []);
  held.signIn = text(signIn, 'refresh_token');
  const sibling = await authorize(app, 'openid offline_access read write', [calendar.identifier]);
  held.sibling = text(sibling, 'refresh_token');
  const own = await authorize(agent, 'openid offline_access read write', [calendar.identifier]);
  held.own = text(own, 'refresh_token');

  const appFiles = text(await refresh('app', files.identifier), 'access_token');
  const appApi = text(await refresh('app', api.identifier), 'access_token');
  const appCalendar = text(atCalendar, 'access_token');
  await consentTo(await exchange(agent, appFiles, files.identifier));

  const exchanged = async (by: Identity, token: string, target: string): Promise<string> =>
    text(await exchange(by, token, target), 'access_token');
  const agentCalendar = await exchanged(agent, appCalendar, calendar.identifier);
  const agentFiles = await exchanged(agent, appFiles, files.identifier);

  const tokens = {
    appCalendar,
    appFiles,
    appApi,
    signIn: text(signIn, 'access_token'),
    sibling: text(sibling, 'access_token'),
    agentCalendar,
    agentFiles,
    agentSibling: await exchanged(agent, text(sibling, 'access_token'), calendar.identifier),
    agentOwn: text(own, 'access_token'),
    subCalendar: await exchanged(subAgent, agentCalendar, calendar.identifier),
    subFiles: await exchanged(subAgent, agentFiles, files.identifier),
  };

  const me = async (): Promise<Answer> =>
    answerOf(await fetch(`${issuer}/api/v1/me`, { headers: { authorization: `Bearer ${tokens.appApi}` } }));

  /** Every way to use every token. */
  const uses = {
    'app calendar introspection': () => calls.introspect(calendar.credential, tokens.appCalendar),
    'app calendar exchange': () => exchange(agent, tokens.appCalendar, calendar.identifier),
    'app files introspection': () => calls.introspect(files.credential, tokens.appFiles),
    'app files exchange': () => exchange(agent, tokens.appFiles, files.identifier),
    'app refresh': () => refresh('app', calendar.identifier),
    'app management': me,
    'sign-in userinfo': () => calls.userinfo(tokens.signIn),
    'sign-in refresh': () => refresh('signIn'),
    'sibling introspection': () => calls.introspect(calendar.credential, tokens.sibling),
    'sibling refresh': () => refresh('sibling', calendar.identifier),
    'sibling exchanged introspection': () => calls.introspect(calendar.credential, tokens.agentSibling),
    'agent calendar introspection': () => calls.introspect(calendar.credential, tokens.agentCalendar),
    'agent calendar exchange': () => exchange(agent, tokens.agentCalendar, calendar.identifier),
    'agent files introspection': () => calls.introspect(files.credential, tokens.agentFiles),
    'agent files exchange': () => exchange(agent, tokens.agentFiles, files.identifier),
    'agent own introspection': () => calls.introspect(calendar.credential, tokens.agentOwn),
    'agent own refresh': () => refresh('own', calendar.identifier),
    'sub-agent calendar introspection': () => calls.introspect(calendar.credential, tokens.subCalendar),
    'sub-agent calendar exchange': () => exchange(subAgent, tokens.subCalendar, calendar.identifier),
    'sub-agent files introspection': () => calls.introspect(files.credential, tokens.subFiles),
    'sub-agent files exchange': () => exchange(subAgent, tokens.subFiles, files.identifier),
  } as const satisfies Record<string, () => Promise<Answer>>;

  return {
    issuer,
    management,
    calls,
    browser,
    person,
    accountId: account.id,
    ownerId: owner.id,
    app,
    agent,
    subAgent,
    calendar,
    files,
    api,
    tokens,
    held,
    uses,
    newAgent,
    newApp,
    authorize,
    allowing,
    consentTo,
    exchange,
    exchanged,
    refresh,
    /** The uses that still work. */
    async survey(): Promise<readonly Use[]> {
      const working: Use[] = [];
      for (const [name, use] of Object.entries(uses) as [Use, () => Promise<Answer>][]) {
        const { status, body } = await use();
        if (status === 200 && (!name.endsWith('introspection') || body['active'] === true)) working.push(name);
      }
      return working;
    },
  };
};

export type Use =
  | `${'app calendar' | 'app files' | 'agent calendar' | 'agent files'} ${'introspection' | 'exchange'}`
  | `${'sub-agent calendar' | 'sub-agent files'} ${'introspection' | 'exchange'}`
  | 'app refresh'
  | 'app management'
  | 'sign-in userinfo'
  | 'sign-in refresh'
  | 'sibling introspection'
  | 'sibling refresh'
  | 'sibling exchanged introspection'
  | 'agent own introspection'
  | 'agent own refresh';

export const USES: readonly Use[] = [
  'app calendar introspection',
  'app calendar exchange',
  'app files introspection',
  'app files exchange',
  'app refresh',
  'app management',
  'sign-in userinfo',
  'sign-in refresh',
  'sibling introspection',
  'sibling refresh',
  'sibling exchanged introspection',
  'agent calendar introspection',
  'agent calendar exchange',
  'agent files introspection',
  'agent files exchange',
  'agent own introspection',
  'agent own refresh',
  'sub-agent calendar introspection',
  'sub-agent calendar exchange',
  'sub-agent files introspection',
  'sub-agent files exchange',
];
