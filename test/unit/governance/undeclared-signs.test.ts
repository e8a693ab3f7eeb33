/** What a client does without a person, and which signs that gives. */
import { describe, expect, test } from '@jest/globals';
import { type ClientActivity, type SeenToken, withTokens } from '../../../src/domain/governance/client-activity.ts';
import { scoreOf } from '../../../src/domain/governance/finding.ts';
import { undeclaredSigns } from '../../../src/domain/governance/undeclared-signs.ts';

const DAY = 86_400;
const MIDNIGHT = 20_000 * DAY;
const CLIENT = { id: 'app_1', name: 'Nightly export' };

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

  test('of a long name only the beginning is read', () => {
    expect('agent_name' in signs(tokens(5, 61), { name: `${'a-'.repeat(50_000)} agent` })).toBe(false);
  });

  test('no one registered it: a metadata document, or a registration without an owner', () => {
    expect(signs(tokens(5, 61), { id: 'https://a.example/client' })).toMatchObject({ metadata_document: 15 });
    expect(signs(tokens(5, 61), { expiresAt: MIDNIGHT + 9 * DAY })).toMatchObject({ unclaimed_registration: 15 });
    expect(signs(tokens(5, 61), { expiresAt: MIDNIGHT + 9 * DAY, owner: 'acc_1' })).toEqual({ no_person: 5 });
  });

  test('many people who had not signed in', () => {
    const refreshed = (index: number) => ({ grantType: 'refresh_token', subject: `acc_${index}` });
    expect(signs(tokens(12, 61, refreshed))).toMatchObject({ many_people: 12 });
    const signedIn = tokens(12, 61, (index) => ({ ...refreshed(index), grantType: 'authorization_code' }));
    expect('many_people' in signs([...signedIn, ...tokens(12, 61, refreshed)])).toBe(false);
  });

  test('bursts, all hours of a day, even intervals, no transaction', () => {
    expect(signs(tokens(70, 0))).toMatchObject({ burst: 70 });
    expect(signs(tokens(24, 3600))).toMatchObject({ machine_hours: 24, even_intervals: 3600, no_transaction: 24 });
    const uneven = tokens(24, 3600, (index) => ({ at: MIDNIGHT + index * 3600 + ((index * 977) % 3000) }));
    expect('even_intervals' in signs(uneven)).toBe(false);
    expect('no_transaction' in signs(tokens(24, 3600, () => ({ txn: 'trn_1' })))).toBe(false);
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
        grantType: index % 2 === 0 ? 'refresh_token' : 'authorization_code',
      }),
    );
    const kept = activity(wild);
    expect(kept?.days.length).toBeLessThanOrEqual(28);
    expect(kept?.people.length).toBeLessThanOrEqual(64);
    expect(kept?.networks.length).toBeLessThanOrEqual(32);
    expect(kept?.series.length).toBeLessThanOrEqual(8);
    expect(kept?.evidence.length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(kept).length).toBeLessThan(20_000);
  });
});
