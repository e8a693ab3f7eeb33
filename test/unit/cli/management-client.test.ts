import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { type KeyFile, readKeyFile } from '../../../src/cli/key-file.ts';
import { publicKeyOf } from '../../../src/cli/key-pair.ts';
import { managementClient } from '../../../src/cli/management-client.ts';

const ISSUER = 'https://id.example.com/id';
const folder = mkdtempSync(join(tmpdir(), 'behalf-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Sent = { readonly method: string; readonly url: string; readonly headers: Headers; readonly body: string };

/** A server that answers what it is told to, and a client of it. */
const clientOf = async (...answers: readonly Response[]) => {
  const file = join(folder, 'key.json');
  const { jwk } = await publicKeyOf(file);
  const private_key = JSON.parse(readFileSync(file, 'utf8')) as KeyFile['private_key'];
  const sent: Sent[] = [];
  const left = [...answers];
  const request = async (input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> => {
    sent.push({
      method: init.method ?? 'GET',
      url: String(input),
      headers: new Headers(init.headers),
      body: String(init.body ?? ''),
    });
    if (String(input).endsWith('/token')) return Response.json({ access_token: 'token-1' });
    const answer = left.shift();
    if (!answer) throw new TypeError('fetch failed');
    return answer;
  };
  return { api: managementClient({ issuer: ISSUER, client_id: 'app_operator', private_key }, { request }), sent, jwk };
};

describe('the management client', () => {
  test('signs in with a fresh assertion for the issuer alone, good for a minute (RFC 7523 §3)', async () => {
    const { api, sent, jwk } = await clientOf(Response.json({}), Response.json({}));
    await api.run('listAgents');
    await api.run('listAgents');
    const form = new URLSearchParams(sent[0]?.body);
    expect(sent.map(({ url }) => url)).toEqual([
      `${ISSUER}/token`,
      `${ISSUER}/api/v1/agents`,
      `${ISSUER}/api/v1/agents`,
    ]);
    expect(form.get('grant_type')).toBe('client_credentials');
    expect(form.get('resource')).toBe(`${ISSUER}/api/v1`);
    const { payload }: { payload: JWTPayload } = await jwtVerify(
      form.get('client_assertion') ?? '',
      createLocalJWKSet({ keys: [jwk as never] }),
    );
    expect(payload).toMatchObject({ iss: 'app_operator', sub: 'app_operator', aud: ISSUER, jti: expect.any(String) });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    expect(sent[1]?.headers.get('authorization')).toBe('Bearer token-1');
  });

  test('gets another token before the first one ends, and after a failure to get one', async () => {
    const file = join(folder, 'renewing.json');
    await publicKeyOf(file);
    const private_key = JSON.parse(readFileSync(file, 'utf8')) as KeyFile['private_key'];
    const tokens = [
      Response.json({}, { status: 503 }),
      Response.json({ access_token: 'short', expires_in: 10 }),
      Response.json({ access_token: 'long', expires_in: 300 }),
    ];
    const used: (string | null)[] = [];
    const request = async (input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> => {
      if (String(input).endsWith('/token')) return tokens.shift() ?? Response.error();
      used.push(new Headers(init.headers).get('authorization'));
      return Response.json({});
    };
    const api = managementClient({ issuer: ISSUER, client_id: 'app_operator', private_key }, { request });
    await expect(api.run('listAgents')).rejects.toThrow('gave no token to app_operator (HTTP 503)');
    for (let call = 0; call < 3; call += 1) await api.run('listAgents');
    expect(used).toEqual(['Bearer short', 'Bearer long', 'Bearer long']);
  });

  test('changes only what it has read (If-Match)', async () => {
    const { api, sent } = await clientOf(Response.json({}, { headers: { etag: '"7"' } }), Response.json({ name: 'b' }));
    expect((await api.change('updateAgent', { id: 'agt_1' }, { name: 'b' })).body).toEqual({ name: 'b' });
    expect(sent[2]).toMatchObject({ method: 'PATCH', body: '{"name":"b"}' });
    expect(sent[2]?.headers.get('if-match')).toBe('"7"');
  });

  test('names operations, and encodes what goes into the path (RFC 3986 §2.1)', async () => {
    const { api, sent } = await clientOf(Response.json({}), Response.json({}));
    await api.run('suspendCredential', { id: 'agt_1/x', credential: 'crd_1?y' });
    await api.run('listSessions', { query: { account: 'a&b', state: undefined } });
    expect(sent.slice(1).map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', `${ISSUER}/api/v1/agents/agt_1%2Fx/credentials/crd_1%3Fy/suspend`, '{}'],
      ['GET', `${ISSUER}/api/v1/sessions?account=a%26b`, ''],
    ]);
    const mistakes = [
      // @ts-expect-error There is no such operation.
      () => api.run('listBooks'),
      // @ts-expect-error The path needs an id.
      () => api.run('getAgent'),
      // @ts-expect-error A list is no change.
      () => api.change('listAgents', { id: 'agt_1' }, {}),
    ];
    expect(mistakes).toHaveLength(3);
  });

  test('reads as many pages as it takes, and no more items than asked for', async () => {
    const pages = () => [
      Response.json({ items: [{ id: 1 }, { id: 2 }], next: 'c/1' }),
      Response.json({ items: [{ id: 3 }, { id: 4 }] }),
    ];
    const ids = async (limit?: number) => {
      const { api, sent } = await clientOf(...pages());
      const found: unknown[] = [];
      for await (const { id } of api.items('listAgents', { query: { owner: 'acc_1', state: undefined } }, limit))
        found.push(id);
      return { found, urls: sent.slice(1).map(({ url }) => url.slice(url.indexOf('?'))) };
    };
    expect(await ids()).toEqual({
      found: [1, 2, 3, 4],
      urls: ['?owner=acc_1&limit=100', '?owner=acc_1&limit=100&cursor=c%2F1'],
    });
    expect((await ids(3)).found).toEqual([1, 2, 3]);
    expect((await ids(2)).urls).toEqual(['?owner=acc_1&limit=2']);
  });

  test.each<[number, object, RegExp, RegExp]>([
    [403, { detail: 'The role administrator is needed.' }, /administrator is needed/, /--key-file/],
    [404, { title: 'Not found' }, /Not found/, /list/],
    [412, { detail: 'Changed.' }, /Changed/, /try again/],
    [
      400,
      {
        detail: 'The owner is an active account.',
        errors: [{ pointer: '/owner', detail: 'The owner is an active account.' }],
      },
      /^\/owner: The owner/,
      /--help/,
    ],
    [
      422,
      {
        detail: 'No.',
        errors: [
          { pointer: '/name', detail: 'Too long.' },
          { parameter: 'limit', detail: 'Too many.' },
        ],
      },
      /^\/name: Too long\.\nlimit: Too many\.$/,
      /--help/,
    ],
    [503, {}, /HTTP 503/, /in 7 seconds/],
    [500, { instance: 'urn:behalf:request:req_1' }, /HTTP 500/, /req_1/],
  ])('says what a refusal %i means and what to do', async (status, problem, message, hint) => {
    const { api } = await clientOf(Response.json(problem, { status, headers: { 'retry-after': '7' } }));
    await expect(api.run('listAgents')).rejects.toMatchObject({
      code: 'command_failed',
      exitCode: 1,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('says when the server does not answer', async () => {
    const { api } = await clientOf();
    await expect(api.run('listAgents')).rejects.toMatchObject({
      message: `No server answers at ${ISSUER}.`,
      hint: expect.stringContaining('npm start'),
    });
  });
});

describe('a key file', () => {
  test.each(['', '{', '[]', 'null', '{"issuer":"x"}', '{"issuer":"http://localhost:3000","client_id":"app_1"}'])(
    'is not %j',
    (content) => {
      const file = join(folder, 'operator.json');
      writeFileSync(file, content);
      expect(() => readKeyFile(file)).toThrow(`${file} is no key file of Behalf.`);
    },
  );

  test('that is missing says where it comes from', () => {
    expect(() => readKeyFile(join(folder, 'gone.json'))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--data FOLDER') }),
    );
  });
});
