import { describe, expect, test } from '@jest/globals';
import {
  type AskedConsent,
  type ConsentForm,
  DELEGABLE_TO_NONE,
} from '../../../src/domain/authority/consent/consent.ts';
import { consentRegistry } from '../../../src/domain/authority/consent/consent-registry.ts';
import { questionDigest } from '../../../src/domain/authority/consent/question-digest.ts';
import {
  CALENDAR,
  composePeoplePages,
  MAIL,
  type PeoplePages,
  REDIRECT_URI,
} from '../../support/composed-people-pages.ts';
import { START } from '../../support/standing-clock.ts';

const DAY = 86_400;
const askedOf = ({ ada, planner }: PeoplePages, more: Partial<AskedConsent> = {}): AskedConsent => ({
  account: ada.id,
  clientId: planner.id,
  redirectUri: REDIRECT_URI,
  openidScopes: ['openid'],
  resources: { [CALENDAR]: ['read', 'write'], [MAIL]: ['read'] },
  ...more,
});

const READ_ONLY: ConsentForm = {
  openidScopes: ['openid'],
  resources: { [CALENDAR]: ['read'] },
  durationSeconds: DAY,
  delegableTo: DELEGABLE_TO_NONE,
};

const allow = async (world: PeoplePages, asked: AskedConsent, form: ConsentForm = READ_ONLY) =>
  world.consents.allow(asked, questionDigest(await world.consents.question(asked)), form, {
    caller: asked.account,
    request: 'req_1',
  });

describe('consent', () => {
  test('to an agent becomes its delegations, with what was allowed and no more; the event comes first', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world);
    expect(await allow(world, asked)).toEqual({
      openidScopes: ['openid'],
      resources: { [CALENDAR]: ['read'] },
      expiresAt: START + DAY,
    });
    const row = await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR);
    expect(row).toMatchObject({ scope: ['read'], expiresAt: START + DAY, delegableTo: DELEGABLE_TO_NONE });
    expect(await world.delegations.consented(world.ada.id, world.planner.id, MAIL)).toBeUndefined();
    expect(world.audit.events.map(({ type }) => type)).toEqual(['consent.granted', 'delegation.created']);
    expect(world.audit.events[0]).toMatchObject({
      subject: world.ada.id,
      agent: world.planner.id,
      owner: world.bob.id,
      request: 'req_1',
      inputs: {
        asked: { [CALENDAR]: ['read', 'write'], [MAIL]: ['read'] },
        given: { [CALENDAR]: ['read'] },
        openidGiven: ['openid'],
      },
    });
  });

  test('grants nothing when the event cannot be written', async () => {
    const world = await composePeoplePages();
    world.audit.state.failing = true;
    await expect(allow(world, askedOf(world))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeUndefined();
    expect(await world.consents.answeredBefore(askedOf(world))).toBeUndefined();
  });

  test('decides only about what the page showed', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world);
    const seen = questionDigest(await world.consents.question(asked));
    await world.agents.update(world.planner.id, 1, { name: 'Renamed' }, { caller: 'system' });
    await expect(world.consents.allow(asked, seen, READ_ONLY, { caller: world.ada.id })).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    expect(world.audit.of('consent.granted')).toEqual([]);
  });

  test('AP-11 is remembered for the same question as it was narrowed, until it ends', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world);
    expect(await world.consents.answeredBefore(asked)).toBeUndefined();
    const given = await allow(world, asked);
    expect(await world.consents.answeredBefore(asked, true)).toEqual(given);
    // A client that names what was left out gets the page.
    expect(await world.consents.answeredBefore(asked)).toBeUndefined();
    expect(await world.consents.answeredBefore(askedOf(world, { resources: { [CALENDAR]: ['read'] } }))).toMatchObject({
      resources: { [CALENDAR]: ['read'] },
    });
    for (const other of [
      askedOf(world, { resources: { [CALENDAR]: ['write'] } }),
      askedOf(world, { resources: { [CALENDAR]: ['read', 'write'], [MAIL]: ['read', 'write'] } }),
      askedOf(world, { openidScopes: ['openid', 'email'] }),
      askedOf(world, { redirectUri: 'https://app.example.com/other' }),
      askedOf(world, { account: world.bob.id }),
      askedOf(world, { clientId: world.booker.id }),
      askedOf(world, { userCode: 'ABCD-EFGH' }),
    ]) {
      expect(await world.consents.answeredBefore(other, true)).toBeUndefined();
    }
    world.clock.move(DAY);
    expect(await world.consents.answeredBefore(asked, true)).toBeUndefined();
  });

  test('AP-11 is not remembered once the agent changed its key, or the delegation ended or was narrowed', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world);
    await allow(world, asked);
    const row = await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR);
    await world.delegations.revoke(row?.id ?? '', world.ada.id);
    expect(await world.consents.answeredBefore(asked, true)).toBeUndefined();
    await allow(world, asked);
    expect(await world.consents.answeredBefore(asked, true)).toBeDefined();
    const jwks = { keys: (world.planner.jwks?.keys ?? []).map((key) => ({ ...key, kid: 'two' })) };
    await world.agents.update(world.planner.id, 1, { jwks }, { caller: 'system' });
    expect(await world.consents.answeredBefore(asked, true)).toBeUndefined();
  });

  test('is asked again after a refusal or when forgotten', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world, { clientId: world.client.id });
    await allow(world, asked);
    expect(await world.consents.answeredBefore(asked, true)).toBeDefined();
    await world.consents.forget(world.ada.id, world.client.id);
    expect(await world.consents.answeredBefore(asked, true)).toBeUndefined();
    await allow(world, asked);
    await world.consents.deny(asked, { caller: world.ada.id });
    expect(await world.consents.answeredBefore(asked, true)).toBeUndefined();
    expect(world.audit.of('consent.denied')).toMatchObject([{ outcome: 'refused', error: 'access_denied' }]);
  });

  test('is not asked for a first-party client, which gets its effective rights; never so for an agent', async () => {
    const world = await composePeoplePages();
    const { id } = world.client;
    const authority = { [CALENDAR]: ['read'] };
    await world.clients.update(id, 1, { skipConsent: true, authority }, { caller: 'system' });
    expect(await world.consents.answeredBefore(askedOf(world, { clientId: id }))).toEqual({
      openidScopes: ['openid'],
      resources: { [CALENDAR]: ['read'] },
      expiresAt: START + 90 * DAY,
    });
    expect(await world.consents.answeredBefore(askedOf(world))).toBeUndefined();
  });

  test('asks policies only once a person has answered the requester before', async () => {
    const world = await composePeoplePages();
    const consents = consentRegistry({
      ...world,
      authorize: () => {
        throw new TypeError('was asked');
      },
      settings: { defaultDurationSeconds: DAY, maxDurationSeconds: DAY, maxDepth: 2 },
    });
    const asked = askedOf(world);
    expect(await consents.answeredBefore(asked)).toBeUndefined();
    await allow(world, asked);
    await expect(consents.answeredBefore(asked)).rejects.toThrow('was asked');
    // Other people and other requesters are not concerned.
    expect(await consents.answeredBefore({ ...asked, account: world.bob.id })).toBeUndefined();
    expect(await consents.answeredBefore({ ...asked, clientId: world.booker.id })).toBeUndefined();
    await world.consents.forget(world.ada.id, world.planner.id);
    expect(await consents.answeredBefore(asked)).toBeUndefined();
  });

  test('is refused for an account, client or agent that is not active', async () => {
    const world = await composePeoplePages();
    await world.agents.suspend(world.planner.id, { caller: 'system' });
    await expect(world.consents.question(askedOf(world))).rejects.toMatchObject({ code: 'access_denied' });
    await world.clients.disable(world.client.id, { caller: 'system' });
    const ofClient = askedOf(world, { clientId: world.client.id });
    await expect(world.consents.answeredBefore(ofClient)).rejects.toMatchObject({ code: 'access_denied' });
    await world.accounts.disable(world.ada.id, { caller: 'system' });
    const ofBooker = askedOf(world, { clientId: world.booker.id });
    await expect(world.consents.question(ofBooker)).rejects.toMatchObject({ code: 'access_denied' });
  });

  test('D2 allows re-delegation to the agents chosen, as deep as chosen', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world);
    await allow(world, asked, { ...READ_ONLY, delegableTo: { agents: [world.booker.id], depth: 2 } });
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toMatchObject({
      delegableTo: { agents: [world.booker.id], depth: 2 },
    });
    await world.agents.suspend(world.booker.id, { caller: 'system' });
    await expect(
      allow(world, asked, { ...READ_ONLY, delegableTo: { agents: [world.booker.id], depth: 1 } }),
    ).rejects.toMatchObject({ code: 'invalid_request', field: 'delegable_to' });
  });
});

