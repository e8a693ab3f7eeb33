/** IN-01 to IN-10: bad input from any client gets a refusal that says little and costs little. */

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publicServer } from '../../src/public-server.ts';
import { seededRandom } from '../campaigns/campaign.ts';
import { requestGrammar, SEED_COUNT, seedRequest } from '../campaigns/fuzz-grammar.ts';
import { fuzzMaterial } from '../campaigns/fuzz-material.ts';
import { printable, sendRaw } from '../campaigns/fuzz-wire.ts';
import { auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Answer, answerOf, formOf, post } from '../support/oauth-calls.ts';
import { rawRequest, sendBytes } from '../support/raw-request.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
let audit: ReturnType<typeof auditWatch>;
const lines: string[] = [];

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND, log: (line) => lines.push(line) });
  scene = await makeScene(server);
  audit = auditWatch(server);
});

afterAll(async () => {
  await server?.close();
  startClock();
});

test('IN-01 V8 V9 no request made by the grammar gives a 5xx, no answer, or an unhandled rejection', async () => {
  const REQUESTS = 2500;
  const fuzzed = await runServer({ environment: COUNT_EACH_SECOND });
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  try {
    const grammar = requestGrammar(seededRandom(20_261), await fuzzMaterial(await makeScene(fuzzed)));
    const { host } = new URL(fuzzed.issuer);
    let sent = 0;
    const one = async (): Promise<void> => {
      while (sent < REQUESTS && wrong.length < 5) {
        const index = sent;
        sent += 1;
        const request = index < SEED_COUNT ? seedRequest(index, host) : grammar.next();
        const answer = await sendRaw(fuzzed.port, request.bytes, 5000, !request.isWellFramed);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const isWrong = answer.isHung ? request.isWellFramed : answer.status >= 500;
        if (isWrong || (answer.status === 0 && request.isWellFramed)) {
          wrong.push(`${index}: ${answer.status}\n${printable(request.bytes)}\n${answer.text.slice(0, 300)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: 12 }, one));
    expect(wrong).toEqual([]);
    // The grammar reached something: not all of it was refused at once.
    for (const status of [200, 303, 400, 401, 404])
      expect([status, statuses.get(status) ?? 0]).not.toEqual([status, 0]);
    expect((await fetch(`${fuzzed.issuer}/jwks`)).status).toBe(200);
  } finally {
    await fuzzed.close();
  }
}, 240_000);

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const JSON_TYPE = ['Content-Type', 'application/json'] as const;

const rawAnswer = async (request: Parameters<typeof rawRequest>[1]): Promise<Answer> => {
  const { status, headers, body } = await rawRequest(server.port, request);
  const isJson = body !== '' && headers.get('content-type')?.includes('json');
  return { status, headers: new Headers([...headers]), text: body, body: isJson ? JSON.parse(body) : {} };
};
/** A management call with a body as it stands. */
const manage = async (
  method: string,
  path: string,
  body: string | Buffer,
  type: string = JSON_TYPE[1],
): Promise<Answer> =>
  rawAnswer({
    method,
    target: `/api/v1${path}`,
    headers: [
      ['Authorization', `Bearer ${await scene.management.accessToken()}`],
      ['Content-Type', type],
    ],
    body,
  });
const problem = ({ status, body }: Answer) => [status, body['type']];
const INVALID_FIELD = [400, 'urn:behalf:problem:invalid_field'];
const INVALID_REQUEST = [400, 'urn:behalf:problem:invalid_request'];

describe('IN-02 operators of query languages', () => {
  test.each(['client_id', 'grant_type', 'code', 'scope', 'refresh_token', 'token'])(
    'in %s of a form mean nothing',
    async (name) => {
      for (const spelling of [`${name}[$ne]`, `${name}[$gt]`, `${name}[]`, `${name}.$ne`, `$${name}`]) {
        const { answer } = await audit.refused(() => post(`${server.issuer}/token`, { [spelling]: '' }), {
          status: 400,
          error: 'invalid_request',
        });
        expect(answer.body['error_description']).not.toContain('$');
      }
    },
  );

  test('in the credentials of a client neither', async () => {
    const injected = {
      $ne: '',
      client_id: scene.agent.clientId,
      'client_secret[$ne]': '',
      grant_type: 'client_credentials',
    };
    await audit.refused(() => post(`${server.issuer}/token`, injected), { status: 401, error: 'invalid_client' });
    await audit.refused(() => post(`${server.issuer}/token`, { client_id: '{"$gt":""}', client_secret: '{"$ne":1}' }), {
      status: 401,
      error: 'invalid_client',
    });
    await audit.refused(
      () =>
        rawAnswer({
          method: 'POST',
          target: '/token',
          headers: [JSON_TYPE],
          body: '{"client_id":{"$gt":""},"grant_type":{"$ne":null}}',
        }),
      { status: 400, error: 'invalid_request' },
    );
  });

  test.each<[string, unknown]>([
    ['an operator for a text', { name: { $gt: '' } }],
    ['an operator for an id', { owner: { $ne: null } }],
    ['$where', { $where: 'sleep(1000)' }],
    ['nested $nor', { $nor: [{ $nor: [{ $nor: [] }] }] }],
    ['a dotted member', { 'a.b': 1 }],
    ['a list for a text', { name: ['x', { $gt: '' }] }],
    ['a stored name with $', { authority: { $where: ['read'] } }],
    ['a stored name with NUL', { authority: { 'https://calendar.example.com\u0000': ['read'] } }],
    ['a NUL in a text', { name: 'x\u0000y' }],
  ])('%s is refused at the schema', async (_what, wrong) => {
    const agent = { name: 'x', owner: scene.accountId, purpose: 'x', environment: 'test', jwks: { keys: [] } };
    const { result, events } = await audit.during(() =>
      manage('POST', '/agents', JSON.stringify({ ...agent, ...(wrong as object) })),
    );
    expect(problem(result)).toEqual(INVALID_FIELD);
    expect(events.map(({ type, outcome, error }) => [type, outcome, error])).toEqual([
      [expect.any(String), 'refused', 'invalid_field'],
    ]);
  });

  test.each(['owner[$ne]=', 'limit[$gt]=1', '$where=1', 'owner=a&owner=b', 'state.$ne=x', '__proto__[x]=1'])(
    'the query ?%s is refused',
    async (query) => {
      const answer = await scene.management.call('GET', `/agents?${query}`);
      expect(answer.status).toBe(400);
    },
  );

  test('an adapter takes no id that is not a text', async () => {
    const { documents } = server.behalf.services;
    const rows = documents.collection<{ readonly id: string }>({ name: 'in_02', indexes: [] });
    for (const id of [{ $gt: '' }, ['x'], null, 7, true]) {
      await expect((async () => rows.insert({ id } as never))()).rejects.toThrow(TypeError);
      const found = await Promise.resolve()
        .then(() => rows.get(id as never))
        .catch((error: Error) => error.name);
      expect([undefined, 'TypeError']).toContain(found);
    }
  });
});

describe('IN-03 prototype pollution', () => {
  const isClean = (): void => {
    expect([({} as Record<string, unknown>)['polluted'], Object.hasOwn(Object.prototype, 'polluted')]).toEqual([
      undefined,
      false,
    ]);
  };
  const POISON = [
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"name":"x","__proto__":{"polluted":1}}',
    '{"authority":{"__proto__":["polluted"]}}',
    '{"jwks":{"keys":[{"__proto__":{"polluted":1}}]}}',
    '{"scopes":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]}',
    '{"entitlements":{"constructor":["prototype"],"__proto__":["polluted"]}}',
  ];

  test.each(['/agents', '/clients', '/accounts', '/resource-servers'])(
    'in JSON sent to %s is refused and pollutes nothing',
    async (path) => {
      for (const poison of POISON) {
        expect(problem(await manage('POST', path, poison))).toEqual(INVALID_FIELD);
        isClean();
      }
    },
  );

  test('in forms and queries is ignored and pollutes nothing', async () => {
    const poison =
      '__proto__[polluted]=1&__proto__.polluted=1&constructor[prototype][polluted]=1&__proto__=1&constructor=1&prototype=1';
    for (const target of [
      '/token',
      '/request',
      '/token/introspection',
      '/token/revocation',
      '/device/auth',
      '/device',
      '/session/end/confirm',
    ]) {
      const { status } = await rawAnswer({ method: 'POST', target, headers: [FORM], body: poison });
      expect([target, status]).toEqual([target, 400]);
      isClean();
    }
    for (const target of ['/auth', '/device', '/session/end', '/account', '/me', '/']) {
      expect((await rawAnswer({ target: `${target}?${poison}` })).status).toBeLessThan(500);
      isClean();
    }
  });

  test('names of prototypes are no ids, clients, resources or grants', async () => {
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf']) {
      expect((await scene.management.call('GET', `/agents/${name}`)).status).toBe(404);
      await audit.refused(() => post(`${server.issuer}/token`, { client_id: name, grant_type: name }), {
        status: 401,
        error: 'invalid_client',
      });
      const { keyed, agent, calls } = scene;
      const asked = await calls.token(keyed(agent), { grant_type: name });
      expect([asked.status, asked.body['error']]).toEqual([400, 'unsupported_grant_type']);
      const at = await calls.token(keyed(agent), { grant_type: 'client_credentials', resource: name });
      expect([at.status, at.body['error']]).toEqual([400, 'invalid_target']);
      const scoped = await calls.token(keyed(agent), {
        grant_type: 'client_credentials',
        resource: scene.jwt.identifier,
        scope: name,
      });
      expect([scoped.status, scoped.body['error']]).toEqual([400, 'invalid_scope']);
    }
  });
});

describe('IN-05 control characters', () => {
  const NASTY = ['a\r\nX-Evil: 1', 'a\nb', 'a\u0000b', 'a\u2028b', 'a\u202eb', '\u001b[31mred', '\ud800', 'a\u0085b'];

  test('split no header, wherever they are put', async () => {
    const nasty = NASTY.map((text) => encodeURIComponent(text.toWellFormed()));
    for (const text of [...nasty, '%ff%fe', '%c0%af', '%ed%a0%80', '%0d%0aX-Evil:%201']) {
      const { parameters } = scene.authorizationRequest(scene.app, { scope: 'openid', prompt: 'none' });
      const query = formOf(parameters);
      const targets = [
        `/auth?${query}&state=${text}`,
        `/auth?${query}&nonce=${text}&login_hint=${text}&ui_locales=${text}`,
        `/auth?client_id=${text}`,
        `/session/end?state=${text}&post_logout_redirect_uri=${text}`,
        `/device?user_code=${text}`,
        `/account?done=${text}`,
        `/interaction/${text}`,
        `/${text}`,
        `/api/v1/agents/${text}`,
        `/assets/${text}`,
      ];
      for (const target of targets) {
        const { status, head } = await rawRequest(server.port, { target });
        expect([target, status < 500, /^x-evil/im.test(head)]).toEqual([target, true, false]);
      }
      const body = `grant_type=${text}&client_id=${text}&code=${text}`;
      expect(
        await rawAnswer({ method: 'POST', target: '/token', headers: [FORM, ['Origin', 'https://x.example']], body }),
      ).toMatchObject({ status: expect.any(Number), body: { error: expect.stringMatching(/^invalid_/) } });
    }
  });

  test('forge no line of the log: one JSON object a line, for any request', async () => {
    const before = lines.length;
    for (const target of ['/%0a{"forged":1}', '/a%0d%0ab', '/%1b[31m', '/%e2%80%a8', '/x?%0a=%0a']) {
      await rawRequest(server.port, {
        target,
        headers: [
          ['User-Agent', 'a\tb'],
          ['X-Request-Id', 'forged'],
        ],
      });
    }
    const logged = lines.slice(before);
    expect(logged.length).toBeGreaterThanOrEqual(5);
    for (const line of logged) {
      expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      expect(JSON.parse(line)).not.toHaveProperty('forged');
    }
  });

  test('are refused in every text that people or programs are shown', async () => {
    const texts: readonly (readonly [string, string, Record<string, unknown>])[] = [
      [
        '/agents',
        'name',
        { owner: scene.accountId, purpose: 'x', environment: 'test', jwks: { keys: [scene.agent.key.publicJwk] } },
      ],
      [
        '/agents',
        'purpose',
        { name: 'x', owner: scene.accountId, environment: 'test', jwks: { keys: [scene.agent.key.publicJwk] } },
      ],
      [
        '/clients',
        'name',
        { token_endpoint_auth_method: 'client_secret_basic', redirect_uris: ['https://a.example/cb'] },
      ],
      [
        '/resource-servers',
        'name',
        {
          identifier: 'https://x.example.com',
          scopes: [],
          access_token_format: 'jwt',
          introspection_auth_method: 'none',
        },
      ],
      ['/accounts', 'name', { username: 'nasty', password: 'a long enough pass phrase' }],
    ];
    for (const [path, member, rest] of texts) {
      for (const text of NASTY) {
        expect([
          path,
          member,
          text,
          ...problem(await manage('POST', path, JSON.stringify({ ...rest, [member]: text }))),
        ]).toEqual([path, member, text, ...INVALID_FIELD]);
      }
      expect(problem(await manage('POST', path, JSON.stringify({ ...rest, [member]: 'x'.repeat(20_000) })))).toEqual(
        INVALID_FIELD,
      );
    }
  });
});

describe('IN-06 bodies', () => {
  const LIMIT = 56 * 1024;
  const token = (body: string | Buffer, headers: readonly (readonly [string, string])[] = [FORM]): Promise<Answer> =>
    rawAnswer({ method: 'POST', target: '/token', headers, body });

  test.each<[string, () => Promise<Answer>]>([
    ['a byte too long', () => token(`a=${'x'.repeat(LIMIT - 1)}`)],
    ['a megabyte long', () => token(`a=${'x'.repeat(1_000_000)}`)],
    ['10,000 parameters', () => token(Array.from({ length: 10_000 }, (_, index) => `p${index}=1`).join('&'))],
    ['gzip', () => token(gzipSync('grant_type=client_credentials'), [FORM, ['Content-Encoding', 'gzip']])],
    ['JSON', () => token('{}', [JSON_TYPE])],
    ['multipart', () => token('--x--', [['Content-Type', 'multipart/form-data; boundary=x']])],
    [
      'in an unknown charset',
      () => token('a=1', [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-7']]),
    ],
    ['not UTF-8', () => token(Buffer.from([0x61, 0x3d, 0xff, 0xfe]))],
    ['empty', () => token('')],
  ])('to the token endpoint that are %s are refused', async (_what, send) => {
    await audit.refused(send, { status: 400, error: 'invalid_request' });
  });

  const members = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  test.each<[string, () => Promise<Answer>, readonly unknown[]]>([
    [
      'too long',
      () => manage('POST', '/agents', JSON.stringify({ name: 'x'.repeat(66_000) })),
      [413, 'urn:behalf:problem:payload_too_large'],
    ],
    ['too deep', () => manage('POST', '/agents', members(40)), INVALID_REQUEST],
    ['30,000 lists deep', () => manage('POST', '/agents', '['.repeat(30_000) + ']'.repeat(30_000)), INVALID_REQUEST],
    ['never closed', () => manage('POST', '/agents', '['.repeat(60_000)), INVALID_REQUEST],
    ['twice the same member', () => manage('POST', '/agents', '{"name":"a","name":"b"}'), INVALID_REQUEST],
    [
      'twice the same member, spelled differently',
      () => manage('POST', '/agents', '{"name":"a","n\\u0061me":"b"}'),
      INVALID_REQUEST,
    ],
    [
      'not UTF-8',
      () => manage('POST', '/agents', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      INVALID_REQUEST,
    ],
    ['no object', () => manage('POST', '/agents', '[]'), INVALID_REQUEST],
    [
      'another type',
      () => manage('POST', '/agents', '{}', 'text/plain'),
      [415, 'urn:behalf:problem:unsupported_media_type'],
    ],
  ])('to the management API that are %s are refused', async (_what, send, wanted) => {
    expect(problem(await send())).toEqual(wanted);
  });

  test.each([
    '/token',
    '/request',
    '/device',
    '/session/end/confirm',
    '/interaction/x',
    '/account/sign-out',
    '/api/v1/agents',
    '/nothing',
  ])('without end to %s get an answer and a closed connection', async (target) => {
    const management = target.startsWith('/api/')
      ? `Authorization: Bearer ${await scene.management.accessToken()}\r\n`
      : '';
    const type = target.startsWith('/api/') ? JSON_TYPE[1] : FORM[1];
    const head = `POST ${target} HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: ${type}\r\n${management}Transfer-Encoding: chunked\r\n\r\n`;
    const chunk = Buffer.from(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
    const answer = await sendBytes(server.port, head, () => chunk);
    expect([target, answer.isClosed, answer.status >= 400 && answer.status < 500]).toEqual([target, true, true]);
  });

  test('that contradict their own framing never reach a handler', async () => {
    const smuggled = 'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';
    for (const framing of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'Content-Length: 5\r\nContent-Length: 6\r\n\r\na=123',
      'Content-Length: -1\r\n\r\n',
      'Transfer-Encoding: gzip, chunked\r\n\r\nzz\r\n',
      'Transfer-Encoding: chunked\r\n\r\nzz\r\n',
      'Content-Length : 1\r\n\r\na',
    ]) {
      const { status } = await sendBytes(server.port, smuggled + framing);
      expect([framing, status]).toEqual([framing, 400]);
    }
  });
});

describe('IN-07 tokens that cost more than they are worth', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bombs = (): Record<string, string> => ({
    'a header of 40 KB': `${part({ alg: 'ES256', x: 'x'.repeat(30_000) })}.${part({ sub: scene.agent.clientId })}.x`,
    'a JWE that asks for 10^8 rounds': `${part({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 1e8, p2s: 'x' })}.x.x.x.x`,
    'a JWE with compressed content': `${part({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..x.${'A'.repeat(20_000)}.x`,
    'a JWT of JWTs': Array.from({ length: 50 }).reduce<string>(
      (inner) => `${part({ alg: 'none', cty: 'JWT' })}.${Buffer.from(inner).toString('base64url').slice(0, 8000)}.`,
      'x',
    ),
    'claims nested 5,000 deep': `${part({ alg: 'ES256' })}.${Buffer.from(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`).toString('base64url')}.x`,
    'no algorithm': `${part({ alg: 'none' })}.${part({ sub: scene.agent.clientId, iss: scene.agent.clientId })}.`,
    'only dots': '.'.repeat(2000),
  });

  test('are refused as client assertions', async () => {
    for (const client_assertion of Object.values(bombs())) {
      const { result, events } = await audit.during(() =>
        post(`${server.issuer}/token`, {
          grant_type: 'client_credentials',
          client_assertion,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        }),
      );
      expect([
        [400, 'invalid_request'],
        [401, 'invalid_client'],
      ]).toContainEqual([result.status, result.body['error']]);
      const counted = events.filter(({ type }) => type !== 'client.authentication_refused');
      expect(counted.map(({ type, error }) => [type, error])).toEqual([['request.refused', result.body['error']]]);
    }
  });

  test('are refused as subject tokens, hints and bearer tokens, and inactive to introspection', async () => {
    const { calls, keyed, agent, jwt } = scene;
    for (const [name, bomb] of Object.entries(bombs())) {
      const exchanged = await calls.exchange(keyed(agent), bomb, jwt.identifier);
      expect([name, exchanged.status]).toEqual([name, 400]);
      expect([name, (await calls.introspect(jwt.credential, bomb)).body]).toEqual([name, { active: false }]);
      if (bomb.length > 12_000) continue;
      expect([name, (await calls.userinfo(bomb)).status]).toEqual([name, 401]);
      const managed = await answerOf(
        await fetch(`${server.issuer}/api/v1/agents`, { headers: { authorization: `Bearer ${bomb}` } }),
      );
      expect([name, managed.status]).toEqual([name, 401]);
      const hinted = await rawAnswer({ target: `/session/end?id_token_hint=${bomb.slice(0, 7000)}` });
      expect([name, hinted.status]).toEqual([name, 400]);
      const proved = await calls.token(
        keyed(agent),
        { grant_type: 'client_credentials', resource: jwt.identifier },
        { headers: { dpop: bomb } },
      );
      expect([name, proved.status, proved.body['error']]).toEqual([name, 400, 'invalid_dpop_proof']);
    }
  });
});

describe('IN-08 IN-09 connections and heads', () => {
  test('IN-08 a sender of half a head, or of half a body, is cut off with 408', async () => {
    const bounds = { headersTimeout: 60, requestTimeout: 120, connectionsCheckingInterval: 20 };
    const impatient = await runServer({ bounds });
    try {
      for (const half of [
        'GET /jwks HTTP/1.1\r\nHost: localhost\r\nX-Slow: ',
        `POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${FORM[1]}\r\nContent-Length: 100\r\n\r\na=`,
      ]) {
        const { status, isClosed } = await sendBytes(impatient.port, half);
        expect([status, isClosed]).toEqual([408, true]);
      }
      expect((await fetch(`${impatient.issuer}/jwks`)).status).toBe(200);
    } finally {
      await impatient.close();
    }
  });

  test('IN-08 the bounds of production are set', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout } = publicServer({}, { handle: () => undefined });
    expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
    });
  });

  test('IN-09 heads that are too large, or that hold too much, are refused', async () => {
    const big = await rawRequest(server.port, { target: '/jwks', headers: [['X-Big', 'x'.repeat(32_000)]] });
    expect(big.status).toBe(431);
    const many = await rawRequest(server.port, {
      target: '/jwks',
      headers: Array.from({ length: 3000 }, (_, at) => [`X-${at}`, 'x'] as const),
    });
    expect([400, 431]).toContain(many.status);
    await audit.refused(() => rawAnswer({ target: `/auth?${'a'.repeat(9000)}` }), {
      status: 414,
      error: 'invalid_request',
    });
    const cookies = Array.from({ length: 100 }, (_, at) => `behalf_session${at}=x`).join('; ');
    expect(
      (await rawAnswer({ target: '/account', headers: [['Cookie', `${cookies}; behalf_session=x; behalf_session=y`]] }))
        .status,
    ).toBe(303);
  });

  test('IN-09 deep and colliding names in queries and forms stay names', async () => {
    const deep = `a${'[b]'.repeat(1000)}=1`;
    expect((await rawAnswer({ target: `/auth?client_id=x&${deep}` })).status).toBe(400);
    const colliding = Array.from({ length: 3000 }, (_, at) => `${at % 2 ? 'Aa' : 'BB'}${at.toString(2)}=1`)
      .join('&')
      .slice(0, 50_000);
    await audit.refused(() => rawAnswer({ method: 'POST', target: '/token', headers: [FORM], body: colliding }), {
      status: 400,
      error: 'invalid_request',
    });
  });
});

describe('IN-10 what an error says', () => {
  const MARK = 'MARKED0123456789MARKED';

  test('is fixed text: no input, no stack, no path, no driver', async () => {
    const { calls, keyed, app, agent, jwt } = scene;
    const answers = [
      await calls.token(keyed(app), {
        grant_type: 'authorization_code',
        code: MARK,
        redirect_uri: 'https://app.example.com/callback',
        code_verifier: MARK,
      }),
      await calls.token(keyed(app), { grant_type: 'refresh_token', refresh_token: MARK }),
      await calls.token(keyed(app), { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: MARK }),
      await calls.token(keyed(app), { grant_type: MARK }),
      await calls.exchange(keyed(agent), MARK, jwt.identifier),
      await calls.exchange(keyed(agent), `${MARK}.${MARK}.${MARK}`, jwt.identifier),
      await post(calls.endpoints.token, { client_id: MARK, client_secret: MARK }),
      await post(calls.endpoints.token, { client_assertion: MARK, client_assertion_type: MARK }),
      await calls.userinfo(MARK),
      await answerOf(await fetch(`${server.issuer}/api/v1/agents`, { headers: { authorization: `Bearer ${MARK}` } })),
      await scene.management.call('GET', `/agents/${MARK}`),
      await rawAnswer({ target: `/session/end?id_token_hint=${MARK}` }),
      await rawAnswer({ target: `/interaction/${MARK}` }),
      await rawAnswer({ target: `/auth/${MARK}` }),
      await rawAnswer({ target: `/auth?client_id=${MARK}&redirect_uri=${MARK}` }),
      await rawAnswer({ target: `/${MARK}` }),
    ];
    for (const { status, text } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toMatch(/MARKED|\bat \w+ \(|node_modules|\/src\/|\.ts:\d|SQLITE|TypeError|undefined/);
    }
  });

  test.each([
    '',
    '*/*',
    'text/html',
    'image/png',
    'x',
    ';',
    'text/html;q=0.1, application/json;q=0',
    'application/xml',
    '\u00e4',
  ])('is JSON for programs, also with Accept: "%s"', async (accept) => {
    const headers = [FORM, ['Accept', accept] as const];
    for (const target of ['/token', '/request', '/token/introspection', '/token/revocation', '/device/auth']) {
      await audit.refused(() => rawAnswer({ method: 'POST', target, headers, body: 'a=1' }), {
        status: 400,
        error: 'invalid_request',
      });
    }
    await audit.refused(() => rawAnswer({ target: '/me', headers: [['Accept', accept]] }), {
      status: 401,
      error: 'invalid_token',
    });
    const managed = await rawAnswer({ target: '/api/v1/agents', headers: [['Accept', accept]] });
    expect([managed.status, managed.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('application/problem+json'),
    ]);
  });

  test('is 503 with Retry-After, and no more, when a store fails', async () => {
    server.faults.failingWrites = new Set(['all']);
    try {
      const { calls, keyed, agent, jwt } = scene;
      const { result, events } = await audit.during(() =>
        calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier }),
      );
      expect([result.status, result.body['error'], result.headers.get('retry-after'), events]).toEqual([
        503,
        'temporarily_unavailable',
        '1',
        [],
      ]);
      expect(result.text).not.toMatch(/fail in this test|Store|at /);
    } finally {
      server.faults.failingWrites = new Set();
    }
  });
});

test('AZ-14 neither a code nor any other handle stands in a line of the log', async () => {
  const before = lines.length;
  const tokens = await scene.newTokens(scene.jwt.identifier);
  const left = await scene.walk(scene.authorizationRequest(scene.app, { scope: 'openid', state: 'the-state' }).url);
  await rawRequest(server.port, { target: `/account/signed-in?code=${scene.codeFrom(left)}&state=the-state` });
  await scene.calls.userinfo(String(tokens['access_token']));
  await rawRequest(server.port, { target: `/session/end?id_token_hint=${tokens['id_token']}` });
  const logged = lines.slice(before).join('');
  expect(logged).toContain('"path":"/auth"');
  const secrets = [
    tokens['access_token'],
    tokens['refresh_token'],
    tokens['id_token'],
    scene.codeFrom(left),
    'the-state',
    'code=',
  ];
  for (const secret of secrets) expect(logged).not.toContain(String(secret));
  expect(logged).not.toMatch(/\/interaction\/[A-Za-z0-9_-]{10}/);
});
