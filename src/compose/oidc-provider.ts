/** Configures oidc-provider: our stores serve its models, our rules its policies. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { listAddresses } from '../domain/authority/status-lists/list-addresses.ts';
import type { OpenRecords } from '../domain/platform/rate-limits/open-records.ts';
import { reachableWith } from '../domain/vocabulary/assurance.ts';
import { upstreamBrowser } from '../http/interaction/upstream-browser.ts';
import { oidcProvider as buildProvider } from '../provider/build-provider.ts';
import { agentsAsPresented } from '../provider/client-authentication/presented-compositions.ts';
import type { BrowserState } from '../provider/interactions/browser-state.ts';
import { keptByBrowser } from '../provider/interactions/kept-by-browser.ts';
import { seenSessions } from '../provider/interactions/seen-sessions.ts';
import { cookieNames } from '../provider/seam/cookies.ts';
import { sealedPayloads } from '../provider/seam/stored-payloads.ts';
import { modelAdapter } from '../provider/storage/model-adapter.ts';
import { instanceFamilies } from '../provider/tokens/instance-families.ts';
import { statusClaims } from '../provider/tokens/status-claims.ts';
import { structuredTokens } from '../provider/tokens/structured-tokens.ts';
import { tokenClaims } from '../provider/tokens/token-claims.ts';
import type { TokenLiveness } from '../provider/tokens/token-liveness.ts';
import type { CallerProofs } from './caller-proofs.ts';
import type { Services } from './services.ts';

type ProviderDependencies = Parameters<typeof buildProvider>[0];
type Model = Parameters<typeof modelAdapter>[0];

export const providerOf = (
  made: Services,
  configuration: Configuration,
  {
    known,
    consumptions,
    tokens,
    authority,
    details,
    namedTransactions,
    liveness,
    callers,
    knows,
    pace,
    pages,
    signatures,
    extensions,
    refusals,
    failedProofs,
    onUnexpected,
    state,
    open,
  }: Pick<
    ProviderDependencies,
    | 'consumptions'
    | 'tokens'
    | 'signatures'
    | 'authority'
    | 'details'
    | 'knows'
    | 'pages'
    | 'extensions'
    | 'refusals'
    | 'onUnexpected'
  > & {
    readonly known: ProviderDependencies['clients'] & Model['clients'];
    readonly namedTransactions: ProviderDependencies['transactions'];
    readonly liveness: TokenLiveness;
    readonly pace: Model['pace'];
    readonly callers: CallerProofs;
    readonly failedProofs: ProviderDependencies['authenticationRefusals'];
    readonly state: BrowserState;
    readonly open: OpenRecords;
  },
) => {
  const { issuer } = configuration;
  const { clock, identifiers, documents, ephemeral, masterKey, audit, log, keys } = made;
  const { resourceServers, delegations, consents } = made;
  const agents = agentsAsPresented(made.effectiveRegistries.agents);
  const onUnreadable = (model: string) =>
    log.error({ event: 'store.unreadable', model }, 'a stored record is not understood');
  const browsers = upstreamBrowser({ issuer, upstream: { newBrowser: identifiers.newSecret } });
  return buildProvider({
    configuration,
    adapter: modelsOf(made, configuration, { known, consumptions, pace, liveness, callers, open, state, onUnreadable }),
    clients: known,
    keys,
    tokens,
    signatures,
    statuses: statusClaims({ indexes: made.statusIndexes, addresses: listAddresses(issuer, masterKey) }),
    consumptions,
    structured: structuredTokens({
      ...{ tokens, audit, issuer, resourceServers, refusals },
      approvals: made.approvals.service,
      proofs: callers.proofs,
    }),
    assertions: callers.assertions,
    authority,
    details,
    transactions: namedTransactions,
    claims: tokenClaims({
      audit,
      clock,
      identifiers,
      masterKey,
      issuer,
      consumptions,
      agents,
      delegations,
      authority,
      details,
      liveness,
      transactions: { ...made.transactions, ...namedTransactions },
      instances: callers.instances,
      budgets: made.reservations,
    }),
    consents,
    accounts: made.effectiveRegistries.accounts,
    groupsOf: made.groupsOf,
    ownerNames: made.ownerNames,
    resourceServers,
    knows,
    delegations,
    approvals: made.approvals,
    reachableBy: async (account) => reachableWith(await made.factors.isAsked(account)),
    pages,
    agents,
    extensions,
    audit,
    refusals,
    authenticationRefusals: failedProofs,
    anonymous: made.anonymous,
    trustedFetch: made.trustedFetch,
    keysByUrl: made.keysByUrl,
    proofs: callers.proofs,
    presented: callers.presented,
    instances: callers.instances,
    families: instanceFamilies({
      documents,
      clock,
      identifiers,
      masterKey,
      audit,
      consumptions,
      liveness,
      instances: callers.instances,
      issuer,
      refreshTokenTtlSeconds: configuration.tokens.refreshTokenTtlSeconds,
    }),
    signedOutAt: async ({ session, account, ...app }) => {
      // First: if a logout notification cannot be recorded now, the end of the session records it.
      await made.logouts.left(account, app, clock.now());
      await made.sessions.leave(session, app.client);
    },
    async signOutThere(request, session, next) {
      const found = await made.sessions.get(session);
      const browser = browsers.known({ req: request });
      return found && browser !== undefined ? made.upstreamSessions.end(found, browser, next) : undefined;
    },
    clock,
    ephemeral,
    identifiers,
    masterKey,
    onUnexpected,
  });
};

/** Storage for the models of oidc-provider. */
const modelsOf = (
  made: Services,
  configuration: Configuration,
  {
    known,
    consumptions,
    pace,
    liveness,
    callers,
    open,
    state,
    onUnreadable,
  }: Pick<Model, 'consumptions' | 'pace' | 'liveness' | 'onUnreadable'> & {
    readonly known: Model['clients'];
    readonly callers: CallerProofs;
    readonly state: BrowserState;
    readonly open: OpenRecords;
  },
): ProviderDependencies['adapter'] => {
  const { issuer } = configuration;
  const { clock, documents, ephemeral, masterKey, audit } = made;
  return modelAdapter({
    documents,
    ephemeral,
    clock,
    masterKey,
    consumptions,
    clients: known,
    audit,
    pace,
    devicePollIntervalSeconds: configuration.tokens.devicePollIntervalSeconds,
    onUnreadable,
    liveness,
    open,
    proofs: callers.proofs,
    browser: keptByBrowser({
      ...{ state, ephemeral, masterKey, consumptions, open },
      cookies: cookieNames(issuer),
      basePath: new URL(issuer).pathname.replace(/\/$/, ''),
      openedPayload: sealedPayloads({ masterKey, onUnreadable }).openedPayload,
    }),
    sessions: seenSessions({
      sessions: made.sessions,
      clock,
      sessionSeconds: configuration.sessions.ttlSeconds,
      originOf: made.upstreamSessions.began,
      isOverThere: made.upstreamSessions.isOverThere,
    }),
  });
};
