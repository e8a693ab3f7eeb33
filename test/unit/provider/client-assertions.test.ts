/** Claims, headers and single use of client assertions and DPoP proofs (RFC 7523, RFC 10070, RFC 9449). */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, jest, test } from '@jest/globals';
import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { clientAssertions } from '../../../src/provider/client-authentication/client-assertions.ts';
import { beginRequest, requestState } from '../../../src/provider/seam/request-state.ts';
import { START, standingClock } from '../../support/standing-clock.ts';
import { ISSUER } from '../token-exchange/fakes.ts';

const LIFE = 300;
const TOLERANCE = 30;
const CLAIMS = { aud: ISSUER, iss: 'app', sub: 'app', jti: 'j1', iat: START, exp: START + 60 };

/** `proof`: of a workload, in the request. */
const scene = ({ proof, isOurs = false, coldSince }: { proof?: object; isOurs?: boolean; coldSince?: number } = {}) => {
  const clock = standingClock();
  const store = memoryEphemeralStore(clock);
  const claimed: [string, number][] = [];
  const marked: [string, number][] = [];
  const remembered: string[] = [];
  const known = new Set<object>();
  const beingUsedUp: unknown[] = [];
  const assertions = clientAssertions({
    ...{ clock, issuer: ISSUER, maxLifetimeSeconds: LIFE, clockToleranceSeconds: TOLERANCE },
    ephemeral: {
      ...store,
      ...(coldSince === undefined ? {} : { coldSince: () => coldSince }),
      claim: async (key: string, seconds: number) => {
        claimed.push([key, seconds]);
        return store.claim(key, seconds);
      },
    },
    masterKey: masterKey(Buffer.alloc(32, 5)),
    proofs: {
      remember: (_: unknown, clientId: string) => void remembered.push(clientId),
      isBeingUsedUp: (of: unknown) => void beingUsedUp.push(of),
      has: (of: object) => known.has(of),
    },
    consumptions: {
      consume: async (key: string, until: number) => {
        const isFirst = !marked.some(([one]) => one === key);
        marked.push([key, until]);
        return isFirst;
      },
    },
    compositions: { notice: async () => void remembered.push('composition') },
    presented: { proofIn: () => proof, isOurs: () => isOurs, noteUse: () => void remembered.push('use') },
  } as unknown as Parameters<typeof clientAssertions>[0]);

  /** A request under way, with this DPoP proof. */
  const request = ({
    dated,
    route = 'token',
    isLegacy = false,
  }: {
    dated?: unknown;
    route?: string;
    isLegacy?: boolean;
  } = {}) => {
    const req = new IncomingMessage(new Socket());
    beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = dated === undefined ? '' : `${part({ alg: 'none' })}.${part({ iat: dated })}.`;
    const ctx = { req, get: () => text, oidc: { route, client: isLegacy ? { behalf_legacy_audience: true } : {} } };
    return ctx as unknown as KoaContextWithOIDC;
  };
  /** What oidc-provider asks within a request. */
  const unique = async (ctx: KoaContextWithOIDC | undefined, jti = 'j1', issuer = 'app', exp = START + 60) => {
    const spy = jest.spyOn(Provider, 'ctx', 'get').mockReturnValue(ctx);
    try {
      return await assertions.unique(issuer, jti, exp);
    } finally {
      spy.mockRestore();
    }
  };
  /** The same after the claims of an assertion were checked. */
  const asserted = (jti = 'j1', claims: object = {}) => {
    const ctx = request();
    assertions.check(ctx, { ...CLAIMS, jti, ...claims }, {});
    return unique(ctx, jti, 'app', { ...CLAIMS, ...claims }.exp);
  };
  return { ...assertions, clock, claimed, marked, remembered, known, beingUsedUp, request, unique, asserted };
};

