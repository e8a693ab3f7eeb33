/**
 * The composition root: creates and connects everything, top to bottom; stores and services of the domain are in the folder
 * beside it. No container and no singletons; tests call it with their own clock and stores.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { accessOf } from './compose/authzen.ts';
import { callerProofs } from './compose/caller-proofs.ts';
import { certificatesOf } from './compose/client-certificates.ts';
import { consoleDeps } from './compose/console-pages.ts';
import { dataVolume } from './compose/data-volume.ts';
import { extensionsOf } from './compose/extensions.ts';
import type { Overrides } from './compose/foundations.ts';
import { managementApi } from './compose/management-api.ts';
import { providerOf } from './compose/oidc-provider.ts';
import { close, opened } from './compose/opening.ts';
import { peoplePages } from './compose/people-pages.ts';
import { refusalsOf } from './compose/refusals.ts';
import { registration as selfService } from './compose/registration.ts';
import { requestLimits } from './compose/request-limits.ts';
import { type Services, services } from './compose/services.ts';
import { sweeping } from './compose/sweeping.ts';
import { hasAgentRelationship } from './domain/approvals/agent-relationship.ts';
import { approvalUse } from './domain/approvals/approval-use.ts';
import { endOfSignIn } from './domain/approvals/cascade-revocation.ts';
import { newGrantService } from './domain/authority/grants/grant-service.ts';
import { killBroadcast } from './domain/authority/revocation/kill-broadcast.ts';
import { killSwitch } from './domain/authority/revocation/kill-switch.ts';
import { pollingInterval } from './domain/platform/rate-limits/polling-interval.ts';
import { asRequest } from './domain/ports/write-priority.ts';
import type { FirstStart } from './first-start.ts';
import { type Housekeeping, housekeeping } from './housekeeping.ts';
import { accountRouter } from './http/account/router.ts';
import { requestListener } from './http/app.ts';
import { accessRouter } from './http/authzen/router.ts';
import { isBrokenConnection } from './http/broken-connections.ts';
import { consoleRouter } from './http/console/router.ts';
import { frontGuard } from './http/front-guard.ts';
import { interactionRouter } from './http/interaction/router.ts';
import { languageRouter } from './http/language.ts';
import type { Metrics } from './http/metrics.ts';
import { type Reasons, reasonsOf } from './http/operations.ts';
import { postedRequestRouter } from './http/posted-requests.ts';
import { providerPages } from './http/provider-pages.ts';
import { registrationRouter } from './http/registration/router.ts';
import { upstreamLogoutRouter } from './http/upstream/logout-router.ts';
import { providerClients } from './provider/client-authentication/client-metadata.ts';
import { closedByKills } from './provider/client-authentication/kill-gate.ts';
import { grantRegistry } from './provider/grants/grants.ts';
import { browserState } from './provider/interactions/browser-state.ts';
import { requestDetails } from './provider/requests/request-details.ts';
import { resourceAuthority } from './provider/requests/resource-authority.ts';
import { consumptionRegistry } from './provider/seam/consumption-registry.ts';
import { factsOf } from './provider/seam/request-facts.ts';
import { beginRequest } from './provider/seam/request-state.ts';
import { documentClients } from './provider/storage/document-clients.ts';
import { issuedTokens } from './provider/tokens/issued-tokens.ts';
import { presentedGrant } from './provider/tokens/presented-grant.ts';
import { tokenLiveness } from './provider/tokens/token-liveness.ts';

export type Behalf = {
  /** The public listener's request handler. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Why this process should get no requests; empty when it can serve. */
  readonly reasons: () => Promise<Reasons>;
  readonly firstStart: FirstStart;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly services: Services;
  /** Resolves when the events are written that earlier answers did not wait for: those of refused sign-ins. */
  readonly refusalsWritten: () => Promise<void>;
  /** Ends answers that never end by themselves, before the listener waits for requests under way. Idempotent. */
  endStreams(): void;
  /** Ends timers, closes the audit stream properly, then the stores. Idempotent. */
  close(): Promise<void>;
};

