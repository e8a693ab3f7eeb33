import type { Context } from 'koa';
import type { AuditLog } from '../../domain/audit/audit-event.ts';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import { refusedDecision } from '../../domain/audit/refused-decision.ts';
import { inTransaction } from '../../domain/audit/transaction-context.ts';
import type { FreshFactor } from '../../domain/identity/accounts/fresh-factor.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import type { IssuedToken } from '../../domain/ports/issued-tokens.ts';
import type { LocalProofs } from '../../domain/ports/local-proofs.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import {
  type BearerDependencies,
  bearerToken,
  challenge,
  challengeToSignIn,
  refuseActor,
  requireScope,
} from '../authentication/bearer-token.ts';
import { sendChunks, sendLines } from '../line-answer.ts';
import { httpProblem, invalidFields, type ProblemLog, refusalCode } from '../problem.ts';
import { stateOf } from '../request-state.ts';
import { routeParameter } from '../route-parameter.ts';
import { bodyLines, checkLinesType } from './body-lines.ts';
import type { Answer, Call } from './call.ts';
import { cursors } from './cursors.ts';
import { type JsonObject, readJsonBody } from './json-body.ts';
import { managementRefusal } from './management-refusals.ts';
import { type Access, accessOf, type Caller, type CallerLookup, callerOf, isApp } from './permissions.ts';
import { type PolicyCheck, targetOf } from './policy-check.ts';
import type { Handler } from './resource.ts';
import { routeEntries } from './resource-table.ts';
import type { Io, Route, RouteDeclaration } from './route.ts';
import { inputChecks } from './validation.ts';
import { fromWire } from './wire-names.ts';

export type CallDependencies = Omit<BearerDependencies, 'audience'> & {
  readonly issuer: string;
  readonly lookup: CallerLookup;
  readonly audit: AuditLog;
  readonly checkPolicy: PolicyCheck;
  readonly requireFreshFactor: FreshFactor;
  /** Absent for a server without a data folder. */
  readonly localProofs?: LocalProofs;
  /** Counts a refusal of an unauthenticated caller (decision D18). */
  readonly countRefusal: CountRefusal;
  /** Seals cursors. */
  readonly masterKey: Pick<MasterKey, 'seal' | 'open'>;
  readonly log: ProblemLog;
};

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Serves one route as middleware. The order is: token, scope, role, second factor, policy, input, act, answer. Every refusal
 * of an authenticated caller becomes one audit event before the response leaves (decision D18).
 */
