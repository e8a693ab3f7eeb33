/** Introspection of all access tokens, and revocation of JWTs (RFC 7662, RFC 7009). */
import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';
import { structuredTokens, WITHHELD } from '../../../src/provider/tokens/structured-tokens.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';
import { begunRequest } from './begun-request.ts';

const ISSUER = 'https://id.example';
const MAIL = 'https://mail.example';
const PAY = 'https://pay.example';

const LIVE: IssuedToken = {
  ...{ id: 'tok_1', format: 'jwt', clientId: 'app_1', audience: MAIL, scope: ['read', 'send'] },
  ...{ issuedAt: 10, expiresAt: 20 },
};
const BARE = {
  ...{ active: true, iss: ISSUER, sub: 'app_1', client_id: 'app_1', aud: MAIL, scope: 'read send', iat: 10, exp: 20 },
  ...{ jti: 'tok_1', token_type: 'Bearer' },
};

let token: IssuedToken | undefined;
let events: AuditEvent[];
let ended: IssuedToken[];
let counted: string[];
let isSenderKnown: boolean;
let use: object | undefined;
let approval: object | undefined;

beforeEach(() => {
  token = LIVE;
  events = [];
  ended = [];
  counted = [];
  isSenderKnown = true;
  use = undefined;
  approval = {
    get use() {
      return use;
    },
  };
});

type Handler = (ctx: object, next: () => Promise<void>) => Promise<void>;

const service = () =>
  structuredTokens({
    tokens: {
      find: async (value: string) => (value === 'secret' ? token : undefined),
      genuine: async (value: string) => (value === 'secret' ? token : undefined),
      end: async (found: IssuedToken) => {
        ended.push(found);
      },
    },
    audit: {
      append: awaitedAppend(async (event: AuditEvent) => {
        await Promise.resolve();
        // What the event announces has not happened yet.
        expect(ended).toEqual([]);
        events.push(event);
      }),
    },
    proofs: { has: () => isSenderKnown },
    refusals: { note: async (_source: string, reason: string) => counted.push(reason) },
    issuer: ISSUER,
    approvals: { standing: async () => approval },
    resourceServers: {
      get: async (id: string) => (id === 'rs_mail' ? { document: { id, identifier: MAIL } } : undefined),
    },
  } as never);

/** What follows oidc-provider's own handling of a request by this client. */
const request = async ({
  route = 'introspection',
  clientId = 'rs_mail',
  params = { token: 'secret' } as Record<string, unknown> | null,
  status = 200,
  error = undefined as Error | undefined,
} = {}) => {
  const handlers: Handler[] = [];
  class OIDCContext {
    readonly ctx: object;
    readonly route: string;
    params = params ? { ...params } : undefined;
    client: object | undefined;
    constructor(ctx: object, of: string) {
      this.ctx = ctx;
      this.route = of;
    }
    entity(key: string, value: object): void {
      if (key === 'Client') this.client = value;
    }
  }
  const provider = Object.assign(new EventEmitter(), {
    OIDCContext,
    use: (handler: Handler) => handlers.push(handler),
  });
  service().install(provider as unknown as Provider);
  const headers: string[] = [];
  const ctx = {
    ...{ req: begunRequest(), status, body: { active: false } as unknown, type: '', oidc: undefined as unknown },
    remove: (name: string) => headers.push(name),
  };
  const oidc = new OIDCContext(ctx, route);
  let seen: unknown;
  await handlers[0]?.(ctx, async () => {
    ctx.oidc = oidc;
    oidc.entity('AccessToken', {});
    const before = oidc.params?.['token'];
    oidc.entity('Client', { clientId });
    seen = [before, oidc.params?.['token']];
    if (error) provider.emit('revocation.error', ctx, error);
  });
  return { body: ctx.body, status: ctx.status, seen, headers };
};

