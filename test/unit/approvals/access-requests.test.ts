/** What a caller of an access request learns where no approver can be asked (Error Responses). */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { accessRequests } from '../../../src/domain/approvals/authzen/access-requests.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { countedIdentifiers, ISSUER, movableClock, START } from '../delegation/fakes.ts';
import { resourceServer } from '../token-exchange/fakes.ts';
import { action } from './fakes.ts';

const BANK = resourceServer('rs_bank', 'https://bank.example', ['pay']);
const UNTIL = START + 600;

/** Submits an access request for a denial that an approval can lift; preparing the approval fails with `error`. */
const submitted = async (error: Error): Promise<unknown> => {
  const requests = accessRequests({
    documents: memoryDocumentStore('refused'),
    clock: movableClock(),
    identifiers: countedIdentifiers(),
    ids: { read: () => ({ decision: 'dec_1', expiresAt: UNTIL, seal: '' }), isOf: () => true },
    decisions: {
      decided: async () => ({
        acting: { facts: { server: BANK, caller: { id: 'agt_a' } } },
        wanted: {},
        denied: { reason: 'approval_required' },
      }),
    },
    approvals: { intentionOf: () => ({ chain: action().chain }) },
    asking: { prepare: () => Promise.reject(error) },
    endpoint: `${ISSUER}/access/v1`,
    inbox: `${ISSUER}/approvals`,
  } as unknown as Parameters<typeof accessRequests>[0]);
  const body = {
    subject: { type: 'agent', id: 'agt_a' },
    action: { name: 'pay' },
    resource: { type: 'resource_server', id: BANK.identifier },
    denial: { evaluation_id: 'dec_1', expires_at: new Date(UNTIL * 1000).toISOString() },
  };
  return requests.submit(BANK, body, { request: 'req_1' }).catch((thrown: unknown) => thrown);
};

test('where no approver can be asked, the access is not requestable, and the problem says why', async () => {
  const problem = await submitted(new DomainError('access_denied', 'The only approver left.'));
  expect(problem).toMatchObject({
    name: 'AccessRequestProblem',
    code: 'not_requestable',
    message: 'The only approver left.',
  });
});

test.each([
  ['a limit of approvals (AP-05)', new DomainError('too_many_requests', 'Too many are open.')],
  ['a store that is unavailable', new StoreUnavailable('the line is dead')],
])('%s keeps its own error: the caller may try again later', async (_, error) => {
  expect(await submitted(error)).toBe(error);
});
