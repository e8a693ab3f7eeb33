/**
 * The services of a server as src/compose makes them, over the stores of this run, without a listener and without
 * oidc-provider. What a test hands in replaces a port (`Overrides`). For tests of a part that need no whole server;
 * running-server.ts has that.
 */
import type Router from '@koa/router';
import Koa from 'koa';
import request from 'supertest';
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import type { Configuration } from '../../config/configuration.ts';
import { loadConfiguration } from '../../config/load.ts';
import type { Overrides } from '../../src/compose/foundations.ts';
import { services } from '../../src/compose/services.ts';
import type { FullAuditLog } from '../../src/domain/audit/audit-log.ts';
import type { Language } from '../../src/domain/identity/accounts/language.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import type { Clock } from '../../src/domain/ports/clock.ts';
import type { PolicyEngine } from '../../src/domain/ports/policy-engine.ts';
import { fetchFailed, type TrustedFetch } from '../../src/domain/ports/trusted-fetch.ts';
import { beginState } from '../../src/http/request-state.ts';
import { SIGNING_KEYS, type SigningKey, signingKeys } from '../../src/provider/tokens/signing-keys.ts';
import { atEndOfFile } from './end-of-file.ts';
import { recordedAudit } from './recording-audit.ts';
import { openStores } from './shared-servers.ts';
import { standingClock } from './standing-clock.ts';

export const ISSUER = 'https://id.example.com';
export const SYSTEM = { caller: 'system' };
export const PASSWORD = 'correct horse battery';

const MASTER_KEY = Buffer.alloc(32, 7);

/** Fast hashing, and no budgets of events: an event that a test looks for is there. */
const SETTINGS: Readonly<Record<string, string>> = {
  BEHALF_ISSUER: 'http://localhost:3000',
  BEHALF__STORES__DOCUMENT: 'memory',
  BEHALF__STORES__EPHEMERAL: 'memory',
  BEHALF__LOG__LEVEL: 'silent',
  BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64',
  BEHALF__PASSWORDS__ARGON2PASSES: '1',
  BEHALF__PASSWORDS__CONCURRENCY: '4',
  BEHALF__PASSWORDS__QUEUELIMIT: '5000',
  BEHALF__AUDIT__REFUSALEVENTSPERDAY: '0',
  BEHALF__AUDIT__ANONYMOUSEVENTSPERDAY: '0',
};

const configurations = new Map<string, Configuration>();

const configurationOf = (environment: Readonly<Record<string, string>>): Configuration => {
  const key = JSON.stringify(environment);
  const known = configurations.get(key) ?? loadConfiguration({ env: { ...SETTINGS, ...environment } }).configuration;
  configurations.set(key, known);
  return known;
};

/** Every URL is allowed, and none answers. */
const unreachable: TrustedFetch = {
  check: () => undefined,
  get: () => Promise.reject(fetchFailed('not_reachable', 'no test reaches the network')),
};

/**
 * What every composed server of this process shares, because it is the same for all of them: to generate the keys and to
 * read the schema of policies takes longer than all else of a start.
 */
const shared: { keys?: Promise<readonly SigningKey[]>; policyEngine?: PolicyEngine } = {};

const newSigningKeys = async (clock: Clock): Promise<readonly SigningKey[]> => {
  const documents = memoryDocumentStore();
  const spans = { prepublishSeconds: 300, retireSeconds: 86_400 };
  await signingKeys({ documents, clock, identifiers: randomIdentifiers, masterKey: masterKey(MASTER_KEY), ...spans });
  return (await documents.collection<SigningKey>(SIGNING_KEYS).find({})).map(({ document }) => document);
};

export type ComposedServices = Awaited<ReturnType<typeof composeServices>>;

export const composeServices = async ({
  issuer = ISSUER,
  environment = {},
  ...overrides
}: {
  readonly issuer?: string;
  /** `BEHALF__SECTION__KEY`. */
  readonly environment?: Readonly<Record<string, string>>;
} & Omit<Overrides, 'audit' | 'clock' | 'documents' | 'ephemeral' | 'masterKey'> = {}) => {
  const clock = standingClock();
  const stores = await openStores(clock);
  shared.keys ??= newSigningKeys(clock);
  shared.policyEngine ??= cedarPolicyEngine();
  await stores.documents.collection<SigningKey>(SIGNING_KEYS).insertMany(await shared.keys);
  // The issuer only afterwards: an https issuer is production, which refuses these stores and this hashing.
  const configuration = { ...configurationOf(environment), issuer };
  const watching = { audit: undefined as ReturnType<typeof recordedAudit> | undefined };
  const made = await services(configuration, {
    ...{ clock, masterKey: MASTER_KEY, trustedFetch: unreachable, policyEngine: shared.policyEngine },
    ...stores,
    ...overrides,
    audit: (log: FullAuditLog) => {
      watching.audit = recordedAudit(log);
      return watching.audit;
    },
  });
  const { audit } = watching;
  if (!audit) throw new Error('src/compose did not ask for the audit log');
  await audit.open();
  atEndOfFile(made.activePolicy.release);
  return { ...made, configuration, clock, audit };
};

/** Requests to some routers. Header `test-source`: the address that one comes from. */
export const requestsTo = (routers: readonly Router[], languageOf: (request: Koa.Request['req']) => Language) => {
  const app = new Koa();
  app.silent = true;
  app.use((ctx, next) => {
    beginState(
      ctx,
      { id: 'req_test', source: ctx.get('test-source') || '192.0.2.1' },
      languageOf(ctx.req),
      standingClock().now(),
    );
    return next();
  });
  for (const router of routers) app.use(router.routes());
  return request(app.callback());
};
