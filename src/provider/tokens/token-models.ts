/** Extends oidc-provider's token models before they are stored: with our own ids, and the key that they are bound to. */
import Provider from 'oidc-provider';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { PresentedCredentials } from '../client-authentication/presented-credentials.ts';
import { requestState } from '../seam/request-state.ts';
import { newHandle } from '../seam/token-handles.ts';

/** Ids of JWT access tokens, and the bearer values of opaque ones and of refresh tokens. oidc-provider generates their random part. */
export const tokenIds = (
  provider: Provider,
  { identifiers, clock }: { readonly identifiers: Identifiers; readonly clock: Clock },
): void => {
  for (const { prototype } of [provider.AccessToken, provider.ClientCredentials, provider.RefreshToken]) {
    const model = prototype as unknown as { readonly format?: string; generateTokenId(): string };
    const { generateTokenId } = model;
    model.generateTokenId = function idOf() {
      // First: it determines the format.
      const bearer = generateTokenId.call(this);
      return this.format === 'jwt' ? identifiers.newId('tok') : newHandle(bearer, clock.nowMillis());
    };
  }
};

type AttestedRecord = { readonly attestationJkt?: string } | undefined;

/**
 * Credentials that are bound to an attested key: refresh tokens, device codes, and codes of pushed requests
 * (draft-ietf-oauth-attestation-based-client-auth-12). oidc-provider binds those of clients that are registered for this
 * method. It loses the binding of a pushed request when a user has to answer in between. presented-instances.ts checks the
 * sender that presents one.
 */
export const boundToAttestedKeys = (
  provider: Provider,
  presented: Pick<PresentedCredentials, 'attestedKeyIn'>,
): void => {
  const { PushedAuthorizationRequest, AuthorizationCode, DeviceCode, RefreshToken } = provider;
  const requests = PushedAuthorizationRequest as unknown as { find(...given: unknown[]): Promise<AttestedRecord> };
  const { find } = requests;
  requests.find = async function known(...given) {
    const found = await find.apply(this, given);
    const context = Provider.ctx;
    if (context && found?.attestationJkt !== undefined) requestState(context).pusherKey = found.attestationJkt;
    return found;
  };
  for (const { prototype } of [RefreshToken, DeviceCode, PushedAuthorizationRequest, AuthorizationCode]) {
    const model = prototype as unknown as {
      attestationJkt?: string | undefined;
      save(...given: unknown[]): Promise<string>;
    };
    const { save } = model;
    model.save = function bound(...given) {
      const context = Provider.ctx;
      this.attestationJkt ??= context && (presented.attestedKeyIn(context) ?? requestState(context).pusherKey);
      return save.apply(this, given);
    };
  }
};