export const serveCall = <T extends Io>(
  operation: string,
  route: Route<T>,
  handle: Handler<T>,
  dependencies: CallDependencies,
): ((ctx: Context) => Promise<void>) => {
  const { issuer, audit, checkPolicy, requireFreshFactor, countRefusal, lookup, log } = dependencies;
  const audience = managementApiOf(issuer);
  const authenticate = bearerToken({ ...dependencies, audience });
  const checks = inputChecks(route);
  const places = cursors(dependencies.masterKey);

  const recordRefusal = async (
    ctx: Context,
    { code, caller, txn }: { readonly code: string; readonly caller: string; readonly txn: string | undefined },
    error: unknown,
  ): Promise<void> => {
    const { request, source } = byOf(ctx, caller);
    await audit.append({
      ...(txn === undefined ? {} : { txn }),
      type: 'management.refused',
      outcome: 'refused',
      caller,
      error: code,
      note: operation,
      ...targetOf(route, idOf(ctx)),
      ...(request === undefined ? {} : { request }),
      ...(source === undefined ? {} : { personal: { source } }),
      ...(isDomainError(error) ? refusedDecision(error) : {}),
    });
  };

  const countUnknown = async (ctx: Context, reason: string): Promise<void> => {
    const { source = 'unknown', request = 'unknown' } = byOf(ctx, '');
    await countRefusal({ reason, source, request });
  };

  /** Uses up and records the proof, even if the call fails later. */
  const isOnThisMachine = async (ctx: Context, caller: Caller): Promise<boolean> => {
    const secret = ctx.get('behalf-local-proof');
    if (secret === '' || caller.kind !== 'client') return false;
    if (!(await dependencies.localProofs?.take(secret, caller.id))) return false;
    const { request, source } = byOf(ctx, caller.id);
    await audit.append({
      type: 'management.local_proof',
      outcome: 'done',
      caller: caller.id,
      note: operation,
      ...targetOf(route, idOf(ctx)),
      ...(request === undefined ? {} : { request }),
      ...(source === undefined ? {} : { personal: { source } }),
    });
    return true;
  };

  const readCall = async (ctx: Context, caller: Caller, access: Access, by: By): Promise<Call<T>> => {
    const id = idOf(ctx);
    const [credential, instance] = [routeParameter(ctx, 'credential'), routeParameter(ctx, 'instance')];
    const isThere = (name: string, value: string, form = ID): boolean =>
      !route.path.includes(`{${name}}`) || form.test(value);
    if (!isThere('id', id, route.ids) || !isThere('credential', credential) || !isThere('instance', instance)) {
      throw documentRefusal('object_not_found');
    }
    const { cursor, ...query } = checks.query(ctx.query);
    const isVersioned = route.ifMatch === true || (route.ifMatch === 'may' && ctx.get('if-match') !== '');
    const version = isVersioned ? versionOf(ctx) : 0;
    const idempotencyKey = route.repeatable === undefined ? undefined : keyOf(ctx);
    if (route.lines) checkLinesType(ctx);
    const sent = route.body === undefined || route.lines ? {} : await readJsonBody(ctx, route.largestBody);
    const body = checks.body(sent);
    if (route.ifMatch) checkId(sent, id);
    return {
      id,
      credential,
      ...(instance === '' ? {} : { instance }),
      query,
      ...(cursor === undefined ? {} : { after: places.open(operation, caller.id, cursor) }),
      body: fromWire(body, route.ifMatch ? 'id' : undefined),
      version,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(route.lines ? { lines: bodyLines(ctx) } : {}),
      caller,
      access,
      by,
    };
  };

  const serve = async (ctx: Context, token: IssuedToken): Promise<void> => {
    refuseActor(token);
    if (route.scope !== undefined) requireScope(ctx, audience, token, route.scope.name);
    const caller = await callerOf(token, lookup);
    const access = accessAt(route, caller, idOf(ctx));
    if (route.isServedFromReserve) raisePriority('essential');
    const by = {
      ...byOf(ctx, caller.id),
      ...(caller.account === undefined ? {} : { account: caller.account }),
      ...(caller.formerAccounts === undefined ? {} : { formerAccounts: caller.formerAccounts }),
      ...(access === 'all' && route.roles.length > 0 ? { isByRole: true } : {}),
      ...(caller.roles.includes('administrator') ? { isAdministrator: true as const } : {}),
      ...(token.assurance ? { assurance: token.assurance } : {}),
      ...((token.jkt ?? token.x5t) === undefined ? {} : { isBound: true }),
      ...(token.composition === undefined ? {} : { composition: token.composition }),
      ...((await isOnThisMachine(ctx, caller)) ? { isOnThisMachine: true as const } : {}),
    };
    if (route.freshFactor === true || (route.freshFactor && caller.kind === 'account')) requireFreshFactor(by);
    const recordPermit = await checkPolicy(operation, route, { id: idOf(ctx), caller, by });
    const call = await readCall(ctx, caller, access, by);
    await recordPermit();
    const answer = await handle(call);
    const failed = (error: unknown): void => log(stateOf(ctx).requestId, error);
    if (answer.archive) {
      await sendChunks(ctx, answer.archive.bytes, { type: 'application/zip', failed });
      ctx.set('Content-Disposition', `attachment; filename="${answer.archive.name}"`);
    } else if (answer.lines) {
      await sendLines(ctx, answer.lines, { end: '\n', type: 'application/x-ndjson', failed });
    } else send(ctx, route, audience, answer, answer.next && places.seal(operation, caller.id, answer.next));
  };

  return async (ctx) => {
    let known: string | undefined;
    let txn: string | undefined;
    try {
      if (route.isProvenByBody) {
        const itself: Caller = { kind: 'client', id: idOf(ctx), name: '', roles: [], scope: [] };
        return send(ctx, route, audience, await handle(await readCall(ctx, itself, 'all', byOf(ctx, itself.id))));
      }
      const token = await authenticate(ctx);
      known = token.chain ? token.clientId : (token.subject ?? token.clientId);
      txn = token.txn;
      await inTransaction(txn, () => serve(ctx, token));
    } catch (error) {
      const code = refusalCode(error);
      if (code !== undefined)
        await (known === undefined ? countUnknown(ctx, code) : recordRefusal(ctx, { code, caller: known, txn }, error));
      if (code === 'forbidden' && !ctx.response.get('WWW-Authenticate')) challenge(ctx, audience, 'Bearer');
      if (code === 'insufficient_user_authentication') challengeToSignIn(ctx, audience, error);
      throw error;
    }
  };
};