describe('a person who returns', () => {
  const earlierOf = async (world: PeoplePages, asked: AskedConsent) => {
    const { earlier, duration } = await world.consents.question(asked);
    return { earlier, duration };
  };

  test.each(['planner', 'client'] as const)('sees what they allow already, and until when: %s', async (who) => {
    const world = await composePeoplePages();
    const asked = askedOf(world, { clientId: world[who].id });
    expect(await earlierOf(world, asked)).toEqual({ earlier: undefined, duration: 30 * DAY });
    await allow(world, asked);
    expect(await earlierOf(world, asked)).toEqual({
      earlier: {
        openidScopes: ['openid'],
        resources: { [CALENDAR]: ['read'], [MAIL]: [] },
        detailIds: [],
        until: START + DAY,
      },
      // The one of their last decision, not the default.
      duration: DAY,
    });
  });

  test('by a code on a device too, and the page stays the same one', async () => {
    const world = await composePeoplePages();
    const { redirectUri: _, ...asked } = askedOf(world, { userCode: 'BCDF-GHJK' });
    const before = questionDigest(await world.consents.question(asked));
    await allow(world, asked);
    const again = await world.consents.question(asked);
    expect(again.earlier?.resources).toEqual({ [CALENDAR]: ['read'], [MAIL]: [] });
    expect(questionDigest(again)).toBe(before);
  });

  test('never gets a longer duration than they chose', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world);
    await allow(world, asked, { ...READ_ONLY, durationSeconds: 30 * DAY });
    expect((await earlierOf(world, asked)).duration).toBe(30 * DAY);
    const ceilings = { maxDelegationSeconds: 2 * DAY };
    await world.agents.update(world.planner.id, 1, { ceilings }, { caller: 'system' });
    expect((await earlierOf(world, asked)).duration).toBe(2 * DAY);
  });

  test('sees nothing of what has ended', async () => {
    const world = await composePeoplePages();
    const asked = askedOf(world);
    const ofClient = askedOf(world, { clientId: world.client.id });
    await allow(world, asked, { ...READ_ONLY, openidScopes: [] });
    await allow(world, ofClient);
    const row = await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR);
    await world.delegations.revoke(row?.id ?? '', world.ada.id);
    world.clock.move(DAY);
    expect((await earlierOf(world, asked)).earlier).toBeUndefined();
    expect((await earlierOf(world, ofClient)).earlier).toBeUndefined();
  });
});
