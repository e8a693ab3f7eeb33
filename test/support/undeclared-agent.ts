/** A client that is found as an undeclared agent: it has a name of agents, and got five tokens without a person. */
import { newKeyPair } from './agent-keys.ts';
import type { Credential } from './oauth-calls.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

/** Returns the client and its finding. */
export const undeclaredAgent = async (
  { management, calls, jwt }: Pick<Scene, 'management' | 'calls' | 'jwt'>,
  name: string,
): Promise<{ readonly id: string; readonly credential: Credential; readonly finding: string }> => {
  const key = await newKeyPair();
  const { id } = await management.createClient({
    ...{ name, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.publicJwk] } },
    ...{ grant_types: ['client_credentials'], authority: { [jwt.identifier]: ['read'] } },
  });
  const credential: Credential = { kind: 'key', identity: { clientId: id, key } };
  const asked = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' };
  for (let count = 0; count < 5; count += 1) {
    const { status, text } = await calls.token(credential, asked);
    if (status !== 200) throw new Error(`no token: ${status} ${text}`);
  }
  let finding: string | undefined;
  await until(
    async () => {
      const { body } = await management.call('GET', `/findings?subject=${id}&kind=undeclared_agent`);
      finding = (body['items'] as readonly { readonly id: string }[])[0]?.id;
      return finding !== undefined;
    },
    { what: 'the finding', seconds: 60 },
  );
  return { id, credential, finding: String(finding) };
};
