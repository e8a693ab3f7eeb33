/** Composes the authentication of callers: clients, agents and their instances, resource servers. Called by compose.ts. */
import type { IncomingMessage } from 'node:http';
import { processKey } from '../../adapters/node/one-shot-signatures.ts';
import type { Configuration } from '../../config/configuration.ts';
import { clientAttestations } from '../domain/clients/attestation/client-attestation.ts';
import type { RequestLimit } from '../domain/platform/rate-limits/request-limits.ts';
import type { ResourceServer } from '../domain/resources/resource-servers/resource-server.ts';
import { attestationChallenges } from '../provider/client-authentication/attestation-challenges.ts';
import { attestedProofs } from '../provider/client-authentication/attested-proofs.ts';
import { type ClientAssertions, clientAssertions } from '../provider/client-authentication/client-assertions.ts';
import { type ClientProofs, clientProofs } from '../provider/client-authentication/client-proofs.ts';
import { otherProofs } from '../provider/client-authentication/other-proofs.ts';
import { ownAssertions } from '../provider/client-authentication/own-assertions.ts';
import { presentedCompositions } from '../provider/client-authentication/presented-compositions.ts';
import {
  type PresentedCredentials,
  presentedCredentials,
} from '../provider/client-authentication/presented-credentials.ts';
import { type PresentedInstances, presentedInstances } from '../provider/client-authentication/presented-instances.ts';
import { type PresentedProof, presentedProofs } from '../provider/client-authentication/presented-proofs.ts';
import { resourceServerProofs } from '../provider/client-authentication/resource-server-proofs.ts';
import type { Services } from './services.ts';

export interface CallerProofs {
  readonly proofs: ClientProofs;
  readonly presented: PresentedCredentials;
  readonly assertions: ClientAssertions;
  readonly instances: PresentedInstances;

  /** Checks a DPoP proof beside an access token of the management API; returns the thumbprint of its key. */
  verifyProof(proof: PresentedProof): Promise<string>;

  /** Authenticates an agent that changes its own keys. Throws DomainError 'unauthenticated'. */
  provenBy(agent: string, credential: string, assertion: string, request?: string): Promise<void>;

  /** Authenticates the resource server that sends the request. Throws DomainError 'unauthenticated' or 'too_many_requests'. */
  ofResourceServers(request: IncomingMessage): Promise<ResourceServer>;
}

export const callerProofs = (
  made: Services,
  configuration: Configuration,
  {
    consumptions,
    refusals,
    perClient,
  }: Pick<Parameters<typeof clientAssertions>[0], 'consumptions'> &
    Pick<Parameters<typeof resourceServerProofs>[0], 'refusals'> & { readonly perClient: RequestLimit },
): CallerProofs => {
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
    processKey: processKey(),
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
    compositions: presentedCompositions({ compositions: made.agents, identifiers }),
  });
  return {
    proofs,
    presented,
    assertions,
    instances: presentedInstances({ documents, identifiers, instances: made.instances, presented, agents }),
    verifyProof: presentedProofs({ issuer, clock, ephemeral, masterKey }),
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
