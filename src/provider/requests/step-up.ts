/** Step-up authentication (RFC 9470): what a token says about its sign-in, and what a request may demand of a sign-in. */
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import {
  type Assurance,
  isOfUnknownAge,
  isReachable,
  REACHABLE,
  satisfiesAcr,
} from '../../domain/vocabulary/assurance.ts';

type SignIn = {
  readonly acr?: string | undefined;
  readonly amr?: readonly string[] | undefined;
  readonly authTime?: number | undefined;
};

/** The assurance of the person that a token request is about; undefined if no user signed in for it. */
export const assuranceOf = (ctx: KoaContextWithOIDC): Assurance | undefined => {
  const { AuthorizationCode, RefreshToken, DeviceCode } = ctx.oidc.entities;
  const { acr, amr = [], authTime } = ((AuthorizationCode ?? RefreshToken ?? DeviceCode) as SignIn | undefined) ?? {};
  return authTime === undefined ? undefined : { ...(acr === undefined ? {} : { acr }), amr: [...amr], authTime };
};

/** The assurance as claims of an access token (RFC 9470 §6.2, RFC 9068 §2.2.1). */
export const assuranceClaims = (assurance: Assurance | undefined) =>
  assurance === undefined
    ? {}
    : {
        ...(assurance.acr === undefined ? {} : { acr: assurance.acr }),
        ...(assurance.amr.length === 0 ? {} : { amr: assurance.amr }),
        auth_time: assurance.authTime,
      };

/** The assurance in the claims of a token. */
export const assuranceFrom = (claims: Readonly<Record<string, unknown>>): Assurance | undefined => {
  const { acr, amr, auth_time: authTime } = claims;
  if (typeof authTime !== 'number') return undefined;
  const factors = Array.isArray(amr) ? amr.filter((factor) => typeof factor === 'string') : [];
  return { ...(typeof acr === 'string' ? { acr } : {}), amr: factors, authTime };
};

const { Check } = interactionPolicy;

/** Name of the check below: the reason of a prompt. */
export const ACR_CHECK = 'acr_values';

/** Name of the check below: the reason of a prompt. */
export const AGE_CHECK = 'max_age_unknown';

/** `max_age` for a sign-in of unknown age, which is treated as too old (OpenID Connect Core §3.1.2.1). */
export const ageCheck = () =>
  new Check(AGE_CHECK, 'it is not known when the person signed in', 'login_required', (ctx) => {
    const { params, session, result } = ctx.oidc;
    const isAsked = params?.['max_age'] !== undefined && result?.login === undefined;
    return isAsked && session?.accountId !== undefined && isOfUnknownAge(session.amr ?? [])
      ? Check.REQUEST_PROMPT
      : Check.NO_NEED_TO_PROMPT;
  });

/** The authentication classes that a sign-in of this account can reach. */
export type ReachableBy = (account: string) => Promise<readonly string[]>;

/** Classes that the request accepts; one of them is enough. */
const wantedBy = (ctx: KoaContextWithOIDC): readonly string[] => {
  const asked = ctx.oidc.params?.['acr_values'];
  return typeof asked === 'string' ? asked.split(' ').filter((value) => value !== '') : [];
};

/**
 * DIVERGENCE: OpenID Connect Core §3.1.2.1 lets a server sign a person in with less than `acr_values`. A resource server that
 * demanded it would refuse the token, and the client would ask again, for ever (RFC 9470 §5). The server therefore refuses a
 * class that no sign-in here can reach at once, and asks for one that a sign-in can reach. For a signed-in user it knows
 * whether there is a second factor to ask for.
 */
export const acrCheck = (reachableBy: ReachableBy) =>
  new Check(ACR_CHECK, 'a stronger sign-in is asked for', 'login_required', async (ctx) => {
    const wanted = wantedBy(ctx);
    if (wanted.length === 0 || wanted.some((value) => satisfiesAcr(ctx.oidc.acr, value))) {
      return Check.NO_NEED_TO_PROMPT;
    }
    const account = ctx.oidc.session?.accountId;
    // With `prompt=login` another user may sign in.
    const isKnown = account !== undefined && !ctx.oidc.promptPending('login');
    const reachable = isKnown ? await reachableBy(account) : REACHABLE;
    if (!wanted.some((value) => isReachable(value, reachable))) {
      throw new errors.CustomOIDCProviderError(
        'unmet_authentication_requirements',
        isKnown
          ? 'this account has no second factor, or nothing here reaches the acr_values that are asked for'
          : 'no sign-in here reaches any of the acr_values that are asked for',
      );
    }
    return Check.REQUEST_PROMPT;
  });
