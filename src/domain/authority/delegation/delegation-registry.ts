/**
 * Owns the delegations: creates, extends, narrows and revokes them, and reports which are live.
 * Does not own: who may exchange which token (src/extensions/token-exchange), the pages (src/http), or the agents that a
 * delegation names. Token exchange, the consent and account pages, the management API and the check of issued tokens call
 * it. Every change first appends its audit event (intent), then swaps one delegation.
 */

import { type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import { ownershipMember, ownershipOf } from '../../clients/agents/ownership.ts';
import { CLOCKS_APART_SECONDS } from '../../platform/epochs/epoch.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Cursor, type DocumentStore, update } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { detailsWithout, joinedDetails } from '../../resources/authorization-details/narrowed-details.ts';
import { extendChain } from '../../vocabulary/actor-chain.ts';
import { DomainError } from '../../vocabulary/errors.ts';
import { revocation as overStore } from '../revocation/revocation.ts';
import { attenuate, combine, type Held, isEmpty, mayPassOnTo, normalisePassOn, withDetails } from './attenuation.ts';
import { type Delegation, decidedAtOf } from './delegation.ts';
import type { CappedAgents } from './delegation-ceilings.ts';
import type { Consent, DelegationList, Hop, OneAction, Without } from './delegation-changes.ts';
import { type ForgettableDelegations, forgettingDelegations, KEPT_SECONDS } from './delegation-ends.ts';
import {
  aboutDelegation,
  confirmedAtOf,
  consentTo,
  endedDelegation,
  holdsTheSame,
  slotOf,
  withVia,
} from './delegation-record.ts';
import { delegationSlots } from './delegation-slots.ts';
import { type DelegationsOfOwners, delegationsOfOwners } from './delegations-of-owners.ts';

/** Delegations over one document collection. `maxDepth` counts hops, the person's consent included. */
export interface DelegationRegistry extends DelegationsOfOwners, ForgettableDelegations {
  /** Hops a chain may have, the first included. */
  readonly maxDepth: number;
  /** The delegation, live or not. */
  get(id: string): Promise<Delegation | undefined>;
  /**
   * The delegation if it and all its ancestors are active and unexpired, narrowed to what the ancestors hold now. A
   * token is valid only while the delegation it names is live and still holds the token's scope.
   */
  live(id: string): Promise<Delegation | undefined>;
  /**
   * The live first hop: what the person allows `actor` to do at `resource`. With `via`: what the person allows when
   * that client calls the agent. Neither replaces the other (decision 21).
   */
  consented(subject: string, actor: string, resource: string, via?: string): Promise<Delegation | undefined>;
  /**
   * The live delegation with the same subject, calling client and actors, hop by hop, at another resource: what the
   * holder of `delegation` may do there. A hop keeps the resource, so below a first hop the parents differ too.
   */
  sibling(delegation: Delegation, resource: string): Promise<Delegation | undefined>;
  /**
   * Records a person's decision about one agent at one resource. The allowed part replaces what was asked; the rest
   * is kept. Scopes that the person was not shown gain neither time nor further agents: while any are kept, the
   * earlier expiry and the narrower re-delegation apply. Returns the delegation, or undefined when nothing is left
   * (the delegation is then revoked). Throws DomainError 'invalid_scope' when more is allowed than was asked, or '*'.
   */
  recordConsent(consent: Consent): Promise<Delegation | undefined>;
  /**
   * The delegation of `actor` below `parent`: created, reused while it covers the hop, or extended within what the
   * parent holds. Concurrent callers get the same delegation. None stays live below a parent that ended meanwhile.
   * Throws DomainError:
   * - 'consent_required' while the person has not confirmed the agent's new owner; the delegation is then suspended.
   * - 'access_denied' when the parent may not be re-delegated to `actor`, or when the hop was ended and the person
   *   has not consented to the first hop again since.
   * - 'invalid_scope' when nothing is left.
   * - 'invalid_request' when the chain would be longer than allowed or the parent has ended.
   * - 'invalid_target' when the resource differs.
   */
  derive(hop: Hop): Promise<Delegation>;
  /** The same, and whether this very call created the delegation. */
  derived(hop: Hop): Promise<{ readonly delegation: Delegation; readonly isNew: boolean }>;
  /**
   * The delegation of one approved action. It has a slot of its own, so no exchange finds it and the person's other
   * delegations stay as they are. The same approval always gives the same delegation. Throws 'invalid_grant' when
   * that delegation has ended.
   */
  openOnce(given: OneAction): Promise<Delegation>;
  /**
   * Delegations of a subject, an actor, or both, of a subject also by calling client, newest first. `next` is present
   * when there may be more.
   */
  list(query: DelegationList): Promise<{
    readonly items: readonly Delegation[];
    readonly next?: Cursor;
  }>;
  /**
   * Removes single scopes and authorization details from a first hop, and so from every delegation below it. A
   * delegation that then holds nothing ends. Returns undefined when there is no such delegation, or when it holds
   * none of these. Hops below cannot be narrowed directly, since each exchange derives them anew.
   */
  narrow(id: string, without: Without, by: string, request?: string): Promise<Delegation | undefined>;
  /**
   * Revokes a delegation, and so everything below it, by one swap. Idempotent: a revoked delegation is returned as it
   * is, without an event. Of concurrent revocations exactly one succeeds; each other appends a second event that says
   * that it had no effect. Returns undefined when there is no such delegation. `by` is an account, client or agent
   * id, or 'system'.
   */
  revoke(id: string, by: string, request?: string): Promise<Delegation | undefined>;
  /** Revokes all delegations of `actor` for `subject`, also those below other agents. Returns how many it revoked. */
  revokeAllOf(subject: string, actor: string, by: string, request?: string): Promise<number>;
  /** Revokes all delegations for `subject` in which `via`, a client, calls the agent. Returns how many it revoked. */
  revokeAllVia(subject: string, via: string, by: string, request?: string): Promise<number>;
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
  /** Includes what this process has latched. Default: what the store holds. */
  readonly revocation?: Revocation;
  /** Agents with their effective ceilings. Default: no agent has a ceiling. */
  readonly agents?: CappedAgents;
  /** Seconds for which a delegation is kept after its end. Default: 90 days. */
  readonly keptSeconds?: number;
}): DelegationRegistry => {
  const slots = delegationSlots({ documents, clock, audit, revocation, agents, keptSeconds });
  const { delegations, effectiveNow, at, settle, refuseEndedHop } = slots;
  const ofOwners = delegationsOfOwners({ slots, clock, audit, agents, revocation });

  /**
   * Whether the person may have meant a former owner's agent when they allowed re-delegation to it. Allows for clock skew
   * between two nodes (`CLOCKS_APART_SECONDS`).
   */
  const isUnknownOwner = async (parent: Delegation, actor: string, handedOverAt = 0): Promise<boolean> => {
    const handsFrom = Math.max(handedOverAt, await revocation.handsFrom(actor));
    if (handsFrom === 0) return false;
    const root = await delegations.get(parent.ancestors.at(-1) ?? parent.id);
    return !root || decidedAtOf(root.document) <= handsFrom + CLOCKS_APART_SECONDS;
  };

  const registry: DelegationRegistry = {
    maxDepth,

    async get(id): Promise<Delegation | undefined> {
      const found = await delegations.get(id);
      return found && (await ofOwners.asTheyStand([found.document]))[0];
    },

    ...ofOwners.operations,
    ...forgettingDelegations({ documents, clock, keptSeconds }),

    async live(id): Promise<Delegation | undefined> {
      return effectiveNow((await delegations.get(id))?.document);
    },

    async consented(subject, actor, resource, via): Promise<Delegation | undefined> {
      return at(subject, null, actor, resource, via);
    },

    async sibling(delegation, resource): Promise<Delegation | undefined> {
      if (delegation.resource === resource) return registry.live(delegation.id);
      const above = delegation.ancestors.length === 0 ? [] : await delegations.getMany(delegation.ancestors);
      if (above.length !== delegation.ancestors.length) return undefined;
      const actors = [delegation.actor, ...above.map(({ document }) => document.actor)].reverse();
      let found: Delegation | undefined;
      for (const actor of actors) {
        found = await at(delegation.subject, found?.id ?? null, actor, resource, delegation.via);
        if (!found) return undefined;
      }
      return found;
    },

    async recordConsent(consent): Promise<Delegation | undefined> {
      const { subject, actor, resource, via, asked, scope, by, request } = consent;
      if (scope.includes('*') || scope.some((name) => !asked.includes(name))) {
        throw new DomainError('invalid_scope', 'more was allowed than was asked', { field: 'scope' });
      }
      const passOn = normalisePassOn({
        agents: consent.passOn.agents,
        depth: Math.min(consent.passOn.depth, maxDepth - 1),
      });
      const slot = slotOf(subject, null, actor, resource, via);
      const known = ownershipMember(consent.ownership ?? 0);
      const handsFrom = await revocation.handsFrom(actor);
      const { delegation } = await settle(
        slot,
        (current) => {
          const held = consentTo(
            // What the person was not shown under the new owner is not confirmed by this decision.
            current?.state === 'suspended' ? undefined : current,
            { scope: asked, details: consent.askedDetails ?? [] },
            { scope, details: consent.details ?? [], expiresAt: consent.expiresAt, passOn },
          );
          const now = clock.now();
          if (current) {
            const { details: _, decidedAt: __, ownership: ___, ...before } = current;
            if (isEmpty(held)) return endedDelegation(current, now, by);
            const confirmedAt = confirmedAtOf(now, handsFrom);
            return { ...before, ...held, ...known, state: 'active', updatedAt: now, confirmedAt };
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
      return (await registry.derived(hop)).delegation;
    },

    async derived(hop): Promise<{ readonly delegation: Delegation; readonly isNew: boolean }> {
      const { parent, actor, resource, txn, request } = hop;
      if (resource !== parent.resource) {
        throw new DomainError('invalid_target', 'a delegation is handed on for its own resource only');
      }
      if (parent.depth + 1 > maxDepth) {
        throw new DomainError('invalid_request', `the actor chain may have at most ${maxDepth} hops`, {
          field: 'subject_token',
        });
      }
      if (!mayPassOnTo(parent, actor)) {
        throw new DomainError('access_denied', 'the delegation may not be passed on to this agent');
      }
      const slot = slotOf(parent.subject, parent.id, actor, resource, parent.via);
      const wanted: Held = { scope: hop.scope, expiresAt: hop.expiresAt, passOn: hop.passOn };
      const { delegation: hopped, inserted } = await settle(
        slot,
        async (current) => {
          if (current?.state === 'suspended') return undefined;
          const now = clock.now();
          const held = attenuate(parent, current ? combine(current, wanted) : wanted);
          const details = withDetails(joinedDetails(current?.details, hop.details));
          if (isEmpty({ ...held, ...details })) {
            throw new DomainError('invalid_scope', 'nothing is left of the scope to hand on');
          }
          if (current) {
            // What the parent lost meanwhile is removed when the delegation is read, not here.
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
        throw new DomainError('consent_required', 'the person has not confirmed the new owner of this agent');
      }
      const live = hopped && (await effectiveNow(hopped));
      if (!live) {
        if (hopped && inserted) await registry.revoke(hopped.id, 'system', request);
        throw new DomainError('invalid_request', 'the delegation behind the subject token has ended', {
          field: 'subject_token',
        });
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
            passOn: normalisePassOn({ agents: [], depth: 0 }),
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
      if (!live) throw new DomainError('invalid_grant', 'what was approved has ended');
      return live;
    },

    async list({ subject, actor, via, live = false, after, limit }): Promise<{
      readonly items: readonly Delegation[];
      readonly next?: Cursor;
    }> {
      const where = { ...(subject ? { subject } : {}), ...(actor ? { actor } : {}), ...(via ? { via } : {}) };
      const items: Delegation[] = [];
      let cursor = after;
      for (;;) {
        const page = await delegations.find({
          where,
          order: { by: 'createdAt', direction: 'descending' },
          ...(cursor ? { after: cursor } : {}),
          limit,
        });
        for (const document of await ofOwners.asTheyStand(page.map((one) => one.document))) {
          const item = live ? await effectiveNow(document) : document;
          cursor = { value: document.createdAt, id: document.id };
          if (item) items.push(item);
          if (items.length === limit) return { items, next: cursor };
        }
        if (page.length < limit) return { items };
      }
    },

    async narrow(id, without, by, request): Promise<Delegation | undefined> {
      const found = (await delegations.get(id))?.document;
      if (found?.parent !== null || found.state === 'revoked') return undefined;
      let isMine = false;
      const { delegation } = await settle(
        found.slot,
        (current) => {
          isMine = false;
          if (current?.id !== id) return undefined;
          const { details: held = [], ...others } = current;
          const scope = current.scope.filter((name) => !without.scope.includes(name));
          const left = detailsWithout(held, without.details);
          isMine = scope.length < current.scope.length || left.length < held.length;
          if (!isMine) return undefined;
          const now = clock.now();
          if (isEmpty({ scope, details: left })) return endedDelegation(current, now, by);
          // Narrowing is not a new decision: it extends no expiry and revives no ended hop.
          return { ...others, scope, ...withDetails(left), updatedAt: now, decidedAt: decidedAtOf(current) };
        },
        { caller: by, ...(request ? { request } : {}) },
      );
      return isMine ? delegation : undefined;
    },

    async revoke(id, by, request): Promise<Delegation | undefined> {
      const found = (await delegations.get(id))?.document;
      if (!found || found.state === 'revoked') return found;
      const event = {
        ...aboutDelegation(found),
        type: 'delegation.revoked',
        caller: by,
        ...(request ? { request } : {}),
      } as const;
      await audit.append({ ...event, outcome: 'done' });
      const now = clock.now();
      let isMine = false;
      const stored = await update(delegations, id, (delegation) => {
        isMine = delegation.state !== 'revoked';
        return isMine ? endedDelegation(delegation, now, by) : undefined;
      });
      if (!isMine) await audit.append({ ...event, ...OVER_FIRST });
      return stored?.document;
    },

    revokeAllOf: (subject, actor, by, request): Promise<number> => revokeEach({ subject, actor }, by, request),

    revokeAllVia: (subject, via, by, request): Promise<number> => revokeEach({ subject, via }, by, request),
  };

  const revokeEach = async (
    which: Pick<DelegationList, 'subject' | 'actor' | 'via'>,
    by: string,
    request?: string,
  ): Promise<number> => {
    let count = 0;
    // Repeats until a pass finds nothing: delegations may be created while a pass runs.
    for (let pass = 0; pass < 5; pass += 1) {
      const before = count;
      let after: Cursor | undefined;
      do {
        const page = await registry.list({ ...which, after, limit: 200 });
        for (const delegation of page.items) {
          if (delegation.state === 'revoked') continue;
          await registry.revoke(delegation.id, by, request);
          count += 1;
        }
        after = page.next;
      } while (after);
      if (count === before) break;
    }
    return count;
  };
  return registry;
};
