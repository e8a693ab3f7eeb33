/** Which credentials the server takes out of a request before oidc-provider reads it. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { isOfPlatform, keyIdOf } from '../../../src/provider/client-authentication/assertion-texts.ts';
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

test.each([
  ['as platforms write it', '{"iss":"https://platform.example","sub":"pod"}', true],
  ['with spaces', '{ "sub" : "pod", "iss" :\n"https://platform.example" }', true],
  ['with an escape in the name of its member', '{"\\u0069ss":"https://platform.example","sub":"pod"}', true],
  ['with an escape in its value', '{"iss":"https:\\/\\/platform.example","sub":"pod"}', true],
  ['after another one', '{"iss":"agt_1","sub":"agt_1","iss":"https://platform.example"}', true],
  ['not as the audience', '{"aud":"https://as.example","iss":"agt_1","sub":"agt_1"}', false],
  ['not in a member of a member', '{"iss":"agt_1","sub":"agt_1","act":{"iss":"https://platform.example"}}', false],
  ['not as its own subject', '{"iss":"https://app.example","sub":"https://app.example"}', false],
  ['not in what is no JSON', '{"iss":"https://platform.example","sub":"pod"', false],
])('the issuer of a workload token is found %s', (_, claims, isFound) => {
  const token = `${part({ alg: 'RS256' })}.${Buffer.from(claims).toString('base64url')}.c2ln`;
  expect(isOfPlatform(token)).toBe(isFound);
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

type Part = Parameters<typeof presentedCredentials>[0];
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const requestWith = (presented: object | undefined, params: Record<string, unknown> = {}) => {
  const req = new IncomingMessage(new Socket());
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  requestState(req).presented = presented as never;
  return { req, oidc: { route: 'token', params } };
};
const partsOf = (parts: object): Part =>
  ({ clock: { now: () => 1_000 }, issuer: 'https://as.example', ...parts }) as never;

test.each<[string, string, Record<string, unknown>]>([
  ['at an endpoint without clients', 'authorization', {}],
  ['of another type of assertion', 'token', { client_assertion_type: 'other' }],
  [
    'of an assertion of our own form',
    'token',
    { client_assertion: `${part({ alg: 'ES256' })}.${part({ iss: 'agt_a', sub: 'agt_a' })}.c2ln` },
  ],
])('a request %s keeps its parameters', (_, route, changes) => {
  const { req } = requestWith(undefined);
  const parameters = { client_assertion_type: ASSERTION, client_assertion: WORKLOAD_TOKEN, ...changes };
  const before = { ...parameters };
  const otherProofs = { take: () => (route === 'token' ? undefined : { kind: 'secret', clientId: 'agt_a' }) };
  presentedCredentials(partsOf({ otherProofs })).take({ req, oidc: { route } }, parameters);
  expect([parameters, requestState(req).presented]).toEqual([before, undefined]);
});

test('another credential is kept in the request, and oidc-provider reads an assertion in its place', () => {
  const { req } = requestWith(undefined);
  const other = { kind: 'secret', clientId: 'agt_a' };
  const parameters: Record<string, unknown> = {};
  presentedCredentials(partsOf({ otherProofs: { take: () => other } })).take(
    { req, oidc: { route: 'token' } },
    parameters,
  );
  expect(requestState(req).presented).toEqual({ other });
  expect(parameters).toEqual({ client_assertion_type: ASSERTION, client_assertion: expect.any(String) });
});

test('a workload token without a client names one by itself, and a check that fails is told', async () => {
  const named = async (id: unknown, presented: object | undefined, answer: unknown) => {
    const asked: unknown[] = [];
    const identity = {
      async named(token: string) {
        asked.push(token);
        return answer;
      },
    };
    const context = requestWith(presented);
    const credentials = presentedCredentials(partsOf({ identity }));
    const found = currentContext.run(context as never, () => credentials.clientIdOf(id));
    return { found: await found.catch((error: { readonly error_detail: string }) => error.error_detail), asked };
  };
  const placed = { workloadToken: 'token', placeholder: 'workload:1' };
  expect(await named('workload:1', placed, 'agt_a')).toEqual({ found: 'agt_a', asked: ['token'] });
  expect(await named('workload:2', placed, 'agt_a')).toEqual({ found: 'workload:2', asked: [] });
  expect(await named(undefined, { workloadToken: 'token' }, 'agt_a')).toEqual({ found: undefined, asked: [] });
  expect(await named('agt_b', undefined, 'agt_a')).toEqual({ found: 'agt_b', asked: [] });
  const failed = await named('workload:1', placed, { check: 'audience', why: 'is another' });
  expect(failed.found).toBe('workload token, audience: is another');
});

test('oidc-provider sees one assertion of ours in place of another credential, after its challenge is checked', () => {
  const replaced = (presented: Record<string, unknown> | undefined, params?: Record<string, unknown>) => {
    const checked: unknown[] = [];
    const context = requestWith(presented, params);
    if (params === undefined) Object.assign(context.oidc, { params: undefined });
    const credentials = presentedCredentials(
      partsOf({
        processKey: { sign: () => Buffer.from('signed') },
        challenges: { check: (_: unknown, proof: unknown) => checked.push(proof) },
      }),
    );
    currentContext.run(context as never, () => credentials.replace('agt_a'));
    return { assertion: params?.['client_assertion'], agent: presented?.['agent'], checked };
  };
  for (const presented of [{ workloadToken: 'token' }, { other: { kind: 'secret' } }]) {
    expect(replaced(presented, {})).toEqual({ assertion: expect.any(String), agent: 'agt_a', checked: [] });
    expect(replaced({ ...presented, agent: 'agt_b' }, {})).toEqual({
      assertion: undefined,
      agent: 'agt_b',
      checked: [],
    });
  }
  expect(replaced({ other: { kind: 'attestation', proof: 'proof' } }, {})).toMatchObject({
    agent: 'agt_a',
    checked: ['proof'],
  });
  for (const presented of [undefined, {}]) {
    expect(replaced(presented, {})).toEqual({ assertion: undefined, agent: undefined, checked: [] });
  }
  expect(replaced({ workloadToken: 'token' }).agent).toBeUndefined();
});

test.each<[number, object | undefined, boolean]>([
  [401, { kind: 'secret', isBasic: true }, true],
  [401, { kind: 'secret', isBasic: false }, false],
  [401, { kind: 'attestation', isBasic: true }, false],
  [401, undefined, false],
  [400, { kind: 'secret', isBasic: true }, false],
])('an answer %s to %j has a challenge: %s (RFC 6749 §5.2)', async (status, other, isChallenged) => {
  type Middleware = (context: object, next: () => Promise<void>) => Promise<void>;
  let middleware: Middleware | undefined;
  const install = () => undefined;
  presentedCredentials(partsOf({ challenges: { install } })).install({
    use: (one: Middleware) => (middleware = one),
  } as never);
  const set: unknown[] = [];
  const context = { ...requestWith(other && { other }), status, set: (...given: unknown[]) => set.push(given) };
  await middleware?.(context, async () => undefined);
  expect(set).toEqual(
    isChallenged ? [['WWW-Authenticate', 'Basic realm="https://as.example", error="invalid_client"']] : [],
  );
});

test('what proved the client is known afterwards, and its use is noted', () => {
  const noted: unknown[] = [];
  const credentials = presentedCredentials(partsOf({ uses: { note: (...given: unknown[]) => noted.push(given) } }));
  const instance = { id: 'ins_1', thumbprint: 'key' };
  const source = { credential: 'crd_1', instance };
  const whole = { agent: 'agt_a', source, proof: 'proof', other: { kind: 'attestation' } };
  for (const presented of [undefined, {}, { agent: 'agt_a' }, { source }, { agent: 'agt_a', source: {} }]) {
    credentials.noteUse(requestWith(presented));
  }
  expect(noted).toEqual([]);
  credentials.noteUse(requestWith(whole));
  expect(noted).toEqual([['agt_a', 'crd_1']]);
  const asked = (presented: object | undefined) => {
    const of = requestWith(presented);
    return [credentials.proofIn(of), credentials.isOurs(of), credentials.instanceIn(of), credentials.attestedKeyIn(of)];
  };
  expect(asked(whole)).toEqual(['proof', true, instance, 'key']);
  expect(asked({ ...whole, other: { kind: 'secret' } })).toEqual(['proof', true, instance, undefined]);
  expect(asked({ source: {} })).toEqual([undefined, false, undefined, undefined]);
  expect(asked(undefined)).toEqual([undefined, false, undefined, undefined]);
});

test.each<[string, object, boolean]>([
  ['a running instance', {}, true],
  ['an instance where its ceilings allow keys', { ceilings: { authenticationMethods: ['jwks'] } }, true],
  ['an instance where its ceilings allow no keys', { ceilings: { authenticationMethods: ['secret'] } }, false],
])('the key of %s of the agent is tried by its thumbprint', async (_, more, isFound) => {
  const kid = 'k'.repeat(43);
  const jwk = { kty: 'OKP', kid };
  const running = async (__: unknown, asked: string) => (asked === kid ? { id: 'ins_1', jwk } : undefined);
  const credentials = presentedCredentials(partsOf({ instances: { running } }));
  const params = { client_assertion: `${part({ alg: 'EdDSA', kid })}.${part({})}.c2ln` };
  const context = requestWith(undefined, params);
  const keys = currentContext.run(context as never, () =>
    credentials.keysOf({ id: 'agt_a', credentials: [], ...more } as never, {
      of: (jwks) => ({ selectForVerify: () => jwks.keys }) as never,
      at: async () => ({ keys: [] }),
    }),
  ) as { refresh(): Promise<void>; fresh(): boolean; selectForVerify(options: object): readonly object[] };
  expect(keys.fresh()).toBe(false);
  await keys.refresh();
  expect(keys.fresh()).toBe(true);
  expect(keys.selectForVerify({})).toEqual(isFound ? [jwk] : []);
});
