/**
 * The composition root: creates and connects everything, from top to bottom. The files in src/compose create the stores and
 * the services of the domain. There is no container and no singleton; tests pass their own clock and stores.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { accessParts } from './compose/authzen.ts';
import { brandOf } from './compose/brand.ts';
import { browserPorts } from './compose/browser-ports.ts';
import { callerProofs } from './compose/caller-proofs.ts';
import { certificatesOf } from './compose/client-certificates.ts';
import { consoleDeps } from './compose/console-pages.ts';
import { dataVolume } from './compose/data-volume.ts';
import { extensionsOf } from './compose/extensions.ts';
import type { Overrides } from './compose/foundations.ts';
import { housekeepingParts, WITHOUT_LOG_TASKS } from './compose/housekeeping.ts';
import { managementApi } from './compose/management-api.ts';
import { providerOf } from './compose/oidc-provider.ts';
import { close, opened, readyPolicies } from './compose/opening.ts';
import { peoplePages } from './compose/people-pages.ts';
import { refusalsOf } from './compose/refusals.ts';
import { registration as selfService } from './compose/registration.ts';
import { requestLimits } from './compose/request-limits.ts';
import { feedOf } from './compose/revocation-feed.ts';
import { type Services, services } from './compose/services.ts';
import { statusListsOf } from './compose/status-lists.ts';
import { tokenServices } from './compose/token-services.ts';
import type { CountRefusal } from './domain/audit/refusal-counter.ts';
import { asRequest } from './domain/ports/write-priority.ts';
import type { FirstStart } from './first-start.ts';
import { housekeeping } from './housekeeping.ts';
import { requestListener } from './http/app.ts';
import { accessRouter } from './http/authzen/router.ts';
import { isBrokenConnection } from './http/broken-connections.ts';
import { frontGuard } from './http/front-guard.ts';
import { languageRouter } from './http/language.ts';
import { lazyRouter } from './http/lazy-router.ts';
import type { Metrics } from './http/metrics.ts';
import { type Reasons, reasonsOf } from './http/operations.ts';
import { postedRequestRouter } from './http/posted-requests.ts';
import { providerPages } from './http/provider-pages.ts';
import { registrationRouter } from './http/registration/router.ts';
import { signalReceiverRouter } from './http/signals/receiver-router.ts';
import { type TransmitterDependencies, transmitterRouter } from './http/signals/transmitter.ts';
import { statusListRouter } from './http/status-lists.ts';
import { transparencyLogRouter } from './http/transparency-log.ts';
import { upstreamLogoutRouter } from './http/upstream/logout-router.ts';
import { browserState } from './provider/interactions/browser-state.ts';
import { factsOf } from './provider/seam/request-facts.ts';
import { beginRequest } from './provider/seam/request-state.ts';

export type Behalf = {
  /** The request handler of the public listener. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Reasons why this process must get no requests; empty when it can serve. */
  readonly reasons: () => Promise<Reasons>;
  readonly firstStart: FirstStart;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly services: Services;
  /** Resolves when the events that earlier responses did not wait for are written: those of refused sign-ins. */
  readonly refusalsWritten: () => Promise<void>;
  /** Makes the policies ready that no start waits for, and logs what they permit no user. Call it when the server answers. */
  loadPolicies(): Promise<void>;
  /** Loads the pages, and SCIM, that no start waits for. Call it when the server answers. */
  loadPages(): Promise<void>;
  /** Ends responses that never end by themselves. Call it before the listener waits for requests under way. Idempotent. */
  endStreams(): void;
  /** Stops timers, closes the audit stream, then the stores. Idempotent. */
  close(): Promise<void>;
};