describe('the token of an introspection request', () => {
  test('is hidden from oidc-provider once the client is known', async () => {
    expect((await request()).seen).toEqual(['secret', WITHHELD]);
  });

  test('stays at any other endpoint, and where there is none', async () => {
    expect((await request({ route: 'revocation' })).seen).toEqual(['secret', 'secret']);
    expect((await request({ params: {} })).seen).toEqual([undefined, undefined]);
    expect((await request({ params: null })).seen).toEqual([undefined, undefined]);
  });
});

describe('introspection', () => {
  const described = async (more: Partial<IssuedToken> = {}) => {
    token = { ...LIVE, ...more };
    return (await request()).body;
  };

  test('describes a live token, and has no member for what the token does not have', async () => {
    expect(await described()).toEqual(BARE);
  });

  test.each<[string, Partial<IssuedToken>, object]>([
    ['a person', { subject: 'acc_anna' }, { sub: 'acc_anna' }],
    ['a key', { jkt: 'k' }, { token_type: 'DPoP', cnf: { jkt: 'k' } }],
    ['a certificate', { x5t: 'c' }, { cnf: { 'x5t#S256': 'c' } }],
    ['a number of uses', { maxUses: 3 }, { max_uses: 3 }],
    ['an agent that may act', { mayAct: 'agt_b' }, { may_act: { sub: 'agt_b', iss: ISSUER, sub_profile: 'ai_agent' } }],
    ['actors', { chain: { sub: 'agt_a' } as never }, { act: { sub: 'agt_a' } }],
    ['an account link', { origin: { link: 'lnk_1' } }, { account_link: 'lnk_1' }],
    ['a delegation', { delegation: 'dlg_1' }, { delegation: 'dlg_1' }],
    ['delegations of participants', { delegations: ['dlg_1', 'dlg_2'] }, { delegations: ['dlg_1', 'dlg_2'] }],
    ['an instance', { instance: 'ins_1' }, { instance: 'ins_1' }],
    ['a grant', { grant: 'grt_1' }, { grant_id: 'grt_1' }],
    ['a transaction', { txn: 'trn_1' }, { txn: 'trn_1' }],
    ['a sign-in', { assurance: { acr: 'a', amr: ['pwd'], authTime: 5 } }, { acr: 'a', amr: ['pwd'], auth_time: 5 }],
    ['authorization details', { details: [{ type: 't' }] }, { authorization_details: [{ type: 't' }] }],
    ['a decision', { decision: 'dec_1' }, { decision: 'dec_1' }],
    ['a policy set', { policy: 4 }, { policy: 4 }],
  ])('names %s', async (_, more, members) => {
    expect(await described(more)).toEqual({ ...BARE, ...members });
  });

  test('says whether the approval of the token is still unused', async () => {
    const ofApproval = { approval: { id: 'apv_1', digest: 'd' } } as Partial<IssuedToken>;
    expect(await described(ofApproval)).toMatchObject({ approval: { id: 'apv_1', digest: 'd', unused: true } });
    use = { at: 1 };
    expect(await described(ofApproval)).toMatchObject({ approval: { unused: false } });
    approval = undefined;
    expect(await described(ofApproval)).toMatchObject({ approval: { unused: false } });
  });

  test.each<[string, Parameters<typeof request>[0]]>([
    ['of an unknown token', { params: { token: 'other' } }],
    ['without a token', { params: {} }],
    ['by a client that is no resource server', { clientId: 'app_1' }],
  ])('%s answers that it is not active', async (_, asked) => {
    expect(await request(asked)).toMatchObject({ status: 200, body: { active: false } });
  });

  test.each([PAY, undefined])('of a token for %s answers a resource server that it is not active', async (audience) => {
    const { audience: _, ...rest } = LIVE;
    token = audience === undefined ? rest : { ...rest, audience };
    expect((await request()).body).toEqual({ active: false });
  });

  test.each<[string, Parameters<typeof request>[0]]>([
    ['that oidc-provider refused', { status: 401 }],
    ['at another endpoint', { route: 'userinfo' }],
  ])('changes no response %s', async (_, asked) => {
    expect(await request(asked)).toMatchObject({ body: { active: false } });
    expect(await request({ ...asked, params: { token: 'secret' } })).toMatchObject({ body: { active: false } });
  });
});

