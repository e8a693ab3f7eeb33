/**
 * The composition root: the one file that makes adapters and services and wires them, top to bottom.
 * No container and no singletons; tests call it with their own clock and stores.
 */
import { existsSync, mkdirSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Logger, pino } from 'pino';
import { memoryDocumentStore } from '../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../adapters/node/clock.ts';
import { randomIdentifiers } from '../adapters/node/identifiers.ts';
import { loadOrCreateMasterKey } from '../adapters/node/key-files.ts';
import { openSqlite } from '../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../adapters/sqlite/ephemeral-store.ts';
import type { Configuration } from '../config/configuration.ts';
import { dataFolder } from '../config/data-folder.ts';
import { accountRegister } from './domain/accounts/account-register.ts';
import { passwords } from './domain/accounts/passwords.ts';
import { passwordSignIn } from './domain/accounts/sign-in.ts';
import { agentRegistry } from './domain/agents/agent-registry.ts';
import { auditSigner } from './domain/audit/audit-signer.ts';
import { auditTrail } from './domain/audit/audit-trail.ts';
import { refusalCounter } from './domain/audit/refusal-counter.ts';
import { clientRegistry } from './domain/clients/client-registry.ts';
import { consentRegister } from './domain/consent/consent-register.ts';
import { delegationRegister } from './domain/delegation/delegation-register.ts';
import { delegationRequests } from './domain/delegation/delegation-requests.ts';
import { requestLimit } from './domain/limits/request-limits.ts';
import type { Clock } from './domain/ports/clock.ts';
import type { DocumentStore } from './domain/ports/document-store.ts';
import type { EphemeralStore } from './domain/ports/ephemeral-store.ts';
import type { Identifiers } from './domain/ports/identifiers.ts';
import { resourceServerRegistry } from './domain/resource-servers/resource-server-registry.ts';
import { masterKey as derivedFrom } from './domain/secrets/master-key.ts';
import { tokenExchange } from './extensions/token-exchange/grant.ts';
import { type FirstStart, firstStart } from './first-start.ts';
import { type Housekeeping, housekeeping } from './housekeeping.ts';
import { accountRouter } from './http/account/router.ts';
import { requestListener } from './http/app.ts';
import { isBrokenConnection } from './http/broken-connections.ts';
import { enginePages } from './http/engine-pages.ts';
import { frontGuard } from './http/front-guard.ts';
import { interactionRouter } from './http/interaction/router.ts';
import { managementRouter } from './http/management/router.ts';
import { type Metrics, metrics as makeMetrics } from './http/metrics.ts';
import { operationsServer } from './http/operations.ts';
import { nodeState } from './node-state.ts';
import { engine as buildEngine } from './provider/build-provider.ts';
import { clientAssertions } from './provider/client-assertions.ts';
import { clientProofs } from './provider/client-proofs.ts';
import { consumptionRegister } from './provider/consumption-register.ts';
import { cookieNames } from './provider/cookies.ts';
import { engineClients } from './provider/engine-client.ts';
import { browserSessions, interactions } from './provider/interactions.ts';
import { issuedTokens } from './provider/issued-tokens.ts';
import { leaseRegister } from './provider/leases.ts';
import { modelAdapter } from './provider/model-adapter.ts';
import { presentedProofs } from './provider/presented-proofs.ts';
import { rememberRequest } from './provider/request-facts.ts';
import { resourceAuthority } from './provider/resource-authority.ts';
import { signingKeys } from './provider/signing-keys.ts';
import { structuredTokens } from './provider/structured-tokens.ts';
import { tokenClaims } from './provider/token-claims.ts';
import { tokenLiveness } from './provider/token-liveness.ts';

/** What a test may put in place of the real thing. */
export type Overrides = {
  readonly clock?: Clock;
  readonly identifiers?: Identifiers;
  readonly documents?: DocumentStore;
  readonly ephemeral?: EphemeralStore;
  /** 32 bytes. */
  readonly masterKey?: Buffer;
  readonly log?: Logger;
};

export type Behalf = {
  /** The public listener's request handler. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** To be called for each connection the public listener accepts. */
  readonly accepted: (socket: Socket) => void;
  readonly operations: Server;
  readonly firstStart: FirstStart;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly services: Awaited<ReturnType<typeof services>>;
  /** Ends timers, closes the audit stream in good order, then the stores. Idempotent. */
  close(): Promise<void>;
};

