/** What an approver finds in the inbox. */
import { expect, test } from '@jest/globals';
import { newestOf, waitingFor } from '../../../src/http/account/approvals/deciding.ts';
import { action, serviceScene } from './fakes.ts';

test('AP-05 what waits is there and counted, after any number of requests and cancellations since', async () => {
  const { ask, one, clock } = serviceScene({ perHour: 1000 });
  const deps = { approvals: { service: one, clock, absences: { ofDeputy: async () => [] } } } as never;
  const { approval } = await ask();
  for (let index = 0; index < 205; index += 1) {
    if (index % 2 === 0) clock.advance(1);
    const { authReqId } = await ask({ action: action({ scope: [`other-${index}`] }) });
    await one.cancel(authReqId, action().client, 'req_2');
  }
  expect((await newestOf(deps, 'acc_anna')).filter(({ state }) => state === 'pending')).toMatchObject([
    { id: approval.id },
  ]);
  expect(await waitingFor(deps, 'acc_anna')).toBe(1);
  clock.advance(600);
  expect(await waitingFor(deps, 'acc_anna')).toBe(0);
});
