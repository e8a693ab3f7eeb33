/** Step-up of a person whose client cannot repeat its request: who may confirm, for whom it counts, and until when (RFC 9470). */
import { describe, expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { stepUpQuestion } from '../../../src/domain/authority/step-ups/step-up-question.ts';
import {
  meets,
  STEP_UP_SECONDS,
  type StepUps,
  stepUps,
  strongerOf,
  withStepUpPage,
} from '../../../src/domain/authority/step-ups/step-ups.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM_SESSION } from '../../../src/domain/vocabulary/assurance.ts';
import { DomainError, type Remedy } from '../../../src/domain/vocabulary/errors.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const ISSUER = 'https://id.example';
const TTL = 600;
const MAIL = { id: 'rs_mail', resource: 'https://mail.example' };
const TOKEN = { subject: 'acc_anna', grant: 'grt_1', clientId: 'app' };
const FRESH = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: START };
const NEEDS = { acrValues: [MULTI_FACTOR] };
const ANNA = { caller: 'acc_anna' };

const scene = () => {
  const clock = standingClock();
  const audit = recordingAudit();
  const deps = {
    ...{ clock, identifiers: randomIdentifiers, masterKey: masterKey(Buffer.alloc(32, 3)), ttlSeconds: TTL },
    ephemeral: memoryEphemeralStore(clock),
  };
  const service = stepUps({ ...deps, issuer: ISSUER, audit });
  /** Opens a page, and returns its handle. */
  const opened = async (demand = NEEDS, token: Parameters<StepUps['page']>[0] = TOKEN, party = MAIL) =>
    String((await service.page(token, party, demand))?.url.slice(`${ISSUER}/step-ups/`.length));
  return { service, opened, clock, audit };
};

const refused = (reason: string, more: object = {}) => expect.objectContaining({ reason, ...more });

describe('the page', () => {
  test('asks the account of the token, and waits for as long as it says', async () => {
    const { service, opened, clock } = scene();
    const page = await service.page({ ...TOKEN, txn: 'trn_1' }, MAIL, { ...NEEDS, maxAge: 60 });
    expect(page).toEqual({ url: expect.stringMatching(`^${ISSUER}/step-ups/`), expiresIn: TTL });
    const handle = String(page?.url.slice(`${ISSUER}/step-ups/`.length));
    expect(await service.peek(handle)).toEqual({
      ...{ subject: 'acc_anna', grant: 'grt_1', party: MAIL.id, resource: MAIL.resource, client: 'app', txn: 'trn_1' },
      ...{ acrValues: [MULTI_FACTOR], maxAge: 60, expiresAt: START + TTL },
    });
    const plain = await service.peek(await opened());
    expect(plain).not.toHaveProperty('txn');
    expect(plain).not.toHaveProperty('maxAge');
    clock.move(TTL);
    expect(await service.peek(handle)).toBeUndefined();
  });

  test.each([
    ['an account', { grant: 'grt_1', clientId: 'app' }],
    ['an authorization', { subject: 'acc_anna', clientId: 'app' }],
  ])('there is none for a token without %s', async (_, token) => {
    const { service } = scene();
    expect(await service.page(token, MAIL, NEEDS)).toBeUndefined();
    expect(await service.confirmed(token, MAIL)).toBeUndefined();
  });

  test('there is none for classes that no sign-in reaches; one that is reachable is enough', async () => {
    const { service } = scene();
    await expect(service.page(TOKEN, MAIL, { acrValues: ['unknown'] })).rejects.toEqual(
      refused('step_up_unreachable', { code: 'conflict', field: '/acr_values' }),
    );
    expect(await service.page(TOKEN, MAIL, { acrValues: ['unknown', MULTI_FACTOR] })).toBeDefined();
    expect(await service.page(TOKEN, MAIL, { acrValues: [], maxAge: 5 })).toBeDefined();
  });

  test('is the same for the same question, and a party opens only so many', async () => {
    const { service, opened } = scene();
    expect(await opened({ acrValues: [SINGLE_FACTOR, MULTI_FACTOR] })).toBe(
      await opened({ acrValues: [MULTI_FACTOR, SINGLE_FACTOR, MULTI_FACTOR] }),
    );
    for (let age = 1; age < 10; age += 1) await service.page(TOKEN, MAIL, { acrValues: [], maxAge: age });
    await expect(service.page(TOKEN, MAIL, { acrValues: [], maxAge: 99 })).rejects.toEqual(
      refused('step_up_pages_exceeded', { code: 'too_many_requests', retryAfterSeconds: TTL }),
    );
    expect(await service.page(TOKEN, { ...MAIL, id: 'rs_other' }, NEEDS)).toBeDefined();
  });
});