export const compose = async (configuration: Configuration, overrides: Overrides = {}): Promise<Behalf> => {
  const { issuer, limits } = configuration;
  const basePath = new URL(issuer).pathname.replace(/\/$/, '');
  const made = await services(configuration, overrides);
  const { clock, identifiers, documents, ephemeral, masterKey, audit, log, metrics, state } = made;
  const { accounts, agents, clients, resourceServers, delegations, requests, consents, keys } = made;

  await audit.open(state.remembered ? { remembered: state.remembered } : {});
  const first = await firstStart({
    configuration,
    accounts,
    clients,
    resourceServers,
    identifiers,
    folder: made.folder,
  });
  const refusals = refusalCounter({
    append: audit.append,
    clock,
    intervalSeconds: configuration.audit.refusalIntervalSeconds,
  });
  const onUnexpected = (error: unknown, request: string): void => {
    if (isBrokenConnection(error)) return;
    log.error({ event: 'request.failed', request, err: error }, 'request failed');
  };

  const known = engineClients({ accounts, agents, clients, resourceServers }, issuer);
  const consumptions = consumptionRegister({ documents, clock });
  const liveness = tokenLiveness({ documents, clock, clients: known, accounts, resourceServers, delegations });
  const tokens = issuedTokens({ documents, clock, masterKey, issuer, liveness });
  const leases = leaseRegister({ documents, clock, liveness });
  const authority = resourceAuthority({ agents, clients, accounts, resourceServers, delegations, clock });
  const extensions = [
    tokenExchange({
      tokens,
      agents,
      resourceServers,
      accounts,
      clients,
      leases,
      delegations,
      requests,
      clock,
      identifiers,
      issuer,
      exchangedTokenTtlSeconds: configuration.tokens.exchangedTokenTtlSeconds,
    }),
  ];
  const proofs = clientProofs(requestLimit(limits.requestsPerClientPerMinute, clock));
  const engine = await buildEngine({
    configuration,
    adapter: modelAdapter({
      documents,
      ephemeral,
      clock,
      masterKey,
      consumptions,
      clients: known,
      audit,
      devicePollIntervalSeconds: configuration.tokens.devicePollIntervalSeconds,
      liveness,
    }),
    keys,
    tokens,
    structured: structuredTokens({ tokens, audit, issuer, resourceServers }),
    assertions: clientAssertions({
      clock,
      ephemeral,
      masterKey,
      issuer,
      maxLifetimeSeconds: configuration.clientAuthentication.assertionMaxLifetimeSeconds,
      clockToleranceSeconds: configuration.clientAuthentication.clockToleranceSeconds,
      proofs,
    }),
    authority,
    claims: tokenClaims({ audit, clock, identifiers, masterKey, issuer, consumptions, delegations, authority }),
    consents,
    accounts,
    pages: enginePages({ issuer, accounts }),
    extensions,
    audit,
    refusals,
    proofs,
    clock,
    ephemeral,
    identifiers,
    masterKey,
    onUnexpected,
  });

  const seam = {
    provider: engine.provider,
    clock,
    identifiers,
    ephemeral,
    masterKey,
    issuer,
    cookies: cookieNames(issuer),
  };
  const countRefusal = ({ reason, source, request }: { reason: string; source: string; request: string }) =>
    refusals.note(source, reason, request);
  const people = {
    issuer,
    basePath,
    interactions: interactions(seam),
    browserSessions: browserSessions(seam),
    leases,
    accounts,
    clients,
    agents,
    resourceServers,
    delegations,
    delegationRequests: requests,
    consents,
    signIn: passwordSignIn({
      accounts,
      passwords: made.passwords,
      ephemeral,
      clock,
      identifiers,
      masterKey,
      audit,
      limits,
    }),
    masterKey,
    audit,
    countRefusal,
    passwordMinimumLength: configuration.passwords.minimumLength,
  };
  const keeping: Housekeeping = housekeeping({
    configuration,
    documents,
    ephemeral,
    clock,
    audit,
    refusals,
    keys,
    engine,
    log,
  });
  const verifyPresented = presentedProofs({ issuer, clock, ephemeral, masterKey });
  const management = managementRouter({
    issuer,
    masterKey,
    audit,
    countRefusal,
    auditReader: audit,
    tokens,
    verifyProof: (ctx, accessToken) =>
      verifyPresented({ proof: ctx.get('dpop') || undefined, method: ctx.method, path: ctx.path, accessToken }),
    accounts,
    clients,
    agents,
    resourceServers,
    delegations,
    keys: {
      list: keys.list,
      rotate: async (by) => {
        await keys.rotate(audit, by.caller, by.request);
        await engine.reload();
        keeping.keysChanged();
      },
    },
    log: (request, error) => onUnexpected(error, request),
  });

  const guard = frontGuard({
    issuer,
    trustedProxies: configuration.listen.trustedProxies,
    clock,
    identifiers,
    limit: requestLimit(limits.requestsPerSourcePerMinute, clock),
    // Not waited for: whatever cannot be written now stays counted for the next interval.
    refused: (source, error) => void refusals.note(source, error).catch(() => undefined),
  });
  let closing: Promise<void> | undefined;

  return {
    handle: requestListener({
      guard,
      routers: [interactionRouter(people), accountRouter(people), management],
      engine,
      remember: rememberRequest,
      log,
      metrics,
      clock,
    }),
    accepted: guard.accepted,
    operations: operationsServer({ metrics, checks: keeping.checks }),
    firstStart: first,
    log,
    metrics,
    services: made,
    close() {
      closing ??= (async () => {
        await keeping.stop();
        await audit.close();
        await ephemeral.close();
        await documents.close();
      })();
      return closing;
    },
  };
};

