/** Which requests our own handlers answer, and which they leave to oidc-provider as they came. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import { handlerContext } from '../../../src/provider/own-handlers/handler-context.ts';
import { type OwnHandler, refuseAgain, withOwnHandlers } from '../../../src/provider/own-handlers/own-handlers.ts';
import { beginRequest, requestState } from '../../../src/provider/seam/request-state.ts';

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const provider = new Provider('https://id.example', {
  adapter: class {} as never,
  features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256' }] },
  clientAuthMethods: ['client_secret_post'],
  clients: [
    {
      ...{ client_id: 'app_a', client_secret: 'right', token_endpoint_auth_method: 'client_secret_post' },
      ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      id_token_signed_response_alg: 'ES256',
    },
  ],
});
const TYPE = 'application/x-www-form-urlencoded';
const CLIENT = 'client_id=app_a&client_secret=right';

type Sent = { readonly form: string; readonly url?: string; readonly length?: number; readonly arrived?: string };

const requestOf = ({ form, url = '/token', length = form.length, arrived = form }: Sent): IncomingMessage => {
  const request = new Readable({ read: () => undefined });
  request.push(Buffer.from(arrived));
  const headers = { 'content-type': TYPE, 'content-length': String(length) };
  Object.assign(request, { complete: true, url, method: 'POST', headers });
  beginRequest(request as never, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  return request as never;
};

const responseOf = (more: object = {}) => {
  const headers: Record<string, unknown> = {};
  const text: string | undefined = undefined;
  const response = {
    ...{ statusCode: 0, headersSent: false, writableEnded: false, text: text as string | undefined },
    setHeader: (name: string, value: unknown) => void Object.assign(headers, { [name.toLowerCase()]: value }),
    getHeader: (name: string) => headers[name.toLowerCase()],
    end: (text: string) => void Object.assign(response, { text }),
    ...more,
  };
  return { response, headers };
};

const handler = (parameters: readonly string[], more: Partial<OwnHandler> = {}): OwnHandler => ({
  ...{ path: '/token', route: 'token', parameters },
  takes: (form) => form['grant_type'] === 'ours',
  answer: async ({ oidc }) => ({ client: oidc.client?.clientId, params: oidc.params }),
  ...more,
});

/** Sends a request, and says who answered it. `left`: the form and type that oidc-provider finds. */
const sent = async (request: IncomingMessage, handlers: readonly OwnHandler[]) => {
  const { response, headers } = responseOf();
  const left = await new Promise<{ form: string; type: unknown } | undefined>((resolve) => {
    const others = (it: IncomingMessage): void => {
      resolve({ form: String(it.read() ?? ''), type: it.headers['content-type'] });
    };
    const end = (text: string): void => {
      response.text = text;
      resolve(undefined);
    };
    withOwnHandlers(provider, handlers, others)(request, Object.assign(response, { end }) as never);
  });
  return { left, response, headers, refused: requestState(request).refused };
};

describe('a request that one of our handlers understands', () => {
  test('is answered after oidc-provider has authenticated its client', async () => {
    const { left, response, headers } = await sent(requestOf({ form: `grant_type=ours&${CLIENT}` }), [
      handler(['grant_type', 'scope']),
    ]);
    expect(left).toBeUndefined();
    expect(response.statusCode).toBe(200);
    expect(headers['content-length']).toBe(Buffer.byteLength(response.text ?? ''));
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(response.text ?? '')).toEqual({
      client: 'app_a',
      params: { grant_type: 'ours', client_id: 'app_a', client_secret: 'right' },
    });
  });

  test('goes to the handler of its path that takes it and knows all its names', async () => {
    const answering = (name: string, parameters: readonly string[], more: Partial<OwnHandler> = {}) =>
      handler(parameters, { answer: async () => ({ name }), ...more });
    const all = [
      answering('other path', ['grant_type', 'scope'], { path: '/other' }),
      answering('without scope', ['grant_type']),
      answering('not taken', ['grant_type', 'scope'], { takes: () => false }),
      answering('with scope', ['grant_type', 'scope']),
    ];
    const answerTo = async (form: string) => (await sent(requestOf({ form }), all)).response.text;
    expect(await answerTo(`grant_type=ours&${CLIENT}&scope=a`)).toBe('{"name":"with scope"}');
    expect(await answerTo(`grant_type=ours&${CLIENT}`)).toBe('{"name":"without scope"}');
  });

  test('gets no second answer', async () => {
    for (const more of [{ headersSent: true }, { writableEnded: true }]) {
      const { response } = responseOf(more);
      const answered = Promise.withResolvers<void>();
      const answering = handler(['grant_type'], {
        async answer() {
          answered.resolve();
          return {};
        },
      });
      const others = () => answered.reject(new Error('left to oidc-provider'));
      withOwnHandlers(
        provider,
        [answering],
        others,
      )(requestOf({ form: `grant_type=ours&${CLIENT}` }), response as never);
      await answered.promise;
      await new Promise((resolve) => setImmediate(resolve));
      expect([response.statusCode, response.text]).toEqual([0, undefined]);
    }
  });
});

