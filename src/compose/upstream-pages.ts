/** Sign-in at other providers, for the pages for people. */
import type { Configuration } from '../../config/configuration.ts';
import type { AccountRegistry } from '../domain/identity/accounts/account-registry.ts';
import type { AttemptsDeps } from '../domain/identity/accounts/attempts.ts';
import { signInMethods } from '../domain/identity/upstream/sign-in-methods.ts';
import { upstreamSignIn } from '../domain/identity/upstream/upstream-sign-in.ts';
import type { OpenRecords } from '../domain/platform/rate-limits/open-records.ts';
import type { Services } from './services.ts';

export const upstreamPages = (
  made: Services,
  { issuer, passwords, limits, clientAuthentication }: Configuration,
  signingIn: AttemptsDeps,
  accounts: AccountRegistry,
  open: OpenRecords,
) => {
  const { upstreams, upstreamClient: client, upstreamLinks: links, factors } = made;
  const { clockToleranceSeconds } = clientAuthentication;
  return {
    providers: upstreams,
    signIn: upstreamSignIn({
      ...signingIn,
      ...{ upstreams, links, client, accounts, factors, limits, issuer, clockToleranceSeconds, open },
      ownerNames: made.ownerNames,
    }),
    sessions: made.upstreamSessions,
    signInMethods: signInMethods({ ...made, accounts, links, upstreams, isPasswordOn: passwords.signIn }),
    newBrowser: made.identifiers.newSecret,
  };
};