describe('the answer of the person', () => {
  test('counts for this authorization, party and resource, for five minutes', async () => {
    const { service, opened, clock, audit } = scene();
    await service.confirm(await opened(), FRESH, { caller: 'acc_anna', request: 'req_1', source: '192.0.2.1' });
    expect(await service.confirmed(TOKEN, MAIL)).toEqual(FRESH);
    expect(await service.confirmed({ ...TOKEN, grant: 'grt_2' }, MAIL)).toBeUndefined();
    expect(await service.confirmed({ ...TOKEN, subject: 'acc_ben' }, MAIL)).toBeUndefined();
    expect(await service.confirmed(TOKEN, { ...MAIL, id: 'rs_other' })).toBeUndefined();
    expect(await service.confirmed(TOKEN, { ...MAIL, resource: 'https://other.example' })).toBeUndefined();
    expect(audit.of('step_up.confirmed')).toEqual([
      {
        ...{ type: 'step_up.confirmed', outcome: 'done', subject: 'acc_anna', caller: 'acc_anna', grant: 'grt_1' },
        ...{ resource: MAIL.resource, target: { kind: 'resource_server', id: MAIL.id } },
        ...{ request: 'req_1', personal: { source: '192.0.2.1' } },
        inputs: {
          ...{ client: 'app', acrValues: [MULTI_FACTOR], maxAge: null },
          ...{ acr: MULTI_FACTOR, authTime: START, until: START + STEP_UP_SECONDS },
        },
      },
    ]);
    clock.move(STEP_UP_SECONDS - 1);
    expect(await service.confirmed(TOKEN, MAIL)).toEqual(FRESH);
    clock.move(1);
    expect(await service.confirmed(TOKEN, MAIL)).toBeUndefined();
  });

  test('is one: a second one, or one to nothing, is refused and changes nothing', async () => {
    const { service, opened, audit } = scene();
    const handle = await opened();
    await service.confirm(handle, FRESH, ANNA);
    const gone = refused('step_up_gone', { code: 'not_found' });
    await expect(service.confirm(handle, FRESH, ANNA)).rejects.toEqual(gone);
    await expect(service.decline(handle, ANNA)).rejects.toEqual(gone);
    await expect(service.confirm('none', FRESH, ANNA)).rejects.toEqual(gone);
    expect(audit.events).toHaveLength(1);
  });

  test('of another account, or with a sign-in that is not enough, leaves the page to the person', async () => {
    const { service, opened } = scene();
    const handle = await opened();
    const gone = refused('step_up_gone');
    await expect(service.confirm(handle, FRESH, { caller: 'acc_ben' })).rejects.toEqual(gone);
    await expect(service.decline(handle, { caller: 'acc_ben' })).rejects.toEqual(gone);
    await expect(service.confirm(handle, { ...FRESH, acr: SINGLE_FACTOR }, ANNA)).rejects.toEqual(gone);
    expect(await service.confirmed(TOKEN, MAIL)).toBeUndefined();
    await service.confirm(handle, FRESH, ANNA);
    expect(await service.confirmed(TOKEN, MAIL)).toEqual(FRESH);
  });

  test('that declines ends the page and confirms nothing', async () => {
    const { service, opened, audit } = scene();
    const agent = { ...MAIL, id: 'agt_a' };
    const handle = await opened(NEEDS, { ...TOKEN, txn: 'trn_1' }, agent);
    await service.decline(handle, ANNA);
    expect(await service.peek(handle)).toBeUndefined();
    expect(await service.confirmed(TOKEN, agent)).toBeUndefined();
    const [event] = audit.of('step_up.declined');
    expect(event).toMatchObject({
      ...{ outcome: 'refused', agent: 'agt_a', txn: 'trn_1', target: { kind: 'agent', id: 'agt_a' } },
    });
    for (const absent of ['request', 'personal']) expect(event).not.toHaveProperty(absent);
  });

  test('an audit log that cannot be written confirms nothing', async () => {
    const { service, opened, audit } = scene();
    const handle = await opened();
    audit.state.failing = true;
    await expect(service.confirm(handle, FRESH, ANNA)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await service.confirmed(TOKEN, MAIL)).toBeUndefined();
  });
});

