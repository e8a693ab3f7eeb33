/** Which credentials the server takes out of a request before oidc-provider reads it. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { presentedCredentials } from '../../../src/provider/client-authentication/presented-credentials.ts';
import { beginRequest, requestState } from '../../../src/provider/seam/request-state.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const WORKLOAD_TOKEN = `${part({ alg: 'RS256' })}.${part({ iss: 'https://platform.example', sub: 'pod' })}.c2ln`;

/** The parameters of a token request with a workload token, after `take`, and what the server keeps of them. */
const taken = (clientId: unknown) => {
  const req = new IncomingMessage(new Socket());
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  const parameters: Record<string, unknown> = {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: WORKLOAD_TOKEN,
  };
  const credentials = presentedCredentials({ otherProofs: { take: () => undefined } } as never);
  credentials.take({ req, oidc: { route: 'token' } }, parameters);
  return { assertion: parameters['client_assertion'], presented: requestState(req).presented };
};

test('a workload token of a named client is kept, and oidc-provider reads a stand-in for it (RFC 7521 §4.2)', () => {
  const { assertion, presented } = taken('agt_a');
  expect(presented).toEqual({ workloadToken: WORKLOAD_TOKEN });
  expect(assertion).not.toBe(WORKLOAD_TOKEN);
});

test('a repeated client_id names no client: the server leaves the request to oidc-provider (RFC 6749 §3.2)', () => {
  expect(taken(['agt_a', 'agt_b'])).toEqual({ assertion: WORKLOAD_TOKEN, presented: undefined });
});

/** The key stores of an agent that publishes its keys at two URLs, of which these answer. */
const keysAt = (answering: readonly string[]) => {
  const credentials = presentedCredentials({ clock: { now: () => 1_000 } } as never);
  const credential = (id: string) => ({ id, kind: 'jwks_uri', state: 'active', jwksUri: `https://keys.example/${id}` });
  return credentials.keysOf({ id: 'agt_a', credentials: [credential('one'), credential('two')] } as never, {
    of: (jwks) => ({ selectForVerify: () => jwks.keys }) as never,
    at: async (url) => {
      if (!answering.includes(url)) throw new Error(`${url} does not answer`);
      return { keys: [{ kty: 'OKP', kid: url }] };
    },
  }) as { refresh(): Promise<void>; selectForVerify(options: object): readonly object[] };
};

test('keys at a URL that does not answer are passed over while another URL of the agent answers (RFC 7591 §2)', async () => {
  const keys = keysAt(['https://keys.example/two']);
  await keys.refresh();
  expect(keys.selectForVerify({})).toEqual([{ kty: 'OKP', kid: 'https://keys.example/two' }]);
});

test('when no URL of the agent answers, the failure of the last one is the answer, and no key is left to try', async () => {
  const keys = keysAt([]);
  await expect(keys.refresh()).rejects.toThrow('https://keys.example/two does not answer');
  expect(keys.selectForVerify({})).toEqual([]);
});
