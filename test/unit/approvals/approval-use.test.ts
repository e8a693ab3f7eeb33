/** How a resource server uses up the approval behind a token. Over HTTP: test/integration/approvals-backchannel.test.ts. */
import { expect, test } from '@jest/globals';
import { approvalUse, readCall } from '../../../src/domain/approvals/approval-use.ts';
import { MAIL, PAY } from '../token-exchange/fakes.ts';

const SERVER = { id: 'rs_mail', identifier: MAIL };
const CALL = { token: 'live', key: 'payment-1' };

const using = (found: object | undefined) => {
  const used: unknown[] = [];
  const use = approvalUse({
    tokens: { find: async (token: string) => (token === 'live' ? found : undefined) },
    service: {
      use: async (...parameters: readonly unknown[]) => {
        used.push(parameters);
        return { approval: { id: 'apr_1', digest: 'd', use: { at: 5 } }, isFirst: true };
      },
    },
  } as unknown as Parameters<typeof approvalUse>[0]);
  return { use, used };
};

test('a call names its token and itself', () => {
  expect(readCall({ token: 'live', call: 'payment-1' })).toEqual(CALL);
  const longest = { token: 't'.repeat(8192), call: 'c'.repeat(200) };
  expect(readCall(longest)).toEqual({ token: longest.token, key: longest.call });
});

test.each<[string, object, string, string]>([
  ['no token', { call: 'c' }, 'approval_token_missing', '/token'],
  ['an empty token', { token: '', call: 'c' }, 'approval_token_missing', '/token'],
  ['a token that is too long', { token: 't'.repeat(8193), call: 'c' }, 'approval_token_missing', '/token'],
  ['no name', { token: 't' }, 'approval_call_malformed', '/call'],
  ['an empty name', { token: 't', call: '' }, 'approval_call_malformed', '/call'],
  ['a name with a space', { token: 't', call: 'a b' }, 'approval_call_malformed', '/call'],
  ['a name that is too long', { token: 't', call: 'c'.repeat(201) }, 'approval_call_malformed', '/call'],
  ['a name that is no text', { token: 't', call: 5 }, 'approval_call_malformed', '/call'],
])('a call with %s is refused', (_, body, reason, field) => {
  expect(() => readCall({ ...body })).toThrow(expect.objectContaining({ code: 'invalid_field', reason, field }));
});

test('the approval behind a live token for this server is used by the call', async () => {
  const { use, used } = using({ approval: { id: 'apr_1' }, audience: MAIL });
  expect(await use(SERVER, CALL, 'req_1')).toEqual({
    approval: { id: 'apr_1', digest: 'd', used_at: 5, first: true },
  });
  expect(used).toEqual([['apr_1', { server: SERVER, key: 'payment-1', request: 'req_1' }]]);
});

test.each([
  ['a token that is not live', undefined],
  ['a token without an approval', { audience: MAIL }],
  ['a token for another server', { approval: { id: 'apr_1' }, audience: PAY }],
])('%s uses none', async (_, found) => {
  const { use, used } = using(found);
  await expect(use(SERVER, CALL, 'req_1')).rejects.toMatchObject({
    ...{ code: 'not_found', reason: 'approval_token_not_live' },
  });
  expect(used).toEqual([]);
});
