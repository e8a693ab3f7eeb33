import { describe, expect, test } from '@jest/globals';
import type { SubjectIdentifier } from '../../../src/domain/signals/subject-identifiers.ts';
import { subjectsMatch } from '../../../src/domain/signals/transmitter/subject-matching.ts';

const ISSUER = 'https://as.example';
const person = (sub: string) => ({ format: 'iss_sub', iss: ISSUER, sub }) as const;
const group = (url: string) => ({ format: 'did', url }) as const;

describe('subject matching (SSF 1.0 §8.1.3.1)', () => {
  test.each<[string, SubjectIdentifier, SubjectIdentifier]>([
    ['identical simple subjects', person('acc_1'), { sub: 'acc_1', iss: ISSUER, format: 'iss_sub' }],
    [
      'a complex subject that has fewer members than the event',
      { format: 'complex', user: person('acc_1') },
      { format: 'complex', user: person('acc_1'), agent: person('agt_1') },
    ],
    [
      'a complex subject that has more members than the event',
      { format: 'complex', user: person('acc_1'), group: group('did:example:1') },
      { format: 'complex', user: person('acc_1') },
    ],
    ['a member of a complex subject', person('acc_1'), { format: 'complex', user: person('acc_1') }],
  ])('%s match, in both directions', (_, one, other) => {
    expect([subjectsMatch(one, other), subjectsMatch(other, one)]).toEqual([true, true]);
  });

  test.each<[string, SubjectIdentifier, SubjectIdentifier]>([
    ['two people', person('acc_1'), person('acc_2')],
    ['the same person at two issuers', person('acc_1'), { ...person('acc_1'), iss: 'https://other.example' }],
    [
      'a member of both that differs',
      { format: 'complex', user: person('acc_1'), group: group('did:example:1') },
      { format: 'complex', user: person('acc_1'), group: group('did:example:2') },
    ],
    ['a person who is no member', person('acc_2'), { format: 'complex', user: person('acc_1') }],
  ])('%s do not match, in either direction', (_, one, other) => {
    expect([subjectsMatch(one, other), subjectsMatch(other, one)]).toEqual([false, false]);
  });
});
