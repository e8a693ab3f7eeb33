/** What is ended in the campaign `revocation`, and how, at a node that is named. */
import type { Identity } from '../support/agent-keys.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { REDIRECT_URI, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';
import type { Node } from './node-client.ts';

/** A token of some kind, and what ends it at the node with this number. */
export type Ending = {
  readonly token: string;
  readonly credential: Credential;
  end(node: number): Promise<Answer>;
  /** Asks for something new afterwards, which must not be granted. */
  readonly again?: (node: number) => Promise<Answer>;
};

/** Begins an access review of what the agent holds, and waits for its item. */
const reviewItemOf = async ({ call }: Scene['management'], agent: string): Promise<string> => {
  const { body: review } = await call('POST', '/reviews', { name: 'Campaign', agent });
  let item: { readonly id: string } | undefined;
  await until(
    async () => {
      const { body } = await call('GET', `/review-items?review=${String(review['id'])}&state=open`);
      [item] = (body['items'] ?? []) as readonly { readonly id: string }[];
      const { body: now } = await call('GET', `/reviews/${String(review['id'])}`);
      return item !== undefined && now['state'] === 'open';
    },
    { what: 'the item of a review', seconds: 30 },
  );
  return item?.id ?? '';
};

/** The ways to end something, each making one new. What ends it needs no Redis: a secret, or a token in hand. */
export const endingsOf = async (scene: Scene, nodes: readonly Node[]) => {
  const { calls, keyed, jwt, opaque, management } = scene;
  const at = (node: number): Node => nodes[node] as Node;
  const access = (answer: Answer): string => {
    if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.text}`);
    return String(answer.body['access_token']);
  };
  const made = await management.createClient({
    name: 'Desk with a secret',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
    authority: { [jwt.identifier]: ['read'], [opaque.identifier]: ['read'] },
  });
  const desk: Credential = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
  const ofDesk = async (resource: string) =>
    access(await calls.token(desk, { grant_type: 'client_credentials', resource }));
  const revocation = (token: string) => (node: number) => at(node).oauth('/token/revocation', desk, { token });
  const own = async (agent: Identity, resource: string) =>
    access(await calls.token(keyed(agent), { grant_type: 'client_credentials', resource }));
  const askAgain = (agent: Identity) => (node: number) =>
    at(node).oauth('/token', keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier });

  const delegated = async (agent: Identity) => {
    const subject = String((await scene.newTokens(opaque.identifier, 'openid read'))['access_token']);
    await scene.consentToAgent(agent, subject, jwt.identifier);
    return { subject, token: access(await calls.exchange(keyed(agent), subject, jwt.identifier)) };
  };

  return {
    async 'revoke a JWT'(): Promise<Ending> {
      const token = await ofDesk(jwt.identifier);
      return { token, credential: jwt.credential, end: revocation(token) };
    },
    async 'revoke an opaque token'(): Promise<Ending> {
      const token = await ofDesk(opaque.identifier);
      return { token, credential: opaque.credential, end: revocation(token) };
    },
    async 'revoke a refresh token'(): Promise<Ending> {
      const identity = { ...scene.app, clientId: made.id };
      const { body } = await calls.token(desk, await scene.newCode(jwt.identifier, undefined, identity));
      const refresh = String(body['refresh_token']);
      return {
        token: String(body['access_token']),
        credential: jwt.credential,
        end: revocation(refresh),
        again: (node) => at(node).oauth('/token', desk, { grant_type: 'refresh_token', refresh_token: refresh }),
      };
    },
    async 'revoke a delegation'(): Promise<Ending> {
      const agent = await scene.newAgent('Delegate');
      const { subject, token } = await delegated(agent);
      const { body } = await management.listDelegations(`?actor=${agent.clientId}&live=true`);
      const [row] = body['items'] as { id: string }[];
      const administrator = await management.accessToken();
      return {
        token,
        credential: jwt.credential,
        end: (node) => at(node).manage(`/delegations/${row?.id}/revoke`, administrator),
        again: (node) =>
          at(node).oauth('/token', keyed(agent), {
            grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
            subject_token: subject,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            resource: jwt.identifier,
          }),
      };
    },
    async 'end in an access review'(): Promise<Ending> {
      const agent = await scene.newAgent('Reviewed');
      const { token } = await delegated(agent);
      const item = await reviewItemOf(management, agent.clientId);
      const administrator = await management.accessToken();
      return {
        token,
        credential: jwt.credential,
        end: (node) => at(node).manage(`/review-items/${item}/decide`, administrator, { decision: 'end' }),
      };
    },
    async 'suspend an agent'(): Promise<Ending> {
      const agent = await scene.newAgent('Suspended');
      const administrator = await management.accessToken();
      return {
        token: await own(agent, jwt.identifier),
        credential: jwt.credential,
        end: (node) => at(node).manage(`/agents/${agent.clientId}/suspend`, administrator),
        again: askAgain(agent),
      };
    },
    async 'kill an agent'(): Promise<Ending> {
      const agent = await scene.newAgent('Killed');
      const { token } = await delegated(agent);
      const administrator = await management.accessToken();
      const body = { scope: 'agent', id: agent.clientId, reason: 'campaign revocation' };
      return {
        token,
        credential: jwt.credential,
        end: (node) => at(node).manage('/kills', administrator, body),
        again: askAgain(agent),
      };
    },
  };
};
