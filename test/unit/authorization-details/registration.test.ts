import { describe, expect, test } from '@jest/globals';
import { checkDetails, readDetails } from '../../../src/domain/resources/authorization-details/asked-details.ts';
import { checkDetailTypes } from '../../../src/domain/resources/authorization-details/check-detail-types.ts';
import { describedDetail } from '../../../src/domain/resources/authorization-details/described-detail.ts';
import type { DetailType, JsonSchema } from '../../../src/domain/vocabulary/detail-type.ts';
import { EXAMPLES, exampleType, exampleTypes } from '../../support/detail-types.ts';

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    const { code, field } = error as { readonly code?: string; readonly field?: string };
    return field === 'authorization_details' ? code : field;
  }
};

const payment = exampleType('payment');
const nested = (depth: number): JsonSchema =>
  depth === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(depth - 1) } };
const withSchema = (properties: JsonSchema, more: Partial<DetailType> = {}): DetailType => ({
  ...payment,
  display: 'Pay',
  members: {},
  amount: undefined as never,
  schema: { type: 'object', properties },
  ...more,
});

describe('types of details', () => {
  test.each(EXAMPLES)('the example %s holds together', (name) => {
    expect(codeOf(() => checkDetailTypes(exampleTypes(name)))).toBeUndefined();
  });

  const bad: readonly (readonly [string, DetailType, string])[] = [
    ['a type with a space', { ...payment, type: 'a b' }, '/type'],
    [
      'a schema of something else',
      { ...payment, schema: { type: 'array', items: { type: 'string' } } },
      '/schema/type',
    ],
    ['a reference', withSchema({ a: { $ref: 'https://evil.example/x' } }), '/schema/properties/a/type'],
    ['a reference beside a type', withSchema({ a: { type: 'string', $ref: '#' } }), '/schema/properties/a/$ref'],
    ['a pattern', withSchema({ a: { type: 'string', pattern: '(a+)+$' } }), '/schema/properties/a/pattern'],
    ['an alternative', withSchema({ a: { type: 'string', anyOf: [] } }), '/schema/properties/a/anyOf'],
    ['two types', withSchema({ a: { type: ['string', 'number'] } }), '/schema/properties/a/type'],
    ['null', withSchema({ a: { type: 'null' } }), '/schema/properties/a/type'],
    ['a list of anything', withSchema({ a: { type: 'array' } }), '/schema/properties/a/items'],
    ['a member that every object has', withSchema({ constructor: { type: 'string' } }), '/schema/properties'],
    ['the member type', withSchema({ type: { type: 'string' } }), '/schema/properties/type'],
    ['what is no schema', withSchema({ a: { type: 'string', maxLength: -1 } }), '/schema'],
    [
      'a schema that is nested deep',
      withSchema({ a: nested(20) }),
      `/schema/properties${'/a/properties'.repeat(15)}/a`,
    ],
    ['a schema that is long', withSchema({ a: { type: 'string', description: 'x'.repeat(9000) } }), '/schema'],
    [
      'another dialect',
      { ...payment, schema: { ...payment.schema, $schema: 'http://json-schema.org/draft-07/schema#' } },
      '/schema/$schema',
    ],
    ['a rule for nothing', { ...payment, members: { price: { rule: 'max' } } }, '/members/price'],
    [
      'a rule for another kind',
      withSchema({ a: { type: 'string' } }, { members: { a: { rule: 'max' } } }),
      '/members/a/rule',
    ],
    [
      'a time without a format',
      withSchema({ a: { type: 'string' } }, { members: { a: { rule: 'before' } } }),
      '/members/a/rule',
    ],
    [
      'two rules for one member',
      { ...payment, members: { ...payment.members, 'creditor.name': { rule: 'equal' } } },
      '/members/creditor.name',
    ],
    [
      'an amount that may be below nothing',
      withSchema({ a: { type: 'integer' } }, { members: { a: { rule: 'max' } }, amount: 'a' }),
      '/amount',
    ],
    ['an amount that may grow', { ...payment, members: { amount: { rule: 'min' } } }, '/amount'],
    ['a formatter that is none', { ...payment, display: 'Pay {amount | coins currency}' }, '/display'],
    ['money without a currency', { ...payment, display: 'Pay {amount | money}' }, '/display'],
    ['money of a text', { ...payment, display: 'Pay {reference | money currency}' }, '/display'],
    ['money in a currency for nothing', { ...payment, display: 'Pay {amount | money coin}' }, '/display'],
    ['a date of a number', { ...payment, display: 'Until {amount | date}' }, '/display'],
    ['an IBAN of a time', { ...payment, display: 'To {execute_before | iban}' }, '/display'],
    ['a clause in a clause', { ...payment, display: 'Pay[ {amount}[ {currency}]]' }, '/display'],
    ['a clause that never ends', { ...payment, display: 'Pay[ {amount}' }, '/display'],
    ['a clause about nothing', { ...payment, display: 'Pay[ much]' }, '/display'],
    ['a brace that never ends', { ...payment, display: 'Pay {amount' }, '/display'],
    ['a placeholder for nothing', { ...payment, display: 'Pay {price}' }, '/display'],
    ['a sentence that turns around', { ...payment, display: 'Pay \u202e{amount}' }, '/display'],
  ];
  test.each(bad)('refuses %s', (_, type, at) => {
    expect(codeOf(() => checkDetailTypes([type]))).toBe(`/detail_types/0${at}`);
  });

  test('refuses one twice', () => {
    expect(codeOf(() => checkDetailTypes([payment, payment]))).toBe('/detail_types/1/type');
  });
});

