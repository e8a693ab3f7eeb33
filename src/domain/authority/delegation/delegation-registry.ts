/**
 * Owns the delegations: creates, extends, narrows and revokes them, and reports which are live. Does not own who may
 * exchange which token (src/extensions/token-exchange), the pages (src/http), or the agents that a delegation names.
 * Token exchange, the consent and account pages, the management API and the check of issued tokens call it. Every
 * change first appends its audit event (intent), then swaps one delegation.
 */

import type { AuditLog } from '../../audit/audit-event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { revocation as overStore } from '../revocation/revocation.ts';
import type { CappedAgents } from './delegation-ceilings.ts';
import { type DelegationCreation, delegationCreation } from './delegation-creation.ts';
import { type ForgettableDelegations, forgettingDelegations, KEPT_SECONDS } from './delegation-ends.ts';
import { type DelegationReads, delegationReads } from './delegation-reads.ts';
import { type DelegationRevocation, delegationRevocation } from './delegation-revocation.ts';
import { delegationSlots } from './delegation-slots.ts';
import { type DelegationsOfOwners, delegationsOfOwners } from './delegations-of-owners.ts';

/** Delegations over one document collection. `maxDepth` counts hops, the person's consent included. */
export interface DelegationRegistry
  extends DelegationReads,
    DelegationRevocation,
    DelegationCreation,
    DelegationsOfOwners,
    ForgettableDelegations {
  /** Maximum number of hops in a chain, the first included. */
  readonly maxDepth: number;
}

export const delegationRegistry = ({
  documents,
  clock,
  identifiers,
  audit,
  issuer,
  maxDepth,
  revocation = overStore({ documents }),
  agents,
  keptSeconds = KEPT_SECONDS,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly issuer: string;
  readonly maxDepth: number;
  /** Revocation check that includes the kills this process has latched. Default: the kills in the store. */
  readonly revocation?: Revocation;
  /** Agents with their effective ceilings. Default: no agent has a ceiling. */
  readonly agents?: CappedAgents;
  /** Seconds for which a delegation is kept after its end. Default: 90 days. */
  readonly keptSeconds?: number;
}): DelegationRegistry => {
  const slots = delegationSlots({ documents, clock, audit, revocation, agents, keptSeconds });
  const ofOwners = delegationsOfOwners({ slots, clock, audit, agents, revocation });

  const reads = delegationReads({ slots, asTheyStand: ofOwners.asTheyStand });
  const revoking = delegationRevocation({ slots, list: reads.list, clock, audit });
  const creating = delegationCreation({
    slots,
    revoke: revoking.revoke,
    clock,
    identifiers,
    issuer,
    maxDepth,
    revocation,
    agents,
  });

  return {
    ...reads,
    ...revoking,
    ...creating,

    maxDepth,

    ...ofOwners.operations,
    ...forgettingDelegations({ documents, clock, keptSeconds }),
  };
};
