/** Agents that act for Ada and change hands: from Sam, who made them, to Mallory, whom Ada never heard of. */
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { type Identity, newKeyPair } from './agent-keys.ts';
import { approvalsWorld, BANK } from './approvals-world.ts';
import { type Browser, newBrowser, type Page } from './browser-flow.ts';
import type { Answer } from './oauth-calls.ts';
import type { RunningServer } from './running-server.ts';
import { finishOnOurPages, REDIRECT_URI } from './scene.ts';

export type HandOverWorld = Awaited<ReturnType<typeof handOverWorld>>;

export const handOverWorld = async (server: RunningServer) => {
  const world = await approvalsWorld(server);
  const { management, calls, keyed } = world;
  const sam = await management.createAccount({ username: 'sam', name: 'Sam' });
  const mallory = await management.createAccount({ username: 'mallory', name: 'Mallory Mint' });
  const browser: Browser = newBrowser(world.issuer);
  await finishOnOurPages(browser, await browser.open(`${world.issuer}/account`), { person: world.person });

  const patch = async (path: string, body: object): Promise<Answer> => {
    const read = await management.call('GET', path);
    const answer = await management.call('PATCH', path, body, { 'if-match': String(read.headers.get('etag')) });
    if (answer.status !== 200) throw new Error(`PATCH ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const updateAgent = (agent: string, body: object): Promise<Answer> => patch(`/agents/${agent}`, body);
  const offer = (agent: string, to: string): Promise<Answer> => updateAgent(agent, { owner: to });

  const api = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await management.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };

  return {
    ...world,
    sam: sam.id,
    mallory: mallory.id,
    browser,
    api,
    /** Sam's agent, which Ada allowed to see her balance and, each time approved, to pay. */
    async allowed(name: string, owner: string = sam.id) {
      const agent = await world.newAgent(name, { owner });
      const refreshToken = await world.allow(agent, 'openid offline_access balance pay');
      const refresh = (as: Identity = agent): Promise<Answer> =>
        calls.token(keyed(as), { grant_type: 'refresh_token', refresh_token: refreshToken, resource: BANK });
      const fresh = await refresh();
      if (fresh.status !== 200) throw new Error(`no token: ${fresh.status} ${fresh.text}`);
      const row = await server.behalf.services.delegations.consented(world.accountId, agent.clientId, BANK);
      if (!row) throw new Error('no delegation');
      return {
        agent,
        row: row.id,
        token: String(fresh.body['access_token']),
        refreshToken: String(fresh.body['refresh_token'] ?? refreshToken),
      };
    },
    offer,
    updateAgent,
    setMembers: (group: string, members: readonly string[]): Promise<Answer> => patch(`/groups/${group}`, { members }),
    /** Offers an agent and accepts it in the name of the new owner. */
    async handOver(agent: string, to: string = mallory.id): Promise<Answer> {
      await offer(agent, to);
      return management.acceptAs(to, agent);
    },
    /** The new owner gives the agent a key of their own. */
    async newKey(agent: Identity): Promise<Identity> {
      const key = await newKeyPair();
      await api('POST', `/agents/${agent.clientId}/credentials`, { kind: 'jwks', jwks: { keys: [key.publicJwk] } });
      return { clientId: agent.clientId, key };
    },
    isLive: async (token: string): Promise<unknown> =>
      (await calls.introspect(world.bank.credential, token)).body['active'],
    backchannel: (as: Identity, scope = 'openid pay'): Promise<Answer> =>
      calls.backchannel(keyed(as), { scope, resource: BANK, login_hint: world.person.username }),
    stateOf: async (row: string): Promise<unknown> => (await api('GET', `/delegations/${row}`)).body['state'],
    /** Ada's answer on the page that asks about the new owner. */
    async answer(agent: string, decision: 'allow' | 'deny', from?: Page): Promise<Page> {
      const page = from ?? (await browser.open(`${world.issuer}/account/agents/${agent}/owner`));
      const form = page.forms.find(({ action }) => action.endsWith(`/account/agents/${agent}/owner`));
      if (!form) throw new Error(`nothing is asked on ${page.url}: ${page.text.slice(0, 500)}`);
      return browser.submit(page, form, { button: decision === 'allow' ? /Confirm/ : /End all/ });
    },
    codeRequest: (agent: Identity, scope = 'openid balance pay') =>
      world.authorizationRequest(agent, { scope, resource: BANK }),
    redeem: (as: Identity, code: string, verifier: string): Promise<Answer> =>
      calls.token(keyed(as), {
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT_URI,
        code_verifier: verifier,
        resource: BANK,
      }),
    /** Runs `meanwhile` once, when the next event of this type is about to be recorded: in the middle of a request. */
    during(type: AuditEventType, meanwhile: () => Promise<unknown>): void {
      const { audit } = server.behalf.services;
      const { append } = audit;
      let isDone = false;
      Object.assign(audit, {
        append: async (event: Parameters<typeof append>[0]) => {
          if (event.type === type && !isDone) {
            isDone = true;
            Object.assign(audit, { append });
            await meanwhile();
          }
          return append(event);
        },
      });
    },
  };
};
