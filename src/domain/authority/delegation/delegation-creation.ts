import { ownershipMember, ownershipOf } from '../../clients/agents/ownership.ts';
import { CLOCKS_APART_SECONDS } from '../../platform/epochs/epoch.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { joinedDetails } from '../../resources/authorization-details/narrowed-details.ts';
import { extendChain } from '../../vocabulary/actor-chain.ts';
import { omit } from '../../vocabulary/omit.ts';
import {
  attenuate,
  combine,
  type Held,
  isEmpty,
  mayBeDelegatedTo,
  normaliseDelegableTo,
  withDetails,
} from './attenuation.ts';
import { type Delegation, decidedAtOf } from './delegation.ts';
import type { CappedAgents } from './delegation-ceilings.ts';
import type { Consent, Hop, OneAction } from './delegation-changes.ts';
import { confirmedAtOf, consentTo, endedDelegation, holdsTheSame, slotOf, withVia } from './delegation-record.ts';
import { delegationRefusal } from './delegation-refusals.ts';
import type { DelegationRevocation } from './delegation-revocation.ts';
import type { DelegationSlots } from './delegation-slots.ts';

/** Creates and extends delegations. For each change, appends the audit event, then makes one swap. */
export interface DelegationCreation {
  /**
   * Records a person's decision about one agent at one resource. The allowed part replaces what was asked; the rest is
   * kept. Scopes that the person was not shown gain neither time nor further agents. While any of them are kept, the
   * earlier expiry and the narrower re-delegation apply. Returns the delegation, or undefined when nothing is left; the
   * delegation is then revoked. Throws DomainError 'invalid_scope' when more is allowed than was asked, or '*'.
   */
  recordConsent(consent: Consent): Promise<Delegation | undefined>;
  /**
   * The delegation of `actor` below `parent`: created, reused while it covers the hop, or extended within what the
   * parent holds. Concurrent callers get the same delegation. No delegation stays live below a parent that ended during
   * the call. Throws DomainError:
   * - 'consent_required' while the person has not confirmed the agent's new owner; the delegation is then suspended.
   * - 'access_denied' when the parent may not be re-delegated to `actor`.
   * - 'access_denied' when the hop was ended and the person has not consented to the first hop again since.
   * - 'invalid_scope' when nothing is left.
   * - 'invalid_request' when the chain would be longer than allowed or the parent has ended.
   * - 'invalid_target' when the resource differs.
   */
  derive(hop: Hop): Promise<Delegation>;
  /** The same as `derive`, and whether this call created the delegation. */
  derived(hop: Hop): Promise<{ readonly delegation: Delegation; readonly isNew: boolean }>;
  /**
   * The delegation of one approved action. It has its own slot, so that no exchange finds it and the person's other
   * delegations do not change. The same approval always gives the same delegation. Throws 'invalid_grant' when that
   * delegation has ended.
   */
  openOnce(given: OneAction): Promise<Delegation>;
}