/** Paths of nouns of which a GET serves each object by its id. */
const SERVED_BY_ID = new Set(
  routeEntries().flatMap(([, { method, path }]) => (method === 'GET' ? (/^(.+)\/\{\w+\}$/.exec(path)?.[1] ?? []) : [])),
);

const send = (ctx: Context, route: RouteDeclaration, base: string, answer: Answer, nextCursor?: string): void => {
  ctx.status = answer.status ?? route.status;
  if (answer.version !== undefined) ctx.set('ETag', `"${answer.version}"`);
  if (route.status === 204) {
    ctx.body = null;
    return;
  }
  const body: object = nextCursor === undefined ? (answer.body ?? {}) : { ...answer.body, next: nextCursor };
  const path = route.path.replace('{id}', idOf(ctx));
  if (route.status === 201 && SERVED_BY_ID.has(route.path))
    ctx.set('Location', `${base}${path}/${Reflect.get(body, 'id')}`);
  ctx.body = JSON.stringify(body);
  ctx.type = 'application/json';
};

/** 1 to 128 visible characters, chosen by the caller; undefined when none was sent. */
const keyOf = (ctx: Context): string | undefined => {
  const given = ctx.get('idempotency-key');
  if (given === '') return undefined;
  if (!/^[\x21-\x7e]{1,128}$/.test(given)) {
    throw managementRefusal('idempotency_key_not_visible');
  }
  return given;
};

/** The version in `If-Match` (RFC 9110 §13.1.1): one strong tag, like our ETag. */
const versionOf = (ctx: Context): number => {
  const given = ctx.get('if-match');
  if (given === '') {
    throw httpProblem('precondition_required', 'Send the ETag of the version you read as If-Match.');
  }
  const [, version] = /^"([1-9][0-9]{0,14})"$/.exec(given.trim()) ?? [];
  if (version === undefined) {
    throw managementRefusal('etag_unknown');
  }
  return Number(version);
};

/** MG-02: refuses an id in the body that differs from the path, since the caller means another object. */
const checkId = ({ id: given }: JsonObject, id: string): void => {
  if (given !== undefined && given !== id) {
    throw invalidFields([{ pointer: '/id', detail: 'The id in the body is not the one of the path.' }]);
  }
};

const byOf = (ctx: Context, caller: string): By => {
  const { requestId: request, source } = stateOf(ctx);
  return { caller, request, source };
};

const idOf = (ctx: Context): string => routeParameter(ctx, 'id');

const accessAt = ({ roles, own, self, agents, apps }: RouteDeclaration, caller: Caller, id: string): Access => {
  if (agents && caller.kind === 'client' && caller.id.startsWith('agt_')) return 'own';
  if (apps && isApp(caller)) return 'own';
  if (agents && roles.length === 0) throw managementRefusal('agent_needed');
  if (roles.length === 0) return 'all';
  return self && caller.id === id ? 'own' : accessOf(caller, roles, own === true);
};
