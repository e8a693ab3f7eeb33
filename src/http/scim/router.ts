/**
 * The SCIM endpoints below `/scim/v2` (RFC 7644). Owns paths, authentication of the directory, and the audit event of each
 * refusal. users.ts owns users, groups.ts groups, agents.ts agents, bulk.ts bulk requests, discovery.ts what the endpoints claim. Mounted by src/http/app.ts.
 */

import Router from '@koa/router';
import type { Context } from 'koa';
import type { AuditLog } from '../../domain/audit/audit-event.ts';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import type { DirectoryAgents } from '../../domain/clients/directory-agents/directory-agents.ts';
import type { DeactivationBrake } from '../../domain/identity/directories/deactivation-brake.ts';
import type { Directory } from '../../domain/identity/directories/directory.ts';
import type { DirectoryGroups } from '../../domain/identity/directories/directory-groups.ts';
import { type DirectoryReason, directoryRefusal } from '../../domain/identity/directories/directory-refusals.ts';
import type { DirectoryRegistry } from '../../domain/identity/directories/directory-registry.ts';
import { type DirectorySecrets, isDirectorySecret } from '../../domain/identity/directories/directory-secrets.ts';
import type { DirectoryUsers } from '../../domain/identity/directories/directory-users.ts';
import { scimRefusal } from '../../domain/identity/scim/scim-refusals.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import { SCIM_PATH, SCIM_SCOPE, scimApiOf } from '../../domain/vocabulary/scim-api.ts';
import {
  type BearerDependencies,
  bearerToken,
  challenge,
  refuseActor,
  requireScope,
} from '../authentication/bearer-token.ts';
import { httpProblem, type ProblemLog, refusalCode } from '../problem.ts';
import { stateOf } from '../request-state.ts';
import { routeParameter } from '../route-parameter.ts';
import { agentCalls } from './agents.ts';
import { bulkCall, type FailedOperation } from './bulk.ts';
import { scimCursors } from './cursors.ts';
import { LIST_SCHEMA, type Resource, resourceTypes, schemas, serviceProviderConfig } from './discovery.ts';
import { groupCalls } from './groups.ts';
import { type ResourceCalls, requestOf, type ScimAnswer, type ScimCall } from './requests.ts';
import { SCIM_TYPE, scimErrorOf, sendScimError } from './scim-error.ts';
import { userCalls } from './users.ts';

export type ScimDependencies = Omit<BearerDependencies, 'audience'> & {
  readonly issuer: string;
  readonly directories: Pick<DirectoryRegistry, 'get' | 'ofClient'>;
  readonly secrets: Pick<DirectorySecrets, 'find'>;
  readonly users: DirectoryUsers;
  readonly groups: DirectoryGroups;
  readonly agents: DirectoryAgents;
  readonly masterKey: Pick<MasterKey, 'seal' | 'open'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly brake: Pick<DeactivationBrake, 'contact'>;
  readonly audit: AuditLog;
  /** Counts a refusal of an unauthenticated caller (decision D18). */
  readonly countRefusal: CountRefusal;
  readonly log: ProblemLog;
};

const PAUSED: DirectoryReason = 'directory_deactivations_paused';
const SECRET_ENDED: DirectoryReason = 'directory_secret_ended';

type Handle = (call: ScimCall, ctx: Context, failed: FailedOperation) => Promise<ScimAnswer>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Handle>>>>>;

export const scimRouter = (deps: ScimDependencies): Router => {
  const base = scimApiOf(deps.issuer);
  const router = new Router({ prefix: SCIM_PATH, sensitive: true, strict: true });
  const serve = serving(deps, base);
  for (const [path, methods] of Object.entries(pathsOf(deps, base))) {
    for (const [method, handle] of Object.entries(methods)) router.register(path, [method], serve(path, handle));
    const allowed = Object.keys(methods).join(', ');
    router.all(
      path,
      serve(path, async (_, ctx) => {
        ctx.set('Allow', allowed);
        throw httpProblem('method_not_allowed', `This path has ${allowed}.`);
      }),
    );
  }
  router.all(
    '/{*rest}',
    serve('unknown', async () => {
      throw httpProblem('unknown_path', `See ${base}/ResourceTypes for what there is.`);
    }),
  );
  return router;
};

