/** What a token request learns when the approval that it needs cannot be requested. */
import { expect, test } from '@jest/globals';
import type { ApprovalRequest } from '../../../src/domain/approvals/request-approval.ts';
import { askForToken } from '../../../src/domain/approvals/request-token-approval.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';

const REMEDY = { kind: 'contact', whom: 'approver' } as const;
const asking = (ask: () => Promise<unknown>) =>
  askForToken({
    approvals: { asking: { ask: ask as never }, remedyOf: () => REMEDY as never },
    identifiers: countedIdentifiers(),
  })({} as ApprovalRequest, 'req_1');
const failing = (error: Error) =>
  asking(async () => {
    throw error;
  });

test('a requested approval is the remedy; without one there is none', async () => {
  expect(await asking(async () => ({}))).toEqual([REMEDY]);
  expect(await asking(async () => undefined)).toEqual([]);
});

test('without an approver to ask, the remedy is the operator', async () => {
  const denied = new DomainError('access_denied', 'No approver can be asked.');
  expect(await failing(denied)).toEqual([{ kind: 'contact', whom: 'operator' }]);
});

test('too many requests are a denial of their own, with the reason that the request gave', async () => {
  const cause = new DomainError('too_many_requests', 'Wait.');
  await expect(failing(cause)).rejects.toMatchObject({
    code: 'too_many_requests',
    denial: { layer: 'limits', reason: 'too_many_approvals' },
    cause,
  });
});

test('a failure of any other kind is rethrown: it is no answer about approvals', async () => {
  for (const error of [new StoreUnavailable('down'), new DomainError('conflict', 'Changed.'), new TypeError('x')]) {
    await expect(failing(error)).rejects.toBe(error);
  }
});
