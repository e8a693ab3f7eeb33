/**
 * Ceilings: the maximum rights of an agent, axis by axis, and their algebra. Owns what "narrower" means. Does not own
 * who sets them (blueprint-registry.ts) or which of them apply to an agent (agents/effective-agent.ts). Does not
 * enforce them (the code that grants, and the liveness check of what was granted).
 */
import type { Environment } from '../../vocabulary/environment.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';

/** Authentication methods of an agent. */
export const AUTHENTICATION_METHODS = ['jwks', 'jwks_uri', 'federated', 'mtls', 'attested', 'secret'] as const;

export type AuthenticationMethod = (typeof AUTHENTICATION_METHODS)[number];

/** What drift of an agent's composition leads to, from the mildest to the strictest. */
export const COMPOSITION_DRIFT_ACTIONS = ['note', 'approve', 'suspend'] as const;

/**
 * `note`: the new composition is the agent's from now on, and its owner is notified. `approve`: what presents it gets nothing
 * until the owner approves it. `suspend`: the agent is suspended.
 */
export type CompositionDriftAction = (typeof COMPOSITION_DRIFT_ACTIONS)[number];

/** An absent member sets no limit on that axis; an empty list leaves nothing. */
export type Ceilings = {
  readonly grantTypes?: readonly string[];
  readonly authenticationMethods?: readonly AuthenticationMethod[];
  /** Resource servers and scopes there. Resource servers that are not named are excluded. */
  readonly authority?: ScopesByResource;
  /** Types of authorization details (RFC 9396). */
  readonly detailTypes?: readonly string[];
  /** Maximum lifetime of an access token, seconds. */
  readonly maxAccessTokenSeconds?: number;
  /** Maximum time for which one authorization can be refreshed, seconds. */
  readonly maxGrantSeconds?: number;
  /** Maximum time for which the consent of a user is valid, in seconds from the last time it was given. */
  readonly maxDelegationSeconds?: number;
  /** Maximum number of hops of re-delegation; 0: none. */
  readonly maxDelegationDepth?: number;
  readonly environments?: readonly Environment[];
  /** Scopes that need a user's approval each time. The only member that grows when ceilings are combined. */
  readonly approvals?: ScopesByResource;
  /** Digests of the compositions (model, prompt, tools) that may run. */
  readonly compositions?: readonly string[];
  /** What follows when an agent runs with another composition than its own. Absent: `note`. */
  readonly compositionDrift?: CompositionDriftAction;
  /** All tokens are bound to a key (RFC 9449). */
  readonly senderConstraint?: 'dpop';
  readonly maxAgents?: number;
  readonly maxInstances?: number;
};

const LIST_AXES = [
  'grantTypes',
  'authenticationMethods',
  'detailTypes',
  'environments',
  'compositions',
] as const satisfies readonly (keyof Ceilings)[];

export const NUMBER_AXES = [
  'maxAccessTokenSeconds',
  'maxGrantSeconds',
  'maxDelegationSeconds',
  'maxDelegationDepth',
  'maxAgents',
  'maxInstances',
] as const satisfies readonly (keyof Ceilings)[];

/**
 * Combines two ceilings: the maximum that both allow. Commutative, associative and idempotent. Returns sorted lists
 * without duplicates.
 */
export const meetCeilings = (one: Ceilings, other: Ceilings): Ceilings => {
  const lists = LIST_AXES.map((axis) => [axis, meetLists(one[axis], other[axis])] as const);
  const numbers = NUMBER_AXES.map((axis) => [axis, least(one[axis], other[axis])] as const);
  const met = {
    ...Object.fromEntries([...lists, ...numbers]),
    authority: meetAuthority(one.authority, other.authority),
    approvals: joinAuthority(one.approvals, other.approvals),
    compositionDrift: stricter(one.compositionDrift, other.compositionDrift),
    senderConstraint: one.senderConstraint ?? other.senderConstraint,
  };
  return Object.fromEntries(Object.entries(met).filter(([, value]) => value !== undefined));
};

