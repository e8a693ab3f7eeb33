/** Claims about a person, by scope (OpenID Connect Core §5.4). */
import type { Account } from '../domain/accounts/account.ts';

export const CLAIMS_BY_SCOPE = {
  // How and when the person signed in goes with every ID token: whoever is shown one can tell (OIDC Core §2).
  openid: ['sub', 'auth_time', 'acr', 'amr'],
  profile: ['name', 'preferred_username', 'updated_at'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
};

export const accountClaims = (account: Account) => ({
  accountId: account.id,
  claims: async () => ({
    sub: account.id,
    name: account.name,
    preferred_username: account.username,
    updated_at: account.updatedAt,
    ...(account.email === undefined ? {} : { email: account.email, email_verified: account.emailVerified ?? false }),
    groups: [...account.groups],
  }),
});
