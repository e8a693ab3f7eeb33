import type { Access } from './access.ts';
import { checkCertificate } from './certificate.ts';
import type { PresentedRequest, PresentedToken } from './credential.ts';
import type { ProofCheck } from './dpop.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** Checks that the sender holds what the token is bound to (RFC 9449 §7, RFC 8705 §3). */
export const senderCheck = (settings: Settings, prove: ProofCheck) => {
  const proved = async ({ confirmation }: Access, presented: PresentedToken, request: PresentedRequest) => {
    const { jkt, x5t } = confirmation;
    if (x5t !== undefined) await checkCertificate(request.certificate, x5t);
    if (jkt === undefined) return;
    const { method, target } = request;
    await prove({ method, target, proofs: presented.proofs, token: presented.token, jkt });
  };

  return (access: Access, presented: PresentedToken, request: PresentedRequest): Promise<void> | undefined => {
    const { jkt, x5t } = access.confirmation;
    if (jkt === undefined && (presented.scheme === 'DPoP' || settings.dpop.isRequired)) {
      throw new Refusal('invalid_token', {
        reason: 'token_unbound',
        description: 'The token is not bound to a DPoP key.',
        scheme: presented.scheme,
      });
    }
    if (jkt !== undefined && presented.scheme === 'Bearer') {
      throw new Refusal('invalid_token', {
        reason: 'bound_as_bearer',
        description: 'The token is bound to a key. Send it as DPoP, with a proof.',
        scheme: 'DPoP',
      });
    }
    return jkt === undefined && x5t === undefined ? undefined : proved(access, presented, request);
  };
};