/** Adapters and the services of the domain, before anything is served. */
const services = async (configuration: Configuration, overrides: Overrides) => {
  const { issuer } = configuration;
  const clock = overrides.clock ?? systemClock;
  const identifiers = overrides.identifiers ?? randomIdentifiers;
  const log = overrides.log ?? pino({ level: configuration.log.level, base: null });
  const metrics = makeMetrics();
  const folder = folderOf(configuration);
  // The key first: a new data folder has none, and a database without its key must not be opened.
  const masterKey = derivedFrom(overrides.masterKey ?? secretOf(configuration, folder));
  const { documents, ephemeral } = stores(configuration, overrides, clock, folder);
  const { prepublishSeconds, retireSeconds } = configuration.keys;
  const keys = await signingKeys({ documents, clock, identifiers, masterKey, prepublishSeconds, retireSeconds });
  const state = nodeState(folder, identifiers);
  const trail = auditTrail({
    documents,
    clock,
    node: state.node,
    issuer,
    signer: await auditSigner(keys.auditJwk()),
    remember: state.remember,
  });
  const audit: typeof trail = {
    ...trail,
    async append(event) {
      const ended = metrics.appending.startTimer();
      try {
        const receipt = await trail.append(event);
        metrics.events.inc({ type: event.type, outcome: event.outcome });
        return receipt;
      } catch (error) {
        metrics.failures.inc();
        throw error;
      } finally {
        ended();
      }
    },
  };

  const hashing = passwords(configuration.passwords);
  const accounts = accountRegister({ documents, clock, identifiers, audit, passwords: hashing });
  const accountExists = async (id: string): Promise<boolean> => (await accounts.get(id))?.document.state === 'active';
  const digestSecret = (secret: string): string => masterKey.digest('client_secret', secret);
  const resourceServers = resourceServerRegistry({ documents, clock, identifiers, audit, digestSecret, issuer });
  const clients = clientRegistry({
    documents,
    clock,
    identifiers,
    audit,
    digestSecret,
    accountExists,
    resourceServers,
  });
  const agents = agentRegistry({ documents, clock, identifiers, audit, accountExists, resourceServers });
  const { maxDepth, maxDurationSeconds, defaultDurationSeconds, requestTtlSeconds } = configuration.delegation;
  const delegations = delegationRegister({ documents, clock, identifiers, audit, issuer, maxDepth });
  const requests = delegationRequests({
    ephemeral,
    clock,
    identifiers,
    masterKey,
    issuer,
    ttlSeconds: requestTtlSeconds,
  });
  const consents = consentRegister({
    documents,
    clock,
    audit,
    accounts,
    clients,
    agents,
    resourceServers,
    delegations,
    settings: { maxDepth, maxDurationSeconds, defaultDurationSeconds },
  });
  return {
    clock,
    identifiers,
    log,
    metrics,
    documents,
    ephemeral,
    folder,
    masterKey,
    keys,
    state,
    audit,
    passwords: hashing,
    accounts,
    resourceServers,
    clients,
    agents,
    delegations,
    requests,
    consents,
  };
};

/** Where this node keeps files, unless it keeps nothing. */
const folderOf = ({ stores, data }: Configuration): string | undefined => {
  if (stores.document !== 'sqlite' && stores.ephemeral !== 'sqlite') return undefined;
  mkdirSync(data.folder, { recursive: true, mode: 0o700 });
  return data.folder;
};

const stores = (configuration: Configuration, overrides: Overrides, clock: Clock, folder: string | undefined) => {
  const wanted = configuration.stores;
  const isReplaced = overrides.documents !== undefined && overrides.ephemeral !== undefined;
  const database = folder === undefined || isReplaced ? undefined : openSqlite({ file: dataFolder(folder).database });
  const documents =
    overrides.documents ??
    (database && wanted.document === 'sqlite' ? sqliteDocumentStore(database) : memoryDocumentStore());
  const ephemeral =
    overrides.ephemeral ??
    (database && wanted.ephemeral === 'sqlite' ? sqliteEphemeralStore(database, clock) : memoryEphemeralStore(clock));
  return { documents, ephemeral };
};

const secretOf = ({ keys, data }: Configuration, folder: string | undefined): Buffer => {
  if (keys.masterKey !== undefined) return Buffer.from(keys.masterKey, 'base64url');
  const files = dataFolder(folder ?? data.folder);
  // A new key beside an old database would make every digest in it match nothing, without a word.
  if (existsSync(files.database) && !existsSync(files.masterKey)) {
    throw new Error(
      `${files.masterKey} is missing beside ${files.database}: put it back, or name it in keys.masterKey; without it nothing in the database can be read`,
    );
  }
  return loadOrCreateMasterKey(folder ?? data.folder);
};
