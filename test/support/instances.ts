/** Instances of an agent, as its own programs would use them: each with a key, and refresh tokens of its own. */
import { type Identity, type KeyPair, newKeyPair } from './agent-keys.ts';
import { ACCESS_TOKEN_TYPE, type Answer, EXCHANGE, type Parameters } from './oauth-calls.ts';
import type { Scene } from './scene.ts';

const REFRESH_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:refresh_token';

/** A copy that signs with a key of its own as the agent. */
export type Copy = { readonly id: string; readonly identity: Identity };

export const instancesOf = (scene: Scene) => {
  const { calls, management, keyed } = scene;

  const start = async (agent: Identity, key?: KeyPair): Promise<Answer & { readonly copy: Copy }> => {
    const own = key ?? (await newKeyPair());
    const answer = await management.call('POST', `/agents/${agent.clientId}/instances`, { jwk: own.publicJwk });
    return { ...answer, copy: { id: String(answer.body['id']), identity: { clientId: agent.clientId, key: own } } };
  };

  return {
    start,
    async started(agent: Identity): Promise<Copy> {
      const { status, text, copy } = await start(agent);
      if (status !== 201) throw new Error(`no instance: ${status} ${text}`);
      return copy;
    },
    list: async (agent: Identity): Promise<Answer> => management.call('GET', `/agents/${agent.clientId}/instances`),
    end: (agent: Identity, id: string): Promise<Answer> =>
      management.call('DELETE', `/agents/${agent.clientId}/instances/${id}`),
    /** The agent's own authorization by the person: an access and a refresh token of its own. */
    async authorize(agent: Identity, scope = 'offline_access read write'): Promise<Answer['body']> {
      const answer = await calls.token(keyed(agent), await scene.newCode(scene.jwt.identifier, scope, agent));
      if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    /** Asks for a refresh token of its own. */
    share: (who: Identity, accessToken: string, more: Parameters = {}, dpop?: KeyPair): Promise<Answer> =>
      calls.token(
        keyed(who),
        {
          grant_type: EXCHANGE,
          subject_token: accessToken,
          subject_token_type: ACCESS_TOKEN_TYPE,
          requested_token_type: REFRESH_TOKEN_TYPE,
          ...more,
        },
        dpop ? { dpop } : {},
      ),
    refresh: (who: Identity, refreshToken: string, more: Parameters = {}, dpop?: KeyPair): Promise<Answer> =>
      calls.token(
        keyed(who),
        { grant_type: 'refresh_token', refresh_token: refreshToken, resource: scene.jwt.identifier, ...more },
        dpop ? { dpop } : {},
      ),
    introspect: async (token: unknown): Promise<Answer['body']> =>
      (await calls.introspect(scene.jwt.credential, String(token))).body,
  };
};
