/**
 * Changes to the credentials of agents: add, suspend, rotate, delete. Owns no collection: credentials are
 * stored in the agent, so that one compare-and-swap decides. Called by the management API and by the registry
 * of agents.
 */

import { calculateJwkThumbprint } from 'jose';
import type { AuditEvent, AuditEventType, AuditLog } from '../../audit/audit-event.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import type { By, Permits } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { omit } from '../../vocabulary/omit.ts';
import type { Agent } from './agent.ts';
import { agentDocuments } from './agent-documents.ts';
import { agentRefusal } from './agent-refusals.ts';
import { type Credential, credentialsOf, holdsUsableKeys, registeredCredentialId } from './credential.ts';
import {
  type CredentialCheckDeps,
  checkedMaterial,
  keysUrlOf,
  type NewCredential,
  withCredentials,
  withOperatorUrls,
} from './credential-fields.ts';
import { credentialRights } from './credential-rights.ts';
import { refuseOtherHands } from './ownership.ts';

/** Maximum time for which the previous keys stay valid beside the new ones. */
export const LONGEST_OVERLAP_SECONDS = 86_400;

/** Changes to the credentials of agents. One compare-and-swap of the agent decides. */
export interface CredentialRegistry {
  /** Credentials for an agent that is being registered. Throws 'invalid_field'. */
  made(given: readonly NewCredential[], by: By): Promise<readonly Credential[]>;
  /**
   * Adds a credential. `seen`: the agent as the caller read it. Throws 'not_found' and 'invalid_field', and 'forbidden'
   * and 'conflict' as `credentialRights` does. Also throws 'conflict' when the agent is retired or changed ownership
   * since.
   */
  add(agentId: string, given: NewCredential, by: By, seen?: Pick<Agent, 'ownership'>): Promise<Credential>;
  /** Suspends a credential: it proves nothing until it is resumed. Idempotent. */
  suspend(agentId: string, id: string, by: By): Promise<Versioned<Agent>>;
  /**
   * Resumes a credential. Throws 'forbidden' and 'conflict' as `credentialRights` does, and 'conflict' when the
   * credential has expired.
   */
  resume(agentId: string, id: string, by: By): Promise<Versioned<Agent>>;
  /** Deletes a credential; it stops working at once. Throws 'not_found'. */
  remove(agentId: string, id: string, by: By): Promise<Versioned<Agent>>;
  /**
   * Replaces the keys of a credential. The old keys stay valid for `overlapSeconds` more. Returns the new credential.
   * Throws as `credentialRights` does, 'conflict' unless the old credential is usable and holds its keys itself, and
   * 'invalid_field' when a new key is one of the old ones under any `kid`: it would outlive the rotation.
   */
  rotate(
    agentId: string,
    id: string,
    next: { readonly jwks: JsonWebKeySet; readonly overlapSeconds?: number },
    by: By,
  ): Promise<Credential>;
}

