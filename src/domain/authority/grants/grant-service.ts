/**
 * Revokes what a person allowed: grants of clients and delegations of agents, whole or scope by scope. Owns the order
 * of the steps. Does not own grants (oidc-provider's, behind a port), delegations, or the remembered consents. The
 * pages of an account and the management API call it.
 */
import { type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Cursor } from '../../ports/document-store.ts';
import type { Grant, GrantRights, Grants } from '../../ports/grants.ts';
import { detailId } from '../../resources/authorization-details/detail-id.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import { typesOf } from '../consent/consent-events.ts';
import type { ConsentRegistry } from '../consent/consent-registry.ts';

/** The rights to remove from every grant that holds them; authorization details by `detailId`. */
export type Taking = Pick<GrantRights, 'openidScopes' | 'resources'> & { readonly detailIds?: readonly string[] };

/** Grants read at a time. */
const PAGE = 200;
const PASSES = 5;

/** Result of revoking or narrowing. 'over': the grant had ended first. 'nothing': it holds none of the rights. */
type Change = 'done' | 'over' | 'nothing';

/** Revokes and narrows grants, with everything that depends on them. */
export interface GrantService {
  /**
   * Revokes a grant. Forgets remembered consents first, so that nothing is granted again without a page. An instance
   * grant ends alone: its parent grant and the remembered consent stay. One of several concurrent callers gets true.
   * The others get false, and an event says that the grant had ended first.
   */
  revoke(grant: Grant, by: By): Promise<boolean>;
  /**
   * Revokes all grants of a client and account, however many, including those issued during the call. Returns how many.
   */
  revokeAllOf(account: string, clientId: string, by: By): Promise<number>;
  /**
   * Removes single rights from all grants of a client and account, in the same way. Access tokens with such a right
   * end; the next ones carry the rights that are left. A grant that then holds nothing ends. Returns how many grants
   * were changed.
   */
  narrowAllOf(account: string, clientId: string, taking: Taking, by: By): Promise<number>;
  /** The same for one grant. If it has instance grants or is one, the change applies to the parent and all of them. */
  narrow(grant: Grant, taking: Taking, by: By): Promise<number>;
}

