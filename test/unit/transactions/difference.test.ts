import { expect, test } from '@jest/globals';
import { linesOf } from '../../../src/http/console/transaction-difference.ts';

const step = (scope: string, calls: readonly string[] = []) => ({
  ...{ token: 'tok', event: 'nod:0000000000000001', agent: 'agt_1', resource: 'https://api.example.com' },
  ...{ scope: [scope], grade: 'confirmed' as const, at: 1, expires_at: 2, reports: calls.length },
  calls: calls.map((what) => ({ what, outcome: 'done' })),
});

test('what differs comes before what is the same, so that a limit of lines does not hide it', () => {
  const same = Array.from({ length: 300 }, (_, index) => step(`a${index}`));
  const lines = linesOf([...same, step('write')], [...same, step('write', ['write.all'])]);
  expect(lines).toHaveLength(302);
  expect(lines[0]).toMatchObject({ what: 'write.all', isCall: true, here: 0, there: 1 });
  expect(lines.slice(1).every(({ here, there }) => here === there)).toBe(true);
});

test('the same scopes in another order are the same line, and how often each side has it is counted', () => {
  const both = { ...step('read'), scope: ['write', 'read'] };
  const turned = { ...both, scope: ['read', 'write'] };
  expect(linesOf([both, turned], [turned])).toMatchObject([{ what: 'read write', here: 2, there: 1 }]);
});
