/** Implements the grant port over oidc-provider's Grants. */

import type { Clock } from '../../domain/ports/clock.ts';
import { type Cursor, type DocumentStore, update } from '../../domain/ports/document-store.ts';
import type { Grant, GrantRights, Grants } from '../../domain/ports/grants.ts';
import { detailsWithout } from '../../domain/resources/authorization-details/narrowed-details.ts';
import type { DetailsByResource } from '../../domain/vocabulary/detail-type.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import { GRANTS, type GrantRecord, heldAt, ownScope, scopesWithout, sessionOfGrant } from '../seam/records.ts';
import type { TokenLiveness } from '../tokens/token-liveness.ts';

type GrantPayload = {
  readonly openid?: { readonly scope?: string };
  readonly resources?: Readonly<Record<string, string>>;
  readonly rejected?: {
    readonly openid?: { readonly scope?: string };
    readonly resources?: Readonly<Record<string, string>>;
  };
  readonly details?: DetailsByResource;
  readonly requestedActor?: string;
  readonly iat: number;
  readonly exp: number;
};

/**
 * Grants to read in one query for a list, and most grants to examine for one page. Many ended grants do not delay a request
 * for long.
 */
const AT_A_TIME = 100;
const MOST_LOOKED_AT = 1000;

export const grantRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly liveness: TokenLiveness;
}): Grants => {
  const grants = deps.documents.collection<GrantRecord>(GRANTS);

  return {
    async get(id) {
      const record = await deps.liveness.grantLive(id);
      return record && toGrant(record);
    },
    async held(id) {
      const record = await deps.liveness.grantHeldLive(id);
      return record && isShown(record) ? toGrant(record) : undefined;
    },
    async ofAccount(account) {
      const found = await grants.find({
        where: { account },
        order: { by: 'createdAt', direction: 'descending' },
        limit: 1000,
      });
      const live = await Promise.all(found.map(({ document }) => deps.liveness.grantHeldLive(document.id)));
      return live
        .filter((record) => record !== undefined)
        .filter(isShown)
        .map(toGrant)
        .sort((a, b) => b.createdAt - a.createdAt);
    },
    async list({ account, clientId, after, limit }) {
      const where = { ...(account === undefined ? {} : { account }), ...(clientId === undefined ? {} : { clientId }) };
      const items: Grant[] = [];
      let cursor: Cursor | undefined = after;
      for (let looked = 0; looked < MOST_LOOKED_AT; looked += AT_A_TIME) {
        const page = await grants.find({
          where,
          order: { by: 'createdAt', direction: 'descending' },
          ...(cursor ? { after: cursor } : {}),
          limit: AT_A_TIME,
        });
        for (const { document } of page) {
          cursor = { value: document.createdAt, id: document.id };
          const live = isShown(document) ? await deps.liveness.grantHeldLive(document.id) : undefined;
          if (live) items.push(toGrant(live));
          if (items.length === limit) return { items, next: cursor };
        }
        if (page.length < AT_A_TIME) return { items };
      }
      return { items, ...(cursor ? { next: cursor } : {}) };
    },
    async narrow(id, without) {
      const narrowOne = (grantId: string) =>
        update(grants, grantId, (grant) => ({ ...grant, payload: narrowed(grant.payload, without) }));
      const found = (await grants.get(id))?.document;
      // The authorization first, because the next instance grant is made from it.
      if (found?.parent !== undefined) await narrowOne(found.parent);
      const stored = await narrowOne(id);
      return stored && toGrant(stored.document);
    },
    revoke: async (id) => (await grants.take(id)) !== undefined,
  };
};

/** Hides the grants of the account pages: no person allowed those. */
const isShown = ({ clientId }: GrantRecord): boolean => clientId !== ACCOUNT_PAGES_CLIENT.client_id;

/**
 * Adds removed scopes to the rejected ones, as oidc-provider reads them. Deletes removed details, which oidc-provider does
 * not know.
 */
const narrowed = (
  payload: GrantRecord['payload'],
  { openidScopes, resources, details: lostDetails = {} }: GrantRights,
): GrantRecord['payload'] => {
  const { rejected = {}, details = {} } = payload as unknown as GrantPayload;
  const joined = (before: string | undefined, more: readonly string[]): string =>
    [...new Set([...scopesWithout(before, undefined), ...more])].join(' ');
  const lost = Object.entries(resources).map(([resource, scopes]) => [
    resource,
    joined(ownScope(rejected.resources, resource), scopes),
  ]);
  const left = Object.entries(details).flatMap(([resource, held]) => {
    const kept = detailsWithout(held, Object.hasOwn(lostDetails, resource) ? lostDetails[resource] : []);
    return kept.length === 0 ? [] : [[resource, kept] as const];
  });
  const { details: _, ...others } = payload;
  return {
    ...others,
    ...(left.length === 0 ? {} : { details: Object.fromEntries(left) }),
    rejected: {
      ...rejected,
      ...(openidScopes.length === 0
        ? {}
        : { openid: { ...rejected.openid, scope: joined(rejected.openid?.scope, openidScopes) } }),
      ...(lost.length === 0 ? {} : { resources: { ...rejected.resources, ...Object.fromEntries(lost) } }),
    },
  };
};

const toGrant = (record: GrantRecord): Grant => {
  const { id, account, clientId, payload, createdAt, parent, instance } = record;
  const grant = payload as unknown as GrantPayload;
  const session = sessionOfGrant(record);
  return {
    id,
    account,
    clientId,
    openidScopes: scopesWithout(grant.openid?.scope, grant.rejected?.openid?.scope),
    resources: Object.fromEntries(
      Object.keys(grant.resources ?? {}).map((resource) => [resource, heldAt(record, resource)]),
    ),
    ...(grant.details === undefined ? {} : { details: grant.details }),
    ...(grant.requestedActor === undefined ? {} : { actor: grant.requestedActor }),
    ...(session === undefined ? {} : { session }),
    ...(parent === undefined ? {} : { parent }),
    ...(instance === undefined ? {} : { instance }),
    createdAt,
    expiresAt: grant.exp,
  };
};