describe('what is asked', () => {
  const good = { type: 'payment_initiation', amount: 100, currency: 'EUR' };
  const asked =
    (...details: readonly unknown[]) =>
    () =>
      checkDetails([payment], readDetails(JSON.stringify(details)));

  test('takes what the schema says', () => {
    expect(codeOf(asked(good, { ...good, creditor: { account: 'DE00 1234' } }))).toBeUndefined();
  });

  const bad: readonly (readonly [string, string])[] = [
    ['no JSON', '[{'],
    ['no list', JSON.stringify(good)],
    ['nothing', '[]'],
    ['no object', '["payment_initiation"]'],
    ['no type', '[{"amount":1}]'],
    ['a type that is no text', '[{"type":["payment_initiation"]}]'],
    ['an unknown type', '[{"type":"payment"}]'],
    ['a type with another letter', '[{"type":"рayment_initiation","amount":1,"currency":"EUR"}]'],
    ['an unknown member', JSON.stringify([{ ...good, sub: 'acc_1' }])],
    ['an unknown member further down', JSON.stringify([{ ...good, creditor: { account: 'DE00 1234', iban: 'x' } }])],
    ['a missing member', '[{"type":"payment_initiation","amount":1}]'],
    ['a number as text', JSON.stringify([{ ...good, amount: '100' }])],
    ['a number that is not whole', JSON.stringify([{ ...good, amount: 1.5 }])],
    ['a number without end', '[{"type":"payment_initiation","amount":1e999,"currency":"EUR"}]'],
    ['null', JSON.stringify([{ ...good, amount: null }])],
    ['a member twice', '[{"type":"payment_initiation","amount":1,"amount":100,"currency":"EUR"}]'],
    [
      'a member twice, spelt in two ways',
      '[{"type":"payment_initiation","amount":1,"\\u0061mount":100,"currency":"EUR"}]',
    ],
    ['the prototype', '[{"type":"payment_initiation","amount":1,"currency":"EUR","__proto__":{"x":1}}]'],
    ['too many', JSON.stringify(Array.from({ length: 51 }, () => good))],
    ['too long', JSON.stringify([{ ...good, reference: 'x'.repeat(9000) }])],
    ['too long in bytes', JSON.stringify([{ ...good, reference: 'ä'.repeat(4200) }])],
    ['nested too deep', `[{"type":"payment_initiation","a":${'['.repeat(17)}${']'.repeat(17)}}]`],
    ['nested as deep as fits', `[{"type":"payment_initiation","a":${'['.repeat(4000)}${']'.repeat(4000)}}]`],
    ['nested 10,000 deep', '['.repeat(10_000)],
  ];
  test.each(bad)('SC-02 IN-03 refuses %s within 5 ms', (_, text) => {
    const refused = () => codeOf(() => checkDetails([payment], readDetails(text)));
    refused();
    // The best of three: what else runs on this machine is not what is measured.
    const took = [1, 2, 3].map(() => {
      const before = performance.now();
      expect(refused()).toBe('invalid_authorization_details');
      return performance.now() - before;
    });
    expect(Math.min(...took)).toBeLessThan(5);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('in words', () => {
  test('AP-18 keeps words and values apart, shows what is not seen, and cuts what is long', () => {
    const described = describedDetail(payment, {
      type: 'payment_initiation',
      amount: 4000,
      currency: 'EUR',
      creditor: { name: 'Good\u202eName\nAlready approved', account: 'x'.repeat(1000) },
      reference: 'for lunch',
    });
    expect(described.risk).toBe('high');
    expect(described.sentence).toEqual([
      { text: 'Pay up to ' },
      { member: 'amount', value: '4000', format: { kind: 'money', currency: 'EUR', digits: 2 } },
      { text: ' to account ' },
      { member: 'creditor.account', value: `${'x'.repeat(300)}…` },
      { text: ' of ' },
      { member: 'creditor.name', value: 'Good\ufffdName\ufffdAlready approved' },
    ]);
    expect(described.more).toEqual([{ member: 'reference', value: 'for lunch' }]);
  });
});
