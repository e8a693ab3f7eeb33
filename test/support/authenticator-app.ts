/** An authenticator app as a person has it. */
import { Secret, TOTP } from 'otpauth';
import type { Account } from '../../src/domain/identity/accounts/account.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import type { PeoplePages } from './composed-people-pages.ts';

/** What the app shows at this epoch second. */
export const codeAt = (secret: string, seconds: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: seconds * 1000 });

/** Adds an app to an account; answers its secret and the recovery codes that came with it. */
export const withApp = async (
  world: PeoplePages,
  account: Account,
): Promise<{ readonly secret: string; readonly recovery: readonly string[] }> => {
  const session = `session of ${account.id}`;
  const assurance = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: world.clock.now() };
  const { secret } = await world.totpEnrolment.offer(account, { session, assurance });
  const recovery = await world.totpEnrolment.confirm(
    { name: 'Phone', code: codeAt(secret, world.clock.now()), session },
    { account: account.id, assurance, by: { caller: account.id } },
  );
  return { secret, recovery: recovery ?? [] };
};
