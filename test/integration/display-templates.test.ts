/** How authorization details read (RFC 9396): formatters and optional clauses of a type's sentence, in both languages, and what registration refuses. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DetailType } from '../../src/domain/vocabulary/detail-type.ts';
import { exampleType } from '../support/detail-types.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const BANK = 'https://bank.example.com';
const IBAN = 'DE89370400440532013000';

let server: RunningServer;
let scene: Scene;

const MEETING: DetailType = {
  type: 'meeting',
  description: 'Meetings',
  risk: 'medium',
  schema: {
    type: 'object',
    properties: {
      fee: { type: 'integer' },
      currency: { type: 'string' },
      at: { type: 'string', format: 'date-time' },
      room: { type: 'string' },
      note: { type: 'string' },
    },
  },
  display: 'Meet[ at {at | date}][ in {room} for {fee | money currency}]',
  members: {},
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server, { skipConsent: false });
  await scene.management.createResourceServer({
    identifier: BANK,
    name: 'The bank',
    scopes: [{ name: 'use', description: 'Use it', risk: 'low' }],
    detail_types: [{ ...exampleType('payment'), risk: 'medium' }, MEETING],
  });
});
afterAll(async () => {
  await server?.close();
});

/** What the consent page says, as one line of text. */
const said = async (detail: object, language: 'en' | 'de' = 'en'): Promise<string> => {
  const pages: string[] = [];
  const { url } = scene.authorizationRequest(scene.app, {
    scope: 'openid use',
    resource: BANK,
    prompt: 'consent',
    ui_locales: language,
    authorization_details: JSON.stringify([detail]),
  });
  await scene.walk(url, { onPage: ({ text }) => pages.push(text.replace(/\s+/g, ' ')) });
  return pages.join('\n');
};
const payment = (more: object) => ({ type: 'payment_initiation', amount: 18_500, currency: 'EUR', ...more });

describe('the consent page tells a detail in the language of the reader', () => {
  test('money with the figures of its currency, an IBAN in groups, a day; no empty clause', async () => {
    const whole = payment({ creditor: { name: 'Stadtwerke', account: IBAN }, execute_before: '2026-12-31' });
    expect(await said(whole)).toMatch(
      /Pay up to EUR 185\.00 to account DE89 3704 0044 0532 0130 00 of Stadtwerke ?, until 31 December 2026/,
    );
    expect(await said(whole, 'de')).toMatch(/185,00 EUR .*DE89 3704 0044 0532 0130 00.*31\. Dezember 2026/);
    const least = await said(payment({ creditor: { account: IBAN } }));
    expect(least).toContain('Pay up to EUR 185.00 to account DE89 3704 0044 0532 0130 00');
    // Up to the folded details, where the raw request is.
    const [clause = ''] = /Pay up to.*?Details/s.exec(least) ?? [];
    expect(clause).toContain('Details');
    expect(clause).not.toMatch(/until|smallest unit| of any/);
    // Any recipient is more, so it is said.
    expect(await said(payment({}))).toContain('to account any');
  });

  test('figures are those of ISO 4217, with any data of the runtime; large sums keep each figure', async () => {
    const fee = (of: number, currency: string) => said({ type: 'meeting', room: 'R1', fee: of, currency });
    expect(await fee(18_500, 'JPY')).toContain('for JPY 18,500');
    expect(await fee(18_500, 'IQD')).toContain('for IQD 18.500');
    expect(await fee(9_007_199_254_740_991, 'EUR')).toContain('for EUR 90,071,992,547,409.91');
    expect(await fee(5, 'EUR')).toContain('for EUR 0.05');
  });

  test('what fits no formatter stands as it came, with what the sentence leaves out beside it', async () => {
    expect(await said(payment({ creditor: { account: 'DE00370400440532013000' } }))).toContain(
      'DE00370400440532013000',
    );
    const unknown = await said({ type: 'meeting', room: 'R1', fee: 18_500, currency: 'QQQ' });
    expect(unknown).toMatch(/in R1 for 18500 currency ?: QQQ/);
    // A clause that lacks one of its members hides none of the others.
    const partial = await said({ type: 'meeting', fee: 18_500, currency: 'EUR', at: '2026-12-31T12:00:30+02:00' });
    expect(partial).toMatch(/Meet at 31 December 2026, 10:00:30 UTC/);
    expect(partial).toMatch(/fee ?: 18500/);
    expect(partial).not.toContain(' in R');
  });
});

describe('registration refuses a sentence that cannot be read, and names the place in it', () => {
  test.each([
    ['Pay {amount | coins currency}', 'At character 5: there is no formatter coins'],
    ['Pay {amount | money}', 'At character 5: money names the member with the currency'],
    ['Pay {amount | money coin}', 'At character 5: the schema declares no member coin.'],
    ['Until {amount | date}', 'At character 7: date is for a string of the format date or date-time'],
    ['Pay {amount}[ by {execute_before | date}', 'At character 13: this optional clause is not closed.'],
    ['Pay {amount}[ soon]', 'At character 13: this optional clause names no member.'],
    ['Pay {amount', 'At character 5: braces hold a member'],
  ])('%s', async (display, message) => {
    const identifier = 'https://refused.example.com';
    const answer = await scene.management.call('POST', '/resource-servers', {
      identifier,
      name: 'Refused',
      scopes: [{ name: 'use', description: 'Use it', risk: 'low' }],
      detail_types: [{ ...exampleType('payment'), display }],
    });
    expect(answer.status).toBe(400);
    expect(answer.body['errors']).toEqual([
      expect.objectContaining({ pointer: '/detail_types/0/display', detail: expect.stringContaining(message) }),
    ]);
    const all = await scene.management.call('GET', '/resource-servers?limit=100');
    expect(JSON.stringify(all.body)).not.toContain(identifier);
  });

  test('a currency that ISO 4217 does not know', async () => {
    const type = exampleType('payment');
    const properties = {
      ...(type.schema['properties'] as object),
      currency: { type: 'string', enum: ['EUR', 'EURO'] },
    };
    const answer = await scene.management.call('POST', '/resource-servers', {
      identifier: 'https://refused.example.com',
      name: 'Refused',
      scopes: [{ name: 'use', description: 'Use it', risk: 'low' }],
      detail_types: [{ ...type, schema: { ...type.schema, properties } }],
    });
    expect(answer.body['errors']).toEqual([
      expect.objectContaining({ detail: 'At character 11: "EURO" is no currency of ISO 4217.' }),
    ]);
  });
});
