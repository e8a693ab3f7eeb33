/** Which delegations fit a review, and the item that is made of each. Reads a page at a time. */

import type { Delegation } from '../../authority/delegation/delegation.ts';
import { slotOf } from '../../authority/delegation/delegation-record.ts';
import type { GrantUses } from '../../authority/grants/grant-last-used.ts';
import type { ScopeUses } from '../../authority/grants/scope-last-used.ts';
import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import type { LeaverFactsOf } from '../../identity/directories/leaver-facts.ts';
import { isGroupId } from '../../identity/groups/group.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import type { DocumentStore, Found } from '../../ports/document-store.ts';
import { idMadeOf } from '../../ports/identifiers.ts';
import { highestRisk, RISKS } from '../../resources/resource-servers/highest-risk.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import { FINDING_KINDS, FINDINGS, type Finding, type FindingKind, findingId, kindOf } from '../finding.ts';
import { type Review, type ReviewItem, UNUSED_DAYS } from './review.ts';

const DAY = 86_400;
/** Documents of one call of a store. */
const MOST_AT_ONCE = 1000;
const KINDS_OF_AGENTS = FINDING_KINDS.filter((kind) => kindOf(kind).subject.some((subject) => subject === 'agent'));

const itemId = (review: string, delegation: string): string => idMadeOf('rvi', `${review}\n${delegation}`);

export interface ReviewSelector {
  /** The items of the delegations that fit the review. Reads only; at most 1,000 delegations. Throws StoreUnavailable. */
  itemsOf(review: Review, delegations: readonly Delegation[], now: number): Promise<readonly ReviewItem[]>;
}

