/** Logout tokens of providers (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6): what ends, and what is refused. */
import { describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import { upstreamLogout } from '../../../src/domain/identity/upstream/upstream-logout.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { newKeyPair } from '../../support/agent-keys.ts';
import { composePeoplePages } from '../../support/composed-people-pages.ts';

const ISSUER = 'https://idp.works.example';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const FROM = { request: 'req_test', source: '203.0.113.9' };
const TOLERANCE = 5;

const listening = async () => {
  const world = await composePeoplePages();
  const provider = (await world.upstreams.create({ name: 'Works', issuer: ISSUER, clientId: 'here' }, { caller: 'x' }))
    .document;
  const key = await newKeyPair('RS256');
  const state: { failure?: Error; keys: object; fresh?: object; asked: number } = {
    keys: { keys: [key.publicJwk] },
    asked: 0,
  };
  const logout = upstreamLogout({
    ...{ upstreams: world.upstreams, client: world.upstreamClient.port, sessions: world.upstreamSessions },
    ...{ ephemeral: world.ephemeral, masterKey: world.masterKey, clock: world.clock, clockToleranceSeconds: TOLERANCE },
    keysByUrl: {
      async find({ url }) {
        expect(url).toBe(`${ISSUER}/jwks`);
        if (state.failure) throw state.failure;
        return state.keys as never;
      },
      async again() {
        state.asked += 1;
        return (state.fresh ?? state.keys) as never;
      },
    },
  });
  const good = () => ({
    iss: ISSUER,
    aud: 'here',
    iat: world.clock.now(),
    exp: world.clock.now() + 120,
    jti: crypto.randomUUID(),
    events: { [EVENT]: {} },
    sub: 's-ada',
  });
  const signed = (claims: object = {}, header: object = {}, by: Parameters<SignJWT['sign']>[0] = key.privateKey) =>
    new SignJWT({ ...good(), ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: String(key.publicJwk.kid), ...header })
      .sign(by);
  /** A session of Ada's; answers its id. */
  const begun = async (subject?: string, sid?: string): Promise<string> => {
    const upstream = subject === undefined ? undefined : { provider: provider.id, subject, ...(sid ? { sid } : {}) };
    const uid = world.browserSessions.start(world.ada.id, upstream ? { upstream } : {});
    await world.browserSessions.settled();
    return sessionIdOf(uid);
  };
  const left = async () => (await world.sessions.ofAccount(world.ada.id)).map(({ id }) => id).sort();
  return { world, provider, key, state, logout, good, signed, begun, left };
};

type Listening = Awaited<ReturnType<typeof listening>>;

describe('a logout token', () => {
  test('of a person ends what began with that person there, and nothing else', async () => {
    const { world, provider, logout, signed, begun, left } = await listening();
    const [one, two] = [await begun('s-ada'), await begun('s-ada', 'there-1')];
    const kept = [await begun('S-ADA'), await begun()];
    expect(await logout.receive(await signed(), FROM)).toBe(2);
    expect(await left()).toEqual(kept.sort());
    const ended = world.audit.of('session.ended');
    expect(ended.map(({ target }) => target?.id).sort()).toEqual([one, two].sort());
    expect(ended[0]).toMatchObject({ caller: provider.id, subject: world.ada.id, inputs: { how: 'at_provider' } });
  });

  test('of a session ends that one; with a person, also what began in no named session', async () => {
    const { logout, signed, begun, left } = await listening();
    await begun('s-ada', 'there-1');
    const other = await begun('s-ada', 'there-2');
    const unnamed = await begun('s-ada');
    expect(await logout.receive(await signed({ sub: undefined, sid: 'there-1' }), FROM)).toBe(1);
    expect(await left()).toEqual([other, unnamed].sort());
    expect(await logout.receive(await signed({ sid: 'there-1' }), FROM)).toBe(1);
    expect(await left()).toEqual([other]);
  });

  test('ends nothing that began after it was made, and is accepted where nothing is left', async () => {
    const { world, logout, signed, begun, left } = await listening();
    const token = await signed();
    world.clock.move(TOLERANCE + 1);
    const later = await begun('s-ada');
    expect(await logout.receive(token, FROM)).toBe(0);
    expect(await left()).toEqual([later]);
  });

  test('keeps a sign-in that was proven there before from becoming a session', async () => {
    const { world, provider, logout, signed } = await listening();
    const provenAt = world.clock.now();
    const origin = { provider: provider.id, subject: 's-ada', sid: 'there-1' };
    await logout.receive(await signed({ sid: 'there-1' }), FROM);
    const isOver = (more: object, at = provenAt) => world.upstreamSessions.isOverThere({ ...origin, ...more }, at);
    expect(await isOver({})).toBe(true);
    expect(await isOver({}, provenAt + TOLERANCE + 1)).toBe(false);
    expect(await isOver({ sid: 'there-2' })).toBe(false);
    expect(await isOver({ provider: 'upi_other' })).toBe(false);
    // One that was made before and comes later takes nothing back.
    await logout.receive(await signed({ sid: 'there-1', iat: provenAt - 300 }), FROM);
    expect(await isOver({})).toBe(true);
  });

  test.each([
    ['has no name', {}],
    ['goes by the name of the last one', { kid: 'one' }],
  ])('of a provider whose only key was changed, and %s, is looked at with the new one', async (_, named) => {
    const { state, logout, signed, begun, left } = await listening();
    const [before, after] = [await newKeyPair('RS256'), await newKeyPair('RS256')];
    const setOf = ({ publicJwk: { kid: _kid, ...jwk } }: typeof before) => ({ keys: [{ ...jwk, ...named }] });
    Object.assign(state, { keys: setOf(before), fresh: setOf(after) });
    const kept = await begun();
    await begun('s-ada');
    expect(await logout.receive(await signed({}, { kid: undefined, ...named }, after.privateKey), FROM)).toBe(1);
    expect([await left(), state.asked]).toEqual([[kept], 1]);
    // What explains itself is not asked about again.
    await logout.receive(await signed({}, { kid: undefined, ...named }, before.privateKey), FROM);
    expect(state.asked).toBe(1);
  });

  test('has any of the types that providers send', async () => {
    const { logout, signed } = await listening();
    for (const typ of [undefined, 'JWT', 'logout+jwt', 'application/logout+jwt']) {
      await logout.receive(await signed({}, { typ }), FROM);
    }
  });
});

describe('is refused, and ends nothing,', () => {
  const spent = async (of: Listening): Promise<string> => {
    const token = await of.signed({ sub: 's-unknown' });
    await of.logout.receive(token, FROM);
    return token;
  };
  const without = (name: string) => (of: Listening) => of.signed({ [name]: undefined });

  test.each<[string, string, (of: Listening) => Promise<string> | string]>([
    ['what is no JWT', 'form', () => 'a.b'],
    ['one without a signature (alg none)', 'algorithm', (of) => new UnsecuredJWT(of.good()).encode()],
    [
      'one signed with a public key (HS256)',
      'algorithm',
      (of) => of.signed({}, { alg: 'HS256' }, Buffer.from(JSON.stringify(of.key.publicJwk))),
    ],
    [
      'one that another key signed',
      'signature',
      async (of) => of.signed({}, {}, (await newKeyPair('RS256')).privateKey),
    ],
    ['one with a kid that is not there', 'signature', (of) => of.signed({}, { kid: 'other' })],
    ['one of an issuer that is no provider here', 'issuer', (of) => of.signed({ iss: `${ISSUER}/` })],
    ['one without an issuer', 'issuer', without('iss')],
    ['one for another client', 'audience', (of) => of.signed({ aud: ['there', 'HERE'] })],
    ['one without an audience', 'audience', without('aud')],
    ['one without iat', 'time', without('iat')],
    ['one without exp', 'time', without('exp')],
    ['one that is over', 'time', (of) => of.signed({ exp: of.world.clock.now() - TOLERANCE })],
    ['one from the future', 'time', (of) => of.signed({ iat: of.world.clock.now() + TOLERANCE + 1 })],
    [
      'one that is old, with a later exp',
      'time',
      (of) => of.signed({ iat: of.world.clock.now() - 600 - TOLERANCE - 1 }),
    ],
    ['one without events, as an ID token', 'events', without('events')],
    ['one of another event', 'events', (of) => of.signed({ events: { 'urn:other': {} } })],
    ['one whose event is no object', 'events', (of) => of.signed({ events: { [EVENT]: true } })],
    ['one with a nonce, as an ID token', 'nonce', (of) => of.signed({ nonce: 'n' })],
    ['one with a nonce that is null', 'nonce', (of) => of.signed({ nonce: null })],
    ['one without jti', 'jti', without('jti')],
    ['one without a subject', 'subject', without('sub')],
    ['one whose sub is no text', 'subject', (of) => of.signed({ sub: 7 })],
    ['one whose sid is too long', 'subject', (of) => of.signed({ sid: 's'.repeat(256) })],
    ['one of another kind', 'type', (of) => of.signed({}, { typ: 'at+jwt' })],
    ['one that brings its own key', 'form', (of) => of.signed({}, { jwk: of.key.publicJwk })],
    ['one a second time', 'replay', spent],
  ])('%s', async (_, check, made) => {
    const of = await listening();
    const session = await of.begun('s-ada');
    await expect(of.logout.receive(await made(of), FROM)).rejects.toMatchObject({
      code: 'invalid_request',
      field: check,
    });
    expect(await of.left()).toEqual([session]);
    expect(of.world.audit.of('session.ended')).toEqual([]);
  });

  test('any of a provider that is switched off', async () => {
    const { world, logout, signed, begun, left } = await listening();
    const session = await begun('s-ada');
    const { document: other } = await world.upstreams.create(
      { name: 'Other', issuer: 'https://other.example', clientId: 'here' },
      { caller: 'x' },
    );
    await world.upstreams.disable(other.id, { caller: 'x' });
    await expect(logout.receive(await signed({ iss: other.issuer }), FROM)).rejects.toMatchObject({ field: 'issuer' });
    expect(await left()).toEqual([session]);
  });

  test('and is accepted again after the keys, or the audit log, were unavailable', async () => {
    const { world, state, logout, signed, begun, left } = await listening();
    await begun('s-ada');
    const token = await signed();
    state.failure = new DomainError('unavailable', 'no way out');
    await expect(logout.receive(token, FROM)).rejects.toMatchObject({ code: 'unavailable' });
    delete state.failure;
    world.audit.state.failing = true;
    await expect(logout.receive(token, FROM)).rejects.toThrow();
    world.audit.state.failing = false;
    expect(await left()).toHaveLength(1);
    expect(await logout.receive(token, FROM)).toBe(1);
    expect(await left()).toEqual([]);
  });
});
