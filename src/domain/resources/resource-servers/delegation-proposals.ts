import type { AuditEvent } from '../../audit/audit-event.ts';
import type { By, RegisteredDocuments } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { ResourceServerLookup } from './declared-authority.ts';
import {
  checkNoManagementApi,
  type DutyHolderOf,
  existing,
  type TargetPair,
  withAccepted,
  withoutTarget,
  withProposed,
} from './delegation-targets.ts';
import type { ResourceServer } from './resource-server.ts';
import { resourceServerRefusal } from './resource-server-refusals.ts';

type Dependencies = Pick<ResourceServerLookup, 'findByIdentifier'> & {
  readonly dutyHolderOf: DutyHolderOf;
  readonly documentsOf: RegisteredDocuments<ResourceServer>;
  readonly clock: Clock;
  /** Throws if the resource server is the management API itself. */
  readonly refuseOwn: (document: ResourceServer) => void;
  /** Identifier of the management API. */
  readonly managementApi: string;
};

/** Proposes, accepts and withdraws pairs of a resource server. Part of its registry. `expected`: from `If-Match`. */
export interface DelegationProposals {
  /**
   * Stores a pair that another operator or administrator must accept. Throws 'not_found', 'precondition_failed',
   * 'invalid_field', 'conflict' where the pair exists, and 'forbidden' as `DutyHolderOf` throws it.
   */
  proposeTarget(id: string, expected: number | undefined, pair: TargetPair, by: By): Promise<Versioned<ResourceServer>>;
  /**
   * Makes a pair take effect. Idempotent. Throws 'not_found', 'precondition_failed', 'invalid_field' and 'conflict'.
   * Throws 'forbidden' for the proposer and for a caller who was created or changed since the proposal.
   */
  acceptTarget(id: string, expected: number | undefined, pair: TargetPair, by: By): Promise<Versioned<ResourceServer>>;
  /**
   * Removes a pair, whether accepted or not. Its effect ends with the next decision. Throws 'not_found',
   * 'precondition_failed'.
   */
  withdrawTarget(
    id: string,
    expected: number | undefined,
    pair: TargetPair,
    by: By,
  ): Promise<Versioned<ResourceServer>>;
}

export const delegationProposals = (deps: Dependencies): DelegationProposals => {
  const { dutyHolderOf, documentsOf, clock, findByIdentifier, refuseOwn, managementApi } = deps;

  const about = ({ resource, scope }: TargetPair, more: AuditEvent['inputs'] = {}): Partial<AuditEvent> => ({
    inputs: { target: resource, scope, ...more },
  });

  return {
    async proposeTarget(id, expected, pair, by): Promise<Versioned<ResourceServer>> {
      const { parties } = await dutyHolderOf(by);
      const proposal = { proposedBy: by.caller, proposedAt: clock.now(), proposers: parties };
      return documentsOf.change(
        id,
        expected,
        'resource_server.delegation_proposed',
        by,
        async (server) => {
          refuseOwn(server);
          checkNoManagementApi(pair, managementApi);
          return withProposed(server, pair, await findByIdentifier(pair.resource), proposal);
        },
        about(pair),
      );
    },

    async acceptTarget(id, expected, pair, by): Promise<Versioned<ResourceServer>> {
      const seen = existing((await documentsOf.found(id)).document, pair);
      const holder = await dutyHolderOf(by);
      return documentsOf.change(
        id,
        expected,
        'resource_server.delegation_accepted',
        by,
        async (server) => {
          const { proposedBy, proposedAt } = existing(server, pair);
          if (proposedBy !== seen.proposedBy || proposedAt !== seen.proposedAt) {
            throw resourceServerRefusal('target_proposed_again');
          }
          const target = await findByIdentifier(pair.resource);
          return withAccepted(server, pair, target, { ...holder, caller: by.caller, now: clock.now() });
        },
        about(pair, { proposedBy: seen.proposedBy, proposedAt: seen.proposedAt }),
      );
    },

    async withdrawTarget(id, expected, pair, by): Promise<Versioned<ResourceServer>> {
      return documentsOf.change(
        id,
        expected,
        'resource_server.delegation_withdrawn',
        by,
        (server) => withoutTarget(server, pair),
        about(pair),
      );
    },
  };
};
