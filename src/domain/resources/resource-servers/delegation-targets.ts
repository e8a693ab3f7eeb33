/**
 * The pairs (resource, scope) that a resource server wishes to reach for its callers. Owns what a pair is, and the
 * rules by which it is proposed, accepted and withdrawn. Does not decide who may call (src/http/management). Does not
 * decide what users are asked: the consent page shows accepted pairs, and users need not allow any.
 */

import type { By } from '../../platform/registries/registered-documents.ts';
import { raise } from '../../vocabulary/refusals.ts';
import { resourceServerRefusal } from './resource-server-refusals.ts';

/** Maximum number of pairs of one resource server, including pending ones. */
const MAXIMUM_TARGETS = 50;

export type DutyHolder = {
  /** Accounts and clients. The holders of two separate duties must not share any of them. */
  readonly parties: readonly string[];
  /** Last change of the account, or of the client and its owner. Epoch seconds. */
  readonly changedAt: number;
};

/**
 * The identity of a caller for the separation of duties. Throws 'forbidden' when no active account with a role is
 * behind the call.
 */
export type DutyHolderOf = (by: Pick<By, 'caller'>) => Promise<DutyHolder>;

/**
 * A scope of another API that a resource server, as an agent, would like to use for its callers. One operator or
 * administrator proposes it, another accepts it. It gives no right: users are asked for it on the consent page.
 */
export type DelegationTarget = {
  /** Resource indicator of the other API. */
  readonly resource: string;
  /** One scope that the other API declares. */
  readonly scope: string;
  /** The calling account or client. */
  readonly proposedBy: string;
  /** Epoch seconds. */
  readonly proposedAt: number;
  /** Accounts and clients that are treated as the proposer (clients/duty-holders.ts). Absent: `proposedBy` alone. */
  readonly proposers?: readonly string[];
  readonly acceptedBy?: string;
  /** Epoch seconds. Absent: the pair waits and has no effect. */
  readonly acceptedAt?: number;
};

/** A pair, as a caller names it. */
export type TargetPair = Pick<DelegationTarget, 'resource' | 'scope'>;

/** The members of a resource server that the rules read. */
type Delegating = { readonly delegatesTo?: readonly DelegationTarget[] };

/** The members of the other API that the rules read; undefined: there is none. */
type Target =
  | {
      readonly document: {
        readonly state: 'active' | 'disabled';
        readonly scopes: readonly { readonly name: string }[];
      };
    }
  | undefined;

/** The pairs that take effect, in the order in which they were proposed. */
export const acceptedTargets = ({ delegatesTo = [] }: Delegating): readonly TargetPair[] =>
  delegatesTo.filter(isAccepted).map(({ resource, scope }) => ({ resource, scope }));

/** Whether it takes effect. */
export const isAccepted = ({ acceptedBy, acceptedAt }: DelegationTarget): boolean =>
  acceptedBy !== undefined && acceptedAt !== undefined;

/** Adds a new pair at the end. Throws 'invalid_field' for an invalid pair, 'conflict' for an existing one. */
export const withProposed = <T extends Delegating & { readonly identifier: string }>(
  server: T,
  pair: TargetPair,
  target: Target,
  proposal: Pick<DelegationTarget, 'proposedBy' | 'proposedAt' | 'proposers'>,
): T => {
  const { resource, scope } = pair;
  const { delegatesTo = [] } = server;
  checkOther(server, pair);
  checkTarget(pair, target);
  const known = find(server, pair);
  if (known) {
    throw resourceServerRefusal('target_exists', {
      field: '/scope',
      params: { state: isAccepted(known) ? 'accepted' : 'proposed' },
    });
  }
  checkRoom(delegatesTo);
  return { ...server, delegatesTo: [...delegatesTo, { resource, scope, ...proposal }] };
};

/**
 * Checks all pairs before any of them is proposed: throws the 'invalid_field' of the first that `withProposed` or the management API
 * would refuse, with its member below `/delegates_to/{index}`. Passes over pairs that the resource server has, accepted or not.
 */
