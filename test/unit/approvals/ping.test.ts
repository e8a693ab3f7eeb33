/** The message to an agent when its approval is decided (CIBA Core §10.2). */
import { expect, test } from '@jest/globals';
import { approvalPings } from '../../../src/domain/approvals/ping.ts';

const NOW = 1000;
type Ping = { readonly endpoint: string; readonly token: string; readonly isByOperator?: true };
const PING: Ping = { endpoint: 'https://agent.example/ping', token: 'note' };
const APPROVED = { id: 'apr_1', state: 'approved', redeemBy: NOW + 60, expiresAt: NOW + 60, ping: {} };

/** What happens after a change of an approval; the first `failing` posts fail. */
const told = async (
  approval: object,
  { ping = PING, authReqId = 'arq' as string | null, failing = 0, hasPing = true } = {},
) => {
  const did: unknown[] = [];
  let failed = 0;
  const changed = approvalPings({
    service: { authReqIdOf: () => authReqId ?? undefined, pingOf: () => (hasPing ? ping : undefined) },
    async post(sent: object) {
      did.push(sent);
      failed += 1;
      if (failed <= failing) throw new Error('no answer');
    },
    onOutcome: (outcome: string) => did.push(outcome),
    wait: async (milliseconds: number) => void did.push(milliseconds),
  } as never);
  changed(approval as never, NOW);
  await new Promise((resolve) => setImmediate(resolve));
  return did;
};

const SENT = expect.objectContaining({
  url: PING.endpoint,
  authorization: 'Bearer note',
  body: '{"auth_req_id":"arq"}',
  internal: undefined,
});

test('an approval and a denial are told once, without more than the request', async () => {
  for (const approval of [APPROVED, { ...APPROVED, state: 'denied' }])
    expect(await told(approval)).toEqual([SENT, 'told']);
  const [sent] = await told(APPROVED, { ping: { ...PING, isByOperator: true } });
  expect(sent).toMatchObject({ internal: 'approvalPings' });
});

test('a failed ping is repeated three times, with longer pauses', async () => {
  expect(await told(APPROVED, { failing: 1 })).toEqual([SENT, 500, SENT, 'told']);
  expect(await told(APPROVED, { failing: 9 })).toEqual([SENT, 500, SENT, 2000, SENT, 8000, SENT, 'failed']);
});

test.each<[string, object, object]>([
  ['is pending', { ...APPROVED, state: 'pending' }, {}],
  ['can no longer be redeemed', { ...APPROVED, redeemBy: NOW }, {}],
  ['is cancelled', { ...APPROVED, state: 'cancelled' }, {}],
  ['asks for no ping', { ...APPROVED, ping: undefined }, {}],
  ['was reviewed afterwards', { ...APPROVED, review: 'closed' }, {}],
  ['has an endpoint that cannot be read', APPROVED, { hasPing: false }],
  ['has a request that cannot be read', APPROVED, { authReqId: null }],
])('an approval that %s is not told', async (_, approval, world) => {
  expect(await told(approval, world)).toEqual([]);
});
