/**
 * Owns the rows of delegation: makes them, extends and narrows them, ends them, and says which are live.
 * Does not own: who may exchange which token (src/extensions/token-exchange), the pages (src/http), or
 * the agents named in a row. Called by token exchange, consent and account pages, the management API
 * and the check of issued tokens. Every change appends its audit event first (intent), then swaps one row.
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
import { forgettingDelegations, KEPT_SECONDS } from './delegation-ends.ts';
import { aboutRow, confirmedAtOf, consentTo, endedRow, holdsTheSame, slotOf, withVia } from './delegation-record.ts';
import { delegationSlots } from './delegation-slots.ts';
import { delegationsOfOwners } from './delegations-of-owners.ts';

export type DelegationRegistry = ReturnType<typeof delegationRegistry>;

/** Rows of delegation over one document collection. `maxDepth` counts hops, the person's consent included. */
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
  /** With what the process has latched. Default: what stands in the store. */
  readonly revocation?: Revocation;
  /** As far as their ceilings let them go. Default: nobody has any. */
  readonly agents?: CappedAgents;
  /** How long a row stays after its end, seconds. Default: 90 days. */
  readonly keptSeconds?: number;
}) => {
  const slots = delegationSlots({ documents, clock, audit, revocation, agents, keptSeconds });
  const { rows, effectiveNow, at, settle, refuseEndedHop } = slots;
  const ofOwners = delegationsOfOwners({ slots, clock, audit, agents, revocation });

  /**
   * Whether the person may have meant the agent in other hands when it was named as one to pass on to. Clocks of two nodes
   * may be so far apart.
   */
  const isUnknownOwner = async (parent: Delegation, actor: string, handedOverAt = 0): Promise<boolean> => {
    const handsFrom = Math.max(handedOverAt, await revocation.handsFrom(actor));
    if (handsFrom === 0) return false;
    const root = await rows.get(parent.ancestors.at(-1) ?? parent.id);
    return !root || decidedAtOf(root.document) <= handsFrom + CLOCKS_APART_SECONDS;
  };

  const registry = {
    /** Hops a chain may have, the first included. */
    maxDepth,

    /** The row, live or not. */
    async get(id: string): Promise<Delegation | undefined> {
      const found = await rows.get(id);
      return found && (await ofOwners.asTheyStand([found.document]))[0];
    },

    ...ofOwners.operations,
    ...forgettingDelegations({ documents, clock, keptSeconds }),

    /**
     * The row if it and all rows above are active and unexpired, cut to what those above hold now.
     * A token is good only while the row it names is live and still holds its scope.
     */
    async live(id: string): Promise<Delegation | undefined> {
      return effectiveNow((await rows.get(id))?.document);
    },

    /**
     * The live first hop: what the person allows `actor` to do at `resource`. With `via`: what the person allows when that
     * client calls it. Neither stands for the other (decision 21).
     */
    async consented(subject: string, actor: string, resource: string, via?: string): Promise<Delegation | undefined> {
      return at(subject, null, actor, resource, via);
    },

    /**
     * The live row of the same subject, calling client and actors, hop by hop, at another resource: what the
     * holder of `row` may do there. A hop keeps the resource, so below a first hop the parents differ too.
     */
    async sibling(row: Delegation, resource: string): Promise<Delegation | undefined> {
      if (row.resource === resource) return registry.live(row.id);
      const above = row.ancestors.length === 0 ? [] : await rows.getMany(row.ancestors);
      if (above.length !== row.ancestors.length) return undefined;
      const actors = [row.actor, ...above.map(({ document }) => document.actor)].reverse();
      let found: Delegation | undefined;
      for (const actor of actors) {
        found = await at(row.subject, found?.id ?? null, actor, resource, row.via);
        if (!found) return undefined;
      }
      return found;
    },

    /**
     * Writes down a person's decision about one agent at one resource: what was asked is replaced by
     * what was allowed, the rest is kept. Scopes the person was not shown gain neither time nor
     * hearers: while any are kept, the earlier expiry and the narrower passing-on stand. Answers the
     * row, or undefined when nothing is left (the row is revoked then).
     * Throws DomainError 'invalid_scope' when more is allowed than was asked, or '*'.
     */
    async recordConsent(consent: Consent): Promise<Delegation | undefined> {
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
      const { row } = await settle(
        slot,
        (current) => {
          const held = consentTo(
            // What the person was not shown under the new owner is not confirmed with it.
            current?.state === 'suspended' ? undefined : current,
            { scope: asked, details: consent.askedDetails ?? [] },
            { scope, details: consent.details ?? [], expiresAt: consent.expiresAt, passOn },
          );
          const now = clock.now();
          if (current) {
            const { details: _, decidedAt: __, ownership: ___, ...before } = current;
            if (isEmpty(held)) return endedRow(current, now, by);
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
      return row?.state === 'active' ? row : undefined;
    },

    /**
     * The row of `actor` below `parent`, made, reused while it covers the hop, or extended within what the
     * parent holds. Concurrent callers get the same row; none is left standing below a parent that ended meanwhile.
     * Throws DomainError 'consent_required' while the agent is in hands that the person has not confirmed: the row stands
     * suspended then; 'access_denied' when the parent may not be passed on to `actor`, or the hop was ended and the
     * person has not consented to the first hop again since; 'invalid_scope' when nothing is left; 'invalid_request' when the
     * chain would be longer than allowed or the parent has ended, 'invalid_target' when the resource differs.
     */
    async derive(hop: Hop): Promise<Delegation> {
      return (await registry.derived(hop)).row;
    },

    /** The same, and whether the row was made by this very call. */
    async derived(hop: Hop): Promise<{ readonly row: Delegation; readonly isNew: boolean }> {
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
      const { row, inserted } = await settle(
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
            // What the parent lost meanwhile is taken away when the row is read, not here.
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
      if (row?.state === 'suspended') {
        throw new DomainError('consent_required', 'the person has not confirmed the new owner of this agent');
      }
      const live = row && (await effectiveNow(row));
      if (!live) {
        if (row && inserted) await registry.revoke(row.id, 'system', request);
        throw new DomainError('invalid_request', 'the delegation behind the subject token has ended', {
          field: 'subject_token',
        });
      }
      return { row: live, isNew: inserted };
    },

    /**
     * The row of one approved action: it stands in a place of its own, so that no exchange finds it and what the person
     * allowed besides stays as it is. The same approval always gives the same row. Throws 'invalid_grant' when it is over.
     */
    async openOnce(given: OneAction): Promise<Delegation> {
      const { approval, subject, actor, resource, scope, details, expiresAt, request } = given;
      const { row } = await settle(
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
      const live = row && (await effectiveNow(row));
      if (!live) throw new DomainError('invalid_grant', 'what was approved has ended');
      return live;
    },

    /** Rows of a subject, an actor, or both, of a subject also by calling client, newest first. `next` is there when there may be more. */
    async list({ subject, actor, via, live = false, after, limit }: DelegationList): Promise<{
      readonly items: readonly Delegation[];
      readonly next?: Cursor;
    }> {
      const where = { ...(subject ? { subject } : {}), ...(actor ? { actor } : {}), ...(via ? { via } : {}) };
      const items: Delegation[] = [];
      let cursor = after;
      for (;;) {
        const page = await rows.find({
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

    /**
     * Takes single scopes and authorization details from a first hop, and with it from everything below; a row that holds
     * nothing then ends. Undefined when there is no such row, or none of these is in it; a hop below is narrowed by nobody,
     * since it is cut anew with each exchange.
     */
    async narrow(id: string, without: Without, by: string, request?: string): Promise<Delegation | undefined> {
      const found = (await rows.get(id))?.document;
      if (found?.parent !== null || found.state === 'revoked') return undefined;
      let isMine = false;
      const { row } = await settle(
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
          if (isEmpty({ scope, details: left })) return endedRow(current, now, by);
          // To take is not to decide anew: it gives no more time, and no ended hop back.
          return { ...others, scope, ...withDetails(left), updatedAt: now, decidedAt: decidedAtOf(current) };
        },
        { caller: by, ...(request ? { request } : {}) },
      );
      return isMine ? row : undefined;
    },

    /**
     * Ends a row and with it everything below, by one swap. Idempotent: a row that is over is answered
     * as it is, without an event; of concurrent ends one is done, and the event of each other is followed by one that says
     * it came to nothing. Undefined when there is no such row. `by` is an account, client or agent id, or 'system'.
     */
    async revoke(id: string, by: string, request?: string): Promise<Delegation | undefined> {
      const found = (await rows.get(id))?.document;
      if (!found || found.state === 'revoked') return found;
      const event = {
        ...aboutRow(found),
        type: 'delegation.revoked',
        caller: by,
        ...(request ? { request } : {}),
      } as const;
      await audit.append({ ...event, outcome: 'done' });
      const now = clock.now();
      let isMine = false;
      const stored = await update(rows, id, (row) => {
        isMine = row.state !== 'revoked';
        return isMine ? endedRow(row, now, by) : undefined;
      });
      if (!isMine) await audit.append({ ...event, ...OVER_FIRST });
      return stored?.document;
    },

    /** Ends everything `actor` holds for `subject`, also below other agents; answers how many rows ended. */
    revokeAllOf: (subject: string, actor: string, by: string, request?: string): Promise<number> =>
      revokeEach({ subject, actor }, by, request),

    /** Ends everything agents hold for `subject` when `via`, a client, calls them; answers how many rows ended. */
    revokeAllVia: (subject: string, via: string, by: string, request?: string): Promise<number> =>
      revokeEach({ subject, via }, by, request),
  };

  const revokeEach = async (
    which: Pick<DelegationList, 'subject' | 'actor' | 'via'>,
    by: string,
    request?: string,
  ): Promise<number> => {
    let count = 0;
    // Again until a pass finds nothing, for rows made while the one before was under way.
    for (let pass = 0; pass < 5; pass += 1) {
      const before = count;
      let after: Cursor | undefined;
      do {
        const page = await registry.list({ ...which, after, limit: 200 });
        for (const row of page.items) {
          if (row.state === 'revoked') continue;
          await registry.revoke(row.id, by, request);
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
