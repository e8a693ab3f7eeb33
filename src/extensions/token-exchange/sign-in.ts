import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import { SIGN_IN_GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import type { SignIn } from '../../domain/ports/sign-ins.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { ID_TOKEN_TYPE, type PresentedToken, REFRESH_TYPE } from './parameters.ts';
import type { Refuse } from './refusals.ts';

const MISSING = {
  dpop: 'subject_token came with a token that is bound by DPoP: send a DPoP proof with the exchange (RFC 9449)',
  certificate:
    'subject_token came with a token that is bound to a certificate: exchange it with a certificate (RFC 8705)',
} as const;

const SIGN_IN_TYPES: readonly string[] = [ID_TOKEN_TYPE, REFRESH_TYPE];

/** Whether the presented token proves a sign-in and is no access token. */
export const isSignInType = (type: PresentedToken['type']): boolean => SIGN_IN_TYPES.includes(type);

/**
 * The sign-in behind an ID token or refresh token. The token was issued to the caller, and its authorization is live. A
 * refresh token needs a proof in this request of its binding: key, certificate or instance. A thief can therefore use it here
 * no better than at its own grant (RFC 8693 §2.1, RFC 9449 §5). If the token came with a bound access token, the request
 * needs a proof of that kind, as a refresh does. No exchange turns it into Bearer tokens.
 */
export const acceptSignIn = async (
  { signIns }: Pick<TokenExchangeDependencies, 'signIns'>,
  refuse: Refuse,
  party: Pick<Agent | Client, 'id' | 'grantTypes'>,
  caller: Caller,
  presented: PresentedToken,
): Promise<SignIn> => {
  const isRefresh = presented.type === REFRESH_TYPE;
  const found = await signIns[isRefresh ? 'ofRefreshToken' : 'ofIdToken'](presented.value, party.id);
  const grants = isRefresh ? ['refresh_token'] : SIGN_IN_GRANT_TYPES;
  if (!found || !grants.some((grant) => party.grantTypes.includes(grant))) {
    const kind = isRefresh ? 'refresh token' : 'ID token';
    throw refuse('subject_token_not_live', { text: `subject_token is no live ${kind} of this client` });
  }
  if (found.jkt !== undefined && found.jkt !== caller.dpopThumbprint) throw refuse('subject_token_proof_missing');
  if (found.x5t !== undefined && found.x5t !== caller.certificateThumbprint)
    throw refuse('subject_token_proof_missing');
  const { proof } = found;
  if (proof !== undefined && caller[proof === 'dpop' ? 'dpopThumbprint' : 'certificateThumbprint'] === undefined) {
    throw refuse('subject_token_proof_missing', { text: MISSING[proof] });
  }
  if (found.instance !== undefined && found.instance !== (await caller.instance?.())?.id) {
    throw refuse('subject_token_proof_missing', { text: 'subject_token belongs to another instance of this agent' });
  }
  return found;
};
