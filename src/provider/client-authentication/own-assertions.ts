import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { credentialsOf, isUsable } from '../../domain/clients/agents/credential.ts';
import { credentialRefusal } from '../../domain/clients/agents/credential-refusals.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import type { RefusalCounter } from '../seam/refusal-counter.ts';
import type { ClientAssertions } from './client-assertions.ts';

/** Algorithms of assertions that do not come through oidc-provider. */
export const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

/**
 * Proves one credential of an agent that changes this credential itself. The proof is a client assertion as at the token
 * endpoint, signed with the key of the credential and used up by this call. Throws 'unauthenticated'; records the failed
 * check for the owner.
 */
export const ownAssertions =
  (deps: {
    /** Agents in their effective state. */
    readonly agents: { get(id: string): Found<Agent> };
    readonly assertions: Pick<ClientAssertions, 'faultOf' | 'claimOnce'>;
    readonly refusals: RefusalCounter;
    readonly clock: Clock;
    readonly clockToleranceSeconds: number;
  }) =>
  async (agentId: string, credentialId: string, assertion: string, request?: string): Promise<void> => {
    const agent = (await deps.agents.get(agentId))?.document;
    const refuse = async (check: string): Promise<never> => {
      if (agent) await deps.refusals.note(agent.id, `key rotation: ${check}`.slice(0, 200), request);
      throw credentialRefusal('assertion_not_valid');
    };
    const found = agent && credentialsOf(agent).find(({ id }) => id === credentialId);
    if (agent?.state !== 'active' || found?.kind !== 'jwks' || !isUsable(found, deps.clock.now())) {
      return refuse('there is no such usable credential with keys');
    }
    const verified = await jwtVerify(assertion, createLocalJWKSet(found.jwks as unknown as JSONWebKeySet), {
      algorithms: ASSERTION_ALGORITHMS,
      issuer: agentId,
      subject: agentId,
      requiredClaims: ['exp', 'iat', 'jti', 'aud'],
      clockTolerance: deps.clockToleranceSeconds,
      currentDate: new Date(deps.clock.nowMillis()),
    }).catch(() => undefined);
    if (!verified) return refuse('the assertion does not verify');
    const { payload, protectedHeader } = verified;
    const fault = deps.assertions.faultOf({ ...payload }, { ...protectedHeader });
    if (fault !== undefined) return refuse(fault);
    const { jti = '', exp = 0, iat = 0 } = payload;
    raisePriority('authenticated');
    if (!(await deps.assertions.claimOnce(agentId, jti, exp, iat))) return refuse('the assertion was used before');
  };
