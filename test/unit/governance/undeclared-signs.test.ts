/** What a client does without a person, and which signs that gives. */
import { describe, expect, test } from '@jest/globals';
import { type ClientActivity, type SeenToken, withTokens } from '../../../src/domain/governance/client-activity.ts';
import { scoreOf } from '../../../src/domain/governance/finding.ts';
import { undeclaredSigns } from '../../../src/domain/governance/undeclared-signs.ts';

const DAY = 86_400;
const MIDNIGHT = 20_000 * DAY;
const CLIENT: Parameters<typeof undeclaredSigns>[0] = {
  ...{ id: 'app_1', name: 'Nightly export', applicationType: 'web', tokenEndpointAuthMethod: 'private_key_jwt' },
  corsOrigins: [],
};

let sequence = 0;
const token = (at: number, more: Partial<SeenToken> = {}): SeenToken => {
  sequence += 1;
  return { id: `s:${sequence}`, stream: 's', sequence, at, grantType: 'client_credentials', ...more };
};
const tokens = (count: number, every: number, more: (index: number) => Partial<SeenToken> = () => ({})) =>
  Array.from({ length: count }, (_, index) => token(MIDNIGHT + index * every, more(index)));
const activity = (seen: readonly SeenToken[]): ClientActivity | undefined => withTokens('app_1', undefined, seen);
const signs = (seen: readonly SeenToken[], client: object = {}, now = MIDNIGHT + DAY - 1) =>
  Object.fromEntries(
    undeclaredSigns({ ...CLIENT, ...client }, activity(seen), now).map(({ reason, points, value }) => [
      reason,
      value ?? points,
    ]),
  );

