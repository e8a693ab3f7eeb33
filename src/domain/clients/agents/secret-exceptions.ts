/**
 * Client secrets of agents: disabled by default, and allowed for one agent by an exception with a reason and an end.
 * Every holder of a secret can act as the agent, and the server cannot distinguish them. A secret is therefore
 * short-lived, shown once, stored as a digest, and listed.
 */
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import type { By, Permits } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Agent } from './agent.ts';
import { agentDocuments } from './agent-documents.ts';
import { agentRefusal } from './agent-refusals.ts';
import { type CredentialOf, isUsable, ofKind } from './credential.ts';
import { withCredentials } from './credential-fields.ts';
import { LONGEST_OVERLAP_SECONDS } from './credential-registry.ts';
import { credentialRights } from './credential-rights.ts';
import { refuseOtherHands } from './ownership.ts';

/** Maximum lifetime of a client secret. */
const LONGEST_SECRET_SECONDS = 90 * 86_400;

/** Prefix by which secret scanners find a secret that leaked into a repository. */
const PREFIX = 'bhs_';

export type AllowedSecret = {
  readonly credential: CredentialOf<'secret'> & { readonly expiresAt: number };
  /** The secret. Show it once. */
  readonly secret: string;
};

/** Client secrets of agents, each allowed by an exception with a reason and an end. */
export interface SecretExceptions {
  /**
   * Allows an agent a client secret. Throws 'invalid_field' without a reason or an end within 90 days, and 'not_found'.
   * Throws 'conflict' while the agent has no owner, or when it already has a secret: rotate that one. Throws
   * 'forbidden' as `credentialRights` does.
   */
  allow(
    agentId: string,
    given: { readonly reason?: string; readonly expiresAt?: number; readonly name?: string },
    by: By,
    seen?: Pick<Agent, 'ownership'>,
  ): Promise<AllowedSecret>;
  /**
   * Replaces the secret of an agent. The old one stays valid for `overlapSeconds` more; the end does not change.
   * Throws as `credentialRights` does, 'not_found', 'invalid_field', and 'conflict' when it has no secret or already
   * has two.
   */
  rotate(agentId: string, how: { readonly overlapSeconds?: number }, by: By): Promise<AllowedSecret>;
}

export const secretExceptions = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly digestSecret: (secret: string) => string;
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly permits?: Permits<Agent> | undefined;
}): SecretExceptions => {
  const { clock, identifiers, digestSecret } = deps;
  const checkRights = credentialRights(deps.owners);
  const { documentsOf } = agentDocuments(deps);

  const newSecret = () => {
    const secret = `${PREFIX}${identifiers.newSecret()}`;
    return { secret, secretHash: digestSecret(secret) };
  };

  const usableOf = ({ credentials = [] }: Agent) =>
    ofKind(credentials, 'secret').filter((one) => isUsable(one, clock.now()));

  const about = (id: string, inputs: AuditEvent['inputs']): Partial<AuditEvent> => ({
    target: { kind: 'credential', id },
    ...(inputs ? { inputs } : {}),
  });

  return {
    async allow(agentId, given, by, seen): Promise<AllowedSecret> {
      const now = clock.now();
      const { reason = '', expiresAt, name } = given;
      checkText(reason, '/reason', 500);
      if (name !== undefined) checkText(name, '/name', 100);
      if (expiresAt === undefined || expiresAt <= now || expiresAt > now + LONGEST_SECRET_SECONDS) {
        throw agentRefusal('secret_too_long_lived', { field: '/expires_at' });
      }
      const { secret, secretHash } = newSecret();
      const credential: AllowedSecret['credential'] = {
        id: identifiers.newId('crd'),
        kind: 'secret',
        ...(name === undefined ? {} : { name }),
        state: 'active',
        reason,
        secretHash,
        createdAt: now,
        expiresAt,
      };
      await documentsOf.change(
        agentId,
        undefined,
        'credential.secret_allowed',
        by,
        async (agent) => {
          await checkRights(agent, by);
          if (agent.state !== 'active' && agent.state !== 'suspended') {
            throw agentRefusal('agent_secret_allowed_to_owned');
          }
          refuseOtherHands(agent, seen);
          if (usableOf(agent).length > 0) {
            throw agentRefusal('agent_has_secret');
          }
          return withCredentials(agent, [...withoutEnded(agent, now), credential]);
        },
        about(credential.id, { kind: 'secret', reason, expiresAt }),
      );
      return { credential, secret };
    },

    async rotate(agentId, { overlapSeconds = 0 }, by): Promise<AllowedSecret> {
      if (!Number.isSafeInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_SECONDS) {
        throw agentRefusal('secret_overlap_too_long', {
          field: '/overlap_seconds',
          params: { most: LONGEST_OVERLAP_SECONDS },
        });
      }
      const now = clock.now();
      const { secret, secretHash } = newSecret();
      const next = identifiers.newId('crd');
      let answer: AllowedSecret | undefined;
      await documentsOf.change(
        agentId,
        undefined,
        'credential.rotated',
        by,
        async (agent) => {
          if (agent.state === 'retired') throw agentRefusal('agent_retired');
          await checkRights(agent, by);
          const [old, another] = usableOf(agent);
          if (old?.expiresAt === undefined) {
            throw agentRefusal('secret_not_allowed');
          }
          if (another) {
            throw agentRefusal('secret_still_ending');
          }
          const credential = { ...old, id: next, secretHash, createdAt: now, expiresAt: old.expiresAt };
          answer = { credential, secret };
          // The caller who rotates learns when the old secret ends.
          const ending = {
            ...old,
            toldAt: old.toldAt ?? now,
            expiresAt: Math.min(old.expiresAt, now + overlapSeconds),
          };
          const others = withoutEnded(agent, now).filter(({ id }) => id !== old.id);
          return withCredentials(agent, [...others, ...(overlapSeconds > 0 ? [ending] : []), credential]);
        },
        about(next, { kind: 'secret', overlapSeconds }),
      );
      if (!answer) throw agentRefusal('agent_without_secret');
      return answer;
    },
  };
};

/** Only the audit log shows expired secrets. */
const withoutEnded = ({ credentials = [] }: Agent, now: number) =>
  credentials.filter((one) => one.kind !== 'secret' || (one.state !== 'expired' && (one.expiresAt ?? 0) > now));
