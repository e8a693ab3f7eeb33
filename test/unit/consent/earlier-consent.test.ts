/** Until when a remembered consent to an agent holds: as long as delegations still hold all of it. */
import { describe, expect, test } from '@jest/globals';
import { earlierConsents } from '../../../src/domain/authority/consent/earlier-consent.ts';
import type { RememberedConsent } from '../../../src/domain/authority/consent/remembered-consent.ts';

const [MAIL, BANK] = ['https://mail.example', 'https://bank.example'];
type Held = { readonly scope: readonly string[]; readonly expiresAt: number; readonly details?: readonly object[] };

const stillHeld = async (consent: object, held: Readonly<Record<string, Held>>): Promise<number | undefined> =>
  earlierConsents({
    answers: { live: async () => [] },
    delegations: { consented: async (_account: string, _agent: string, resource: string) => held[resource] },
    revocation: { ended: async () => undefined },
  } as never).stillHeld({ account: 'acc_anna', expiresAt: 900, ...consent } as RememberedConsent, 'agt_a');

test('holds until the earliest end, of the consent or of one of its delegations', async () => {
  const consent = { resources: { [MAIL]: ['read'], [BANK]: ['pay'] } };
  const ends = (mail: number, bank: number) =>
    stillHeld(consent, {
      [MAIL]: { scope: ['read', 'send'], expiresAt: mail },
      [BANK]: { scope: ['pay'], expiresAt: bank },
    });
  expect([await ends(800, 700), await ends(700, 800), await ends(950, 950)]).toEqual([700, 700, 900]);
});

test('holds no more when a delegation ended, or lost a scope or a detail (invariant 2)', async () => {
  const payment = { type: 'payment', amount: 5 };
  const consent = { resources: { [MAIL]: ['read', 'send'] }, details: { [BANK]: [payment] } };
  const mail = { scope: ['read', 'send'], expiresAt: 950 };
  const bank = { scope: [], expiresAt: 950, details: [payment] };
  expect(await stillHeld(consent, { [MAIL]: mail, [BANK]: bank })).toBe(900);
  expect(await stillHeld(consent, { [BANK]: bank })).toBeUndefined();
  expect(await stillHeld(consent, { [MAIL]: mail })).toBeUndefined();
  expect(await stillHeld(consent, { [MAIL]: { ...mail, scope: ['read'] }, [BANK]: bank })).toBeUndefined();
  expect(await stillHeld(consent, { [MAIL]: mail, [BANK]: { ...bank, details: [] } })).toBeUndefined();
});

const SMALL = { type: 'payment', amount: 5 };
const ASKED = [
  { id: 'large', detail: { type: 'payment', amount: 900 }, described: [] },
  { id: 'small', detail: SMALL, described: [] },
];
/** What an agent asks for at each of these. */
const questionAt = (...resources: readonly string[]) => ({
  account: { id: 'acc_anna' },
  requester: { kind: 'agent', agent: { id: 'agt_a' } },
  openidScopes: [],
  resources: resources.map((identifier) => ({ identifier, name: 'Bank', scopes: [], details: ASKED })),
  durations: [60, 600],
  duration: 60,
});

test('a returning person sees the details that the delegation holds, and no others (RFC 9396 §2)', async () => {
  const { earlier, duration } = await earlierConsents({
    answers: { live: async () => [] },
    delegations: { consented: async () => ({ scope: [], details: [SMALL], decidedAt: 100, expiresAt: 750 }) },
    revocation: { ended: async () => undefined },
  } as never).added(questionAt(BANK) as never);
  expect([earlier?.detailIds, earlier?.until, duration]).toEqual([['small'], 750, 600]);
});

test.each([
  [750, 900],
  [900, 750],
])('what a person allowed at several APIs until %d and %d is shown until the earliest end', async (mail, bank) => {
  const ends: Readonly<Record<string, number>> = { [MAIL]: mail, [BANK]: bank };
  const consented = async (_account: string, _agent: string, at: string) => ({
    ...{ scope: [], details: [SMALL], decidedAt: 100, expiresAt: ends[at] },
  });
  const { earlier } = await earlierConsents({
    answers: { live: async () => [] },
    delegations: { consented },
    revocation: { ended: async () => undefined },
  } as never).added(questionAt(MAIL, BANK) as never);
  expect(earlier?.until).toBe(750);
});

describe('a question shows nothing of earlier consents', () => {
  const added = async (more: object, delegation: object | undefined) => {
    const question = { ...questionAt(BANK), ...more };
    const result = await earlierConsents({
      answers: { live: async () => [] },
      delegations: { consented: async () => delegation },
      revocation: { ended: async () => undefined },
    } as never).added(question as never);
    return { isSame: result === (question as unknown), earlier: result.earlier };
  };
  const HELD = { scope: [], details: [SMALL], decidedAt: 100, expiresAt: 750 };

  test.each<[string, object, object | undefined]>([
    ['the agent has a new owner', { isNewOwner: true }, HELD],
    ['there is none', {}, undefined],
    ['the delegation holds nothing of it', {}, { ...HELD, details: [] }],
    ['the app that the agent acts through has no consent', { actor: { id: 'agt_a' } }, HELD],
  ])('where %s', async (_, more, delegation) => {
    expect(await added(more, delegation)).toEqual({ isSame: true, earlier: undefined });
  });

  test('and of the same delegation otherwise', async () => {
    expect(await added({}, HELD)).toMatchObject({ isSame: false, earlier: { detailIds: ['small'] } });
  });
});
