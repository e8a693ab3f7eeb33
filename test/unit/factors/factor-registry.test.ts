import { describe, expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { FACTORS } from '../../../src/domain/identity/factors/factor.ts';
import type { Changing } from '../../../src/domain/identity/factors/factor-input.ts';
import { factorRegistry } from '../../../src/domain/identity/factors/factor-registry.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM_SESSION } from '../../../src/domain/vocabulary/assurance.ts';
import { codeAt, withApp } from '../../support/authenticator-app.ts';
import { composePeoplePages, type PeoplePages } from '../../support/composed-people-pages.ts';
import { PASSWORD } from '../../support/composed-services.ts';
import { START } from '../../support/standing-clock.ts';

const BY = { caller: 'system' };

const by = (world: PeoplePages, more: Partial<Changing['assurance']> = {}): Changing => ({
  account: world.ada.id,
  assurance: { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: world.clock.now(), ...more },
  by: { caller: world.ada.id },
});

describe('second factors of an account', () => {
  test('LG-04 a code counts once, and none of a step before it ever again (RFC 6238 §5.2)', async () => {
    const world = await composePeoplePages();
    const { secret } = await withApp(world, world.ada);
    const prove = (seconds: number) => world.factors.prove(world.ada.id, codeAt(secret, seconds));
    // The one that confirmed the app.
    expect(await prove(START)).toBeUndefined();
    world.clock.move(60);
    const now = world.clock.now();
    expect(await prove(now)).toEqual(['otp']);
    expect(await prove(now)).toBeUndefined();
    expect(await prove(now - 30)).toBeUndefined();
    expect(await prove(now + 30)).toEqual(['otp']);
    expect(await prove(now)).toBeUndefined();
    world.clock.move(300);
    expect(await prove(world.clock.now() - 60)).toBeUndefined();
    expect(await prove(world.clock.now() + 60)).toBeUndefined();
  });

  test('LG-04 OT-10 of a hundred that present one code at once exactly one is right; so with a recovery code', async () => {
    const world = await composePeoplePages();
    const { secret, recovery } = await withApp(world, world.ada);
    world.clock.move(60);
    for (const code of [codeAt(secret, world.clock.now()), String(recovery[0])]) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => world.factors.prove(world.ada.id, code)));
      expect(answers.filter((amr) => amr !== undefined)).toHaveLength(1);
    }
  });

  test('LG-04 a code of another person is worth nothing', async () => {
    const world = await composePeoplePages();
    const { secret, recovery } = await withApp(world, world.ada);
    await withApp(world, world.bob);
    world.clock.move(60);
    expect(await world.factors.prove(world.bob.id, codeAt(secret, world.clock.now()))).toBeUndefined();
    expect(await world.factors.prove(world.bob.id, String(recovery[0]))).toBeUndefined();
  });

  test('LG-07 recovery codes work once each, however they are typed, and are nowhere in the store', async () => {
    const world = await composePeoplePages();
    const { secret, recovery } = await withApp(world, world.ada);
    expect(new Set(recovery).size).toBe(10);
    const stored = JSON.stringify(await world.documents.collection(FACTORS).get(world.ada.id));
    for (const hidden of [...recovery, ...recovery.map((code) => code.replaceAll('-', '')), secret]) {
      expect(stored).not.toContain(hidden);
    }
    const [first = '', second = ''] = recovery;
    expect(await world.factors.prove(world.ada.id, ` ${first.toUpperCase().replaceAll('-', ' ')}`)).toEqual([
      'urn:behalf:amr:recovery-code',
    ]);
    expect(await world.factors.prove(world.ada.id, first)).toBeUndefined();
    expect((await world.factors.list(world.ada.id)).find(({ kind }) => kind === 'recovery')?.left).toBe(9);
    const anew = await world.factors.newRecoveryCodes(by(world));
    expect(await world.factors.prove(world.ada.id, second)).toBeUndefined();
    expect(await world.factors.prove(world.ada.id, String(anew[0]))).toBeDefined();
    expect(JSON.stringify(world.audit.events)).not.toContain(String(anew[1]));
  });

  test('LG-04 the password alone neither adds nor removes where there is a factor, not even in a form begun before', async () => {
    const world = await composePeoplePages();
    const weak = by(world, { acr: SINGLE_FACTOR, amr: ['pwd'] });
    // A thief of the password begins to add an app, and waits.
    const thief = { session: 'session of a thief', assurance: weak.assurance };
    const offer = await world.totpEnrolment.offer(world.ada, thief);
    await withApp(world, world.ada);
    const [factor] = await world.factors.list(world.ada.id);
    const forbidden = { code: 'forbidden' };
    await expect(
      world.totpEnrolment.confirm(
        { name: 'Mine', code: codeAt(offer.secret, START), session: 'session of a thief' },
        weak,
      ),
    ).rejects.toMatchObject(forbidden);
    await expect(world.factors.remove(String(factor?.id), weak)).rejects.toMatchObject(forbidden);
    await expect(world.factors.newRecoveryCodes(weak)).rejects.toMatchObject(forbidden);
    const old = by(world, { authTime: START - 601 });
    await expect(world.factors.remove(String(factor?.id), old)).rejects.toMatchObject(forbidden);
    expect(await world.factors.mayChange(world.ada.id, weak.assurance)).toBe(false);
    expect(await world.factors.mayChange(world.ada.id, old.assurance)).toBe(false);
    expect(await world.factors.list(world.ada.id)).toHaveLength(2);
  });

  test('LG-07 nothing to add one with is handed out to an old, weak or borrowed sign-in', async () => {
    const world = await composePeoplePages();
    const { passkeys } = world.deps;
    const forbidden = { code: 'forbidden' };
    const refuses = async (more: Partial<Changing['assurance']>) => {
      const signedIn = { session: 'ses_one', ...by(world, more) };
      await expect(passkeys.offerNew(world.ada, signedIn)).rejects.toMatchObject(forbidden);
      await expect(world.totpEnrolment.offer(world.ada, signedIn)).rejects.toMatchObject(forbidden);
    };
    await refuses({ authTime: START - 601 });
    await refuses({ amr: [UPSTREAM_SESSION] });
    await withApp(world, world.ada);
    await refuses({ acr: SINGLE_FACTOR, amr: ['pwd'] });
    expect(await passkeys.offerNew(world.ada, { session: 'ses_one', ...by(world) })).toContain('challenge');
  });

  test('with the last factor its recovery codes go, and an administrator can take them all', async () => {
    const world = await composePeoplePages();
    const { recovery } = await withApp(world, world.ada);
    const [factor] = await world.factors.list(world.ada.id);
    await world.factors.remove(String(factor?.id), by(world));
    expect(await world.factors.list(world.ada.id)).toEqual([]);
    expect(await world.factors.prove(world.ada.id, String(recovery[0]))).toBeUndefined();
    await withApp(world, world.ada);
    await world.factors.removeAll(world.ada.id, BY);
    expect(await world.factors.isAsked(world.ada.id)).toBe(false);
    expect(world.audit.events.map(({ type, subject }) => [type, subject])).toEqual(
      ['factor.added', 'factor.removed', 'factor.added', 'factor.all_removed'].map((type) => [type, world.ada.id]),
    );
  });

  test('an app is added once, with a name that can be shown, and after its code', async () => {
    const world = await composePeoplePages();
    const offerIn = (session: string) => world.totpEnrolment.offer(world.ada, { session, ...by(world) });
    const offer = await offerIn('one');
    expect(await offerIn('one')).toEqual(offer);
    expect((await offerIn('two')).secret).not.toBe(offer.secret);
    expect(offer.secret).toMatch(/^[A-Z2-7]{32}$/);
    const confirm = (name: string, code: string, session = 'one') =>
      world.totpEnrolment.confirm({ name, code, session }, by(world, { acr: SINGLE_FACTOR }));
    const right = codeAt(offer.secret, START);
    await expect(confirm('App', codeAt(offer.secret, START + 3600))).rejects.toMatchObject({ field: '/code' });
    await expect(confirm('App', right, 'two')).rejects.toMatchObject({ field: '/code' });
    await expect(confirm('App', right, 'three')).rejects.toMatchObject({ code: 'not_found' });
    await expect(confirm(' ', right)).rejects.toMatchObject({ field: '/name' });
    expect(await offerIn('one')).toEqual(offer);
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => confirm('App', right)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await world.factors.list(world.ada.id)).map(({ kind, name }) => [kind, name])).toEqual([
      ['totp', 'App'],
      ['recovery', 'Recovery codes'],
    ]);
  });

  test('the address an app reads names server and person, and gives the same codes', async () => {
    const world = await composePeoplePages();
    const { address, secret } = await world.totpEnrolment.offer(world.ada, { session: 'one', ...by(world) });
    expect(address).toMatch(
      /^otpauth:\/\/totp\/Behalf%20id\.example\.com:ada\?issuer=Behalf%20id\.example\.com&secret=/,
    );
    expect(new URL(address).searchParams.get('secret')).toBe(secret);
    // RFC 6238 appendix B, the secret of SHA-1.
    expect(new TOTP({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', digits: 8 }).generate({ timestamp: 59_000 })).toBe(
      '94287082',
    );
  });

  test('secrets are sealed anew when the master key is changed, and go on', async () => {
    const world = await composePeoplePages();
    const { secret } = await withApp(world, world.ada);
    world.clock.move(60);
    const registerUnder = (...keys: readonly [Buffer, Buffer?]) =>
      factorRegistry({ ...world.deps, ...world, identifiers: randomIdentifiers, masterKey: masterKey(...keys) });
    const [old, next] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
    await registerUnder(next, old).sealAnew();
    expect(await registerUnder(next).prove(world.ada.id, codeAt(secret, world.clock.now()))).toEqual(['otp']);
    expect(await registerUnder(old).prove(world.ada.id, codeAt(secret, world.clock.now() + 30))).toBeUndefined();
  });

  test('no user signs in with the password alone while the store cannot say which factors there are', async () => {
    const world = await composePeoplePages();
    await withApp(world, world.ada);
    const collection = world.documents.collection<{ readonly id: string }>(FACTORS);
    await collection.take(world.ada.id);
    await collection.insert({ id: world.ada.id });
    const attempt = { username: 'ada', password: PASSWORD, source: '192.0.2.1', request: 'req_1' };
    await expect(world.signIn.signIn(attempt)).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