describe('whether a sign-in is enough', () => {
  const request = {
    ...{ subject: 'acc_anna', grant: 'g', party: 'p', resource: 'r', client: 'c' },
    expiresAt: START + TTL,
  };

  test.each<[string, boolean, object, object]>([
    ['of the class', true, NEEDS, {}],
    ['of a weaker class', false, NEEDS, { acr: SINGLE_FACTOR }],
    ['of one of the classes', true, { acrValues: ['other', MULTI_FACTOR] }, {}],
    ['of any class', true, { acrValues: [] }, { acr: 'other' }],
    ['of unknown age', false, { acrValues: [] }, { amr: [UPSTREAM_SESSION] }],
    ['of the second in which the page was made', true, { acrValues: [], maxAge: 0 }, { authTime: START }],
    ['from before the page, and young enough', true, { acrValues: [], maxAge: 100 }, { authTime: START - 40 }],
    ['from before the page, and as old as allowed', true, { acrValues: [], maxAge: 100 }, { authTime: START - 50 }],
    ['from before the page, and too old', false, { acrValues: [], maxAge: 100 }, { authTime: START - 51 }],
    ['from before the page, and five minutes old', true, { acrValues: [] }, { authTime: START + 50 - STEP_UP_SECONDS }],
    ['from before the page, and older', false, { acrValues: [] }, { authTime: START + 49 - STEP_UP_SECONDS }],
    [
      'older than five minutes, where more is allowed',
      false,
      { acrValues: [], maxAge: 9999 },
      { authTime: START - 300 },
    ],
  ])('%s: %s', (_, isEnough, demand, over) => {
    const { service, clock } = scene();
    clock.move(50);
    expect(service.isEnough({ ...request, acrValues: [], ...demand }, { ...FRESH, ...over })).toBe(isEnough);
  });

  test.each<[string, boolean, Parameters<typeof meets>]>([
    ['none', false, [undefined, { acrValues: [] }, START]],
    ['any class', true, [{ amr: [], authTime: 0 }, { acrValues: [] }, START]],
    ['the class', true, [FRESH, NEEDS, START]],
    ['a weaker class', false, [{ ...FRESH, acr: SINGLE_FACTOR }, NEEDS, START]],
    ['one of two classes', true, [FRESH, { acrValues: ['other', MULTI_FACTOR] }, START]],
    ['as old as allowed', true, [FRESH, { acrValues: [], maxAge: 60 }, START + 60]],
    ['a second older', false, [FRESH, { acrValues: [], maxAge: 60 }, START + 61]],
    ['of unknown age', false, [{ ...FRESH, amr: [UPSTREAM_SESSION] }, { acrValues: [], maxAge: 60 }, START]],
    ['of unknown age, where age does not count', true, [{ ...FRESH, amr: [UPSTREAM_SESSION] }, NEEDS, START]],
    ['the class, but too old', false, [FRESH, { ...NEEDS, maxAge: 60 }, START + 61]],
  ])('a sign-in meets a demand now: %s', (_, isMet, given) => {
    expect(meets(...given)).toBe(isMet);
  });

  test('of two sign-ins the confirmed one counts if it is neither weaker nor older', () => {
    const weak = { acr: SINGLE_FACTOR, amr: ['pwd'], authTime: START };
    const unknown = { amr: ['pwd'], authTime: START };
    const newer = { ...FRESH, authTime: START + 1 };
    expect(strongerOf(undefined, undefined)).toBeUndefined();
    expect(strongerOf(FRESH, undefined)).toBe(FRESH);
    expect(strongerOf(undefined, FRESH)).toBe(FRESH);
    expect(strongerOf(weak, FRESH)).toBe(FRESH);
    expect(strongerOf(unknown, FRESH)).toBe(FRESH);
    expect(strongerOf(FRESH, weak)).toBe(FRESH);
    expect(strongerOf(FRESH, newer)).toBe(newer);
    expect(strongerOf(newer, FRESH)).toBe(newer);
    expect(strongerOf(FRESH, { ...weak, authTime: START + 1 })).toBe(FRESH);
  });
});