describe('revocation of a JWT', () => {
  const revocation = (more: Parameters<typeof request>[0] = {}) =>
    request({ route: 'revocation', clientId: 'app_1', error: new errors.UnsupportedTokenType(), ...more });

  test('ends the token of its own client, after the event', async () => {
    token = { ...LIVE, subject: 'acc_anna', txn: 'trn_1' };
    expect(await revocation()).toMatchObject({ status: 200, body: '', headers: ['content-type'] });
    expect(ended).toEqual([token]);
    expect(events).toEqual([
      expect.objectContaining({
        ...{
          type: 'token.revoked',
          outcome: 'done',
          caller: 'app_1',
          subject: 'acc_anna',
          resource: MAIL,
          txn: 'trn_1',
        },
        token: { id: 'tok_1', format: 'jwt', expiresAt: 20 },
        inputs: expect.objectContaining({ cause: 'revocation_request' }),
      }),
    ]);
  });

  test('has no member in its event for what the token does not have', async () => {
    const { audience: _, ...rest } = LIVE;
    token = rest;
    await revocation();
    for (const name of ['subject', 'resource', 'txn']) expect(events[0]).not.toHaveProperty(name);
  });

  test('by another client that authenticated ends nothing, and is an event of its own', async () => {
    expect(await revocation({ clientId: 'app_2' })).toMatchObject({ status: 200, body: '' });
    expect(ended).toEqual([]);
    expect(events).toMatchObject([{ type: 'token.revocation_refused', outcome: 'refused', caller: 'app_2' }]);
    expect(events[0]?.inputs).not.toHaveProperty('cause');
    expect(counted).toEqual([]);
  });

  test('by another client that only names itself is counted, and is no event', async () => {
    isSenderKnown = false;
    await revocation({ clientId: 'app_2' });
    expect([events, ended, counted]).toEqual([[], [], ['token_of_another_client']]);
  });

  test('by its own public client is an event', async () => {
    isSenderKnown = false;
    await revocation();
    expect(events).toMatchObject([{ type: 'token.revoked' }]);
    expect(counted).toEqual([]);
  });

  test('of an unknown token succeeds, and leaves no trace', async () => {
    expect(await revocation({ params: { token: 'other' } })).toMatchObject({ status: 200, body: '' });
    expect([events, ended, counted]).toEqual([[], [], []]);
  });

  test('that failed for another reason stays as oidc-provider answered it', async () => {
    expect(await revocation({ error: new errors.InvalidRequest('no'), status: 400 })).toMatchObject({ status: 400 });
    expect([events, ended]).toEqual([[], []]);
  });
});

describe('revocation of an opaque token', () => {
  const allowed = (clientId: string, more: object = {}) =>
    service().revocationAllowed({ req: begunRequest(), oidc: {} } as never, clientId, {
      ...{ clientId: 'app_1', kind: 'RefreshToken' },
      ...more,
    });

  test('is for its own client, after the event', async () => {
    expect(await allowed('app_1', { accountId: 'acc_anna', grantId: 'grt_1' })).toBe(true);
    expect(events).toMatchObject([
      { type: 'token.revoked', outcome: 'done', subject: 'acc_anna', grant: 'grt_1', note: 'RefreshToken' },
    ]);
  });

  test('is not for another client', async () => {
    expect(await allowed('app_2')).toBe(false);
    expect(events).toMatchObject([{ type: 'token.revocation_refused', outcome: 'refused', caller: 'app_2' }]);
    for (const name of ['subject', 'grant']) expect(events[0]).not.toHaveProperty(name);
  });
});
