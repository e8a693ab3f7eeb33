/** ID tokens and refresh tokens of ours as proofs of a sign-in, when a client presents them (RFC 8693 §3). */
import { hash } from 'node:crypto';
import { ownershipMember } from '../../domain/clients/agents/ownership.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { DocumentStore } from '../../domain/ports/document-store.ts';
import type { SignIn, SignIns } from '../../domain/ports/sign-ins.ts';
import { assuranceFrom } from '../requests/step-up.ts';
import {
  CONSUMPTIONS,
  type Consumption,
  type GrantRecord,
  ownershipOfGrant,
  PROVIDER_RECORDS,
  type ProviderRecord,
} from '../seam/records.ts';
import { handleDigests, isHandle } from '../seam/token-handles.ts';
import type { OwnTokens } from './issued-tokens.ts';
import type { TokenLiveness } from './token-liveness.ts';

/** oidc-provider sets no `typ` in ID tokens. Every other kind of JWT of ours has its own (RFC 8725 §3.11). */
const ID_TOKEN_TYPES = new Set([undefined, 'jwt']);
/** Claims that no ID token of ours has. */
const OF_OTHERS = ['client_id', 'scope', 'events', 'act', 'cnf', 'token_use'];

export const signIns = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  readonly tokens: Pick<OwnTokens, 'signed'>;
  readonly liveness: Pick<TokenLiveness, 'grantHeldLive'>;
}): SignIns => {
  const { clock, masterKey, liveness } = deps;
  const records = deps.documents.collection<ProviderRecord>(PROVIDER_RECORDS);
  const used = deps.documents.collection<Consumption>(CONSUMPTIONS);

  const signInOf = (
    token: string,
    grant: GrantRecord,
    facts: Pick<SignIn, 'issuedAt' | 'expiresAt'> & { readonly claims: Readonly<Record<string, unknown>> },
  ): SignIn => {
    const { claims, issuedAt, expiresAt } = facts;
    const assurance = assuranceFrom(claims);
    return {
      id: hash('sha256', token, 'base64url'),
      subject: grant.account,
      clientId: grant.clientId,
      grant: grant.id,
      openidScopes: openidScopesOf(grant),
      ...(assurance ? { assurance } : {}),
      issuedAt,
      expiresAt: Math.min(expiresAt, Number(grant.payload['exp'])),
      ...ownershipMember(ownershipOfGrant(grant)),
      ...(grant.instance === undefined ? {} : { instance: grant.instance }),
    };
  };

  return {
    async ofIdToken(token, clientId) {
      const claims = await deps.tokens.signed(token, ID_TOKEN_TYPES);
      if (!claims || claims.aud !== clientId || OF_OTHERS.some((name) => claims[name] !== undefined)) return undefined;
      const issuedAt = Number(claims.iat);
      const { grant_id: id } = claims;
      const grant = typeof id === 'string' ? await liveness.grantHeldLive(id) : undefined;
      if (grant?.clientId !== clientId || grant.account !== claims.sub) return undefined;
      if (!openidScopesOf(grant).includes('openid')) return undefined;
      return signInOf(token, grant, { claims, issuedAt, expiresAt: Number(claims.exp) });
    },

    async ofRefreshToken(token, clientId) {
      if (!isHandle(token)) return undefined;
      const ids = handleDigests(masterKey, 'RefreshToken', token).map((digest) => `RefreshToken:${digest}`);
      const [found] = await records.getMany(ids);
      const payload = found?.document.payload;
      if (!found || !payload || payload['clientId'] !== clientId || Number(payload['exp']) <= clock.now())
        return undefined;
      if (payload['consumed'] !== undefined || (await used.get(found.document.id))) return undefined;
      const grant = await liveness.grantHeldLive(String(payload['grantId']));
      if (grant?.clientId !== clientId || grant.account !== payload['accountId']) return undefined;
      const { acr, amr, authTime, jkt, 'x5t#S256': x5t, proof } = payload;
      return {
        ...signInOf(token, grant, {
          claims: { acr, amr, auth_time: authTime },
          issuedAt: Number(payload['iat']),
          expiresAt: Number(payload['exp']),
        }),
        ...(typeof jkt === 'string' ? { jkt } : {}),
        ...(typeof x5t === 'string' ? { x5t } : {}),
        ...(proof === 'dpop' || proof === 'certificate' ? { proof } : {}),
      };
    },
  };
};

const openidScopesOf = ({ payload }: GrantRecord): readonly string[] => {
  const { openid, rejected } = payload as {
    readonly openid?: { readonly scope?: string };
    readonly rejected?: { readonly openid?: { readonly scope?: string } };
  };
  const refused = words(rejected?.openid?.scope);
  return words(openid?.scope).filter((scope) => !refused.includes(scope));
};

const words = (scope: string | undefined): readonly string[] => (scope ? scope.split(' ') : []);
