/** Claims about a person (OpenID Connect Core §5.4). */
import { expect, test } from '@jest/globals';
import { accountClaims } from '../../../src/provider/tokens/account-claims.ts';

const ANNA = { id: 'acc_anna', name: 'Anna', username: 'anna', updatedAt: 5 };
const CLAIMS = { sub: 'acc_anna', name: 'Anna', preferred_username: 'anna', updated_at: 5, groups: ['staff'] };
const claims = (account: object, use: string, grant?: string) =>
  accountClaims(account as never, async () => ['staff'], grant).claims(use);

test('an address is there with its state, and is not verified unless that is known', async () => {
  expect(await claims(ANNA, 'userinfo')).toStrictEqual(CLAIMS);
  const email = 'anna@example.com';
  expect(await claims({ ...ANNA, email }, 'userinfo')).toStrictEqual({ ...CLAIMS, email, email_verified: false });
  expect(await claims({ ...ANNA, email, emailVerified: true }, 'userinfo')).toMatchObject({ email_verified: true });
});

test('an ID token alone names the grant behind it', async () => {
  expect(await claims(ANNA, 'id_token', 'grt_1')).toStrictEqual({ ...CLAIMS, grant_id: 'grt_1' });
  expect(await claims(ANNA, 'id_token')).toStrictEqual(CLAIMS);
  expect(await claims(ANNA, 'userinfo', 'grt_1')).toStrictEqual(CLAIMS);
});
