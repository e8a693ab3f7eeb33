/** One audit event for each attempt at an OAuth endpoint, before its response leaves (decision D18). */
import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type Provider from 'oidc-provider';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { auditEndpoints } from '../../../src/provider/endpoints/endpoint-audit.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { begunRequest } from './begun-request.ts';

type Answer = {
  readonly status?: number;
  readonly body?: unknown;
  readonly route?: string;
  readonly client?: object;
  readonly session?: object;
  readonly params?: object;
  readonly entities?: object;
  /** Whether oidc-provider saw the request. Default: it did. */
  readonly isSeen?: boolean;
  readonly isKnown?: boolean;
  readonly isUnread?: boolean;
  readonly accepts?: 'json' | 'html';
  /** What `next` throws. */
  readonly thrown?: unknown;
  /** The error event of oidc-provider, and what it failed with. */
  readonly event?: string;
  readonly failure?: object;
  readonly isFull?: Error;
};

/** A response of oidc-provider as the middleware leaves it. */
const answered = async ({ status = 400, route = 'token', ...given }: Answer) => {
  const body = 'body' in given ? given.body : { error: 'invalid_grant' };
  const provider = Object.assign(new EventEmitter(), {
    use(middleware: (ctx: object, next: () => Promise<void>) => Promise<void>) {
      run = middleware;
    },
  });
  let run: (ctx: object, next: () => Promise<void>) => Promise<void> = async () => undefined;
  const audit = recordingAudit();
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    async (...what: unknown[]): Promise<void> => {
      if (given.isFull) throw given.isFull;
      calls.push([name, ...what]);
    };
  auditEndpoints(
    provider as unknown as Provider,
    {
      audit: { append: given.isFull ? () => Promise.reject(given.isFull) : audit.append },
      refusals: { note: note('refusal') },
      authenticationRefusals: { note: note('authentication') },
      anonymous: { note: note('anonymous') },
      proofs: {
        has: () => given.isKnown ?? false,
        rememberGiven: (_: object, client: string) => calls.push(['given', client]),
      },
      identifiers: countedIdentifiers(),
      pages: { error: note('page') },
      onUnexpected: (error: unknown, id: string) => calls.push(['unexpected', error, id]),
    } as unknown as Parameters<typeof auditEndpoints>[1],
  );
  const headers: Record<string, string> = { Location: 'https://app.example/cb' };
  const req = begunRequest();
  req.complete = !given.isUnread;
  const { client, session, params = {}, entities = {} } = given;
  const ctx = {
    ...{ req, status, body, headers },
    ...(given.isSeen === false ? {} : { oidc: { route, client, session, params, entities } }),
    set: (name: string, value: string) => {
      headers[name] = value;
    },
    remove: (name: string) => delete headers[name],
    accepts: () => given.accepts ?? 'json',
  };
  let released = 0;
  requestState(req).unit = {
    release: async () => {
      released += 1;
    },
  } as never;
  if (given.failure) provider.emit(given.event ?? 'grant.error', ctx, { ...given.failure });
  await run(ctx, () => ('thrown' in given ? Promise.reject(given.thrown) : Promise.resolve()));
  const named = (name: string) => calls.filter(([one]) => one === name).map(([, ...what]) => what);
  return {
    ctx: ctx as typeof ctx & { type?: string },
    audit,
    headers,
    named,
    released: () => released,
    provider,
    calls,
  };
};

const CLIENT = { clientId: 'app_a', clientAuthMethod: 'private_key_jwt' };
const KNOWN = { client: CLIENT, isKnown: true } as const;
const REFUSED = { error: 'invalid_grant', error_description: 'grant request is invalid' };