describe('the claims', () => {
  test.each<[string, object]>([
    ['one audience in a list', { aud: [ISSUER] }],
    ['a date as far ahead as clocks may differ', { iat: START + TOLERANCE }],
    ['nbf as far ahead as clocks may differ', { nbf: START + TOLERANCE }],
    ['an expiry a second short of what clocks may differ', { exp: START + 1 - TOLERANCE }],
    ['the longest id', { jti: 'j'.repeat(256) }],
  ])('may have %s', (_, claims) => {
    expect(scene().faultOf({ ...CLAIMS, ...claims }, {})).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ['another audience', { aud: 'https://other.example' }, 'aud must be the issuer'],
    ['two audiences (RFC 10070)', { aud: [ISSUER, 'https://other.example'] }, 'aud must be the issuer'],
    ['no audience', { aud: undefined }, 'aud must be the issuer'],
    ['the token endpoint as audience (RFC 10070)', { aud: `${ISSUER}/token` }, 'aud must be the issuer'],
    ['another subject', { sub: 'other' }, 'sub must be the client_id'],
    ['no expiry', { exp: undefined }, 'exp must be'],
    ['a fraction as expiry', { exp: START + 0.5 }, 'exp must be'],
    ['no date', { iat: undefined }, 'iat must be'],
    ['a text as date', { iat: String(START) }, 'iat must be'],
    ['a date in the future', { iat: START + TOLERANCE + 1 }, 'iat lies in the future'],
    ['nbf in the future', { nbf: START + TOLERANCE + 1 }, 'nbf lies in the future'],
    ['nbf that is no number', { nbf: 'soon' }, 'nbf lies in the future'],
    ['an expiry in the past', { exp: START - TOLERANCE }, 'more than 300 seconds ago'],
    [
      'a date that is too long ago (V6)',
      { iat: START - LIFE - TOLERANCE, exp: START + 60 },
      'more than 300 seconds ago',
    ],
    ['no id', { jti: undefined }, 'jti must be'],
    ['an id that is too long', { jti: 'j'.repeat(257) }, 'jti must be'],
  ])('may not have %s', (_, claims, fault) => {
    expect(scene().faultOf({ ...CLAIMS, ...claims }, {})).toMatch(fault);
  });

  test('of an earlier client may name the token endpoint, as one text', () => {
    const { faultOf, check, request } = scene();
    const other = `${ISSUER}/token`;
    expect(faultOf({ ...CLAIMS, aud: other }, {}, other)).toBeUndefined();
    expect(faultOf({ ...CLAIMS, aud: ISSUER }, {}, other)).toBeUndefined();
    expect(faultOf({ ...CLAIMS, aud: [other] }, {}, other)).toMatch('aud must be');
    check(request({ isLegacy: true }), { ...CLAIMS, aud: other }, {});
    expect(() => check(request(), { ...CLAIMS, aud: other }, {})).toThrow(
      expect.objectContaining({
        error: 'invalid_client',
        error_description: expect.stringMatching('client authentication failed: aud must be'),
      }),
    );
  });

  test.each<[string, object, string | undefined]>([
    ['no type', {}, undefined],
    ['the type JWT', { typ: 'JWT' }, undefined],
    ['its own type', { typ: 'client-authentication+jwt' }, undefined],
    ['its own type in full', { typ: 'application/client-authentication+jwt' }, undefined],
    ['the type of an access token', { typ: 'at+jwt' }, 'typ is not that of a client assertion'],
    ['a type that is no text', { typ: 5 }, 'typ is not that of a client assertion'],
    ...['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip'].map((name): [string, object, string] => [
      `the header ${name}`,
      { [name]: 'x' },
      `header ${name} is not accepted`,
    ]),
  ])('with %s', (_, header, fault) => {
    expect(scene().faultOf(CLAIMS, { alg: 'ES256', kid: 'k', ...header })).toBe(fault);
  });
});

describe('an assertion is used once', () => {
  test('and proves its client; the mark lasts as long as the assertion', async () => {
    const { asserted, remembered, claimed, beingUsedUp, marked } = scene();
    expect(await asserted()).toBe(true);
    expect(remembered).toEqual(['app', 'use', 'composition']);
    expect([claimed[0]?.[1], beingUsedUp.length, marked]).toEqual([60, 1, []]);
    expect(await asserted()).toBe(false);
    expect(remembered).toHaveLength(3);
    expect(await asserted('j2')).toBe(true);
  });

  test('for at most its longest life, with what clocks may differ', async () => {
    const { asserted, claimed } = scene();
    await asserted('j1', { exp: START + 9000 });
    expect(claimed[0]?.[1]).toBe(LIFE + TOLERANCE);
  });

  test('and its id is apart from those of DPoP proofs (V4)', async () => {
    const { asserted, unique, request } = scene();
    expect(await asserted()).toBe(true);
    expect(await unique(request({ dated: START }))).toBe(true);
    expect(await unique(request({ dated: START }))).toBe(false);
  });

  test('which the next check of the request forgets', async () => {
    const { check, request, unique } = scene();
    const ctx = request({ dated: START });
    check(ctx, CLAIMS, {});
    expect(requestState(ctx).assertedAt).toBe(START);
    expect(await unique(ctx)).toBe(true);
    expect(requestState(ctx).assertedAt).toBeUndefined();
    expect(await unique(ctx)).toBe(true);
  });

  test('and is refused where it may have been used before a loss of the store (D13)', async () => {
    const { asserted, remembered } = scene({ coldSince: START - TOLERANCE - 3 });
    await expect(asserted()).rejects.toMatchObject({ error: 'invalid_client' });
    expect(remembered).toEqual([]);
    expect(await scene({ coldSince: START - TOLERANCE - 4 }).asserted()).toBe(true);
  });

  test('also outside of oidc-provider', async () => {
    const { claimOnce, claimed } = scene();
    expect(await claimOnce('app', 'j1', START + 60, START)).toBe(true);
    expect(await claimOnce('app', 'j1', START + 60, START)).toBe(false);
    expect(await claimOnce('other', 'j1', START + 9000, START)).toBe(true);
    expect(claimed.map(([, seconds]) => seconds)).toEqual([90, 90, LIFE + TOLERANCE]);
    expect(await claimOnce('app', 'j2', START - 90, START - 90)).toBe(true);
    expect(claimed.at(-1)?.[1]).toBe(1);
    expect(await scene({ coldSince: START }).claimOnce('app', 'j1', START + 60, START)).toBe(false);
  });

  test('unless this server made it in place of another credential', async () => {
    const { asserted, claimed, remembered } = scene({ isOurs: true });
    expect([await asserted(), await asserted()]).toEqual([true, true]);
    expect(claimed).toEqual([]);
    expect(remembered).toEqual(['app', 'use', 'composition', 'app', 'use', 'composition']);
  });
});

