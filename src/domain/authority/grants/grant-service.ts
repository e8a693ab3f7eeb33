/**
 * What was allowed is taken back: grants of clients, delegations of agents, whole or scope by scope. Owns the order of it.
 * Does not own grants (oidc-provider's, behind a port), rows of delegation, or the consents that are remembered. Called by the
 * pages of an account and the management API.
 */
import { type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Cursor } from '../../ports/document-store.ts';
import type { Grant, GrantRights, Grants } from '../../ports/grants.ts';
import { detailId } from '../../resources/authorization-details/detail-id.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import { typesOf } from '../consent/consent-events.ts';
import type { ConsentRegistry } from '../consent/consent-registry.ts';

/** What is to be taken from grants, whichever of them hold it: authorization details by `detailId`. */
export type Taking = Pick<GrantRights, 'openidScopes' | 'resources'> & { readonly detailIds?: readonly string[] };

/** Grants looked at in one go. */
const PAGE = 200;
const PASSES = 5;

/** What came of an end or a narrowing: 'over' when the grant had ended first, 'nothing' when it holds none of it. */
type Change = 'done' | 'over' | 'nothing';

export type GrantService = ReturnType<typeof newGrantService>;

export const newGrantService = ({
  grants,
  consents,
  audit,
  ending,
}: {
  readonly grants: Pick<Grants, 'list' | 'revoke' | 'narrow'>;
  readonly consents: Pick<ConsentRegistry, 'forget'>;
  readonly audit: AuditLog;
  /** Ends what rests on a grant besides its tokens; before the grant ends. */
  readonly ending: (grant: Grant, by: string, request?: string) => Promise<void>;
}) => {
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
   * Does something to each grant a client holds of an account, again until a pass finds nothing to do: what is remembered is
   * forgotten with the first one, and what was granted from it meanwhile is found by the next pass, as is what took the place
   * of one that was over first. Answers how many it was done to.
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
    /**
     * Ends a grant. First what is remembered, so that nothing is granted anew without a page. A share of an instance ends
     * alone: the authorization it is of stays, and so does its memory. Of concurrent callers one is told true; false when it
     * was over first, which an event says, too.
     */
    revoke: async (grant: Grant, by: By): Promise<boolean> => (await end(grant, by)) === 'done',

    /** Ends all a client holds of an account, however much it is, also what it is given meanwhile. Answers how many ended. */
    async revokeAllOf(account: string, clientId: string, by: By): Promise<number> {
      const authorizations = new Set<string>();
      const count = await toAll(account, clientId, (grant) => {
        if (grant.parent !== undefined) authorizations.add(grant.parent);
        return end(grant, by);
      });
      // One whose own tokens were over before is no grant any more; with its row no further share can be made of it.
      for (const id of authorizations) await grants.revoke(id);
      return count;
    },

    /**
     * Takes single rights from all a client holds of an account, in the same way; access tokens that carry one are over, the
     * next ones carry what is left. A grant that holds nothing then ends. Answers of how many grants.
     */
    narrowAllOf: (account: string, clientId: string, taking: Taking, by: By): Promise<number> =>
      toAll(account, clientId, (grant) => narrow(grant, taking, by)),

    /** The same of one grant; of an authorization that copies of an agent have shares of, with all shares, whichever is named. */
    narrow(grant: Grant, taking: Taking, by: By): Promise<number> {
      const root = grant.parent ?? grant.id;
      return toAll(grant.account, grant.clientId, async (each) =>
        each.id === root || each.parent === root ? narrow(each, taking, by) : 'nothing',
      );
    },
  };
};

/** That somebody signed in, and for how long, is what the grant is; it is taken back with all of it only. */
const KEPT: ReadonlySet<string> = new Set(['openid', 'offline_access']);

/** Whether an OpenID scope can be taken from a grant by itself. */
export const isNarrowable = (openidScope: string): boolean => !KEPT.has(openidScope);

/** What of a grant is taken, and what is left of it. */
export const split = (
  { openidScopes, resources, details = {} }: GrantRights,
  taking: Taking,
): { readonly lost: GrantRights; readonly left: GrantRights } => {
  const takes = {
    openid: (scope: string) => taking.openidScopes.includes(scope) && isNarrowable(scope),
    // A resource may be called what every object has.
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
