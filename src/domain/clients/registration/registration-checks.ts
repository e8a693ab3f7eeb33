import type { Revocation } from '../../ports/revocation.ts';
import type { Agent } from '../agents/agent.ts';
import type { Client } from '../clients/client.ts';
import type { SelfChosen } from '../clients/self-chosen.ts';
import type { ClientMetadata } from './client-metadata.ts';
import { registrationRefusal } from './registration-refusals.ts';

export type RegistrationChecksDeps = {
  readonly selfChosen: SelfChosen;
  readonly revocation: Pick<Revocation, 'ended'>;
};

/** Checks that every registration without review passes. */
export interface RegistrationChecks {
  /** Does not check a name or address again that is unchanged since `before`. Throws 'invalid_field'. */
  checkSelfChosen(asked: ClientMetadata, before?: Agent | Client): void;
  /** Checks kills as for an agent of this owner that is about to be created. Throws 'unauthenticated'. */
  checkKills(caller: string, owner: string | undefined): Promise<void>;
}

export const registrationChecks = (deps: RegistrationChecksDeps): RegistrationChecks => {
  const checkSelfChosen = (asked: ClientMetadata, before?: Agent | Client): void => {
    const { checkName, addresses } = deps.selfChosen;
    const { name, redirectUris = [], postLogoutRedirectUris = [] } = asked;
    if (name !== undefined && name !== before?.name) checkName(name, '/client_name');
    addresses.refuseEachOnHost(redirectUris, '/redirect_uris');
    addresses.refuseEachOnHost(postLogoutRedirectUris, '/post_logout_redirect_uris');
    addresses.refuseHost(asked.backchannelLogoutUri, '/backchannel_logout_uri');
    addresses.refuseHost(asked.jwksUri, '/jwks_uri');
    addresses.refuseHost(asked.notificationEndpoint, '/backchannel_client_notification_endpoint');
  };

  const checkKills = async (caller: string, owner: string | undefined): Promise<void> => {
    const isEnded = await deps.revocation.ended([
      { parties: [caller], ...(owner === undefined ? {} : { subject: owner }) },
      ...(owner === undefined ? [] : [{ parties: ['agt_new'], owner }]),
    ]);
    if (isEnded) throw registrationRefusal('registration_stopped');
  };

  return { checkSelfChosen, checkKills };
};
