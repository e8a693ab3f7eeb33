/** Turns a user's consent into oidc-provider's Grant: one for each authorization, so that families end separately. */
import type Provider from 'oidc-provider';
import { sessionIdOf } from '../../domain/identity/sessions/session.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { ConsentResult } from '../../domain/ports/interactions.ts';
import { detailsWithout } from '../../domain/resources/authorization-details/narrowed-details.ts';

export type RequestedRights = Pick<ConsentResult, 'openidScopes' | 'resources' | 'details' | 'requestedActor'>;

/** Returns the unsaved Grant. Lists requested rights that were not given as rejected, so that the user is not asked again. */
export const makeGrant = (
  provider: Provider,
  deps: { readonly clock: Clock; readonly identifiers: Identifiers },
  {
    account,
    clientId,
    asked,
    given,
    sessionUid,
    transaction,
  }: {
    readonly account: string;
    readonly clientId: string;
    readonly asked: RequestedRights;
    readonly given: ConsentResult;
    /** Session of the browser that receives the response; absent for a device. */
    readonly sessionUid: string | undefined;
    /** The declared transaction of the request: each token of the grant belongs to it. */
    readonly transaction?: string;
  },
): InstanceType<Provider['Grant']> => {
  const grant = new provider.Grant({
    accountId: account,
    clientId,
    jti: deps.identifiers.newId('grt'),
    expiresIn: Math.max(1, given.expiresAt - deps.clock.now()),
    ...(given.requestedActor === undefined ? {} : { requestedActor: given.requestedActor }),
    ...(transaction === undefined ? {} : { transaction }),
    ...(given.ownership === undefined ? {} : { ownership: given.ownership }),
    ...(given.clientVersion === undefined ? {} : { clientVersion: given.clientVersion }),
    ...(sessionUid !== undefined && isForSession(clientId, given) ? { session: sessionIdOf(sessionUid) } : {}),
  } as unknown as ConstructorParameters<typeof provider.Grant>[0]);
  const openid = given.openidScopes.filter((scope) => asked.openidScopes.includes(scope));
  if (openid.length > 0) grant.addOIDCScope(openid.join(' '));
  const refused = asked.openidScopes.filter((scope) => !openid.includes(scope));
  if (refused.length > 0) grant.rejectOIDCScope(refused.join(' '));
  for (const [resource, scopes] of Object.entries(asked.resources)) {
    const allowed = scopes.filter((scope) => given.resources[resource]?.includes(scope));
    const rejected = scopes.filter((scope) => !allowed.includes(scope));
    if (allowed.length > 0) grant.addResourceScope(resource, allowed.join(' '));
    if (rejected.length > 0) grant.rejectResourceScope(resource, rejected.join(' '));
  }
  const details = Object.entries(asked.details ?? {}).flatMap(([resource, wanted]) => {
    const refused = detailsWithout(wanted, given.details?.[resource]);
    const allowed = detailsWithout(wanted, refused);
    return allowed.length === 0 ? [] : [[resource, allowed] as const];
  });
  if (details.length > 0) Object.assign(grant, { details: Object.fromEntries(details) });
  return grant;
};

/**
 * Whether the grant ends with the session. That is the grant of an app to which a user signed in, except for access while the
 * user is away (OIDC Core §11). An agent acts while its user is away, as the user allowed it.
 */
const isForSession = (clientId: string, { openidScopes, requestedActor }: ConsentResult): boolean =>
  !clientId.startsWith('agt_') &&
  requestedActor === undefined &&
  openidScopes.includes('openid') &&
  !openidScopes.includes('offline_access');

/**
 * Adds our members to oidc-provider's Grant. A grant for a client that is a metadata document names the version of the
 * document. It also holds details and the ownership of an agent. It names the agent that acts through the client, and the
 * session that it depends on.
 */
export const grantsNameVersions = (provider: Provider): void => {
  const { IN_PAYLOAD: members } = provider.Grant as unknown as { readonly IN_PAYLOAD: readonly string[] };
  Object.defineProperty(provider.Grant, 'IN_PAYLOAD', {
    get: () => [...members, 'clientVersion', 'details', 'ownership', 'requestedActor', 'session', 'transaction'],
  });
};
