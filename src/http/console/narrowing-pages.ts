import type { LosesBelow } from '../../../views/pages/console-narrowing.ts';
import type { GrantRights } from '../../domain/ports/grants.ts';
import { type DetailTypes, narrowedDetails } from '../../domain/resources/authorization-details/narrowed-details.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { delegationHref, delegationsHref, hopsBelow, type ShownDelegation, shownPerson } from './delegation-tree.ts';
import { addNarrowing, type NarrowedObject } from './narrowing.ts';
import { isOwnOnly } from './narrowing-links.ts';

/** Grants of one app and person that are looked through for instances. */
const MOST_GRANTS = 100;

/** Adds the pages that take single rights from a delegation, and from a grant of an app. */
export const addNarrowingPages = (parts: PageParts): void => {
  const { deps, calls } = parts;

  addNarrowing(parts, {
    ...{ path: '/console/delegations/:id', operation: 'narrowDelegation' },
    async read({ viewer, frame }, id): Promise<NarrowedObject> {
      const { account, by } = viewer;
      const { body: one } = await calls.run('getDelegation', account, by, { id, ownOnly: isOwnOnly(calls, account) });
      const { resource, details = [] } = one;
      const names = await partyNames(deps, [one.actor, one.subject]);
      const href = delegationHref(deps, id);
      const mayEnd = one.state !== 'revoked' && calls.mayAll('revokeDelegation', account);
      return {
        rights: {
          ...{ openidScopes: [], resources: { [resource]: one.scope } },
          ...(details.length === 0 ? {} : { details: { [resource]: details } }),
        },
        shown: {
          ...{ place: 'delegations', holder: names(one.actor), backHref: href },
          person: shownPerson(deps, viewer, frame, one.subject, names(one.subject)).person,
          ...(mayEnd ? { endHref: `${delegationsHref(deps)}/end?id=${id}` } : {}),
          ...(await firstHrefOf(parts, viewer, one)),
        },
        ...{ action: `${href}/narrow`, since: one.created_at },
        ...obstacleOf(one),
        ...(one.last_used_at === undefined ? {} : { lastUsedAt: one.last_used_at }),
        losses: async (removed, left) => ({ below: await losesBelow(parts, viewer, one, { removed, left }) }),
        bodyOf: (removed) => {
          const { [resource]: scope = [] } = removed.resources;
          const { [resource]: taken = [] } = removed.details ?? {};
          return { ...(scope.length === 0 ? {} : { scope }), ...(taken.length === 0 ? {} : { details: taken }) };
        },
        doneHref: href,
      };
    },
  });

  addNarrowing(parts, {
    ...{ path: '/console/grants/:id', operation: 'narrowGrant' },
    async read({ viewer, frame }: Opened, id): Promise<NarrowedObject> {
      const { account, by } = viewer;
      const ownOnly = !calls.mayAll('narrowGrant', account);
      const { body: one } = await calls.run('getGrant', account, by, { id, ownOnly });
      const names = await partyNames(deps, [one.client, one.account]);
      const { person, href } = shownPerson(deps, viewer, frame, one.account, names(one.account));
      // An agent's rights are in its delegations.
      const isAgent = one.client.startsWith('agt_');
      const backHref = href ?? `${deps.basePath}/console`;
      return {
        rights: {
          openidScopes: one.openid_scopes,
          resources: isAgent ? {} : one.resources,
          ...(isAgent || one.details === undefined ? {} : { details: one.details }),
        },
        shown: { place: 'people', holder: names(one.client), person, backHref },
        ...{ action: `${deps.basePath}/console/grants/${id}/narrow`, since: one.created_at },
        ...(one.last_used_at === undefined ? {} : { lastUsedAt: one.last_used_at }),
        losses: async () => ({ instances: await instancesOf(calls, viewer, one) }),
        bodyOf: ({ openidScopes, resources, details }) => ({
          ...(openidScopes.length === 0 ? {} : { openid_scopes: openidScopes }),
          ...(Object.keys(resources).length === 0 ? {} : { resources }),
          ...(details === undefined ? {} : { details }),
        }),
        doneHref: backHref,
      };
    },
  });
};