describe('a token of a workload', () => {
  const proof = (oneTimeTokens: boolean, claims: object = {}) => ({
    issuer: { id: 'wli_1', oneTimeTokens },
    claims: { jti: 'w1', exp: START + 60, iat: START, ...claims },
  });

  test('is valid again and again where its issuer repeats it', async () => {
    const { asserted, claimed, remembered } = scene({ proof: proof(false) });
    expect([await asserted(), await asserted()]).toEqual([true, true]);
    expect([claimed, remembered]).toEqual([[], ['app', 'use', 'composition', 'app', 'use', 'composition']]);
  });

  test('is valid once where its issuer is configured so, and has an id', async () => {
    const { asserted, claimed, remembered } = scene({ proof: proof(true) });
    expect([await asserted(), await asserted()]).toEqual([true, false]);
    expect([claimed[0]?.[1], remembered]).toEqual([60 + TOLERANCE, ['app', 'use', 'composition']]);
    const without = scene({ proof: proof(true, { jti: undefined }) });
    expect([await without.asserted(), await without.asserted()]).toEqual([true, true]);
    await expect(scene({ proof: proof(true), coldSince: START }).asserted()).rejects.toMatchObject({
      error: 'invalid_client',
    });
  });
});

describe('a DPoP proof', () => {
  test('is used once by its key, for twice the time in which it is accepted', async () => {
    const { unique, request, claimed, remembered, beingUsedUp, marked } = scene();
    expect(await unique(request({ dated: START }))).toBe(true);
    expect(await unique(request({ dated: START }))).toBe(false);
    expect(await unique(request({ dated: START }), 'j1', 'other key')).toBe(true);
    expect(claimed[0]?.[1]).toBe(600 + TOLERANCE);
    expect([remembered, beingUsedUp, marked]).toEqual([[], [], []]);
  });

  test.each([
    [START - 300, true],
    [START - 301, false],
    [START + 300, true],
    [START + 301, false],
    [undefined, false],
  ])('dated %s: accepted is %s (DP-03)', async (dated, isAccepted) => {
    const { unique, request } = scene();
    const answer = unique(request({ dated }));
    if (isAccepted) expect(await answer).toBe(true);
    else await expect(answer).rejects.toMatchObject({ error: 'invalid_dpop_proof' });
  });

  test('outside of a request has no date', async () => {
    await expect(scene().unique(undefined)).rejects.toMatchObject({ error: 'invalid_dpop_proof' });
  });

  test('dated ahead is marked in the durable store as well', async () => {
    const { unique, request, marked } = scene();
    await unique(request({ dated: START + TOLERANCE }), 'j1');
    expect(marked).toEqual([]);
    await unique(request({ dated: START + TOLERANCE + 1 }), 'j2');
    expect(marked).toEqual([[expect.stringMatching(/^proof:/), START + 600 + TOLERANCE]]);
  });

  test('is marked for a time after a loss, and refused if it may have been used before it (D13)', async () => {
    const cold = scene({ coldSince: START - 100 });
    expect(await cold.unique(cold.request({ dated: START }))).toBe(true);
    expect(cold.marked).toHaveLength(1);
    await expect(cold.unique(cold.request({ dated: START - 100 }), 'j2')).rejects.toMatchObject({
      error: 'invalid_dpop_proof',
    });
    const long = scene({ coldSince: START - 600 - TOLERANCE - 4 });
    expect(await long.unique(long.request({ dated: START }))).toBe(true);
    expect(long.marked).toEqual([]);
  });

  test('that only names a key for a pushed request leaves no mark, unless its sender is known (RFC 9449 §10)', async () => {
    const { unique, request, known, claimed } = scene();
    const pushed = () => request({ dated: START, route: 'pushed_authorization_request' });
    expect([await unique(pushed()), await unique(pushed())]).toEqual([true, true]);
    expect(claimed).toEqual([]);
    const sent = [pushed(), pushed()] as const;
    for (const one of sent) known.add(one);
    expect([await unique(sent[0]), await unique(sent[1])]).toEqual([true, false]);
  });
});
