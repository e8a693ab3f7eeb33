/** How callers authenticate, composed: clients, agents and their instances, resource servers. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { clientAttestations } from '../domain/clients/attestation/client-attestation.ts';
import type { RequestLimit } from '../domain/platform/rate-limits/request-limits.ts';
import { attestationChallenges } from '../provider/client-authentication/attestation-challenges.ts';
import { attestedProofs } from '../provider/client-authentication/attested-proofs.ts';
import { clientAssertions } from '../provider/client-authentication/client-assertions.ts';
import { clientProofs } from '../provider/client-authentication/client-proofs.ts';
import { otherProofs } from '../provider/client-authentication/other-proofs.ts';
import { ownAssertions } from '../provider/client-authentication/own-assertions.ts';
import { presentedCredentials } from '../provider/client-authentication/presented-credentials.ts';
import { presentedInstances } from '../provider/client-authentication/presented-instances.ts';
import { presentedProofs } from '../provider/client-authentication/presented-proofs.ts';
import { resourceServerProofs } from '../provider/client-authentication/resource-server-proofs.ts';
import type { services } from './services.ts';

type Services = Awaited<ReturnType<typeof services>>;

export const callerProofs = (
  made: Services,
  configuration: Configuration,
  {
    consumptions,
    refusals,
    perClient,
  }: Pick<Parameters<typeof clientAssertions>[0], 'consumptions'> &
    Pick<Parameters<typeof resourceServerProofs>[0], 'refusals'> & { readonly perClient: RequestLimit },
) => {
  const { issuer } = configuration;
  const { clock, identifiers, documents, ephemeral, masterKey, resourceServers } = made;
  const { agents } = made.effectiveRegistries;
  const { clockToleranceSeconds, assertionMaxLifetimeSeconds } = configuration.clientAuthentication;

  const proofs = clientProofs(perClient);
  const presented = presentedCredentials({
    identity: made.workloads,
    uses: made.credentialUses,
    otherProofs: otherProofs({ masterKey, clock }),
    attestedProofs: attestedProofs({
      attestations: clientAttestations({ clock, issuer, clockToleranceSeconds }),
      instances: made.instances,
      ephemeral,
      masterKey,
      clock,
      clockToleranceSeconds,
    }),
    challenges: attestationChallenges({ masterKey, clock }),
    instances: made.instances,
    clock,
    issuer,
  });
  const assertions = clientAssertions({
    clock,
    ephemeral,
    masterKey,
    issuer,
    maxLifetimeSeconds: assertionMaxLifetimeSeconds,
    clockToleranceSeconds,
    proofs,
    consumptions,
    presented,
  });
  return {
    proofs,
    presented,
    assertions,
    instances: presentedInstances({ documents, identifiers, instances: made.instances, presented, agents }),
    /** Checks a DPoP proof beside an access token of the management API. */
    verifyProof: presentedProofs({ issuer, clock, ephemeral, masterKey }),
    /** Authenticates an agent that changes its own keys. */
    provenBy: ownAssertions({ agents, assertions, refusals, clock, clockToleranceSeconds }),
    ofResourceServers: resourceServerProofs({
      resourceServers,
      masterKey,
      assertions,
      limit: perClient,
      refusals,
      clock,
      clockToleranceSeconds,
    }),
  };
};
