import { createHash } from 'node:crypto';
import type { AuditEvent } from '../../audit/audit-event.ts';
import { ownershipMember, ownershipOf } from '../../clients/agents/ownership.ts';
import { detailsWithout, joinedDetails } from '../../resources/authorization-details/narrowed-details.ts';
import { combine, type Held, normaliseDelegableTo, withDetails } from './attenuation.ts';
import type { Delegation } from './delegation.ts';

/** The slot of a live delegation. There is at most one per subject, parent, actor, resource and calling client. */
export const slotOf = (subject: string, parent: string | null, actor: string, resource: string, via?: string): string =>
  createHash('sha256')
    .update(JSON.stringify([subject, parent, actor, resource, ...(via === undefined ? [] : [via])]))
    .digest('base64url');

/** The member `via` of a delegation: present only where a client calls the agent. */
export const withVia = (via: string | undefined): Pick<Delegation, 'via'> => (via === undefined ? {} : { via });

/** The delegation after its end. It is kept as history, and its slot is free for the next delegation. */
export const endedDelegation = (delegation: Delegation, at: number, by: string): Delegation => ({
  ...delegation,
  state: 'revoked',
  revokedAt: at,
  revokedBy: by,
  slot: delegation.id,
  updatedAt: at,
});

/**
 * The delegation as suspended, while the person has not confirmed its agent's new owner. Returns the same object if it
 * is stored as suspended.
 */
export const suspendedDelegation = (delegation: Delegation): Delegation =>
  delegation.state === 'active' ? { ...delegation, state: 'suspended' } : delegation;

/**
 * The time at which a person who approves now has approved the agent's owner, epoch seconds. Never earlier than the
 * second in which the last member joined the owning group, so that an approval in that same second is valid.
 * `handsFrom`: see the revocation check; Infinity: no account owns the agent.
 */
export const confirmedAtOf = (now: number, handsFrom: number): number =>
  Number.isFinite(handsFrom) ? Math.max(now, handsFrom) : now;

/** The rights of a first hop after a new decision about `asked`. */
export const consentTo = (current: Held | undefined, asked: Pick<Held, 'scope' | 'details'>, allowed: Held): Held => {
  const kept = current?.scope.filter((name) => !asked.scope.includes(name)) ?? [];
  const keptDetails = detailsWithout(current?.details, asked.details);
  const scope = [...new Set([...kept, ...allowed.scope])].sort();
  const { details: _, ...others } = allowed;
  const details = withDetails(joinedDetails(keptDetails, allowed.details));
  if (!current || kept.length + keptDetails.length === 0) return { ...others, scope, ...details };
  return {
    scope,
    ...details,
    expiresAt: Math.min(current.expiresAt, allowed.expiresAt),
    delegableTo: normaliseDelegableTo({
      agents: allowed.delegableTo.agents.filter((agent) => current.delegableTo.agents.includes(agent)),
      depth: Math.min(current.delegableTo.depth, allowed.delegableTo.depth),
    }),
  };
};

/** Whether two states hold the same authority. */
export const holdsTheSame = (one: Held, other: Held): boolean =>
  JSON.stringify([one.scope, one.details, one.expiresAt, one.delegableTo.agents, one.delegableTo.depth]) ===
  JSON.stringify([other.scope, other.details, other.expiresAt, other.delegableTo.agents, other.delegableTo.depth]);

/** Members of every event about a delegation. */
export const aboutDelegation = (delegation: Delegation) =>
  ({
    delegation: delegation.id,
    subject: delegation.subject,
    chain: delegation.chain,
    agent: delegation.actor,
    resource: delegation.resource,
    scopeGiven: delegation.scope,
  }) satisfies Partial<AuditEvent>;

/**
 * The event for a change of a delegation from one state to the next, with the facts needed to restore the delegation.
 */
export const changeOfDelegation = (
  from: Delegation | undefined,
  to: Delegation,
): Pick<AuditEvent, 'type' | 'outcome' | 'inputs' | 'personal'> => ({
  type:
    to.state === 'revoked'
      ? 'delegation.revoked'
      : to.state === 'suspended' && from?.state !== 'suspended'
        ? 'delegation.suspended'
        : to.state === 'active' && from?.state === 'suspended'
          ? 'delegation.confirmed'
          : typeOfHeld(from, to),
  outcome: 'done',
  inputs: {
    parent: to.parent,
    depth: to.depth,
    expiresAt: to.expiresAt,
    delegableTo: to.delegableTo,
    ...withVia(to.via),
    ...ownershipMember(ownershipOf(to)),
    ...(to.details === undefined ? {} : { detailTypes: to.details.map(({ type: name }) => name) }),
  },
  ...(to.details === undefined ? {} : { personal: { details: JSON.stringify(to.details) } }),
});

const typeOfHeld = (from: Delegation | undefined, to: Delegation): AuditEvent['type'] => {
  if (!from) return 'delegation.created';
  return holdsTheSame(combine(from, to), from) ? 'delegation.narrowed' : 'delegation.extended';
};
