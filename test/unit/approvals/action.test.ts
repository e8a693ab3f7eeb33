import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Action, differences, digestOf, questionOf } from '../../../src/domain/approvals/action.ts';
import { likenessOf } from '../../../src/domain/approvals/standing-approval.ts';
import { action, ISSUER } from './fakes.ts';

/** Each member as another one. */
const OTHER: { readonly [M in keyof Action]: Action[M] } = {
  client: 'agt_b',
  agent: 'agt_b',
  chain: {
    sub: 'agt_a',
    iss: ISSUER,
    sub_profile: 'ai_agent',
    act: { sub: 'agt_b', iss: ISSUER, sub_profile: 'ai_agent' },
  },
  subject: 'acc_bob',
  resource: 'https://other.example',
  scope: ['pay', 'see'],
  details: [{ type: 'payment_initiation', amount: 4001, currency: 'EUR' }],
  meaning: 'as it is declared now',
  blueprint: { id: 'bpt_1', version: 4 },
  composition: null,
  policy: 8,
  message: 'Invoice 7732',
};
const members = Object.keys(OTHER) as (keyof Action)[];

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
};

describe('AP-01 the digest of an action', () => {
  test('is over all members there are', () => {
    expect(Object.keys(action()).sort()).toEqual(members.toSorted());
  });

  test.each(members)('is another one when %s is, and that member is named', (member) => {
    const other = action({ [member]: OTHER[member] });
    expect(digestOf(other)).not.toBe(digestOf(action()));
    expect(differences(action(), other)).toEqual([member]);
    expect(differences(other, action())).toEqual([member]);
  });

  test('is the same in any order of members, at any depth (RFC 8785 §3.2.3)', () => {
    const other = reversed(action()) as Action;
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(action()));
    expect(digestOf(other)).toBe(digestOf(action()));
    expect(differences(action(), other)).toEqual([]);
  });

  test('is another one when two details stand the other way round: people were shown them in their order', () => {
    const [one, two] = [{ type: 'a' }, { type: 'b' }];
    expect(digestOf(action({ details: [one, two] }))).not.toBe(digestOf(action({ details: [two, one] })));
    expect(differences(action({ details: [one, two] }), action({ details: [two, one] }))).toEqual(['details']);
  });

  test('is SHA-256 of the canonical JSON, base64url without padding (RFC 8785)', () => {
    const small = action({ chain: { sub: 'ä', iss: 'x', sub_profile: 'ai_agent' }, details: [], blueprint: null });
    const text =
      '{"agent":"agt_a","blueprint":null,"chain":{"iss":"x","sub":"ä","sub_profile":"ai_agent"},"client":"agt_a",' +
      `"composition":"sha256:${'ab'.repeat(32)}","details":[],"meaning":"as it is declared","message":"Invoice 7731","policy":7,` +
      '"resource":"https://bank.example",' +
      '"scope":["pay"],"subject":"acc_anna"}';
    expect(digestOf(small)).toBe(createHash('sha256').update(text, 'utf8').digest('base64url'));
    expect(digestOf(small)).toMatch(/^[\w-]{43}$/);
  });

  test('other words of the agent are another digest, and no other question, nor another likeness (AP-06)', () => {
    const other = action({ message: 'Invoice 7732' });
    expect(questionOf(other)).toBe(questionOf(action()));
    expect(likenessOf(other, [])).toBe(likenessOf(action(), []));
    expect(questionOf(action({ policy: 8 }))).not.toBe(questionOf(action()));
    expect(likenessOf(action({ policy: 8 }), [])).not.toBe(likenessOf(action(), []));
  });

  test('all that differs is named, in the order of the type', () => {
    const other = action({ policy: 8, scope: ['see'], client: 'agt_b' });
    expect(differences(action(), other)).toEqual(['client', 'scope', 'policy']);
  });
});
