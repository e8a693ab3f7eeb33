/** Claims about a person, by scope (OpenID Connect Core §5.4). */

import type { GroupsOf } from '../../domain/authority/decision/authorize.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';

export const CLAIMS_BY_SCOPE = {
  // Time and methods of the sign-in are in every ID token, so that its recipient can check them (OIDC Core §2).
  openid: ['sub', 'auth_time', 'acr', 'amr', 'grant_id'],
  profile: ['name', 'preferred_username', 'updated_at'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
};

/** `grant`: the authorization behind an ID token. The token names it, so that a later request can check whether it is live. */
export const accountClaims = (account: Account, groupsOf: GroupsOf, grant?: string) => ({
  accountId: account.id,
  claims: async (use: string) => ({
    sub: account.id,
    ...(use === 'id_token' && grant !== undefined ? { grant_id: grant } : {}),
    name: account.name,
    preferred_username: account.username,
    updated_at: account.updatedAt,
    ...(account.email === undefined ? {} : { email: account.email, email_verified: account.emailVerified ?? false }),
    groups: [...(await groupsOf(account))],
  }),
});
