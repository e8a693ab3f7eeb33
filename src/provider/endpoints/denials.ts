/** The `denial` of oidc-provider's own refusals of a token request (decision D6). Our refusals have their own. */
import Provider, { errors } from 'oidc-provider';
import type { Denial } from '../../domain/vocabulary/errors.ts';
import type { ProtocolError } from '../seam/oauth-errors.ts';

type Why = Pick<Denial, 'layer' | 'reason'>;

/** By error code alone: programs must not depend on oidc-provider's texts. The audit log keeps them in `note`. */
const WHY: Readonly<Record<string, Why>> = {
  invalid_request: { layer: 'request', reason: 'request_not_valid' },
  unsupported_grant_type: { layer: 'request', reason: 'grant_type_unsupported' },
  invalid_dpop_proof: { layer: 'request', reason: 'proof_not_valid' },
  use_dpop_nonce: { layer: 'request', reason: 'proof_nonce_missing' },
  unauthorized_client: { layer: 'client', reason: 'grant_type_not_registered' },
  invalid_target: { layer: 'resource_server', reason: 'target_not_granted' },
  invalid_grant: { layer: 'grant', reason: 'grant_not_valid' },
  invalid_scope: { layer: 'grant', reason: 'scope_not_granted' },
  expired_token: { layer: 'grant', reason: 'device_code_expired' },
  access_denied: { layer: 'subject', reason: 'denied_by_person' },
};

/** Undefined without a decision: the person has not answered yet, or the server could not. */
export const providerDenial = (failure: ProtocolError): Why | undefined =>
  failure.status === 429 ? { layer: 'limits', reason: 'too_many_requests' } : WHY[failure.error ?? ''];

/**
 * A grant type that the client did not register is `unauthorized_client` (RFC 6749 §5.2); oidc-provider answers
 * `invalid_request`.
 */
export const refuseOtherGrantTypes = (provider: Provider): void => {
  const { prototype } = provider.Client;
  const { grantTypeAllowed } = prototype;
  prototype.grantTypeAllowed = function allowed(type) {
    const isAllowed = grantTypeAllowed.call(this, type);
    const { route, params } = Provider.ctx?.oidc ?? {};
    if (!isAllowed && route === 'token' && params?.['grant_type'] === type) {
      throw new errors.UnauthorizedClient('this client is not registered for this grant type');
    }
    return isAllowed;
  };
};
