/** The claims of a token, and what follows from them alone. */
import { agentParty, clientParty, type Party } from '../../domain/authority/decision/facts.ts';
import { CIBA, JWT_BEARER, SIGN_IN_GRANT_TYPES, TOKEN_EXCHANGE } from '../../domain/clients/clients/grant-types.ts';
import { isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import type { IssuedToken } from '../../domain/ports/issued-tokens.ts';
import { narrowedDetails, typeOf } from '../../domain/resources/authorization-details/narrowed-details.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { ActorChain } from '../../domain/vocabulary/actor-chain.ts';
import { actorsOf } from '../../domain/vocabulary/actor-chain.ts';
import type { Assurance } from '../../domain/vocabulary/assurance.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import type { TokenComposition } from '../../domain/vocabulary/token-composition.ts';
import type { ActiveParty } from '../client-authentication/client-metadata.ts';
import type { GrantRecord } from '../seam/records.ts';

/** The claims of a token. */
export type TokenFacts = {
  readonly id?: string | undefined;
  readonly clientId: string;
  readonly issuedAt: number;
  readonly subject?: string | undefined;
  readonly audience?: string | undefined;
  readonly grant?: string | undefined;
  readonly delegation?: string | undefined;
  /** Those of all participants of its transaction. */
  readonly delegations?: readonly string[] | undefined;
  readonly composition?: TokenComposition | undefined;
  readonly instance?: string | undefined;
  readonly chain?: ActorChain | undefined;
  readonly origin?: IssuedToken['origin'] | undefined;
  readonly scope: readonly string[];
  readonly details?: readonly Detail[] | undefined;
  /** `kid` of the key that signed it. */
  readonly key?: string | undefined;
  readonly expiresAt?: number | undefined;
  /** Version of the policy set that decided about it. */
  readonly policy?: number | undefined;
  /** How often the agents in its chain had changed ownership together; absent: never. */
  readonly ownership?: number | undefined;
  /** Thumbprint of the key or certificate that it is bound to. */
  readonly jkt?: string | undefined;
  readonly x5t?: string | undefined;
  /** How the person signed in. */
  readonly assurance?: Assurance | undefined;
  /** The approval that it was made from, if any. */
  readonly approval?: IssuedToken['approval'] | undefined;
  readonly txn?: string | undefined;
};

/** The grant types by which each party of a token may have got its part. One of them is enough. */
export const grantTypesBehind = (
  { clientId, subject, chain, origin, approval }: TokenFacts,
  grant: GrantRecord | undefined,
): ReadonlyMap<string, readonly string[]> => {
  if (subject === undefined) return new Map([[clientId, ['client_credentials']]]);
  if (origin !== undefined) return new Map([[clientId, [JWT_BEARER]]]);
  const actors = actorsOf(chain);
  const root = actors.at(-1);
  // The first agent may hold a grant of its own. All others exchanged, and so did the first without one.
  const exchanging = actors.filter((actor) => actor !== root || (grant !== undefined && grant.clientId !== root));
  return new Map<string, readonly string[]>([
    // A caller that fetched it by its approval may have exchanged nothing.
    ...exchanging.map(
      (actor) => [actor, approval && actor === clientId ? [TOKEN_EXCHANGE, CIBA] : [TOKEN_EXCHANGE]] as const,
    ),
    ...(grant ? [[grant.clientId, SIGN_IN_GRANT_TYPES] as const] : []),
  ]);
};

/** Whether a token exceeds the current ceilings of a party in its chain. */
export const isAboveCeilings = (
  { issuedAt, expiresAt, clientId, jkt }: TokenFacts,
  id: string,
  party: ActiveParty,
): boolean => {
  const { maxAccessTokenSeconds = Number.POSITIVE_INFINITY, senderConstraint } = party.ceilings ?? {};
  if (expiresAt !== undefined && expiresAt - issuedAt > maxAccessTokenSeconds) return true;
  return senderConstraint !== undefined && id === clientId && jkt === undefined;
};

/** Whether a token carries rights that its grant no longer holds at its resource. */
export const isNarrowed = (
  { scope, details = [] }: TokenFacts,
  granted: readonly string[],
  grantedDetails: readonly Detail[],
  { detailTypes = [] }: ResourceServer,
): boolean =>
  scope.some((name) => !granted.includes(name)) ||
  // The resource server refuses a detail whose type is no longer declared.
  narrowedDetails(
    detailTypes,
    details.filter((detail) => typeOf(detailTypes, detail) !== undefined),
    grantedDetails,
  ).refused.length > 0;

/** A party behind a token. Its holder had the composition that the token names, and none that is known if the token names none. */
export const partyOf = (
  id: string,
  party: ActiveParty,
  { clientId, composition }: Pick<TokenFacts, 'clientId' | 'composition'>,
): Party =>
  party.environment === undefined
    ? clientParty({ ...party, id }, isDocumentId(id))
    : agentParty({
        ...{ ...party, id, environment: party.environment, owner: party.owner ?? '' },
        ...(id === clientId && (composition || party.showsComposition)
          ? { composition: composition && provenOf(composition) }
          : {}),
      });

const provenOf = ({ digest, grade }: TokenComposition) => ({
  digest,
  ...(grade === 'attested' ? { isProven: true as const } : {}),
});