const obstacleOf = ({ state, parent }: ShownDelegation): Pick<NarrowedObject, 'obstacle'> => {
  if (state === 'revoked') return { obstacle: 'over' };
  return parent === null ? {} : { obstacle: 'isHop' };
};

/** Of a re-delegation: the page that narrows the first hop above it, if the viewer sees that. */
const firstHrefOf = async (
  { deps, calls }: Pick<PageParts, 'deps' | 'calls'>,
  { account, by }: Viewer,
  one: ShownDelegation,
): Promise<{ readonly firstHref?: string }> => {
  let at: ShownDelegation = one;
  for (let hop = one.depth; hop > 1 && typeof at.parent === 'string'; hop -= 1) {
    const { parent } = at;
    if (!(await calls.isThere(calls.run('getDelegation', account, by, { id: parent })))) return {};
    at = (await calls.run('getDelegation', account, by, { id: parent })).body;
  }
  return at.parent === null && at.id !== one.id ? { firstHref: `${delegationHref(deps, at.id)}/narrow` } : {};
};

/** The live re-delegations that lose some of the rights, and what each loses. */
const losesBelow = async (
  { deps, calls }: Pick<PageParts, 'deps' | 'calls'>,
  viewer: Viewer,
  one: ShownDelegation,
  { removed, left }: { readonly removed: GrantRights; readonly left: GrantRights },
): Promise<{ readonly rows: readonly LosesBelow[]; readonly isMore: boolean }> => {
  const { resource } = one;
  const { hops, isMore } = await hopsBelow({ calls, viewer }, one);
  const names = await partyNames(
    deps,
    hops.map(({ actor }) => actor),
  );
  const types = (await deps.resourceServers.findByIdentifier(resource))?.document.detailTypes ?? [];
  const gone = removed.resources[resource] ?? [];
  const [before, after] = [one.details ?? [], left.details?.[resource] ?? []];
  const rows = hops.map((hop): LosesBelow => {
    const kept = typesInside(types, hop.details ?? [], after);
    const held = typesInside(types, hop.details ?? [], before);
    return {
      agent: { name: names(hop.actor), href: delegationHref(deps, hop.id) },
      loses: [...hop.scope.filter((name) => gone.includes(name)), ...withoutEach(held, kept)],
      keeps: [...hop.scope.filter((name) => !gone.includes(name)), ...kept],
    };
  });
  return { rows: rows.filter(({ loses }) => loses.length > 0), isMore };
};

/** `all` without one of each of `some`: a type that is there twice, and kept once, is lost once. */
const withoutEach = (all: readonly string[], some: readonly string[]): readonly string[] => {
  const rest = [...all];
  for (const one of some) if (rest.includes(one)) rest.splice(rest.indexOf(one), 1);
  return rest;
};

/** Types of the details that are inside one of `held`, sorted by type. */
const typesInside = (types: DetailTypes, details: readonly Detail[], held: readonly Detail[]): readonly string[] =>
  narrowedDetails(types, details, held)
    .details.map(({ type }) => type)
    .sort();

/** The instances whose grants are parts of the same authorization. */
const instancesOf = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  one: { readonly id: string; readonly parent?: unknown; readonly account: string; readonly client: string },
): Promise<{ readonly count: number; readonly isMore: boolean }> => {
  const root = typeof one.parent === 'string' ? one.parent : one.id;
  const query = { account: one.account, client: one.client, limit: MOST_GRANTS };
  const { body, next } = await calls.run('listGrants', account, by, { query });
  const parts = (body?.items ?? []).filter(({ id, parent }) => id !== one.id && (id === root || parent === root));
  return { count: parts.length, isMore: next !== undefined };
};