export const credentialRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly trustedIssuers: CredentialCheckDeps['trustedIssuers'];
  readonly checkKeyUrl: CredentialCheckDeps['checkKeyUrl'];
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly permits?: Permits<Agent> | undefined;
}): CredentialRegistry => {
  const { clock, identifiers } = deps;
  const checkRights = credentialRights(deps.owners);
  const { documentsOf } = agentDocuments(deps);
  const checks: CredentialCheckDeps = { ...deps, now: clock.now };

  const made = async (given: NewCredential, at: string, isByRole?: boolean): Promise<Credential> => ({
    id: identifiers.newId('crd'),
    ...(given.name === undefined ? {} : { name: given.name }),
    state: 'active',
    createdAt: clock.now(),
    ...(given.expiresAt === undefined ? {} : { expiresAt: given.expiresAt }),
    ...(await checkedMaterial(checks, given, at, isByRole)),
  });

  const about = (credential: string, kind?: string): Partial<AuditEvent> => ({
    target: { kind: 'credential', id: credential },
    ...(kind === undefined ? {} : { inputs: { kind } }),
  });

  /** Changes one credential: the result of `alter` replaces it. */
  const changeOne = async (
    agentId: string,
    id: string,
    type: AuditEventType,
    by: By,
    alter: (credential: Credential) => readonly Credential[] | Promise<readonly Credential[]>,
    checkCaller: (agent: Agent, by: By) => Promise<void> = async () => {},
  ): Promise<Versioned<Agent>> =>
    documentsOf.change(
      agentId,
      undefined,
      type,
      by,
      async (agent) => {
        if (agent.state === 'retired') throw agentRefusal('agent_retired');
        await checkCaller(agent, by);
        const all = credentialsOf(agent);
        if (!all.some((one) => one.id === id)) {
          throw agentRefusal('credential_not_found');
        }
        const next = (await Promise.all(all.map((one) => (one.id === id ? alter(one) : [one])))).flat();
        const registered = id === registeredCredentialId(agentId);
        // The keys of the registration stay in the registration until they differ from what it can express.
        return withCredentials(
          registered ? withoutRegistered(agent) : agent,
          registered ? next : next.filter((one) => one.id !== registeredCredentialId(agentId) || stands(agent, one)),
        );
      },
      about(id),
    );

  return {
    made: (given, by): Promise<readonly Credential[]> =>
      Promise.all(given.map((one, index) => made(one, `/credentials/${index}`, by.isByRole))),

    async add(agentId, given, by, seen): Promise<Credential> {
      const credential = await made(given, '', by.isByRole);
      await documentsOf.change(
        agentId,
        undefined,
        'credential.added',
        by,
        async (agent) => {
          if (agent.state === 'retired') throw agentRefusal('agent_retired');
          await checkRights(agent, by);
          refuseOtherHands(agent, seen);
          const next = withCredentials(agent, [...(agent.credentials ?? []), credential], `/${given.kind}`);
          return by.isByRole ? withOperatorUrls(next, next, [keysUrlOf(credential)]) : next;
        },
        about(credential.id, credential.kind),
      );
      return credential;
    },

    suspend: (agentId, id, by): Promise<Versioned<Agent>> =>
      changeOne(agentId, id, 'credential.suspended', by, (one) => [{ ...one, state: 'suspended' }]),

    resume: (agentId, id, by): Promise<Versioned<Agent>> => {
      const resumed = (one: Credential): readonly Credential[] => {
        if (one.state === 'expired' || (one.expiresAt !== undefined && one.expiresAt <= clock.now())) {
          throw agentRefusal('credential_expired');
        }
        return [{ ...one, state: 'active' }];
      };
      return changeOne(agentId, id, 'credential.resumed', by, resumed, checkRights);
    },

    remove: (agentId, id, by): Promise<Versioned<Agent>> => changeOne(agentId, id, 'credential.removed', by, () => []),

    async rotate(agentId, id, { jwks, overlapSeconds = 0 }, by): Promise<Credential> {
      if (overlapSeconds > LONGEST_OVERLAP_SECONDS) {
        throw agentRefusal('credential_overlap_too_long', {
          field: '/overlap_seconds',
          params: { most: LONGEST_OVERLAP_SECONDS },
        });
      }
      const material = await checkedMaterial(checks, { kind: 'jwks', jwks }, '');
      const next = identifiers.newId('crd');
      const now = clock.now();
      let answer: Credential | undefined;
      const rotated = async (old: Credential): Promise<readonly Credential[]> => {
        if (!holdsUsableKeys(old, now)) throw agentRefusal('credential_keys_unusable');
        const ending = await thumbprintsOf(old.jwks);
        if ((await thumbprintsOf(jwks)).some((one) => ending.includes(one))) {
          throw agentRefusal('credential_key_unchanged', { field: '/jwks' });
        }
        answer = { ...omit(old, 'id', 'kind', 'jwks', 'createdAt'), id: next, createdAt: now, ...material };
        if (overlapSeconds === 0) return [answer];
        return [
          answer,
          { ...old, expiresAt: Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, now + overlapSeconds) },
        ];
      };
      await changeOne(agentId, id, 'credential.rotated', by, rotated, checkRights);
      if (!answer) throw agentRefusal('credential_not_found');
      return answer;
    },
  };
};

/** Of each key (RFC 7638). */
const thumbprintsOf = ({ keys }: JsonWebKeySet): Promise<readonly string[]> =>
  Promise.all(keys.map((key) => calculateJwkThumbprint(key)));

const withoutRegistered = ({ jwks: _, jwksUri: __, ...rest }: Agent): Agent => rest;

/** Whether a credential is in the agent's own list of credentials. */
const stands = ({ credentials = [] }: Agent, { id }: Credential): boolean => credentials.some((one) => one.id === id);
