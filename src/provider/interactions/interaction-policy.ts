/** Decides when a user is asked to sign in and to consent, and what the pages learn about the request. */
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { consentRefusal } from '../../domain/authority/consent/consent-refusals.ts';
import type { ConsentRegistry } from '../../domain/authority/consent/consent-registry.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import { isLetCount } from '../../domain/identity/accounts/account.ts';
import { sessionIdOf } from '../../domain/identity/sessions/session.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import { makeGrant, type RequestedRights } from '../grants/grant-creation.ts';
import { asksForDefaults } from '../requests/default-scopes.ts';
import type { RequestDetails } from '../requests/request-details.ts';
import { transactionMember } from '../requests/request-transaction.ts';
import { requestedActorOf } from '../requests/requested-actor.ts';
import { acrCheck, ageCheck, type ReachableBy } from '../requests/step-up.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { shownUserCode } from './device-authorization.ts';

/** Stored with the prompt, for `Interactions.get`. */
export type PromptDetails = RequestedRights & { readonly userCode?: string; readonly isDefaultScope?: true };

const { Check, Prompt } = interactionPolicy;

/** The requested rights, cut to those that each resource declares and the client may hold. */
const askedBy = (ctx: KoaContextWithOIDC): RequestedRights => ({
  openidScopes: [...ctx.oidc.requestParamOIDCScopes],
  resources: Object.fromEntries(
    Object.entries(ctx.oidc.resourceServers ?? {}).map(([resource, server]) => {
      const held = new Set(server.scope.split(' '));
      return [resource, [...ctx.oidc.requestParamScopes].filter((scope) => held.has(scope)).sort()];
    }),
  ),
});

const detailsOf =
  (asked: AskedDetails) =>
  async (ctx: KoaContextWithOIDC): Promise<Record<string, unknown>> => {
    const userCode = (ctx.oidc.entities.DeviceCode as { userCode?: string } | undefined)?.userCode;
    return {
      ...(await wholeOf(asked, ctx)),
      ...(userCode === undefined ? {} : { userCode: shownUserCode(userCode) }),
      ...(asksForDefaults(ctx) ? { isDefaultScope: true } : {}),
    };
  };

type AskedDetails = Pick<RequestDetails, 'ofRequest'>;

/** The same with authorization details, which are read just before the user is asked. */
const wholeOf = async (asked: AskedDetails, ctx: KoaContextWithOIDC): Promise<RequestedRights> => {
  const details = await asked.ofRequest(ctx);
  const requestedActor = requestedActorOf(ctx);
  return {
    ...askedBy(ctx),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(requestedActor === undefined ? {} : { requestedActor }),
  };
};

/** oidc-provider's sign-in prompt, and one consent check of ours in place of its five. */
export const prompts = (asked: AskedDetails, reachableBy: ReachableBy) => {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  policy.get('login')?.checks.add(ageCheck());
  policy.get('login')?.checks.add(acrCheck(reachableBy));
  policy.add(
    new Prompt(
      { name: 'consent', requestable: true },
      detailsOf(asked),
      new Check('consent_required', 'consent is needed', 'consent_required', (ctx) => {
        if (ctx.oidc.result && 'consent' in ctx.oidc.result) return Check.NO_NEED_TO_PROMPT;
        if (ctx.oidc.prompts.has('consent')) return Check.REQUEST_PROMPT;
        return ctx.oidc.entities.Grant?.jti ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
      }),
    ),
  );
  return policy;
};

const isForManagement = ({ oidc }: KoaContextWithOIDC): boolean =>
  Object.hasOwn(oidc.resourceServers ?? {}, managementApiOf(oidc.provider.issuer));

/** Whether the remembered answer is about the client's current version (DR-01). */
const isAbout = (allowed: object, client: KoaContextWithOIDC['oidc']['client']): boolean =>
  ((allowed as { readonly clientVersion?: string }).clientVersion ?? '') ===
  (client?.['behalf_document_version'] ?? '');

/**
 * oidc-provider's hook `loadExistingGrant`: the grant that a page just created, or a new one from an earlier answer to
 * exactly this question (AP-11). Two authorizations never share a grant (decision D8). The grant is not stored before the
 * code, so that a request that continues to a sign-in page leaves none behind.
 */
export const grantForRequest =
  (deps: {
    readonly consents: ConsentRegistry;
    readonly accounts: { get(id: string): Found<Account> };
    readonly clock: Clock;
    readonly identifiers: Identifiers;
    readonly details: AskedDetails;
  }) =>
  (ctx: KoaContextWithOIDC) =>
    asProtocol(async () => {
      const { provider, client, account, result, prompts: asked } = ctx.oidc;
      const { session } = ctx.oidc;
      const person = account && (await deps.accounts.get(account.accountId))?.document;
      // A session is checked when it is loaded, except the one that this request begins.
      if (person && !isLetCount(person, sessionIdOf(String(session?.uid)), Number(session?.authTime()))) {
        throw new errors.AccessDenied('the sign-in is from before the sessions of this account were ended');
      }
      const target = ctx.oidc.params?.['redirect_uri'];
      // oidc-provider checks this when the request arrives, and not again after the user's answer.
      if (typeof target === 'string' && client?.redirectUriAllowed(target) === false) {
        throw new errors.InvalidRedirectUri();
      }
      // A code that another person shows an administrator would give that person's device the administrator's powers
      // (RFC 8628 §5.4).
      if (ctx.oidc.entities.DeviceCode && person && person.roles.length > 0 && isForManagement(ctx)) {
        throw consentRefusal('consent_device_of_role');
      }
      const made = result?.consent?.grantId;
      if (made) {
        const grant = await provider.Grant.find(made);
        if (grant && (grant.accountId !== account?.accountId || grant.clientId !== client?.clientId)) {
          throw new errors.AccessDenied('consent was given by another account');
        }
        if (grant && !isAbout(grant, client))
          throw new errors.AccessDenied('the client has changed since it was allowed');
        return grant;
      }
      if (!client || !account || asked.has('consent')) return undefined;
      const wanted = await wholeOf(deps.details, ctx);
      const given =
        client.clientId === ACCOUNT_PAGES_CLIENT.client_id
          ? { openidScopes: ['openid'], resources: {}, expiresAt: deps.clock.now() + 60 }
          : await deps.consents.answeredBefore(
              {
                account: account.accountId,
                clientId: client.clientId,
                ...(typeof ctx.oidc.params?.['redirect_uri'] === 'string'
                  ? { redirectUri: ctx.oidc.params['redirect_uri'] }
                  : { userCode: 'device' }),
                ...wanted,
              },
              // A silent renewal keeps what the person decided, and a client that names no scope asks for no certain one.
              asked.has('none') || asksForDefaults(ctx),
            );
      if (!given || !isAbout(given, client)) return undefined;
      const grant = makeGrant(provider, deps, {
        account: account.accountId,
        clientId: client.clientId,
        asked: wanted,
        given,
        sessionUid: ctx.oidc.entities.DeviceCode ? undefined : session?.uid,
        ...transactionMember(ctx.oidc.params),
      });
      await grant.save();
      return grant;
    });
