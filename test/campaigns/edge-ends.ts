/** What is ended in the campaign `edge`, each with a token of scopes of all risks, and how, at a node that is named. */
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import type { Identity } from '../support/agent-keys.ts';
import { newBrowser } from '../support/browser-flow.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { Need } from './edge-kits.ts';
import type { Node } from './node-client.ts';

export type EdgeEnd = {
  readonly kind: string;
  readonly token: string;
  /** What the token is good for. One of a delegation is not good for what has high risk. */
  readonly needs: readonly Need[];
  end(node: number): Promise<Answer>;
};

export interface EdgeEnds {
  /** The next one: each kind in turn. */
  next(): Promise<EdgeEnd>;
  /** A token that nothing ends. */
  live(): Promise<Omit<EdgeEnd, 'end'>>;
  /** Kills everything at a node. Resolves to the answer and to what lifts the kill. */
  all(node: number): Promise<{ readonly answer: Answer; lift(): Promise<void> }>;
}

const SCOPES: readonly Need[] = ['read', 'write', 'delete'];
/** A kill of everything, and its lift, each end what was issued until the second after it. */
const AFTER_EPOCH_MS = 2500;
const ATTEMPTS = 5;

const needsOf = (token: string): readonly Need[] => {
  const scopes = String(decodeJwt(token)['scope']).split(' ');
  return SCOPES.filter((need) => scopes.includes(need));
};

const accessTokenOf = ({ status, body, text }: Answer): string => {
  if (status !== 200) throw new Error(`no token: ${status} ${text}`);
  return String(body['access_token']);
};

export const edgeEnds = async (scene: Scene, nodes: readonly Node[]): Promise<EdgeEnds> => {
  const { calls, keyed, jwt, opaque, management } = scene;
  const at = (node: number): Node => nodes[node] as Node;
  const scope = `openid offline_access ${SCOPES.join(' ')}`;
  const made = await management.createClient({
    name: 'Client with a secret',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
    authority: { [jwt.identifier]: SCOPES },
  });
  const client: Credential = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
  const other = await management.newScript(scene.accountId, { name: 'Second', roles: ['administrator'] });

  const ownOf = async (credential: Credential): Promise<string> =>
    accessTokenOf(await calls.token(credential, { grant_type: 'client_credentials', resource: jwt.identifier }));
  const newAgent = (name: string): Promise<Identity> => scene.newAgent(name, scene.accountId, SCOPES);
  const delegated = async (agent: Identity): Promise<string> => {
    const subject = String((await scene.newTokens(opaque.identifier, scope))['access_token']);
    await scene.consentToAgent(agent, subject, jwt.identifier);
    return accessTokenOf(await calls.exchange(keyed(agent), subject, jwt.identifier));
  };
  let people = 0;

  const kinds: Readonly<Record<string, () => Promise<Pick<EdgeEnd, 'token' | 'end'>>>> = {
    async token() {
      const token = await ownOf(client);
      return { token, end: (node) => at(node).oauth('/token/revocation', client, { token }) };
    },
    async grant() {
      const token = String((await scene.newTokens(jwt.identifier, scope))['access_token']);
      const grant = String(decodeJwt(token)['grant_id']);
      const administrator = await management.accessToken();
      return { token, end: (node) => at(node).remove(`/grants/${grant}`, administrator) };
    },
    async delegation() {
      const token = await delegated(await newAgent('Delegate'));
      const delegation = String(decodeJwt(token)['delegation']);
      const administrator = await management.accessToken();
      return { token, end: (node) => at(node).manage(`/delegations/${delegation}/revoke`, administrator) };
    },
    async agent() {
      const agent = await newAgent('Suspended');
      const token = await ownOf(keyed(agent));
      const administrator = await management.accessToken();
      return { token, end: (node) => at(node).manage(`/agents/${agent.clientId}/suspend`, administrator) };
    },
    async account() {
      people += 1;
      const person = { username: `person-${people}-${Date.now()}`, password: 'another long enough pass phrase' };
      const { id } = await management.createAccount({ ...person, name: 'One of many' });
      const before = scene.browser;
      scene.useBrowser(newBrowser(scene.issuer));
      try {
        const request = scene.authorizationRequest(scene.app, { scope, resource: [jwt.identifier] });
        const code = scene.codeFrom(await scene.walk(request.url, { person }));
        const token = accessTokenOf(
          await calls.token(keyed(scene.app), {
            grant_type: 'authorization_code',
            code,
            redirect_uri: REDIRECT_URI,
            code_verifier: request.verifier,
            resource: jwt.identifier,
          }),
        );
        const administrator = await management.accessToken();
        return { token, end: (node) => at(node).manage(`/accounts/${id}/disable`, administrator) };
      } finally {
        scene.useBrowser(before);
      }
    },
    async kill() {
      const agent = await newAgent('Killed');
      const token = await delegated(agent);
      const administrator = await management.accessToken();
      const body = { scope: 'agent', id: agent.clientId, reason: 'campaign edge' };
      return { token, end: (node) => at(node).manage('/kills', administrator, body) };
    },
  };
  const names = Object.keys(kinds);
  let turn = 0;

  const lift = async (kill: string): Promise<void> => {
    await pause(AFTER_EPOCH_MS);
    management.signInAgain();
    for (const identity of [undefined, other]) {
      const { status, text } = await management.call('POST', `/kills/${kill}/lift`, undefined, {}, identity);
      if (status !== 200) throw new Error(`the kill of everything stands: ${status} ${text}`);
    }
    await pause(AFTER_EPOCH_MS);
    management.signInAgain();
    scene.useBrowser(newBrowser(scene.issuer));
  };

  return {
    async next() {
      const kind = names[turn % names.length] as string;
      turn += 1;
      // Making one is not what is measured: a busy machine may put it off.
      for (let attempt = 1; ; attempt += 1) {
        try {
          const next = await (kinds[kind] as (typeof kinds)[string])();
          return { kind, needs: needsOf(next.token), ...next };
        } catch (error) {
          if (attempt === ATTEMPTS) throw error;
        }
      }
    },
    async live() {
      const token = await ownOf(client);
      return { kind: 'live', token, needs: needsOf(token) };
    },
    async all(node) {
      const administrator = await management.accessToken();
      const answer = await at(node).manage('/kills', administrator, { scope: 'all', reason: 'campaign edge' });
      return { answer, lift: () => lift(String(answer.body['id'])) };
    },
  };
};