describe('remedies', () => {
  const other: Remedy = { kind: 'consent', url: 'https://id.example/x', expires_in: 5 };
  const remedy: Remedy = { kind: 'step_up', acr_values: `${SINGLE_FACTOR}  ${MULTI_FACTOR}`, max_age: 60 };
  const page = { url: 'https://id.example/step-ups/1', expiresIn: 600 };

  test('the one that asks for a sign-in gets the page, and the others stay', async () => {
    const asked: unknown[] = [];
    const given = await withStepUpPage(
      {
        page: async (...parameters) => {
          asked.push(parameters);
          return page;
        },
      },
      ...([TOKEN, MAIL, [other, remedy]] as const),
    );
    expect(given).toEqual([other, { ...remedy, url: page.url, expires_in: 600 }]);
    expect(asked).toEqual([[TOKEN, MAIL, { acrValues: [SINGLE_FACTOR, MULTI_FACTOR], maxAge: 60 }]]);
  });

  test('a remedy without classes or age demands neither', async () => {
    const asked: unknown[] = [];
    const keep = async (_: unknown, __: unknown, demand: object) => {
      asked.push(demand);
      return page;
    };
    await withStepUpPage({ page: keep }, TOKEN, MAIL, [{ kind: 'step_up' } as Remedy]);
    expect(asked).toEqual([{ acrValues: [] }]);
  });

  test.each([
    ['there is no page', async () => undefined],
    ['there are too many pages', () => Promise.reject(new DomainError('too_many_requests', 'x'))],
    ['no sign-in reaches the class', () => Promise.reject(new DomainError('conflict', 'x'))],
  ])('stay as they are when %s', async (_, none) => {
    const remedies = [other, remedy];
    expect(await withStepUpPage({ page: none }, TOKEN, MAIL, remedies)).toBe(remedies);
  });

  test('nothing is opened where none asks for a sign-in, and other errors keep their kind', async () => {
    const failing = { page: () => Promise.reject(new DomainError('unavailable', 'x')) };
    expect(await withStepUpPage(failing, TOKEN, MAIL, [other])).toEqual([other]);
    await expect(withStepUpPage(failing, TOKEN, MAIL, [remedy])).rejects.toMatchObject({ code: 'unavailable' });
    const broken = { page: () => Promise.reject(new TypeError('x')) };
    await expect(withStepUpPage(broken, TOKEN, MAIL, [remedy])).rejects.toThrow(TypeError);
  });
});

