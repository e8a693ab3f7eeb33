/** An MCP server that is also an agent, the API behind it, and apps of the person that call the MCP server (decision 21). */
import type { DelegationTarget } from '../../src/domain/resources/resource-servers/delegation-targets.ts';
import { RESOURCE_SERVERS, type ResourceServer } from '../../src/domain/resources/resource-servers/resource-server.ts';
import { type Identity, newKeyPair } from './agent-keys.ts';
import { newBrowser, type Page, submitSignIn } from './browser-flow.ts';
import { type Answer, EXCHANGE } from './oauth-calls.ts';
import type { RunningServer } from './running-server.ts';
import { consentUrl, makeScene, REDIRECT_URI } from './scene.ts';

export type CallingWorld = Awaited<ReturnType<typeof callingWorld>>;

export const callingWorld = async (server: RunningServer) => {
  const scene = await makeScene(server, { skipConsent: false });
  const { management, calls, keyed } = scene;
  const { delegations, accounts } = server.behalf.services;

  const newServer = async (name: string, format: 'jwt' | 'opaque' = 'jwt') => {
    const identifier = `https://${name}.example.com`;
    const made = await management.createResourceServer({
      identifier,
      name: `The ${name} service`,
      scopes: [
        { name: 'read', description: `Read your ${name}`, risk: 'low' },
        { name: 'tidy', description: `Sort your ${name}`, risk: 'medium' },
        { name: 'write', description: `Change your ${name}`, risk: 'high' },
      ],
      access_token_format: format,
      access_token_ttl_seconds: 600,
      introspection_auth_method: 'client_secret_basic',
    });
    const credential = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) } as const;
    return { id: made.id, identifier, credential };
  };
  /** The MCP server, and the API behind it. */
  const [mcp, api] = [await newServer('notes'), await newServer('storage', 'opaque')];

  /** The MCP server as an agent that may exchange what it receives. */
  const newAgent = async (more: Readonly<Record<string, unknown>> = {}): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await management.createAgent({
      name: 'Notes',
      owner: (await management.createAccount({ username: `owner-${Math.random()}`, name: 'Olga' })).id,
      purpose: 'Keeps notes',
      environment: 'production',
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
      resource_servers: [mcp.id],
      ...more,
    });
    return { clientId: made.id, key };
  };

  const newApp = async (name: string, more: Readonly<Record<string, unknown>> = {}): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await management.createClient({
      name,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      ...more,
    });
    return { clientId: made.id, key };
  };

  /** The consent page of an app that asks for something at the MCP server alone. */
  const ask = async (
    app: Identity,
    parameters: Readonly<Record<string, string>> = {},
    browser = newBrowser(server.issuer),
    person = scene.person,
  ) => {
    const request = scene.authorizationRequest(app, { scope: 'read', resource: mcp.identifier, ...parameters });
    let page = await browser.open(request.url);
    const isSignIn = page.forms.some(({ fields }) => fields.some(({ type }) => type === 'password'));
    if (isSignIn) page = await submitSignIn(browser, page, person);
    return { browser, page, request };
  };
  type Asking = Awaited<ReturnType<typeof ask>>;

  const formOn = (page: Page) => {
    const form = page.forms.find(({ buttons }) => buttons.some(({ name }) => name === 'decision'));
    if (!form) throw new Error(`nothing to decide on ${page.url} (${page.status}): ${page.text.slice(0, 500)}`);
    return form;
  };

  const redeem = async (app: Identity, { request }: Asking, { left, text }: Page): Promise<string> => {
    if (!left) throw new Error(`no code: ${text.slice(0, 500)}`);
    const { body, text: answer } = await calls.token(keyed(app), {
      grant_type: 'authorization_code',
      code: scene.codeFrom(left),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: mcp.identifier,
    });
    if (typeof body['access_token'] !== 'string') throw new Error(`no token: ${answer}`);
    return body['access_token'];
  };

  /** Signs the person in to an app, which is allowed what it asks for; ticks those `wishes` of agents that are named. */
  const signIn = async (app: Identity, wishes: (value: string) => boolean = () => false): Promise<string> => {
    const asking = await ask(app);
    // What was decided before needs no page.
    if (asking.page.left) return redeem(app, asking, asking.page);
    const page = await asking.browser.submit(asking.page, formOn(asking.page), {
      button: /=allow$/,
      check: (name, value) => (name === 'wish' ? wishes(value) : undefined),
    });
    return redeem(app, asking, page);
  };

  const exchange = (agent: Identity, subjectToken: string, scope?: string, resource = api.identifier) =>
    calls.token(keyed(agent), {
      grant_type: EXCHANGE,
      subject_token: subjectToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource,
      ...(scope === undefined ? {} : { scope }),
    });

  /** Which pairs two operators agreed on for the MCP server. */
  const declare = async (pairs: readonly Partial<DelegationTarget>[], at = mcp.id): Promise<void> => {
    const servers = server.behalf.services.documents.collection<ResourceServer>(RESOURCE_SERVERS);
    const found = await servers.get(at);
    if (!found) throw new Error('no such resource server');
    const delegatesTo = pairs.map((pair) => ({
      ...{ resource: api.identifier, scope: 'read', proposedBy: 'acc_one', proposedAt: 1 },
      ...{ acceptedBy: 'acc_two', acceptedAt: 2 },
      ...pair,
    }));
    await servers.replace({ ...found.document, delegatesTo }, found.version);
  };

  const personsBrowser = newBrowser(server.issuer);
  /** The page in the remedy of a refusal, as the person sees it. */
  const openPage = async (answer: Answer, browser = personsBrowser, person = scene.person): Promise<Page> => {
    const url = consentUrl(answer);
    if (url === undefined) throw new Error(`no page: ${answer.status} ${answer.text}`);
    const page = await browser.open(url);
    const isSignIn = page.forms.some(({ fields }) => fields.some(({ type }) => type === 'password'));
    return isSignIn ? submitSignIn(browser, page, person) : page;
  };
  const decide = (page: Page, decision: 'allow' | 'deny', set: Readonly<Record<string, string>> = {}): Promise<Page> =>
    personsBrowser.submit(page, formOn(page), {
      button: new RegExp(`=${decision}$`),
      set,
      check: (name) => (name === 'scope' ? true : undefined),
    });

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await management.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const patch = async (path: string, body: object): Promise<Answer> => {
    const etag = String((await management.call('GET', path)).headers.get('etag'));
    const answer = await management.call('PATCH', path, body, { 'if-match': etag });
    if (answer.status >= 300) throw new Error(`PATCH ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const act = async (path: string, action: 'enable' | 'disable'): Promise<Answer> => {
    const etag = String((await management.call('GET', path)).headers.get('etag'));
    const answer = await management.call('POST', `${path}/${action}`, {}, { 'if-match': etag });
    if (answer.status >= 300) throw new Error(`POST ${path}/${action}: ${answer.status} ${answer.text}`);
    return answer;
  };

  return {
    ...{ server, scene, management, mcp, api, newServer, newAgent, newApp, ask, formOn, redeem, signIn, exchange },
    ...{ declare, openPage, decide, call, patch, personsBrowser, accounts },
    /** What the person allows an agent at the API when this app calls it. */
    row: (agent: Identity, app: Identity, resource = api.identifier) =>
      delegations.consented(scene.accountId, agent.clientId, resource, app.clientId),
    /** The same without an app. */
    plainRow: (agent: Identity, resource = api.identifier) =>
      delegations.consented(scene.accountId, agent.clientId, resource),
    isActive: async (token: unknown, at: Pick<typeof api, 'credential'> = api): Promise<unknown> =>
      (await calls.introspect(at.credential, String(token))).body['active'],
    introspect: async (token: unknown, at: Pick<typeof api, 'credential'> = api) =>
      (await calls.introspect(at.credential, String(token))).body,
    switchOff: (path: string): Promise<Answer> => act(path, 'disable'),
    switchOn: (path: string): Promise<Answer> => act(path, 'enable'),
    /** The agent in the hands of another owner, who gives it a key. */
    async handOver(agent: Identity): Promise<Identity> {
      const other = await management.createAccount({ username: `owner-${Math.random()}`, name: 'Mallory' });
      await patch(`/agents/${agent.clientId}`, { owner: other.id });
      await management.acceptAs(other.id, agent.clientId);
      const key = await newKeyPair();
      await call('POST', `/agents/${agent.clientId}/credentials`, { kind: 'jwks', jwks: { keys: [key.publicJwk] } });
      return { clientId: agent.clientId, key };
    },
  };
};