export const compose = async (configuration: Configuration, overrides: Overrides = {}): Promise<Behalf> => {
  const { issuer } = configuration;
  const made = await services(configuration, overrides);
  const { clock, identifiers, documents, masterKey, log, metrics } = made;
  const { delegations, open } = made;
  const { accounts } = made.effectiveRegistries;

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
  const logProblem = (request: string, error: unknown): void => onUnexpected(error, request);

  const issuing = tokenServices(made, configuration, overrides);
  const { consumptions, liveness, tokens, kills, grants, grantService, knows, pace } = issuing;
  await kills.start();
  const extensions = extensionsOf(made, configuration, { tokens, grants, liveness, knows, pace });
  const { perClient, perNetwork } = requestLimits(made, configuration);
  const callers = callerProofs(made, configuration, { consumptions, refusals: failedProofs, perClient });
  const brand = brandOf(configuration);
  const pages = providerPages({ issuer, accounts, brand: brand.brand });
  const state = browserState({ masterKey, clock, isHttps: issuer.startsWith('https:') });
  const oidcProvider = await providerOf(made, configuration, {
    ...issuing,
    ...{ callers, pages, extensions },
    ...{ refusals, failedProofs, onUnexpected, state, open },
  });

  const countRefusal: CountRefusal = ({ reason, source, request }) => refusals.note(source, reason, request);
  const people = peoplePages(made, configuration, {
    ...browserPorts(made, configuration, { provider: oidcProvider.provider, consumptions, state }),
    open,
    grants,
    grantService,
    delegations,
    countRefusal,
    failedSignIns,
    brand,
  });
  const volume = made.opened.room && dataVolume({ ...made, room: made.opened.room, folder: configuration.data.folder });
  const keeping = housekeeping({
    ...housekeepingParts(made, configuration),
    ...(overrides.withoutLogTasks ? WITHOUT_LOG_TASKS : {}),
    ...(volume ? { volume } : {}),
    refusals: refusing,
    kills,
    oidcProvider,
    ...(overrides.tellEveryMilliseconds === undefined
      ? {}
      : { tellEveryMilliseconds: overrides.tellEveryMilliseconds }),
  });
  const reasons = (): Promise<Reasons> =>
    reasonsOf([...keeping.checks, ...(volume ? [volume.check] : []), ...made.opened.checks]);
  const registering = selfService(made, configuration, countRefusal);
  const management = managementApi(made, configuration, {
    ...{ callers, registering, tokens, kills, grants, grantService, countRefusal, onUnexpected },
    delegations,
    signatures: issuing.signatures,
    reasons,
    keysChanged: async () => {
      await oidcProvider.reload();
      keeping.keysChanged();
    },
  });

  const feed = feedOf(made);
  const statusLists = statusListsOf(made, configuration, issuing);
  const servers = {
    ...accessParts(made, configuration, { tokens, pace }),
    authenticate: callers.ofResourceServers,
    countRefusal,
    log: logProblem,
  };
  const guard = frontGuard({
    issuer,
    trustedProxies: configuration.listen.trustedProxies,
    certificates: certificatesOf(configuration, clock),
    clock,
    identifiers,
    limit: perNetwork,
    // Not awaited: a refusal that cannot be written now stays counted for the next interval.
    refused: (source, error) => void refusals.note(source, error).catch(() => undefined),
  });
  const ofCaller: Pick<TransmitterDependencies, 'verifyProof' | 'certificateOf' | 'log'> = {
    verifyProof: (ctx, accessToken) =>
      callers.verifyProof({ proof: ctx.get('dpop') || undefined, method: ctx.method, path: ctx.path, accessToken }),
    certificateOf: (ctx) => factsOf(ctx.req).certificate?.()?.thumbprint,
    log: logProblem,
  };
  const endStreams = (): void => {
    people.approvals.live.close();
    feed.close();
    statusLists.close();
    made.signalPolls.close();
  };
  let closing: Promise<void> | undefined;
  await made.opened.ready();

  const ofConsole = consoleDeps(made, people, management.handlers);
  const ofScim = {
    ...{ issuer, tokens, countRefusal, masterKey, clock },
    directories: made.directories,
    secrets: made.directorySecrets,
    users: made.directoryUsers,
    ...{ groups: made.directoryGroups, agents: made.directoryAgents },
    brake: made.deactivationBrake,
    audit: made.audit,
    ...ofCaller,
  };
  const lazyRouters = [
    lazyRouter(['/interaction', '/upstream'], async () =>
      (await import('./http/interaction/router.ts')).interactionRouter(people),
    ),
    lazyRouter(['/', '/account', '/delegations', '/step-ups', '/assets'], async () =>
      (await import('./http/account/router.ts')).accountRouter(people),
    ),
    lazyRouter(['/console'], async () => (await import('./http/console/router.ts')).consoleRouter(ofConsole)),
    lazyRouter(['/scim'], async () => (await import('./http/scim/router.ts')).scimRouter(ofScim)),
  ];
  const listener = requestListener({
    guard,
    routers: [
      postedRequestRouter({ issuer, pages, refused: refusals.note }),
      upstreamLogoutRouter({
        logout: made.upstreamLogout,
        countRefusal,
        log: logProblem,
      }),
      languageRouter(people),
      management.router,
      accessRouter({ ...servers, feed }),
      transmitterRouter({
        ...{ issuer, tokens, countRefusal, audit: made.audit, ...ofCaller },
        receivers: made.signalReceivers,
        streams: made.signalStreams,
        polls: made.signalPolls,
      }),
      signalReceiverRouter({
        ...{ ...made.signalReceiver, countRefusal },
        log: logProblem,
      }),
      statusListRouter({ ...servers, statusLists: statusLists.tokens }),
      transparencyLogRouter({
        transparencyLog: made.transparencyLog,
        log: logProblem,
      }),
      registrationRouter({
        issuer,
        registration: registering.selfRegistration,
        corsOrigins: configuration.registration.corsOrigins,
        countRefusal,
        log: logProblem,
      }),
    ],
    lazyRouters,
    oidcProvider,
    pages,
    readerLanguage: people.readerLanguage,
    brand: brand.brand,
    remember: beginRequest,
    factsOf,
    log,
    metrics,
    clock,
    confirmation: made.opened.confirmation,
    deadlineMilliseconds: overrides.requestDeadlineMilliseconds,
  });

  return {
    handle: (request, response) =>
      asRequest(() =>
        documents.asOneRequest
          ? documents.asOneRequest(() => listener(request, response))
          : listener(request, response),
      ),
    reasons,
    firstStart: first,
    log,
    metrics,
    services: made,
    refusalsWritten: failedSignIns.drained,
    loadPolicies: () => readyPolicies(made, configuration),
    async loadPages(): Promise<void> {
      for (const { load } of lazyRouters) await load();
    },
    endStreams,
    close() {
      endStreams();
      closing ??= (async () => {
        await keeping.stop();
        await close(made);
      })();
      return closing;
    },
  };
};

/** Creates what a data set needs before a process serves it; once for all processes that serve it. */
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
