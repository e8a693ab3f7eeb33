/** The lease port over the engine's Grants. */
import type { DetailsByResource } from '../domain/details/detail-type.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import type { Lease, Leases } from '../domain/ports/leases.ts';
import { ACCOUNT_PAGES_CLIENT } from './account-pages-client.ts';
import { LEASES, type LeaseRecord } from './records.ts';
import type { TokenLiveness } from './token-liveness.ts';

type GrantPayload = {
  readonly openid?: { readonly scope?: string };
  readonly resources?: Readonly<Record<string, string>>;
  readonly rejected?: {
    readonly openid?: { readonly scope?: string };
    readonly resources?: Readonly<Record<string, string>>;
  };
  readonly details?: DetailsByResource;
  readonly iat: number;
  readonly exp: number;
};

export const leaseRegister = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly liveness: TokenLiveness;
}): Leases => {
  const leases = deps.documents.collection<LeaseRecord>(LEASES);

  return {
    async get(id) {
      const record = await deps.liveness.leaseLive(id);
      return record && toLease(record);
    },
    async ofAccount(account) {
      const found = await leases.find({ where: { account }, limit: 1000 });
      const live = await Promise.all(found.map(({ document }) => deps.liveness.leaseHeldLive(document.id)));
      return live
        .filter((record) => record !== undefined && record.clientId !== ACCOUNT_PAGES_CLIENT.client_id)
        .map((record) => toLease(record as LeaseRecord))
        .sort((a, b) => b.createdAt - a.createdAt);
    },
    async revoke(id) {
      const taken = await leases.take(id);
      // Whoever ends what an instance was given under an authorization ends that: another share of it may just be made.
      if (taken?.parent !== undefined) await leases.take(taken.parent);
      return taken !== undefined;
    },
  };
};

const words = (scope: string | undefined): readonly string[] => (scope ? scope.split(' ') : []);

const without = (granted: string | undefined, rejected: string | undefined): readonly string[] =>
  words(granted).filter((scope) => !words(rejected).includes(scope));

const toLease = ({ id, account, clientId, payload, createdAt }: LeaseRecord): Lease => {
  const grant = payload as unknown as GrantPayload;
  return {
    id,
    account,
    clientId,
    openidScopes: without(grant.openid?.scope, grant.rejected?.openid?.scope),
    resources: Object.fromEntries(
      Object.entries(grant.resources ?? {}).map(([resource, scope]) => [
        resource,
        without(scope, grant.rejected?.resources?.[resource]),
      ]),
    ),
    ...(grant.details === undefined ? {} : { details: grant.details }),
    createdAt,
    expiresAt: grant.exp,
  };
};