export const checkProposals = async (
  server: { readonly identifier: string; readonly delegatesTo?: readonly TargetPair[] | undefined },
  pairs: readonly TargetPair[],
  {
    managementApi,
    findByIdentifier,
  }: { readonly managementApi: string; readonly findByIdentifier: (identifier: string) => Promise<Target> },
): Promise<void> => {
  const held = [...(server.delegatesTo ?? [])];
  for (const [index, pair] of pairs.entries()) {
    if (find({ delegatesTo: held }, pair)) continue;
    const at = `/delegates_to/${index}`;
    checkNoManagementApi(pair, managementApi, at);
    checkOther(server, pair, at);
    checkTarget(pair, await findByIdentifier(pair.resource), at);
    checkRoom(held, at);
    held.push(pair);
  }
};

/** The management API refuses tokens that name an actor (decision D22). Throws 'invalid_field'. */
export const checkNoManagementApi = ({ resource }: TargetPair, managementApi: string, at = ''): void => {
  if (resource === managementApi) {
    throw resourceServerRefusal('target_is_management_api', { field: `${at}/resource` });
  }
};

/**
 * Accepts the pair and changes nothing else. Does nothing when it is accepted already. Throws 'not_found' without such
 * a pair. Throws 'forbidden' for the proposer and for a caller who was changed since the proposal. Otherwise the
 * proposer could create or take over a second caller. Throws 'invalid_field' when the other API no longer offers the
 * scope.
 */
export const withAccepted = <T extends Delegating>(
  server: T,
  pair: TargetPair,
  target: Target,
  by: DutyHolder & { readonly caller: string; readonly now: number },
): T => {
  const found = existing(server, pair);
  if (isAccepted(found)) return server;
  const bar = acceptanceBar(found, by);
  if (bar === 'proposer') {
    throw resourceServerRefusal('target_accepted_by_proposer');
  }
  if (bar === 'changed') {
    throw resourceServerRefusal('target_accepted_by_newer');
  }
  checkTarget(pair, target);
  const accepted = { ...found, acceptedBy: by.caller, acceptedAt: by.now };
  return { ...server, delegatesTo: (server.delegatesTo ?? []).map((one) => (one === found ? accepted : one)) };
};

/** Why a caller cannot accept a pending pair, or undefined. */
export const acceptanceBar = (
  { proposedBy, proposedAt, proposers = [] }: DelegationTarget,
  { parties, changedAt }: DutyHolder,
): 'proposer' | 'changed' | undefined => {
  if (parties.some((id) => id === proposedBy || proposers.includes(id))) return 'proposer';
  return changedAt >= proposedAt ? 'changed' : undefined;
};

/** Removes the pair, whether accepted or not. Throws 'not_found'. */
export const withoutTarget = <T extends Delegating>(
  server: T,
  pair: TargetPair,
): Omit<T, 'delegatesTo'> & Delegating => {
  const found = existing(server, pair);
  const { delegatesTo = [], ...rest } = server;
  const left = delegatesTo.filter((one) => one !== found);
  return left.length === 0 ? rest : { ...rest, delegatesTo: left };
};

/** The current pair; throws 'not_found' without it. */
export const existing = (server: Delegating, pair: TargetPair): DelegationTarget => {
  const found = find(server, pair);
  if (!found) throw resourceServerRefusal('target_unknown');
  return found;
};

const find = <T extends TargetPair>({ delegatesTo = [] }: { readonly delegatesTo?: readonly T[] }, pair: TargetPair) =>
  delegatesTo.find((one) => one.resource === pair.resource && one.scope === pair.scope);

const checkOther = ({ identifier }: { readonly identifier: string }, { resource }: TargetPair, at = ''): void => {
  if (resource === identifier) throw resourceServerRefusal('target_is_self', { field: `${at}/resource` });
};

const checkRoom = (held: readonly TargetPair[], at = ''): void => {
  if (held.length < MAXIMUM_TARGETS) return;
  throw resourceServerRefusal('targets_exceeded', { field: `${at}/scope`, params: { most: MAXIMUM_TARGETS } });
};

const checkTarget = ({ scope }: TargetPair, target: Target, at = ''): void => {
  const { state, scopes } =
    target?.document ?? raise(resourceServerRefusal('target_unregistered', { field: `${at}/resource` }));
  if (state !== 'active') throw resourceServerRefusal('target_disabled', { field: `${at}/resource` });
  if (!scopes.some(({ name }) => name === scope)) {
    throw resourceServerRefusal('target_scope_undeclared', { field: `${at}/scope` });
  }
};