test.each<[string, Sent]>([
  ['another path', { form: `grant_type=ours&${CLIENT}`, url: '/token?a=b' }],
  ['a parameter of no handler', { form: `grant_type=ours&${CLIENT}&claims=a` }],
  ['a parameter of a handler of another grant', { form: `grant_type=ours&${CLIENT}&code=a` }],
  ['a grant that none takes', { form: `grant_type=theirs&${CLIENT}` }],
  ['a form without an end', { form: `grant_type=ours&${CLIENT}`, length: 80 }],
  ['a form that two parsers read differently', { form: `grant_type=ours&grant_type=ours&${CLIENT}` }],
])('%s is left to oidc-provider, with its whole form', async (_, given) => {
  const handlers = [handler(['grant_type', 'scope']), handler(['grant_type', 'code'], { takes: () => false })];
  const { left, refused, response } = await sent(requestOf(given), handlers);
  expect(left).toEqual({ form: given.form, type: TYPE });
  expect([refused, response.text]).toEqual([undefined, undefined]);
});

describe('a request that a step refuses', () => {
  const failing = (isOurs?: true): OwnHandler =>
    handler(['grant_type'], {
      ...(isOurs ? { isOurs } : {}),
      answer: async ({ oidc }) => {
        Object.assign(oidc.entities, { Grant: 'grant' });
        throw new Error('refused');
      },
    });

  test.each([
    ['its client has another secret', 'client_id=app_a&client_secret=wrong', true as const, false],
    ['our handler fails', CLIENT, true as const, true],
    ['a handler of oidc-provider fails', CLIENT, undefined, false],
  ])('is answered by oidc-provider, without a form to read again: %s', async (_, client, isOurs, isAnsweredByUs) => {
    const form = `grant_type=ours&${client}`;
    const { left, refused, response } = await sent(requestOf({ form }), [failing(isOurs)]);
    expect(left).toEqual({ form: '', type: undefined });
    expect(response.text).toBeUndefined();
    expect(refused?.isOurs).toBe(isAnsweredByUs);
    expect(refused?.params).toMatchObject({ grant_type: 'ours', client_id: 'app_a' });
  });

  test('gets the error of that step, or one that stands for ours', async () => {
    const request = requestOf({ form: `grant_type=ours&${CLIENT}` });
    const context = { req: request, oidc: { entities: { Client: 'client' }, params: {} } };
    expect(() => refuseAgain(context as never)).not.toThrow();
    const refused = { error: new Error('theirs'), params: { scope: 'a' }, entities: { Grant: 'grant' } };
    requestState(request).refused = { ...refused, isOurs: false };
    expect(() => refuseAgain(context as never)).toThrow('theirs');
    expect(context.oidc).toEqual({ entities: { Client: 'client', Grant: 'grant' }, params: { scope: 'a' } });
    requestState(request).refused = { ...refused, isOurs: true };
    expect(() => refuseAgain(context as never)).toThrow(expect.objectContaining({ error: 'invalid_request' }));
  });

  test('whose connection is gone before its form is refused', async () => {
    const request = requestOf({ form: `grant_type=ours&${CLIENT}`, length: 80 });
    Object.defineProperty(request, 'destroyed', { value: true });
    const { refused } = await sent(request, [handler(['grant_type'])]);
    expect(refused).toMatchObject({ error: { error: 'invalid_request' }, isOurs: false });
    const whole = requestOf({ form: `grant_type=ours&${CLIENT}` });
    Object.defineProperty(whole, 'destroyed', { value: true });
    expect((await sent(whole, [handler(['grant_type'])])).refused).toBeUndefined();
  });
});

describe('the context of a handler', () => {
  const contextOf = (headers: object, response: object): KoaContextWithOIDC =>
    handlerContext(provider, { url: '/token', headers } as never, response as ServerResponse, 'token');

  test('reads headers by any case, joins several, and has an empty text for none', () => {
    const context = contextOf({ dpop: 'a', 'x-several': ['a', 'b'] }, {});
    expect(['DPoP', 'X-Several', 'none'].map((name) => context.get(name))).toEqual(['a', 'a, b', '']);
  });

  test('sets and adds headers of the response until they are sent', () => {
    const { response, headers } = responseOf();
    const context = contextOf({}, response);
    context.append('WWW-Authenticate', 'a');
    context.append('WWW-Authenticate', 'b');
    expect(headers).toEqual({ 'www-authenticate': ['a', 'b'] });
    response.headersSent = true;
    context.set('DPoP-Nonce', 'a');
    expect(headers).not.toHaveProperty('dpop-nonce');
  });

  test('asserts with the error that it is given', () => {
    const context = contextOf({}, {});
    const assert = context.assert as unknown as (value: unknown, error: Error) => void;
    expect(() => assert(true, new Error('none'))).not.toThrow();
    expect(() => assert(undefined, new Error('one'))).toThrow('one');
  });
});