export const compose = async (configuration: Configuration, overrides: Overrides = {}): Promise<Behalf> => {
  const { issuer } = configuration;
  const made = await services(configuration, overrides);
  const { clock, identifiers, documents, ephemeral, broadcast, masterKey, audit, log, metrics } = made;
  const { resourceServers, delegations, keys, revocation, open } = made;
  const { accounts, agents, clients } = made.effectiveRegistries;

  const first = await opened(made, configuration, {
    isSampled: overrides.isPrepared !== true,
    onFirstStart: overrides.onFirstStart,
  });
  const refusing = refusalsOf(made, configuration);
  const { refusals, failedProofs, failedSignIns } = refusing;
  const onUnexpected = (error: unknown, request: string): void => {
    if (isBrokenConnection(error)) return;
    log.error({ event: 'request.failed', request, err: error }, 'request failed');
  };

  const byDocument = documentClients(
    made.effectiveRegistries.documentClients,
    presentedGrant({ documents, ephemeral, masterKey }),
  );
  const known = closedByKills(
    providerClients({ agents, clients, resourceServers, documentClients: byDocument }, issuer),
    revocation,
  );
  const consumptions = consumptionRegistry({ documents, clock });
  const liveness = tokenLiveness({
    documents,
    clock,
    // Token liveness checks kills itself, and compares them with the time at which each object was created.
    clients: providerClients({ ...made, agents: made.effectiveAgents }, issuer),
    accounts: made.accounts,
    resourceServers,
    delegations,
    revocation,
    instances: made.instances,
    authorize: made.authorize,
    links: made.links,
    approvals: made.approvals.service,
    sessions: made.sessions,
    managementApi: `${issuer}/api/v1`,
  });
  const tokens = issuedTokens({ documents, clock, masterKey, issuer, liveness });
  const kills = killSwitch({
    documents,
    clock,
    identifiers,
    audit,
    latch: made.latch,
    latched: made.latched,
    broadcast: killBroadcast(broadcast, masterKey),
    ends: { delegation: (id, by) => delegations.revoke(id, by.caller, by.request), token: tokens.endById },
    newestEvent: async () => Math.floor(((await audit.list({ limit: 1 })).entries[0]?.at ?? 0) / 1000),
  });
  await kills.start();
  const grants = grantRegistry({ documents, clock, liveness });
  const ending = endOfSignIn(made.approvals.standing, delegations);
  const grantService = newGrantService({ grants, consents: made.consents, audit, ending });
  const details = requestDetails({ resourceServers, clock });
  const authority = resourceAuthority({
    details,
    identifiers,
    approvals: made.approvals,
    agents,
    clients,
    accounts,
    resourceServers,
    delegations,
    clock,
    authorize: made.authorize,
  });
  const knows = hasAgentRelationship({ delegations, owners: made.owners });
  const pace = pollingInterval({ ephemeral, clock });
  const extensions = extensionsOf(made, configuration, { tokens, grants, liveness, knows, pace });
  const { perClient, perNetwork } = requestLimits(made, configuration);
  const callers = callerProofs(made, configuration, { consumptions, refusals: failedProofs, perClient });
  const pages = providerPages({ issuer, accounts });
  const state = browserState({ masterKey, clock, isHttps: issuer.startsWith('https:') });
  const oidcProvider = await providerOf(made, configuration, {
    ...{ known, consumptions, tokens, authority, details, liveness, callers, knows, pace, pages, extensions },
    ...{ refusals, failedProofs, onUnexpected, state, open },
  });

  const countRefusal = ({ reason, source, request }: { reason: string; source: string; request: string }) =>
    refusals.note(source, reason, request);
  const people = peoplePages(made, configuration, {
    provider: oidcProvider.provider,
    consumptions,
    state,
    open,
    grants,
    grantService,
    delegations,
    countRefusal,
    failedSignIns,
  });
  const volume = made.opened.room && dataVolume({ ...made, room: made.opened.room, folder: configuration.data.folder });
  const keeping: Housekeeping = housekeeping({
    ...(volume ? { volume } : {}),
    configuration,
    sweeper: sweeping(made, configuration),
    ephemeral,
    broadcast,
    clock,
    steps: made.steps,
    audit,
    refusals: refusing,
    keys,
    kills,
    agents: {
      noteUses: async () =>
        void (await Promise.all([
          made.uses.flush(),
          made.credentialUses.flush(),
          made.grantUses.flush(),
          made.sessions.flush(),
          made.outcomes.flush(),
        ])),
      keep: async () => {
        await made.lifecycleJobs.run();
        await made.credentialLifecycleJobs.run();
        await made.approvals.service.settleUnknown();
        made.metrics.openReviews.set((await made.approvals.service.breakGlass.reviews('open', { limit: 1000 })).length);
      },
      settleOffboardings: () => made.offboarding.settleAll(),
      settleHandOvers: () => made.handOvers.settleAll(),
    },
    deliveryWorker: made.notifications.deliveryWorker,
    escalate: async () => made.metrics.approvals.inc({ outcome: 'escalated' }, await made.approvals.service.escalate()),
    oidcProvider,
    nodes: made.nodes,
    log,
  });
  const registering = selfService(made, configuration, countRefusal);
  const management = managementApi(made, configuration, {
    ...{ callers, registering, tokens, kills, grants, grantService, countRefusal, onUnexpected },
    delegations,
    keysChanged: async () => {
      await oidcProvider.reload();
      keeping.keysChanged();
    },
  });

  const access = accessRouter({
    ...accessOf(configuration, {
      ...made.effectiveRegistries,
      documents,
      delegations,
      tokens,
      clock,
      masterKey,
      pace,
      authorize: made.authorize,
      audit,
      identifiers,
      approvals: made.approvals,
      ephemeral,
      notifications: made.notifications,
      onFailedCallback: (err) => log.warn({ event: 'access_request.callback', err }, 'a callback was not put out'),
      lists: { agents: made.agents, clients: made.clients, delegations },
    }),
    issuer,
    authenticate: callers.ofResourceServers,
    useApproval: approvalUse({ tokens, service: made.approvals.service }),
    countRefusal,
    masterKey,
    log: (request, error) => onUnexpected(error, request),
  });

  const guard = frontGuard({
    issuer,
    trustedProxies: configuration.listen.trustedProxies,
    certificates: certificatesOf(configuration, clock),
    clock,
    identifiers,
    limit: perNetwork,
    // Not waited for: a refusal that cannot be written now stays counted for the next interval.
    refused: (source, error) => void refusals.note(source, error).catch(() => undefined),
  });
  let closing: Promise<void> | undefined;
  await made.opened.ready();

  const listener = requestListener({
    guard,
    routers: [
      interactionRouter(people),
      postedRequestRouter({ issuer, pages, refused: refusals.note }),
      upstreamLogoutRouter({
        logout: made.upstreamLogout,
        countRefusal,
        log: (request, error) => onUnexpected(error, request),
      }),
      languageRouter(people),
      accountRouter(people),
      consoleRouter(consoleDeps(made, people, registering)),
      management,
      access,
      registrationRouter({
        issuer,
        registration: registering.selfRegistration,
        corsOrigins: configuration.registration.corsOrigins,
        countRefusal,
        log: (request, error) => onUnexpected(error, request),
      }),
    ],
    oidcProvider,
    pages,
    readerLanguage: people.readerLanguage,
    remember: beginRequest,
    factsOf,
    log,
    metrics,
    clock,
    deadlineMilliseconds: overrides.requestDeadlineMilliseconds,
  });

  return {
    handle: (request, response) =>
      asRequest(() =>
        documents.asOneRequest
          ? documents.asOneRequest(() => listener(request, response))
          : listener(request, response),
      ),
    reasons: () => reasonsOf([...keeping.checks, ...(volume ? [volume.check] : []), ...made.opened.checks]),
    firstStart: first,
    log,
    metrics,
    services: made,
    refusalsWritten: failedSignIns.drained,
    endStreams: people.approvals.live.close,
    close() {
      people.approvals.live.close();
      closing ??= (async () => {
        await keeping.stop();
        await close(made);
      })();
      return closing;
    },
  };
};

/** Creates what a data set needs before it can be served, once for all processes that will serve it. */
export const prepare = async (
  configuration: Configuration,
  { onFirstStart }: Pick<Overrides, 'onFirstStart'> = {},
): Promise<{ readonly firstStart: FirstStart; readonly log: Logger }> => {
  const made = await services(configuration, {});
  const first = await opened(made, configuration, { isSampled: true, onFirstStart });
  try {
    await made.opened.ready();
    return { firstStart: first, log: made.log };
  } finally {
    await close(made);
  }
};
