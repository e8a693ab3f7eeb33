/** Which credentials the server takes out of a request before oidc-provider reads it. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { keyIdOf } from '../../../src/provider/client-authentication/assertion-texts.ts';
import { presentedCredentials } from '../../../src/provider/client-authentication/presented-credentials.ts';
import { currentContext } from '../../../src/provider/seam/internals.ts';
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

/** The key store for a request with a workload token, of which a check says this. */
const keysOfWorkload = (prove: () => Promise<unknown>) => {
  const req = new IncomingMessage(new Socket());
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  requestState(req).presented = { workloadToken: WORKLOAD_TOKEN };
  const credentials = presentedCredentials({
    clock: { now: () => 1_000 },
    identity: { prove },
    processKey: { key: 'the key of this process' },
  } as never);
  return currentContext.run({ req } as never, () => {
    const keys = credentials.keysOf({ id: 'agt_a', credentials: [] } as never, {} as never) as {
      selectForVerify(options: object): readonly object[];
      getKeyObject(key: object, isPublic: boolean): Promise<unknown>;
      fresh(): boolean;
      refresh(): Promise<void>;
    };
    const inRequest = <T>(work: () => T): T => currentContext.run({ req } as never, work);
    return { req, keys, inRequest };
  });
};

const OWN = { alg: 'EdDSA', kid: 'workload' };

test('a workload token is checked once, when its key is asked for, and its credential is the one that is used', async () => {
  let checks = 0;
  const proof = { credential: { id: 'crd_1' }, issuer: {}, claims: {} };
  const { req, keys, inRequest } = keysOfWorkload(async () => {
    checks += 1;
    return proof;
  });
  const [candidate, ...others] = keys.selectForVerify(OWN);
  expect(others).toEqual([]);
  expect(checks).toBe(0);
  expect(await inRequest(() => keys.getKeyObject(candidate ?? {}, true))).toBe('the key of this process');
  expect([checks, keys.fresh()]).toEqual([1, true]);
  expect(requestState(req).presented).toMatchObject({ agent: 'agt_a', proof, source: { credential: 'crd_1' } });
});

test('a workload token gives no key for an assertion in another form than our own', async () => {
  const { keys, inRequest } = keysOfWorkload(async () => ({ credential: { id: 'crd_1' } }));
  const [candidate] = keys.selectForVerify({ alg: 'ES256', kid: 'workload' });
  expect(await inRequest(() => keys.getKeyObject(candidate ?? {}, true))).toBeUndefined();
  expect(keys.fresh()).toBe(true);
});

test('a workload token that fails a check gives no key, and the refresh says which check', async () => {
  const { req, keys, inRequest } = keysOfWorkload(async () => ({ check: 'audience', why: 'it is for another server' }));
  const [candidate] = keys.selectForVerify(OWN);
  expect(await inRequest(() => keys.getKeyObject(candidate ?? {}, true))).toBeUndefined();
  expect(keys.fresh()).toBe(false);
  await expect(inRequest(() => keys.refresh())).rejects.toThrow('workload token, audience: it is for another server');
  expect([keys.fresh(), keys.selectForVerify(OWN)]).toEqual([true, []]);
  expect(requestState(req).presented?.source).toBeUndefined();
});

test('the key id of an assertion is that of its own header, also after others were read', () => {
  const assertion = (header: object): string => `${part(header)}.${part({ iss: 'agt_a' })}.c2ln`;
  const texts = [
    assertion({ alg: 'ES256', kid: 'one' }),
    assertion({ alg: 'ES256', kid: 'two' }),
    assertion({ alg: 'ES256' }),
    assertion({ alg: 'ES256', kid: 3 }),
    'not.one',
    'x',
    '.',
  ];
  const expected = ['one', 'two', undefined, undefined, undefined, undefined, undefined];
  for (let round = 0; round < 2; round += 1) expect(texts.map(keyIdOf)).toEqual(expected);
  const long = assertion({ alg: 'ES256', kid: 'k'.repeat(2_000) });
  expect(keyIdOf(long)).toBe('k'.repeat(2_000));
  for (let index = 0; index < 1_100; index += 1) keyIdOf(assertion({ kid: `key ${index}` }));
  expect(texts.map(keyIdOf)).toEqual(expected);
});

test('of the assertions whose key ids are remembered, nothing but the header stays in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const usedAfter = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = usedAfter();
  for (let index = 0; index < 1000; index += 1) {
    const assertion = `${part({ alg: 'EdDSA', kid: `heap-${index}` })}.${String(index).padStart(30_000, 'x')}.c2ln`;
    expect(keyIdOf(assertion)).toBe(`heap-${index}`);
  }
  expect(usedAfter() - before).toBeLessThan(8_000_000);
});
