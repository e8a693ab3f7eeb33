/**
 * What was allowed is taken back: grants of clients, delegations of agents, whole or scope by scope. Owns the order of it.
 * Does not own grants (the engine's, behind a port), rows of delegation, or the consents that are remembered. Called by the
 * pages of an account and the management API.
 */
import type { AuditTrail } from '../audit/audit-event.ts';
import type { By } from '../clients/registered-documents.ts';
import type { ConsentRegister } from '../consent/consent-register.ts';
import type { Cursor } from '../ports/document-store.ts';
import type { Lease, LeaseRights, Leases } from '../ports/leases.ts';

/** Grants looked at in one go. */
const PAGE = 200;
const PASSES = 5;

export type GrantDesk = ReturnType<typeof grantDesk>;

export const grantDesk = ({
  leases,
  consents,
  audit,
}: {
  readonly leases: Pick<Leases, 'list' | 'revoke' | 'narrow'>;
  readonly consents: Pick<ConsentRegister, 'forget'>;
  readonly audit: AuditTrail;
}) => {
  const about = (lease: Lease, { caller, request, source }: By) =>
    ({
      outcome: 'done',
      subject: lease.account,
      caller,
      grant: lease.id,
      target: { kind: lease.clientId.startsWith('agt_') ? 'agent' : 'client', id: lease.clientId },
      ...(request === undefined ? {} : { request }),
      ...(source === undefined ? {} : { personal: { source } }),
    }) as const;

  /**
   * Does something to each grant a client holds of an account, again until a pass finds nothing to do: what is remembered is
   * forgotten with the first one, and what was granted from it meanwhile is found by the next pass. Answers how many it was done to.
   */
  const toAll = async (
    account: string,
    clientId: string,
    change: (lease: Lease) => Promise<boolean>,
  ): Promise<number> => {
    let count = 0;
    for (let pass = 0; pass < PASSES; pass += 1) {
      const before = count;
      let after: Cursor | undefined;
      do {
        const page = await leases.list({ account, clientId, after, limit: PAGE });
        for (const lease of page.items) if (await change(lease)) count += 1;
        after = page.next;
      } while (after);
      if (count === before) break;
    }
    return count;
  };

  const desk = {
    /** Ends a grant. First what is remembered, so that nothing is granted anew without a page. False when it was over. */
    async revoke(lease: Lease, by: By): Promise<boolean> {
      await audit.append({ ...about(lease, by), type: 'grant.revoked' });
      await consents.forget(lease.account, lease.clientId);
      return leases.revoke(lease.id);
    },

    /**
     * Takes single rights from a grant; access tokens that carry one are over, the next ones carry what is left. One that
     * holds nothing then ends. False when none of these rights was in it.
     */
    async narrow(lease: Lease, without: LeaseRights, by: By): Promise<boolean> {
      const lost = held(lease, without);
      if (isNothing(lost)) return false;
      if (isNothing(minus(lease, lost)) && lease.details === undefined) return desk.revoke(lease, by);
      await audit.append({
        ...about(lease, by),
        type: 'grant.narrowed',
        inputs: { taken: lost.resources, openidTaken: lost.openidScopes },
      });
      await consents.forget(lease.account, lease.clientId);
      return (await leases.narrow(lease.id, lost)) !== undefined;
    },

    /** Ends all a client holds of an account, however much it is, also what it is given meanwhile. Answers how many ended. */
    revokeAllOf: (account: string, clientId: string, by: By): Promise<number> =>
      toAll(account, clientId, (lease) => desk.revoke(lease, by)),

    /** Takes single rights from all a client holds of an account, in the same way. Answers of how many grants. */
    narrowAllOf: (account: string, clientId: string, without: LeaseRights, by: By): Promise<number> =>
      toAll(account, clientId, (lease) => desk.narrow(lease, without, by)),
  };
  return desk;
};

/** That somebody signed in, and for how long, is what the grant is; it is taken back with all of it only. */
const KEPT: ReadonlySet<string> = new Set(['openid', 'offline_access']);

/** Whether an OpenID scope can be taken from a grant by itself. */
export const isNarrowable = (openidScope: string): boolean => !KEPT.has(openidScope);

const held = (lease: LeaseRights, wanted: LeaseRights): LeaseRights => ({
  openidScopes: lease.openidScopes.filter((scope) => wanted.openidScopes.includes(scope) && isNarrowable(scope)),
  resources: filtered(lease, (resource, scope) => namedIn(wanted, resource, scope)),
});

const minus = (lease: LeaseRights, lost: LeaseRights): LeaseRights => ({
  openidScopes: lease.openidScopes.filter((scope) => !lost.openidScopes.includes(scope)),
  resources: filtered(lease, (resource, scope) => !namedIn(lost, resource, scope)),
});

/** A resource may be called what every object has. */
const namedIn = ({ resources }: LeaseRights, resource: string, scope: string): boolean =>
  Object.hasOwn(resources, resource) && (resources[resource]?.includes(scope) ?? false);

const filtered = ({ resources }: LeaseRights, keep: (resource: string, scope: string) => boolean) =>
  Object.fromEntries(
    Object.entries(resources).flatMap(([resource, scopes]) => {
      const left = scopes.filter((scope) => keep(resource, scope));
      return left.length === 0 ? [] : [[resource, left] as const];
    }),
  );

const isNothing = ({ openidScopes, resources }: LeaseRights): boolean =>
  openidScopes.length === 0 && Object.keys(resources).length === 0;
