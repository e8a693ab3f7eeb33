/** The API's representation of accounts. */
import type { Account } from '../../../../domain/identity/accounts/account.ts';
import { show } from '../../wire-names.ts';

const MEMBERS = [
  'id',
  'username',
  'name',
  'email',
  'emailVerified',
  'language',
  'groups',
  'roles',
  'entitlements',
  'state',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Account)[];

export const showAccount = (account: Account) => show(account, MEMBERS);
