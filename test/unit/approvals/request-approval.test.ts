/** Requests for what no approval can permit. */
import { expect, test } from '@jest/globals';
import { type ApprovalRequest, askingForApproval } from '../../../src/domain/approvals/request-approval.ts';
import { server } from '../decision/world.ts';

const INTENTION = {
  channel: 'token_exchange',
  agent: { id: 'agt_1', owner: 'acc_anna' },
  facts: { server, subject: { id: 'acc_anna' }, asked: ['read'], details: { asked: [] }, now: 1 },
} as unknown as ApprovalRequest;

test('what no approval lifts is requested from no approver, and is not possible', async () => {
  let decisions = 0;
  const nothing = async () => {
    decisions += 1;
    return { scope: [], removed: [{ scope: 'read', layer: 'agent' }], details: [], removedDetails: [] };
  };
  const unexpected = async (): Promise<never> => {
    throw new Error('an approver was looked for');
  };
  const asking = askingForApproval({
    service: { ask: unexpected },
    resolve: { approversOf: unexpected, leftOut: unexpected },
    chainOwners: { whenAsked: unexpected },
    standing: { take: unexpected },
    authorizeHere: nothing,
  } as never);
  expect(await asking.isPossible(INTENTION)).toBe(false);
  expect(await asking.prepare(INTENTION)).toBeUndefined();
  expect(await asking.ask(INTENTION, 'req_1')).toBeUndefined();
  expect(decisions).toBeGreaterThan(2);
});