export const delegationCreation = ({
  slots,
  revoke,
  clock,
  identifiers,
  issuer,
  maxDepth,
  revocation,
  agents,
}: {
  readonly slots: Pick<DelegationSlots, 'delegations' | 'effectiveNow' | 'settle' | 'refuseEndedHop'>;
  readonly revoke: DelegationRevocation['revoke'];
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly issuer: string;
  readonly maxDepth: number;
  readonly revocation: Pick<Revocation, 'handsFrom'>;
  readonly agents: CappedAgents | undefined;
}): DelegationCreation => {
  const { delegations, effectiveNow, settle, refuseEndedHop } = slots;

  /**
   * Whether the person may have meant a former owner's agent when they allowed re-delegation to it. Tolerates clock
   * skew between two nodes (`CLOCKS_APART_SECONDS`).
   */
  const isUnknownOwner = async (parent: Delegation, actor: string, handedOverAt = 0): Promise<boolean> => {
    const handsFrom = Math.max(handedOverAt, await revocation.handsFrom(actor));
    if (handsFrom === 0) return false;
    const root = await delegations.get(parent.ancestors.at(-1) ?? parent.id);
    return !root || decidedAtOf(root.document) <= handsFrom + CLOCKS_APART_SECONDS;
  };

  const creating: DelegationCreation = {
    async recordConsent(consent): Promise<Delegation | undefined> {
      const { subject, actor, resource, via, asked, scope, by, request } = consent;
      if (scope.includes('*') || scope.some((name) => !asked.includes(name))) {
        throw delegationRefusal('consent_exceeds_request', { field: 'scope' });
      }
      const delegableTo = normaliseDelegableTo({
        agents: consent.delegableTo.agents,
        depth: Math.min(consent.delegableTo.depth, maxDepth - 1),
      });
      const slot = slotOf(subject, null, actor, resource, via);
      const known = ownershipMember(consent.ownership ?? 0);
      const handsFrom = await revocation.handsFrom(actor);
      const { delegation } = await settle(
        slot,
        (current) => {
          const held = consentTo(
            // This decision does not confirm rights that the person was not shown under the new owner.
            current?.state === 'suspended' ? undefined : current,
            { scope: asked, details: consent.askedDetails ?? [] },
            { scope, details: consent.details ?? [], expiresAt: consent.expiresAt, delegableTo },
          );
          const now = clock.now();
          if (current) {
            if (isEmpty(held)) return endedDelegation(current, now, by);
            const confirmedAt = confirmedAtOf(now, handsFrom);
            return {
              ...omit(current, 'details', 'decidedAt', 'ownership'),
              ...held,
              ...known,
              state: 'active',
              updatedAt: now,
              confirmedAt,
            };
          }
          if (isEmpty(held)) return undefined;
          return {
            id: identifiers.newId('dlg'),
            subject,
            actor,
            resource,
            ...withVia(via),
            ...held,
            ...known,
            parent: null,
            ancestors: [],
            depth: 1,
            chain: extendChain(actor, issuer),
            state: 'active',
            ...(handsFrom > now ? { confirmedAt: confirmedAtOf(now, handsFrom) } : {}),
            slot,
            createdAt: now,
            updatedAt: now,
          };
        },
        { caller: by, scopeAsked: asked, ...(request ? { request } : {}) },
      );
      return delegation?.state === 'active' ? delegation : undefined;
    },

    async derive(hop): Promise<Delegation> {
      return (await creating.derived(hop)).delegation;
    },

    async derived(hop): Promise<{ readonly delegation: Delegation; readonly isNew: boolean }> {
      const { parent, actor, resource, txn, request } = hop;
      if (resource !== parent.resource) {
        throw delegationRefusal('redelegation_resource_differs');
      }
      if (parent.depth + 1 > maxDepth) {
        throw delegationRefusal('redelegation_too_deep', { field: 'subject_token', params: { most: maxDepth } });
      }
      if (!mayBeDelegatedTo(parent, actor)) {
        throw delegationRefusal('redelegation_forbidden');
      }
      const slot = slotOf(parent.subject, parent.id, actor, resource, parent.via);
      const wanted: Held = { scope: hop.scope, expiresAt: hop.expiresAt, delegableTo: hop.delegableTo };
      const { delegation: hopped, inserted } = await settle(
        slot,
        async (current) => {
          if (current?.state === 'suspended') return undefined;
          const now = clock.now();
          const held = attenuate(parent, current ? combine(current, wanted) : wanted);
          const details = withDetails(joinedDetails(current?.details, hop.details));
          if (isEmpty({ ...held, ...details })) {
            throw delegationRefusal('redelegation_empty');
          }
          if (current) {
            // Rights that the parent has lost are removed when the delegation is read, not here.
            const next = { ...combine(current, held), ...details };
            return holdsTheSame(current, next) ? undefined : { ...current, ...held, ...details, updatedAt: now };
          }
          await refuseEndedHop(parent, actor);
          const agent = (await agents?.getMany([actor]))?.[0]?.document;
          const isUnknown = await isUnknownOwner(parent, actor, agent?.handedOverAt);
          return {
            id: identifiers.newId('dlg'),
            subject: parent.subject,
            actor,
            resource,
            ...withVia(parent.via),
            ...held,
            ...details,
            parent: parent.id,
            ancestors: [parent.id, ...parent.ancestors],
            depth: parent.depth + 1,
            chain: extendChain(actor, issuer, parent.chain),
            state: isUnknown ? 'suspended' : 'active',
            ...ownershipMember(ownershipOf(agent ?? {}) - (isUnknown ? 1 : 0)),
            slot,
            createdAt: now,
            updatedAt: now,
          };
        },
        { caller: actor, scopeAsked: hop.scope, ...(txn ? { txn } : {}), ...(request ? { request } : {}) },
      );
      if (hopped?.state === 'suspended') {
        throw delegationRefusal('owner_not_confirmed');
      }
      const live = hopped && (await effectiveNow(hopped));
      if (!live) {
        if (hopped && inserted) await revoke(hopped.id, 'system', request);
        throw delegationRefusal('parent_delegation_ended', { field: 'subject_token' });
      }
      return { delegation: live, isNew: inserted };
    },

    async openOnce(given): Promise<Delegation> {
      const { approval, subject, actor, resource, scope, details, expiresAt, request } = given;
      const { delegation } = await settle(
        slotOf(subject, approval, actor, resource),
        (current) => {
          if (current) return undefined;
          const now = clock.now();
          return {
            id: identifiers.newId('dlg'),
            subject,
            actor,
            resource,
            scope: [...scope].sort(),
            ...withDetails(details),
            expiresAt,
            delegableTo: normaliseDelegableTo({ agents: [], depth: 0 }),
            ...ownershipMember(given.ownership ?? 0),
            parent: null,
            ancestors: [],
            depth: 1,
            chain: extendChain(actor, issuer),
            state: 'active',
            slot: slotOf(subject, approval, actor, resource),
            createdAt: now,
            updatedAt: now,
          };
        },
        { caller: actor, approval, scopeAsked: scope, ...(request ? { request } : {}) },
      );
      const live = delegation && (await effectiveNow(delegation));
      if (!live) throw delegationRefusal('approved_grant_ended');
      return live;
    },
  };

  return creating;
};