/** Whether `one` allows nothing that `other` does not. */
export const isWithinCeilings = (one: Ceilings, other: Ceilings): boolean =>
  JSON.stringify(ordered(meetCeilings(one, other))) === JSON.stringify(ordered(meetCeilings(one, one)));

/** The rights that both hold. `*` at a resource matches all scopes of the other there. Undefined means no limit. */
export const meetAuthority = (
  one: ScopesByResource | undefined,
  other: ScopesByResource | undefined,
): ScopesByResource | undefined => {
  if (one === undefined || other === undefined) return normal(one ?? other);
  return normal(
    Object.fromEntries(
      Object.entries(one)
        .filter(([resource]) => Object.hasOwn(other, resource))
        .map(([resource, scopes]) => [resource, meetScopes(scopes, other[resource] ?? [])]),
    ),
  );
};

const joinAuthority = (
  one: ScopesByResource | undefined,
  other: ScopesByResource | undefined,
): ScopesByResource | undefined => {
  if (one === undefined || other === undefined) return normal(one ?? other);
  const resources = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const at = (authority: ScopesByResource, resource: string) =>
    Object.hasOwn(authority, resource) ? (authority[resource] ?? []) : [];
  return normal(
    Object.fromEntries(resources.map((resource) => [resource, [...at(one, resource), ...at(other, resource)]])),
  );
};

const meetScopes = (one: readonly string[], other: readonly string[]): readonly string[] => {
  if (one.includes('*')) return other;
  return other.includes('*') ? one : one.filter((name) => other.includes(name));
};

/** One canonical form of each authority: `*` alone, sorted, no resource without a scope. */
const normal = (authority: ScopesByResource | undefined): ScopesByResource | undefined =>
  authority &&
  Object.fromEntries(
    Object.entries(authority)
      .filter(([, scopes]) => scopes.length > 0)
      .map(([resource, scopes]) => [resource, scopes.includes('*') ? ['*'] : sorted(scopes)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const meetLists = (one: readonly string[] | undefined, other: readonly string[] | undefined) => {
  const met = one === undefined || other === undefined ? (one ?? other) : one.filter((name) => other.includes(name));
  return met && sorted(met);
};

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

const stricter = (
  one: CompositionDriftAction | undefined,
  other: CompositionDriftAction | undefined,
): CompositionDriftAction | undefined => {
  const given = COMPOSITION_DRIFT_ACTIONS.filter((action) => action === one || action === other);
  return given.at(-1);
};

const least = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

const ordered = (ceilings: Ceilings): unknown => Object.entries(ceilings).sort(([a], [b]) => (a < b ? -1 : 1));

/** The old and new value of one axis; absent: no limit. */
export type CeilingChange = {
  readonly member: keyof Ceilings;
  readonly before?: Ceilings[keyof Ceilings];
  readonly after?: Ceilings[keyof Ceilings];
  /** Whether the change removes something. */
  readonly narrows: boolean;
};

/** How `after` differs from `before`, axis by axis, in the order of their names. */
export const diffCeilings = (before: Ceilings, after: Ceilings): readonly CeilingChange[] => {
  const [one, other] = [meetCeilings(before, before), meetCeilings(after, after)];
  const members = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort() as (keyof Ceilings)[];
  return members
    .filter((member) => JSON.stringify(one[member]) !== JSON.stringify(other[member]))
    .map((member) => ({
      member,
      ...(one[member] === undefined ? {} : { before: one[member] }),
      ...(other[member] === undefined ? {} : { after: other[member] }),
      narrows: !isWithinCeilings(only(one, member), only(other, member)),
    }));
};

const only = (ceilings: Ceilings, member: keyof Ceilings): Ceilings =>
  ceilings[member] === undefined ? {} : { [member]: ceilings[member] };
