import { type ClientAuth, modifyAssertion, None, PrivateKeyJwt } from 'openid-client';
import { type CompositionSource, currentComposition, noteShown } from './composition.ts';
import { ConfigurationError, checkMembers } from './configuration-error.ts';
import type { AgentKey } from './keys.ts';
import { type TokenSource, workloadToken } from './workload-token.ts';

/** How the agent authenticates to the authorization server. */
export type Credential =
  | {
      /** `private_key_jwt`: a key that is registered for the agent. */
      readonly key: AgentKey;
    }
  | {
      /** A token of the agent's platform, which the server trusts. */
      readonly workloadToken: TokenSource;
    }
  | {
      /** A public client, such as a native app: it proves nothing, and PKCE protects its codes. */
      readonly kind: 'none';
    };

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Throws ConfigurationError for a credential of another form. */
export const checkCredential = (credential: Credential): void => {
  checkMembers(credential, ['key', 'workloadToken', 'kind'], 'credential');
  const { key, workloadToken: source, kind } = credential as Partial<Record<'key' | 'workloadToken' | 'kind', unknown>>;
  const given = [key, source, kind].filter((one) => one !== undefined).length;
  if (given !== 1) throw new ConfigurationError('credential', "give one of key, workloadToken and kind: 'none'");
  if (source !== undefined && typeof source !== 'function') {
    throw new ConfigurationError('credential.workloadToken', 'give fileToken(…), environmentToken(…) or a function');
  }
  if (kind !== undefined && kind !== 'none') throw new ConfigurationError('credential.kind', "give 'none'");
  if (key !== undefined && typeof (key as AgentKey)?.privateKey !== 'object') {
    throw new ConfigurationError('credential.key', 'give what keyFile, keyFromJwk or newKey answers');
  }
};

const signedBy = ({ privateKey, kid }: AgentKey, source: CompositionSource | undefined): ClientAuth => {
  const key = kid === undefined ? privateKey : { key: privateKey, kid };
  if (source === undefined) return PrivateKeyJwt(key);
  // The library waits for it, although its type does not say so.
  return async (server, client, body, headers) => {
    const composition = await currentComposition(source);
    noteShown(composition);
    const withComposition = {
      [modifyAssertion]: (_: object, claims: Record<string, unknown>) => Object.assign(claims, { composition }),
    };
    await PrivateKeyJwt(key, withComposition)(server, client, body, headers);
  };
};

/** Adds what authenticates the agent to each request. `composition`: what its assertions say that it runs with. */
export const authenticationOf = (credential: Credential, composition?: CompositionSource): ClientAuth => {
  if ('key' in credential) return signedBy(credential.key, composition);
  if (!('workloadToken' in credential)) return None();
  const { workloadToken: source } = credential;
  // The library waits for it, although its type does not say so.
  return async (_server, { client_id }, body) => {
    const token = await workloadToken(source);
    body.set('client_id', client_id);
    body.set('client_assertion_type', ASSERTION_TYPE);
    body.set('client_assertion', token);
  };
};