describe('the question of a resource server', () => {
  const SERVER = { id: MAIL.id, identifier: MAIL.resource };
  const token = { ...TOKEN, audience: MAIL.resource, assurance: { ...FRESH, acr: SINGLE_FACTOR } };
  const asking = (found: object | undefined = token) => {
    const { service, clock, opened } = scene();
    const tokens = { find: async (text: string) => (text === 'live' ? found : undefined) };
    return { ask: stepUpQuestion({ tokens, stepUps: service, clock } as never), service, clock, opened };
  };

  test.each<[string, string, object, string]>([
    ['a member that it does not know', 'step_up_member_unknown', { token: 'live', acr: 'x' }, '/acr'],
    ['no token', 'step_up_token_missing', { acr_values: 'x' }, '/token'],
    ['an empty token', 'step_up_token_missing', { token: '', acr_values: 'x' }, '/token'],
    ['a token of another type', 'step_up_token_missing', { token: 5, acr_values: 'x' }, '/token'],
    ['a token that is too long', 'step_up_token_missing', { token: 'x'.repeat(8193), acr_values: 'x' }, '/token'],
    ['neither class nor age', 'step_up_needs_nothing', { token: 'live' }, '/acr_values'],
    ['an empty class', 'step_up_acr_malformed', { token: 'live', acr_values: '' }, '/acr_values'],
    ['two spaces', 'step_up_acr_malformed', { token: 'live', acr_values: 'a  b' }, '/acr_values'],
    ['a class of another type', 'step_up_acr_malformed', { token: 'live', acr_values: ['a'] }, '/acr_values'],
    ['eleven classes', 'step_up_acr_malformed', { token: 'live', acr_values: 'a b c d e f g h i j k' }, '/acr_values'],
    ['an age as text', 'step_up_age_malformed', { token: 'live', max_age: '5' }, '/max_age'],
    ['half a second', 'step_up_age_malformed', { token: 'live', max_age: 0.5 }, '/max_age'],
    ['an age below 0', 'step_up_age_malformed', { token: 'live', max_age: -1 }, '/max_age'],
    ['an age above a year', 'step_up_age_malformed', { token: 'live', max_age: 31_536_001 }, '/max_age'],
  ])('is malformed with %s', async (_, reason, body, field) => {
    const { ask } = asking();
    await expect(ask(SERVER, { ...body })).rejects.toEqual(refused(reason, { code: 'invalid_field', field }));
  });

  test.each<[string, object]>([
    ['ten classes', { acr_values: `${MULTI_FACTOR} b c d e f g h i j` }],
    ['an age of 0', { max_age: 0 }],
    ['a class and an age', { acr_values: MULTI_FACTOR, max_age: 60 }],
  ])('opens a page for %s', async (_, body) => {
    const { ask, clock } = asking();
    clock.move(1);
    const expected = { page: { url: expect.stringMatching(`^${ISSUER}/step-ups/`), expires_in: TTL } };
    expect(await ask(SERVER, { token: 'live', ...body })).toEqual(expected);
  });

  test('is answered with the sign-in that is enough: its own, or the one that the person confirmed', async () => {
    const { ask, service, opened, clock } = asking();
    const own = { confirmed: { acr: SINGLE_FACTOR, amr: FRESH.amr, auth_time: START } };
    expect(await ask(SERVER, { token: 'live', max_age: 31_536_000 })).toEqual(own);
    expect(await ask(SERVER, { token: 'live', max_age: 0 })).toEqual(own);
    await service.confirm(await opened(), FRESH, ANNA);
    const confirmed = { confirmed: { acr: MULTI_FACTOR, amr: FRESH.amr, auth_time: START } };
    expect(await ask(SERVER, { token: 'live', acr_values: MULTI_FACTOR })).toEqual(confirmed);
    clock.move(STEP_UP_SECONDS);
    expect(await ask(SERVER, { token: 'live', acr_values: MULTI_FACTOR })).toHaveProperty('page');
  });

  test('a sign-in of no class is shown without one', async () => {
    const { ask } = asking({ ...token, assurance: { amr: ['pwd'], authTime: START } });
    expect(await ask(SERVER, { token: 'live', max_age: 5 })).toEqual({ confirmed: { amr: ['pwd'], auth_time: START } });
  });

  test.each([
    ['a token that is not live', 'step_up_token_not_live', 'none', token],
    [
      'a token for another server (decision D11)',
      'step_up_token_not_live',
      'live',
      { ...token, audience: 'https://x' },
    ],
    ['a token without a sign-in', 'step_up_without_sign_in', 'live', { clientId: 'app', audience: MAIL.resource }],
  ])('is refused for %s', async (_, reason, text, found) => {
    const { ask } = asking(found);
    await expect(ask(SERVER, { token: text, max_age: 5 })).rejects.toEqual(refused(reason, { field: '/token' }));
  });
});