describe('a refusal', () => {
  test('to an authenticated client is an event, with its denial also in the answer', async () => {
    const { ctx, audit, named, released } = await answered({
      ...{ ...KNOWN, failure: REFUSED, params: { grant_type: 'refresh_token', scope: 'read' } },
    });
    expect(audit.events).toEqual([
      {
        ...{ type: 'token.refused', outcome: 'refused', error: 'invalid_grant', caller: 'app_a', request: 'req_1' },
        ...{ grantType: 'refresh_token', scopeAsked: ['read'], note: 'grant request is invalid' },
        denial: { id: expect.stringMatching(/^dny_/), layer: 'grant', reason: 'grant_not_valid' },
        inputs: { posture: { authentication: 'private_key_jwt', binding: 'none' } },
        personal: { source: '192.0.2.1' },
      },
    ]);
    expect(ctx.body).toEqual({ error: 'invalid_grant', denial: audit.events[0]?.denial });
    expect(named('refusal')).toEqual([]);
    expect(released()).toBe(1);
  });

  test('keeps the denial of ours, without the page of a remedy in the event (decision D14)', async () => {
    const denial = { id: 'dny_9', layer: 'policy', reason: 'x', remedies: [{ kind: 'consent', url: 'https://id/1' }] };
    const failure = { ...REFUSED, denial, error_detail: 'the detail', retryAfterSeconds: 5 };
    const { ctx, audit, headers } = await answered({ ...KNOWN, failure });
    expect(audit.events).toMatchObject([
      { note: 'the detail', denial: { id: 'dny_9', remedies: [{ kind: 'consent' }] } },
    ]);
    expect(JSON.stringify(audit.events)).not.toContain('https://id/1');
    expect(ctx.body).toMatchObject({ denial });
    expect(headers['Retry-After']).toBe('5');
  });

  test('without a decision, or on another endpoint, has no denial', async () => {
    const pending = await answered({ ...KNOWN, failure: { error: 'authorization_pending' } });
    expect(pending.audit.events[0]).not.toHaveProperty('denial');
    expect(pending.ctx.body).toEqual({ error: 'invalid_grant' });
    const pushed = await answered({ ...KNOWN, route: 'pushed_authorization_request', failure: REFUSED });
    expect(pushed.audit.events).toEqual([expect.not.objectContaining({ denial: expect.anything() })]);
    expect(pushed.audit.events).toEqual([expect.not.objectContaining({ inputs: expect.anything() })]);
    expect(pushed.audit.events).toMatchObject([{ type: 'authorization.refused' }]);
  });

  test('to a sender that is not known is counted, by its source and code', async () => {
    const { audit, named, ctx } = await answered({ client: CLIENT, failure: REFUSED });
    expect(audit.events).toEqual([]);
    expect(named('refusal')).toEqual([['192.0.2.1', 'invalid_grant']]);
    expect(named('authentication')).toEqual([]);
    expect(ctx.body).not.toHaveProperty('denial');
    expect((await answered({ failure: {} })).named('refusal')).toEqual([['192.0.2.1', 'server_error']]);
  });

  test('of a failed authentication is counted for the client that it named as well', async () => {
    const failure = { error: 'invalid_client', error_detail: 'bad signature' };
    expect((await answered({ client: CLIENT, failure })).named('authentication')).toEqual([
      ['app_a', 'bad signature', 'req_1'],
    ]);
    const { error } = failure;
    expect((await answered({ client: CLIENT, failure: { error } })).named('authentication')).toEqual([
      ['app_a', 'no reason', 'req_1'],
    ]);
    expect((await answered({ failure })).named('authentication')).toEqual([]);
    expect((await answered({ ...KNOWN, failure })).named('authentication')).toEqual([]);
  });

  test('of a browser is attributed to the account that is signed in, not to the client', async () => {
    const session = { accountId: 'acc_anna' };
    const one = await answered({ route: 'authorization', client: CLIENT, session, failure: REFUSED });
    expect(one.audit.events).toMatchObject([{ type: 'authorization.refused', subject: 'acc_anna' }]);
    const other = await answered({ ...KNOWN, route: 'authorization', session: {}, failure: REFUSED });
    expect(other.audit.events).toEqual([]);
    expect(other.named('refusal')).toHaveLength(1);
    const pushed = await answered({ ...KNOWN, route: 'userinfo', session, failure: REFUSED });
    expect(pushed.audit.events).toEqual([]);
  });

  test('for a lack of ours is 503, and not the fault of the client', async () => {
    const unavailable = new DomainError('unavailable', 'No room to fetch keys.', { retryAfterSeconds: 7 });
    const failure = { error: 'invalid_client', cause: new Error('no key', { cause: unavailable }) };
    const { ctx, headers, named } = await answered({ client: CLIENT, failure });
    expect(ctx).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(headers['Retry-After']).toBe('7');
    expect(named('refusal')).toEqual([['192.0.2.1', 'temporarily_unavailable']]);
    for (const other of [
      { ...failure, error: 'invalid_grant' },
      { ...failure, cause: new Error('no key') },
      { ...failure, cause: new DomainError('not_found', 'There is none.') },
    ]) {
      expect((await answered({ client: CLIENT, failure: other })).ctx.status).toBe(400);
    }
  });

  test.each(['introspection', 'revocation', 'token'])('of %s that was answered after all is none', async (route) => {
    const { audit } = await answered({ ...KNOWN, route, status: 200, failure: REFUSED });
    expect(audit.events).toHaveLength(route === 'token' ? 1 : 0);
    expect((await answered({ ...KNOWN, route, status: 400, failure: REFUSED })).audit.events).toHaveLength(1);
  });
});

