import { describe, expect, test } from '@jest/globals';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { revocation } from '../../../src/domain/authority/revocation/revocation.ts';
import { SESSIONS, type Session, sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import type { SeenSession } from '../../../src/domain/identity/sessions/session-records.ts';
import { sessionRegistry } from '../../../src/domain/identity/sessions/session-registry.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../../src/domain/platform/epochs/epoch.ts';
import { killKey } from '../../../src/domain/vocabulary/kill.ts';
import { composePeoplePages, type PeoplePages } from '../../support/composed-people-pages.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

const sessionsOf = (world: PeoplePages) => {
  const { documents, clock, audit, accounts } = world;
  const registry = sessionRegistry({ documents, clock, audit, accounts, revocation: revocation({ documents }) });
  const seen = (more: Partial<SeenSession> = {}): SeenSession => ({
    uid: randomIdentifiers.newSecret(),
    account: world.ada.id,
    authTime: clock.now(),
    amr: ['pwd'],
    apps: [],
    until: clock.now() + 3600,
    source: '203.0.113.77',
    userAgent: FIREFOX,
    ...more,
  });
  const begun = async (more: Partial<SeenSession> = {}): Promise<SeenSession & { readonly id: string }> => {
    const one = seen(more);
    await registry.keep(one);
    return { ...one, id: sessionIdOf(one.uid) };
  };
  const isLive = async ({ id, authTime }: { readonly id: string; readonly authTime: number }): Promise<boolean> => {
    const account = await accounts.get(world.ada.id);
    if (!account) throw new Error('there is no account');
    return registry.isLive(id, account.document, authTime);
  };
  return { registry, seen, begun, isLive, stored: documents.collection<Session>(SESSIONS) };
};

const BY = { caller: 'acc_somebody', request: 'req_1', source: '192.0.2.9' };

describe('sessions of an account', () => {
  test('are kept with what a person knows them by, and nothing that opens them', async () => {
    const world = await composePeoplePages();
    const { registry, begun, stored } = sessionsOf(world);
    const { id, uid } = await begun({ apps: [{ client: 'app_wiki', sid: 'sid-1' }] });
    expect(await registry.ofAccount(world.ada.id)).toMatchObject([
      {
        id,
        browser: { family: 'Firefox', system: 'Linux' },
        source: '203.0.113.0/24',
        apps: [{ client: 'app_wiki', sid: 'sid-1' }],
      },
    ]);
    expect(JSON.stringify((await stored.get(id))?.document)).not.toMatch(new RegExp(`${uid}|203\\.0\\.113\\.77|Gecko`));
  });

  test('an end is audited first, final, and one of many that end it does', async () => {
    const world = await composePeoplePages();
    const { registry, begun, isLive } = sessionsOf(world);
    const one = await begun();
    world.audit.state.failing = true;
    await expect(registry.end(one.id, BY, 'from_elsewhere')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await isLive(one)).toBe(true);
    world.audit.state.failing = false;
    const ends = await Promise.all(Array.from({ length: 20 }, () => registry.end(one.id, BY, 'from_elsewhere')));
    expect(ends.filter(Boolean)).toHaveLength(1);
    expect(await isLive(one)).toBe(false);
    const outcomes = world.audit.of('session.ended').map(({ outcome }) => outcome);
    const [done, refused] = ['done', 'refused'].map((one) => outcomes.filter((outcome) => outcome === one).length);
    expect(Number(done) - Number(refused)).toBe(1);
    expect(world.audit.of('session.ended')[0]).toMatchObject({
      outcome: 'done',
      subject: world.ada.id,
      caller: BY.caller,
      request: 'req_1',
      target: { kind: 'session', id: one.id },
      inputs: { how: 'from_elsewhere' },
      personal: { source: '192.0.2.9' },
    });
    // A request that was under way keeps it again.
    await registry.keep({ ...one, apps: [{ client: 'app_late', sid: 's' }] });
    expect(await isLive(one)).toBe(false);
    expect((await registry.get(one.id))?.apps).toEqual([]);
    expect(await registry.end(one.id, BY, 'signed_out')).toBe(false);
    expect(await registry.end('ses_none', BY, 'signed_out')).toBe(false);
  });

  test('an unknown session, or one that cannot be read, is not live', async () => {
    const world = await composePeoplePages();
    const { begun, isLive, stored } = sessionsOf(world);
    expect(await isLive({ id: 'ses_none', authTime: world.clock.now() })).toBe(false);
    const one = await begun();
    const found = await stored.get(one.id);
    if (!found) throw new Error('nothing is stored');
    const { state: _, ...damaged } = found.document;
    await stored.replace(damaged as Session, found.version);
    expect(await isLive(one)).toBe(false);
  });

  test('of another account it is none', async () => {
    const world = await composePeoplePages();
    const { registry, begun } = sessionsOf(world);
    const one = await begun();
    expect(await registry.isLive(one.id, world.bob, one.authTime)).toBe(false);
    await registry.keep({ ...one, account: world.bob.id, apps: [{ client: 'app_x', sid: 's' }] });
    expect(await registry.get(one.id)).toMatchObject({ account: world.ada.id, apps: [] });
  });

  test('requests of one browser at once forget no app, however many come', async () => {
    const world = await composePeoplePages();
    const { registry, begun } = sessionsOf(world);
    const one = await begun();
    const apps = Array.from({ length: 64 }, (_, index) => ({ client: `app_${index}`, sid: `sid-${index}` }));
    await Promise.all(apps.map((app) => registry.keep({ ...one, apps: [app] })));
    expect((await registry.get(one.id))?.apps.map(({ client }) => client).sort()).toEqual(
      apps.map(({ client }) => client).sort(),
    );
    await registry.leave(one.id, 'app_7');
    expect((await registry.get(one.id))?.apps).toHaveLength(63);
  });

  test('a new sign-in in it has another time, and it is kept for as long as a grant depends on it', async () => {
    const world = await composePeoplePages();
    const { registry, begun } = sessionsOf(world);
    const one = await begun();
    world.clock.move(10);
    const heldUntil = world.clock.now() + 90 * 86_400;
    const later = { ...one, authTime: world.clock.now(), acr: 'urn:x', amr: ['pwd', 'otp'], source: '198.51.100.4' };
    await registry.keep({ ...later, heldUntil });
    await registry.keep(later);
    expect(await registry.get(one.id)).toMatchObject({
      startedAt: one.authTime,
      authTime: later.authTime,
      acr: 'urn:x',
      amr: ['pwd', 'otp'],
      source: '198.51.100.0/24',
      expiresAt: heldUntil,
    });
    await registry.hold(one.id, heldUntil + 5);
    await registry.hold(one.id, heldUntil);
    expect((await registry.get(one.id))?.expiresAt).toBe(heldUntil + 5);
  });

  test('the last use is known to the minute, and costs no write for each', async () => {
    const world = await composePeoplePages();
    const { registry, begun, stored } = sessionsOf(world);
    const one = await begun();
    const before = await stored.get(one.id);
    world.clock.move(30);
    registry.note(one.id, '198.51.100.4');
    registry.note(one.id, '198.51.100.4');
    expect(await registry.get(one.id)).toMatchObject({ usedAt: world.clock.now() });
    expect((await stored.get(one.id))?.version).toBe(before?.version);
    await registry.flush();
    expect((await stored.get(one.id))?.document).toMatchObject({
      usedAt: world.clock.now(),
      seenFrom: '198.51.100.0/24',
    });
    world.clock.move(30);
    registry.note(one.id);
    await registry.flush();
    expect((await registry.get(one.id))?.usedAt).toBe(world.clock.now() - 30);
  });

  test('each listener is notified of each end', async () => {
    const world = await composePeoplePages();
    const { registry, begun } = sessionsOf(world);
    const heard: string[] = [];
    registry.listen((account) => heard.push(account));
    const one = await begun();
    await registry.end(one.id, BY, 'by_api');
    await registry.ending(world.bob.id, true);
    expect(heard).toEqual([world.ada.id, world.bob.id]);
  });

  test('those that began with one person of a provider are found by that person, and by the session there', async () => {
    const world = await composePeoplePages();
    const { registry, begun, stored } = sessionsOf(world);
    const person = { provider: 'upi_1', subject: 'Sub' };
    const one = await begun({ upstream: { ...person, sid: 'there-1' } });
    const other = await begun({ upstream: { ...person, sid: 'there-2' } });
    const unnamed = await begun({ upstream: { provider: 'upi_1', subject: 'sub' } });
    await begun({ upstream: { provider: 'upi_2', subject: 'Sub' } });
    const ids = async (which: Parameters<typeof registry.ofUpstream>[0]) =>
      (await registry.ofUpstream(which)).map(({ id }) => id).sort();
    expect(await ids(person)).toEqual([one.id, other.id].sort());
    expect(await ids({ ...person, sid: 'there-2' })).toEqual([other.id]);
    expect(await ids({ provider: 'upi_1', sid: 'there-2' })).toEqual([other.id]);
    expect(await ids({ provider: 'upi_2', sid: 'there-2' })).toEqual([]);
    // Where it did not say in which session that was, it may be any.
    expect(await ids({ provider: 'upi_1', subject: 'sub', sid: 'there-2' })).toEqual([unnamed.id]);
    expect(await ids({ provider: 'upi_1', sid: 'there-3' })).toEqual([]);
    await registry.end(other.id, BY, 'at_provider');
    expect(await ids(person)).toEqual([one.id]);
    // However many are over and not forgotten yet.
    const ended = (await stored.get(other.id))?.document as Session;
    await stored.insertMany(
      Array.from({ length: 1000 }, (_, index) => ({ ...ended, id: `ses_${String(index).padStart(4, '0')}` })),
    );
    expect(await ids(person)).toEqual([one.id]);
  });
});

describe('all sessions of an account at once', () => {
  test('end by one swap, with those that begin in the same second; a later one counts', async () => {
    const world = await composePeoplePages();
    const { begun, isLive, registry } = sessionsOf(world);
    const before = await begun();
    await world.accounts.endSessions(world.ada.id, BY);
    const sameSecond = await begun();
    world.clock.move(1);
    const later = await begun();
    expect([await isLive(before), await isLive(sameSecond), await isLive(later)]).toEqual([false, false, true]);
    expect((await registry.ofAccount(world.ada.id)).map(({ id }) => id)).toEqual([later.id]);
    expect(world.audit.of('account.sessions_ended')).toMatchObject([
      { target: { kind: 'account', id: world.ada.id }, subject: world.ada.id, caller: BY.caller, inputs: {} },
    ]);
  });

  test('but for the one that its person keeps, until that, too, is ended by anything', async () => {
    const world = await composePeoplePages();
    const { begun, isLive } = sessionsOf(world);
    const [kept, other] = [await begun(), await begun()];
    await world.accounts.endSessions(world.ada.id, BY, kept);
    expect([await isLive(kept), await isLive(other)]).toEqual([true, false]);
    expect(world.audit.of('account.sessions_ended')).toMatchObject([{ inputs: { kept: kept.id } }]);
    // In the same second, too.
    await world.accounts.setPassword(world.ada.id, 'another long password', BY);
    expect(await isLive(kept)).toBe(false);
  });

  test('one that was ended meanwhile is not kept', async () => {
    const world = await composePeoplePages();
    const { begun, isLive } = sessionsOf(world);
    const one = await begun();
    await world.accounts.endSessions(world.ada.id, BY);
    await world.accounts.endSessions(world.ada.id, BY, one);
    expect(await isLive(one)).toBe(false);
  });

  test('nothing ends while it cannot be audited', async () => {
    const world = await composePeoplePages();
    const { begun, isLive } = sessionsOf(world);
    const one = await begun();
    world.audit.state.failing = true;
    await expect(world.accounts.endSessions(world.ada.id, BY)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await isLive(one)).toBe(true);
  });

  test('do not count again because the clock was put back', async () => {
    const world = await composePeoplePages();
    const { begun, isLive } = sessionsOf(world);
    const one = await begun();
    await world.accounts.endSessions(world.ada.id, BY);
    world.clock.move(-600);
    await world.accounts.endSessions(world.ada.id, BY);
    expect(await isLive(one)).toBe(false);
  });

  test('of a killed account are listed no more', async () => {
    const world = await composePeoplePages();
    const { begun, registry } = sessionsOf(world);
    await begun();
    const epochs = world.documents.collection<Epoch>(EPOCHS);
    await raiseEpoch(epochs, killKey('account', world.ada.id), world.clock.now() + 1);
    expect(await registry.ofAccount(world.ada.id)).toEqual([]);
  });
});