export const reviewSelector = (deps: {
  readonly documents: DocumentStore;
  readonly owners: Pick<Owners, 'isActive'>;
  readonly factsOf: LeaverFactsOf;
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  readonly grantUses: Pick<GrantUses, 'lastUses'>;
  readonly scopeUses: Pick<ScopeUses, 'lastUses' | 'since'>;
}): ReviewSelector => {
  const { owners, factsOf, grantUses, scopeUses } = deps;
  const agents = deps.documents.collection<Agent>(AGENTS);
  const findings = deps.documents.collection<Finding>(FINDINGS);

  const agentsOf = async (ids: Iterable<string>): Promise<ReadonlyMap<string, Agent>> =>
    new Map((await agents.getMany([...new Set(ids)])).map(({ document }) => [document.id, document]));

  const findingsOf = async (ids: Iterable<string>): Promise<ReadonlyMap<string, readonly FindingKind[]>> => {
    const wanted = [...new Set(ids)].flatMap((agent) => KINDS_OF_AGENTS.map((kind) => findingId(kind, agent)));
    const found: Finding[] = [];
    for (let from = 0; from < wanted.length; from += MOST_AT_ONCE) {
      const some = await findings.getMany(wanted.slice(from, from + MOST_AT_ONCE));
      found.push(...some.map(({ document }) => document).filter(({ state }) => state === 'open'));
    }
    const bySubject = Map.groupBy(found, ({ subject }) => subject);
    return new Map([...bySubject].map(([subject, all]) => [subject, all.map(({ kind }) => kind)]));
  };

  /** The riskiest scope by resource. A page has few resources. */
  const riskReader = () => {
    const servers = new Map<string, Promise<ResourceServer | undefined>>();
    return async ({ resource, scope, details = [] }: Delegation): Promise<Risk | undefined> => {
      const reading =
        servers.get(resource) ?? deps.resourceServers.findByIdentifier(resource).then((one) => one?.document);
      servers.set(resource, reading);
      const server = await reading;
      const isDeclared = server && scope.every((name) => server.scopes.some((one) => one.name === name));
      return isDeclared ? highestRisk(server, scope, details) : undefined;
    };
  };

  /** Who decides about agents of an owner, and whether the owner is still there. */
  const ownerReader = ({ reviewers, group }: Review) => {
    const known = new Map<string, Promise<{ readonly reviewer?: string; readonly isGone: boolean }>>();
    const read = async (owner: string) => {
      const isGone = !(await owners.isActive(owner));
      if (reviewers === 'operators') return { isGone };
      const ofGroup = group !== undefined && (await owners.isActive(group)) ? { reviewer: group } : {};
      if (reviewers === 'group' || isGroupId(owner)) return { isGone, ...ofGroup };
      const { manager } = await factsOf(owner);
      const isThere = manager !== undefined && (await owners.isActive(manager));
      return { isGone, ...(isThere ? { reviewer: manager } : ofGroup) };
    };
    return (owner: string) => {
      const reading = known.get(owner) ?? read(owner);
      known.set(owner, reading);
      return reading;
    };
  };

  return {
    async itemsOf(review, delegations, now) {
      const standing = delegations.filter((one) => isReviewed(one, review, now));
      const [actors, used] = [
        await agentsOf(standing.map(({ actor }) => actor)),
        await grantUses.lastUses(standing.map(({ id }) => id)),
      ];
      const riskOf = riskReader();
      const chosen: { readonly delegation: Delegation; readonly agent: Agent; readonly risk: Risk | undefined }[] = [];
      for (const delegation of standing) {
        const agent = actors.get(delegation.actor);
        const risk = await riskOf(delegation);
        const usedAt = used.get(delegation.id) ?? delegation.createdAt;
        if (agent && fits(review, agent, risk, usedAt, now)) chosen.push({ delegation, agent, risk });
      }
      const [scopes, since, kinds] = [
        await scopeUses.lastUses(chosen.map(({ delegation }) => delegation)),
        await scopeUses.since(),
        await findingsOf(chosen.map(({ agent }) => agent.id)),
      ];
      const ownerOf = ownerReader(review);
      const items: ReviewItem[] = [];
      for (const { delegation, agent, risk } of chosen) {
        const { reviewer, isGone } = await ownerOf(agent.owner);
        const unusedFrom = Math.max(delegation.createdAt, since, now - UNUSED_DAYS * DAY);
        const lastUsedAt = used.get(delegation.id);
        const uses = scopes.get(delegation.id);
        items.push({
          ...{ id: itemId(review.id, delegation.id), review: review.id, delegation: delegation.id },
          ...{ subject: delegation.subject, agent: agent.id, agentName: agent.name, owner: agent.owner },
          ...{ environment: agent.environment, resource: delegation.resource, scope: delegation.scope },
          ...(risk === undefined ? {} : { risk }),
          ...{ givenAt: delegation.createdAt, endsAt: delegation.expiresAt },
          ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
          unusedScopes: delegation.scope.filter((name) => (uses?.get(name) ?? 0) < unusedFrom),
          unusedFrom,
          findings: kinds.get(agent.id) ?? [],
          ...(isGone || agent.state === 'orphaned' ? { isOwnerGone: true } : {}),
          ...(reviewer === undefined ? {} : { reviewer }),
          ...{ state: 'open', createdAt: now, updatedAt: now, expiresAt: review.expiresAt },
        });
      }
      return items;
    },
  };
};

/**
 * A delegation that a person gave and that has not ended, and that fits what the delegation itself says. One approved action has
 * a slot of its own and is none: it is over at once, and an undo of its end would allow it again and again.
 */
const isReviewed = (
  { parent, state, expiresAt, createdAt, subject, actor, resource, via, slot }: Delegation,
  { person, agent, resource: wanted, olderThanDays = 0 }: Review,
  now: number,
): boolean =>
  parent === null &&
  slot === slotOf(subject, null, actor, resource, via) &&
  state !== 'revoked' &&
  expiresAt > now &&
  createdAt <= now - olderThanDays * DAY &&
  (person === undefined || subject === person) &&
  (agent === undefined || actor === agent) &&
  (wanted === undefined || resource === wanted);

const fits = (
  { owner, environment, risk: least, unusedForDays = 0 }: Review,
  agent: Agent,
  risk: Risk | undefined,
  usedAt: number,
  now: number,
): boolean =>
  agent.state !== 'retired' &&
  (owner === undefined || agent.owner === owner) &&
  (environment === undefined || agent.environment === environment) &&
  (least === undefined || risk === undefined || RISKS.indexOf(risk) >= RISKS.indexOf(least)) &&
  usedAt <= now - unusedForDays * DAY;