describe('signs of an agent', () => {
  test('a registration alone, or a few tokens, is no sign', () => {
    const selfRegistered = { name: 'Agent', expiresAt: MIDNIGHT + 9 * DAY };
    expect(signs([], selfRegistered)).toEqual({});
    expect(signs(tokens(4, 61), selfRegistered)).toEqual({});
  });

  test('tokens without a person count, unless most of them have one', () => {
    expect(signs(tokens(5, 61))).toEqual({ no_person: 5 });
    const attended = tokens(5, 61, () => ({ grantType: 'authorization_code', subject: 'acc_1' }));
    expect(signs([...attended, ...tokens(5, 61)])).toEqual({});
  });

  test.each([
    ['Invoice Agent', true],
    ['invoiceAgent', true],
    ['Sales Copilot (EU)', true],
    ['GPT-4 proxy', true],
    ['Agentur Müller', false],
    ['Reagent stock', false],
    ['Robotics', false],
  ])('the name %s has a word of agents: %s', (name, isFound) => {
    expect('agent_name' in signs(tokens(5, 61), { name })).toBe(isFound);
  });

  test('a purpose with such a word counts as the name does, once', () => {
    expect(signs(tokens(5, 61), { name: 'Inbox', purpose: 'Sorts mail with an LLM' })).toMatchObject({
      agent_name: 25,
    });
    const both = { ...CLIENT, name: 'Mail agent', purpose: 'Sorts mail with an LLM' };
    const parts = undeclaredSigns(both, activity(tokens(5, 61)), MIDNIGHT + DAY - 1);
    expect(parts.filter(({ reason }) => reason === 'agent_name')).toHaveLength(1);
  });

  test('of a long name only the beginning is read', () => {
    expect('agent_name' in signs(tokens(5, 61), { name: `${'a-'.repeat(50_000)} agent` })).toBe(false);
  });

  test('no one registered it: a metadata document, or a registration without an owner', () => {
    expect(signs(tokens(5, 61), { id: 'https://a.example/client' })).toMatchObject({ metadata_document: 20 });
    expect(signs(tokens(5, 61), { expiresAt: MIDNIGHT + 9 * DAY })).toMatchObject({ unclaimed_registration: 20 });
    expect(signs(tokens(5, 61), { expiresAt: MIDNIGHT + 9 * DAY, owner: 'acc_1' })).toEqual({ no_person: 5 });
  });

  test('many people who had not signed in', () => {
    const refreshed = (index: number) => ({ grantType: 'refresh_token', subject: `acc_${index}` });
    expect(signs(tokens(12, 61, refreshed))).toMatchObject({ many_people: 12 });
    const signedIn = tokens(12, 61, (index) => ({ ...refreshed(index), grantType: 'authorization_code' }));
    expect('many_people' in signs([...signedIn, ...tokens(12, 61, refreshed)])).toBe(false);
  });

  test('five people give half of the points of ten', () => {
    const of = (people: number) =>
      undeclaredSigns(
        CLIENT,
        activity(tokens(12, 61, (index) => ({ grantType: 'refresh_token', subject: `acc_${index % people}` }))),
        MIDNIGHT + DAY - 1,
      ).find(({ reason }) => reason === 'many_people')?.points;
    expect([of(4), of(5), of(9), of(10)]).toEqual([undefined, 10, 10, 20]);
  });

  test('different sets of API and scopes within a day; the order of scopes is no difference', () => {
    const rights = (count: number) => (index: number) => ({
      resource: 'https://a.example',
      scope: [`s${index % count}`],
    });
    expect('many_rights' in signs(tokens(12, 61, rights(2)))).toBe(false);
    expect(signs(tokens(12, 61, rights(3)))).toMatchObject({ many_rights: 3 });
    const ordered = (index: number) => ({ resource: 'https://a.example', scope: index % 2 ? ['a', 'b'] : ['b', 'a'] });
    expect('many_rights' in signs(tokens(12, 61, ordered))).toBe(false);
    const slow = tokens(12, DAY, rights(12));
    expect('many_rights' in signs(slow, {}, MIDNIGHT + 12 * DAY - 1)).toBe(false);
  });

  test('bursts, all hours of a day, no transaction', () => {
    const uneven = tokens(24, 3600, (index) => ({ at: MIDNIGHT + index * 3600 + ((index * 977) % 3000) }));
    expect(signs(tokens(70, 0))).toMatchObject({ burst: 70 });
    expect(signs(uneven)).toMatchObject({ machine_hours: 24, no_transaction: 24 });
    expect('no_transaction' in signs(tokens(24, 3600, () => ({ txn: 'trn_1' })))).toBe(false);
  });

  test('a timer speaks against it, also one that runs at all hours', () => {
    expect(signs(tokens(24, 3600))).toEqual({ no_person: 24, even_intervals: 100, no_transaction: 24 });
    const parts = undeclaredSigns(CLIENT, activity(tokens(24, 3600)), MIDNIGHT + DAY - 1);
    expect(parts.find(({ reason }) => reason === 'even_intervals')?.points).toBe(-15);
    const people = (index: number) => ({ grantType: 'refresh_token', subject: `acc_${index % 4}` });
    expect(signs(tokens(96, 900, people))).toMatchObject({ even_intervals: 100 });
  });

  test('a person who signed in is there for twelve hours, and not in a burst', () => {
    const signIn = token(MIDNIGHT, { grantType: 'authorization_code', subject: 'acc_1' });
    const refreshed = (every: number, count: number) =>
      Array.from({ length: count }, (_, index) =>
        token(MIDNIGHT + 60 + index * every, { grantType: 'refresh_token', subject: 'acc_1' }),
      );
    expect(signs([signIn, ...refreshed(600, 70)])).toEqual({});
    expect(signs([signIn, ...refreshed(600, 90)])).toMatchObject({ even_intervals: 100 });
    const late = activity([signIn, ...refreshed(600, 90)]);
    expect(late?.days[0]).toMatchObject({ attended: 73, unattended: 18 });
    expect(activity([signIn, ...refreshed(0, 70)])?.days[0]).toMatchObject({ attended: 71, peak: 70 });
  });

  test('of a client with more people than are kept, those that are not among them may have signed in', () => {
    const signIns = Array.from({ length: 80 }, (_, index) =>
      token(MIDNIGHT + index, { grantType: 'authorization_code', subject: `acc_${index}` }),
    );
    const first = (at: number) => token(at, { grantType: 'refresh_token', subject: 'acc_0' });
    expect(activity([...signIns, first(MIDNIGHT + 3600)])?.days[0]).toMatchObject({ attended: 81, unattended: 0 });
    expect(activity([...signIns, first(MIDNIGHT + 13 * 3600)])?.days[0]).toMatchObject({ unattended: 1 });
  });

  test('an app on the devices of its people speaks against it, unless it does more than refresh', () => {
    const refreshed = tokens(12, 61, (index) => ({ grantType: 'refresh_token', subject: `acc_${index}` }));
    const native = { applicationType: 'native', tokenEndpointAuthMethod: 'none' };
    expect(signs(refreshed, native)).toMatchObject({ app_of_people: -20 });
    expect(signs(refreshed, { tokenEndpointAuthMethod: 'none', corsOrigins: ['https://a.example'] })).toMatchObject({
      app_of_people: -20,
    });
    for (const other of [{}, { ...native, id: 'https://a.example/client' }, { ...native, expiresAt: MIDNIGHT + DAY }])
      expect('app_of_people' in signs(refreshed, other)).toBe(false);
    expect('app_of_people' in signs([...refreshed, ...tokens(2, 900)], native)).toBe(false);
  });

  test('an owner and a purpose speak against it', () => {
    const claimed = { owner: 'acc_1', purpose: 'Exports invoices' };
    const service = undeclaredSigns({ ...CLIENT, ...claimed }, activity(tokens(24, 3600)), MIDNIGHT + DAY - 1);
    expect(service.map(({ reason }) => reason)).toContain('claimed');
    expect(scoreOf(service)).toBeLessThan(50);
  });

  test('what is older than 28 days counts no more', () => {
    expect(signs(tokens(24, 3600), {}, MIDNIGHT + 29 * DAY)).toEqual({});
  });
});

describe('what is counted of a client', () => {
  test('a record that is read again counts once', () => {
    const seen = tokens(10, 61);
    const once = activity(seen);
    expect(withTokens('app_1', once, seen)).toEqual(once);
    expect(withTokens('app_1', activity(seen.slice(0, 6)), seen)).toEqual(once);
  });

  test('it has a bounded size for any client', () => {
    const wild = Array.from({ length: 3000 }, (_, index) =>
      token(MIDNIGHT + index * 7200, {
        ...{ stream: `s${index % 200}`, subject: `acc_${index}`, network: `net-${index}` },
        resource: `https://api-${index}.example`,
        grantType: index % 2 === 0 ? 'refresh_token' : 'authorization_code',
      }),
    );
    const kept = activity(wild);
    expect(kept?.days.length).toBeLessThanOrEqual(28);
    expect(kept?.people.length).toBeLessThanOrEqual(64);
    expect(kept?.networks.length).toBeLessThanOrEqual(32);
    expect(kept?.series.length).toBeLessThanOrEqual(8);
    expect(kept?.rights?.length).toBeLessThanOrEqual(16);
    expect(kept?.evidence.length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(kept).length).toBeLessThan(20_000);
  });
});