describe('what cannot be recorded', () => {
  const full = new StoreUnavailable('down');

  test.each<[string, Answer]>([
    ['an event', { ...KNOWN, failure: REFUSED }],
    ['a count', { failure: REFUSED }],
    ['a request that stays open', { ...KNOWN, route: 'device_authorization', status: 200 }],
    ['an anonymous request that stays open', { route: 'device_authorization', status: 200 }],
    ['a refusal in front', { isSeen: false, status: 429 }],
  ])('%s: the response does not leave', async (_, answer) => {
    const { ctx, headers, named } = await answered({ ...answer, isFull: full });
    expect(ctx).toMatchObject({ status: 503, type: 'json', body: { error: 'temporarily_unavailable' } });
    expect(headers).toEqual({ 'Retry-After': '1' });
    expect(named('unexpected')).toEqual([[full, 'req_1']]);
  });

  test('an error outside of the handler of oidc-provider is 503, and returns what was counted', async () => {
    const { ctx, released, named } = await answered({ ...KNOWN, thrown: new TypeError('a bug') });
    expect(ctx).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(released()).toBe(1);
    expect(named('unexpected')).toHaveLength(1);
  });
});

describe('other responses', () => {
  test('a path with nothing is 404, as a page for browsers alone', async () => {
    const json = await answered({ isSeen: false, status: 404, body: undefined });
    expect(json.ctx).toMatchObject({ status: 404, body: { error: 'not_found' } });
    expect(json.named('page')).toEqual([]);
    expect(
      (await answered({ isSeen: false, status: 404, body: undefined, accepts: 'html' })).named('page'),
    ).toHaveLength(1);
    for (const answer of [
      { status: 404, body: 'own' },
      { status: 200, body: undefined },
    ]) {
      const { ctx } = await answered({ isSeen: false, ...answer });
      expect(ctx.status).toBe(answer.status);
      if (answer.body) expect(ctx.body).toBe('own');
    }
  });

  test('a limit in front of oidc-provider is counted by its code, other answers in front are not', async () => {
    const body = { error: 'temporarily_unavailable' };
    expect((await answered({ isSeen: false, status: 429, body })).named('refusal')).toEqual([
      ['192.0.2.1', 'temporarily_unavailable'],
    ]);
    for (const answer of [
      { status: 429, body: 'text' },
      { status: 429, body: new Date(0) },
      { status: 429, body: null },
      { status: 400, body },
    ]) {
      expect((await answered({ isSeen: false, ...answer })).named('refusal')).toEqual([]);
    }
  });

  test('does not wait for the unread rest of a body (IN-06)', async () => {
    expect((await answered({ isUnread: true })).headers['Connection']).toBe('close');
    expect((await answered({})).headers).not.toHaveProperty('Connection');
  });

  test('a request that stays open for a person is an event of its sender', async () => {
    const opened = { route: 'pushed_authorization_request', status: 201, client: CLIENT, params: { scope: 'read' } };
    const { audit, released } = await answered({ ...opened, isKnown: true });
    expect(audit.events).toEqual([
      {
        ...{ type: 'authorization.pushed', outcome: 'granted', caller: 'app_a', scopeAsked: ['read'] },
        ...{ request: 'req_1', personal: { source: '192.0.2.1' } },
      },
    ]);
    expect(released()).toBe(0);
    const anonymous = await answered(opened);
    expect(anonymous.audit.events).toEqual([]);
    expect(anonymous.named('anonymous')).toEqual([
      [expect.objectContaining({ caller: 'app_a' }), { share: 'requests', group: expect.stringContaining('192.0.2') }],
    ]);
    const token = await answered({ ...KNOWN, status: 200 });
    expect([token.audit.events, token.calls]).toEqual([[], []]);
  });

  test('a public client that presented its own code is known from then on', async () => {
    const own = {
      client: { clientId: 'app_a', clientAuthMethod: 'none' },
      entities: { RefreshToken: { clientId: 'app_a' } },
    };
    expect((await answered({ ...own, status: 200 })).named('given')).toEqual([['app_a']]);
    const others = { ...own, entities: { RefreshToken: { clientId: 'app_b' } } };
    for (const answer of [
      others,
      { ...own, route: 'revocation' },
      { ...own, client: CLIENT },
      { ...own, entities: {} },
    ]) {
      expect((await answered({ ...answer, status: 200 })).named('given')).toEqual([]);
    }
  });

  test('unexpected errors go to the log with the request, also those without one (IN-05)', async () => {
    const { provider, named, ctx } = await answered({ event: 'server_error', failure: REFUSED });
    expect(named('unexpected')).toEqual([[REFUSED, 'req_1']]);
    provider.emit('error', 'lost', ctx);
    provider.emit('error', 'unknown');
    expect(named('unexpected').slice(1)).toEqual([
      ['lost', 'req_1'],
      ['unknown', 'unknown'],
    ]);
    expect((await answered({ failure: REFUSED })).named('unexpected')).toEqual([]);
  });
});