/** The paths of one type of resource. */
const pathsFor = (name: string, calls: ResourceCalls): Paths => ({
  [`${name}/.search`]: { POST: calls.search },
  [name]: { GET: calls.list, POST: calls.create },
  [`${name}/:id`]: { GET: calls.read, PUT: calls.replace, PATCH: calls.patch, DELETE: calls.remove },
});

const pathsOf = ({ users, groups, agents, masterKey, clock }: ScimDependencies, base: string): Paths => {
  const parts = { users, groups, agents, base, cursors: scimCursors(masterKey, clock) };
  const calls = { Users: userCalls(parts), Groups: groupCalls(parts), Agents: notInDryRun(agentCalls(parts)) };
  const bulk = bulkCall({ calls, base });
  const notDone: Handle = async () => {
    throw httpProblem('not_implemented', 'This server does not have this endpoint. See /ServiceProviderConfig.');
  };
  return {
    '/ServiceProviderConfig': { GET: async () => ({ status: 200, body: serviceProviderConfig(base) }) },
    '/ResourceTypes': { GET: discovered(resourceTypes(base)) },
    '/ResourceTypes/:id': { GET: discoveredOne(resourceTypes(base)) },
    '/Schemas': { GET: discovered(schemas(base)) },
    '/Schemas/:id': { GET: discoveredOne(schemas(base)) },
    // A search of all types would have two orders and two sets of attributes. §3.4.3 leaves it open.
    '/.search': { POST: notDone },
    ...pathsFor('/Users', calls.Users),
    ...pathsFor('/Groups', calls.Groups),
    ...pathsFor('/Agents', calls.Agents),
    '/Me': { GET: notDone, POST: notDone, PUT: notDone, PATCH: notDone, DELETE: notDone },
    '/Bulk': { POST: (call, _, failed) => bulk(call, failed) },
  };
};

/** A dry run previews users and groups: what would write other resources is refused. */
const notInDryRun = (calls: ResourceCalls): ResourceCalls => {
  const guarded =
    (call: ResourceCalls['create']): ResourceCalls['create'] =>
    async (given) => {
      if (given.directory.dryRunFrom !== undefined) throw directoryRefusal('directory_dry_run_of_agents');
      return call(given);
    };
  return {
    ...calls,
    ...{ create: guarded(calls.create), replace: guarded(calls.replace) },
    ...{ patch: guarded(calls.patch), remove: guarded(calls.remove) },
  };
};

/** §4: these lists have no pages, and a filter is forbidden. */
const discovered =
  (all: readonly Resource[]): Handle =>
  async ({ query }) => {
    if (query('filter') !== undefined) throw scimRefusal('scim_discovery_filtered');
    const counts = { totalResults: all.length, startIndex: 1, itemsPerPage: all.length };
    return { status: 200, body: { schemas: [LIST_SCHEMA], ...counts, Resources: all } };
  };

const discoveredOne =
  (all: readonly Resource[]): Handle =>
  async ({ id }) => {
    const found = all.find((one) => one['id'] === id);
    if (!found) throw httpProblem('unknown_path', 'There is nothing with this id.');
    return { status: 200, body: found };
  };