export const newGrantService = ({
  grants,
  consents,
  audit,
  ending,
}: {
  readonly grants: Pick<Grants, 'list' | 'revoke' | 'narrow'>;
  readonly consents: Pick<ConsentRegistry, 'forget'>;
  readonly audit: AuditLog;
  /** Ends what depends on a grant apart from its tokens. Called before the grant ends. */
  readonly ending: (grant: Grant, by: string, request?: string) => Promise<void>;
}): GrantService => {
  const about = (grant: Grant, { caller, request, source }: By) =>
    ({
      outcome: 'done',
      subject: grant.account,
      caller,
      grant: grant.id,
      target: { kind: grant.clientId.startsWith('agt_') ? 'agent' : 'client', id: grant.clientId },
      ...(request === undefined ? {} : { request }),
      ...(grant.instance === undefined ? {} : { instance: grant.instance }),
      ...(source === undefined ? {} : { personal: { source } }),
    }) as const;

  /**
   * Applies a change to each grant of a client and account, until a pass finds nothing to change. The first change also
   * forgets the remembered consents. The next pass finds grants that were created from them in the meantime, and grants
   * that replaced one that had ended first. Returns how many were changed.
   */
  const toAll = async (
    account: string,
    clientId: string,
    change: (grant: Grant) => Promise<Change>,
  ): Promise<number> => {
    let count = 0;
    for (let pass = 0; pass < PASSES; pass += 1) {
      let isSettled = true;
      let after: Cursor | undefined;
      do {
        const page = await grants.list({ account, clientId, after, limit: PAGE });
        for (const grant of page.items) {
          const outcome = await change(grant);
          if (outcome !== 'nothing') isSettled = false;
          if (outcome === 'done') count += 1;
        }
        after = page.next;
      } while (after);
      if (isSettled) break;
    }
    return count;
  };

  const end = async (grant: Grant, by: By): Promise<Change> => {
    const event = { ...about(grant, by), type: 'grant.revoked' } as const;
    await ending(grant, by.caller, by.request);
    await audit.append(event);
    if (grant.parent === undefined) await consents.forget(grant.account, grant.clientId);
    if (await grants.revoke(grant.id)) return 'done';
    await audit.append({ ...event, ...OVER_FIRST });
    return 'over';
  };

  const narrow = async (grant: Grant, taking: Taking, by: By): Promise<Change> => {
    const { lost, left } = split(grant, taking);
    if (isNothing(lost)) return 'nothing';
    if (isNothing(left)) return end(grant, by);
    const facts = about(grant, by);
    const event = {
      ...facts,
      type: 'grant.narrowed',
      inputs: {
        taken: lost.resources,
        openidTaken: lost.openidScopes,
        ...typesOf(lost.details, 'detailTypesTaken'),
      },
      ...(lost.details === undefined ? {} : { personal: { ...facts.personal, details: JSON.stringify(lost.details) } }),
    } as const;
    await audit.append(event);
    await consents.forget(grant.account, grant.clientId);
    if (await grants.narrow(grant.id, lost)) return 'done';
    await audit.append({ ...event, ...OVER_FIRST });
    return 'over';
  };

  return {
    revoke: async (grant, by): Promise<boolean> => (await end(grant, by)) === 'done',

    async revokeAllOf(account, clientId, by): Promise<number> {
      const authorizations = new Set<string>();
      const count = await toAll(account, clientId, (grant) => {
        if (grant.parent !== undefined) authorizations.add(grant.parent);
        return end(grant, by);
      });
      // If the parent's own tokens had ended, it no longer counts as a grant. Without its document no further instance
      // grant can be created.
      for (const id of authorizations) await grants.revoke(id);
      return count;
    },

    narrowAllOf: (account, clientId, taking, by): Promise<number> =>
      toAll(account, clientId, (grant) => narrow(grant, taking, by)),

    narrow(grant, taking, by): Promise<number> {
      const root = grant.parent ?? grant.id;
      return toAll(grant.account, grant.clientId, async (each) =>
        each.id === root || each.parent === root ? narrow(each, taking, by) : 'nothing',
      );
    },
  };
};

/** The sign-in and its duration make up the grant: they are revoked only with the whole grant. */
const KEPT: ReadonlySet<string> = new Set(['openid', 'offline_access']);

/** Whether an OpenID scope can be removed from a grant by itself. */
export const isNarrowable = (openidScope: string): boolean => !KEPT.has(openidScope);

/** The rights that are removed from a grant, and the rights that are left. */
export const split = (
  { openidScopes, resources, details = {} }: GrantRights,
  taking: Taking,
): { readonly lost: GrantRights; readonly left: GrantRights } => {
  const takes = {
    openid: (scope: string) => taking.openidScopes.includes(scope) && isNarrowable(scope),
    // A resource may have the name of a member that every object inherits.
    scope: (resource: string, scope: string) =>
      Object.hasOwn(taking.resources, resource) && (taking.resources[resource]?.includes(scope) ?? false),
    detail: (resource: string, detail: Detail) => taking.detailIds?.includes(detailId(resource, detail)) ?? false,
  };
  const part = (isLost: boolean): GrantRights => {
    const ofDetails = filtered(details, (resource, detail) => takes.detail(resource, detail) === isLost);
    return {
      openidScopes: openidScopes.filter((scope) => takes.openid(scope) === isLost),
      resources: filtered(resources, (resource, scope) => takes.scope(resource, scope) === isLost),
      ...(Object.keys(ofDetails).length === 0 ? {} : { details: ofDetails }),
    };
  };
  return { lost: part(true), left: part(false) };
};

const filtered = <T>(
  byResource: Readonly<Record<string, readonly T[]>>,
  keep: (resource: string, one: T) => boolean,
): Readonly<Record<string, readonly T[]>> =>
  Object.fromEntries(
    Object.entries(byResource).flatMap(([resource, all]) => {
      const left = all.filter((one) => keep(resource, one));
      return left.length === 0 ? [] : [[resource, left] as const];
    }),
  );

export const isNothing = ({ openidScopes, resources, details }: GrantRights): boolean =>
  openidScopes.length === 0 && Object.keys(resources).length === 0 && details === undefined;
