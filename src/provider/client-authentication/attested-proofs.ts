/**
 * Checks an attestation, and the proof of the key that it names, against the credentials of an agent. The key identifies an
 * instance of the agent. The first use starts the instance; once ended, it cannot start again.
 */
import type { IncomingMessage } from 'node:http';
import { decodeJwt } from 'jose';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { PresentedComposition } from '../../domain/clients/agents/composition.ts';
import { type Credential, ofKind } from '../../domain/clients/agents/credential.ts';
import {
  type AttesterKeys,
  type ClientAttestations,
  PROOF_SECONDS,
} from '../../domain/clients/attestation/client-attestation.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import { isRefusal } from '../../domain/platform/remote-keys/signed-token.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { mayHaveBeenUsed } from '../seam/cold-mode.ts';
import type { AttestedProof } from '../seam/presented-credential.ts';
import { factsOf } from '../seam/request-facts.ts';
import { compositionIn } from './composition-claim.ts';

const ATTESTATION = 'oauth-client-attestation';
const PROOF = 'oauth-client-attestation-pop';

/** Removes both headers from a request without another proof. oidc-provider refuses those that name no agent. */
export const takeAttestation = (
  request: IncomingMessage,
  { client_assertion: assertion, client_secret: secret }: Readonly<Record<string, unknown>>,
): AttestedProof | undefined => {
  const { [ATTESTATION]: attestation, [PROOF]: proof = '', authorization } = request.headers;
  if ([assertion, secret, authorization].some((other) => other !== undefined)) return undefined;
  if (typeof attestation !== 'string' || typeof proof !== 'string') return undefined;
  const clientId = agentIn(attestation);
  if (clientId === undefined) return undefined;
  delete request.headers[ATTESTATION];
  delete request.headers[PROOF];
  return { kind: 'attestation', clientId, attestation, proof, request };
};

const agentIn = (attestation: string): string | undefined => {
  try {
    const { sub } = decodeJwt(attestation);
    return sub?.startsWith('agt_') ? sub : undefined;
  } catch {
    return undefined;
  }
};

type AttestedInstance = {
  readonly credential: string;
  readonly instance: Instance;
  readonly composition?: PresentedComposition;
};

export interface AttestedProofs {
  /** The proved instance, and the credential that proves it. Throws an Error that tells the owner which check failed. */
  prove(
    given: AttestedProof,
    agent: Agent,
    usable: readonly Credential[],
    keys: AttesterKeys,
  ): Promise<AttestedInstance>;
}

export const attestedProofs = (deps: {
  readonly attestations: ClientAttestations;
  readonly instances: Pick<InstanceRegistry, 'running' | 'start'>;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: Pick<MasterKey, 'ordered'>;
  readonly clock: Clock;
  readonly clockToleranceSeconds: number;
}): AttestedProofs => {
  const { attestations, instances, ephemeral, masterKey, clock, clockToleranceSeconds: tolerance } = deps;

  /** True for exactly one caller. */
  const isFirstUse = async (agent: string, thumbprint: string, jti: string, provenAt: number): Promise<boolean> => {
    const ttl = provenAt + PROOF_SECONDS + 2 * tolerance - clock.now();
    for (const digest of masterKey.ordered('jti/attested', agent, thumbprint, jti)) {
      if (!(await ephemeral.claim(`jti:${digest}`, Math.max(1, ttl)))) return false;
    }
    return true;
  };

  const started = async (agent: Agent, thumbprint: string, request: IncomingMessage): Promise<Instance> => {
    const known = await instances.running(agent, thumbprint);
    if (known) return known;
    const { id, source } = factsOf(request);
    try {
      await instances.start(agent.id, { thumbprint }, { caller: agent.id, request: id, source });
    } catch (error) {
      if (!isDomainError(error) || error.code === 'unavailable') throw error;
      throw new Error(`attestation, instance: ${error.message}`, { cause: error });
    }
    // An instance that was suspended in an emergency exists, and is not active.
    const now = await instances.running(agent, thumbprint);
    if (!now) throw new Error('attestation, instance: the instance with this key was stopped');
    return now;
  };

  return {
    async prove(
      given: AttestedProof,
      agent: Agent,
      usable: readonly Credential[],
      keys: AttesterKeys,
    ): Promise<AttestedInstance> {
      const proven = await attestations.prove(given, agent.id, ofKind(usable, 'attested'), keys);
      if (isRefusal(proven)) throw new Error(`attestation, ${proven.check}: ${proven.why}`);
      const { credential, thumbprint, jti, provenAt, claims } = proven;
      const composition = compositionIn(claims);
      if (typeof composition === 'string') throw new Error(`attestation, ${composition}`);
      if (!(await isFirstUse(agent.id, thumbprint, jti, provenAt))) {
        throw new Error('attestation, replay: the proof was used before');
      }
      if (mayHaveBeenUsed(ephemeral, provenAt, tolerance)) {
        throw new Error('attestation, replay: the proof was made too early to be told from a used one');
      }
      return {
        credential: credential.id,
        instance: await started(agent, thumbprint, given.request),
        ...(composition ? { composition: { composition, grade: 'attested' } } : {}),
      };
    },
  };
};