/** Order: token, scope, directory, act, answer. Every refusal of an authenticated client becomes one audit event (D18). */
const serving = (deps: ScimDependencies, base: string) => {
  const { directories, secrets, brake, audit, countRefusal, log } = deps;
  const authenticate = bearerToken({ ...deps, audience: base });

  const recordRefusal = async (
    ctx: Context,
    note: string,
    caller: string | undefined,
    error: unknown,
  ): Promise<void> => {
    const { requestId: request, source } = stateOf(ctx);
    const code = refusalCode(error) ?? (hasReason(error, PAUSED) ? 'unavailable' : undefined);
    if (code === undefined) return;
    if (caller === undefined) {
      await countRefusal({ reason: hasReason(error, SECRET_ENDED) ? SECRET_ENDED : code, source, request });
      return;
    }
    await audit.append({
      ...{ type: 'directory.refused', outcome: 'refused', caller, error: code, note, request },
      personal: { source },
    });
  };

  const failedOperation =
    (ctx: Context, caller: string): FailedOperation =>
    async (error, note) => {
      await recordRefusal(ctx, note, caller, error);
      return scimErrorOf(error, stateOf(ctx).requestId, log);
    };

  /** Also says who calls as soon as it is known, for the event of a refusal. */
  const byToken = async (ctx: Context, called: (caller: string) => void): Promise<Directory> => {
    const token = await authenticate(ctx);
    called(token.chain ? token.clientId : (token.subject ?? token.clientId));
    refuseActor(token);
    if (token.subject !== undefined) throw directoryRefusal('directory_token_of_person');
    requireScope(ctx, base, token, SCIM_SCOPE);
    const directory = await directories.ofClient(token.clientId);
    if (directory) return directory;
    challenge(ctx, base, 'Bearer');
    throw directoryRefusal('directory_unknown');
  };

  const active = async (id: string): Promise<Directory> => {
    const directory = (await directories.get(id))?.document;
    if (directory?.state === 'active') return directory;
    throw directoryRefusal('directory_unknown');
  };

  const ofSecret = async (value: string, called?: (caller: string) => void): Promise<Directory> => {
    const { directory: id, isLive } = await secrets.find(value);
    // It authenticates no more, so its refusals are counted: a former holder cannot fill the audit log.
    if (!isLive) throw directoryRefusal('directory_secret_ended');
    called?.(id);
    raisePriority('authenticated');
    return active(id);
  };

  const bySecret = async (ctx: Context, value: string, called: (caller: string) => void): Promise<Directory> => {
    try {
      return await ofSecret(value, called);
    } catch (error) {
      challenge(ctx, base, 'Bearer', { error: 'invalid_token' });
      throw error;
    }
  };

  const answer = (ctx: Context, { status, body, headers = {} }: ScimAnswer): void => {
    ctx.set(headers);
    ctx.status = status;
    ctx.body = body === undefined ? null : JSON.stringify(body);
    // Koa sets 204 for an empty body.
    ctx.status = status;
    if (body !== undefined) ctx.type = SCIM_TYPE;
  };

  return (path: string, handle: Handle) =>
    async (ctx: Context): Promise<void> => {
      ctx.set('Cache-Control', 'no-store');
      let caller: string | undefined;
      try {
        const [, value = ''] = /^bearer +(\S+)$/i.exec(ctx.get('authorization')) ?? [];
        const called = (by: string): void => {
          caller = by;
        };
        const isSecret = isDirectorySecret(value);
        const directory = await (isSecret ? bySecret(ctx, value, called) : byToken(ctx, called));
        caller = directory.id;
        const current = () => (isSecret ? ofSecret(value) : active(directory.id));
        await brake.contact(directory.id);
        const { requestId: request, source } = stateOf(ctx);
        const by = { caller, request, source };
        const call = { ...requestOf(ctx), directory, current, by, id: routeParameter(ctx, 'id') };
        answer(ctx, await handle(call, ctx, failedOperation(ctx, directory.id)));
      } catch (error) {
        try {
          await recordRefusal(ctx, `${ctx.method} ${path}`, caller, error);
          sendScimError(ctx, error, log);
        } catch (failure) {
          sendScimError(ctx, failure, log);
        }
      }
    };
};

const hasReason = (error: unknown, reason: DirectoryReason): boolean =>
  (error as { readonly reason?: unknown }).reason === reason;
