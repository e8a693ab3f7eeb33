/**
 * The management API below `/api/v1`: the operations of resource-table.ts. serve-call.ts owns the steps of a call; the domain
 * owns validity. Mounted by src/http/app.ts.
 */

import Router from '@koa/router';
import type { Context } from 'koa';
import type { ServerUse } from '../../domain/authority/decision/server-use.ts';
import { MANAGEMENT_PATH } from '../../domain/vocabulary/management-api.ts';
import { httpProblem, type ProblemLog, sendProblem } from '../problem.ts';
import { openApiDocument } from './openapi.ts';
import { methodsAt, operationAt } from './operation-paths.ts';
import { policyCheck } from './policy-check.ts';
import {
  type OperationHandlers,
  type OperationId,
  operationHandlers,
  type ResourceDependencies,
  routeOf,
} from './resource-table.ts';
import { type CallDependencies, serveCall } from './serve-call.ts';

export type ManagementDependencies = Omit<CallDependencies, 'lookup' | 'checkPolicy'> &
  ResourceDependencies & { readonly serverUse: Pick<ServerUse, 'administer'> };

/** `handlers`: existing handlers of the same dependencies, if there are any. */
export const managementRouter = (
  dependencies: ManagementDependencies,
  handlers: OperationHandlers = operationHandlers(dependencies),
): Router => {
  const { issuer, accounts, clients, audit, log } = dependencies;
  const checkPolicy = policyCheck({ use: dependencies.serverUse, audit });
  const lookup = {
    account: async (id: string) => (await accounts.get(id))?.document,
    client: async (id: string) => (await clients.get(id))?.document,
  };

  const router = new Router({ prefix: MANAGEMENT_PATH, sensitive: true, strict: true });
  let document: string | undefined;
  router.get(
    '/openapi.json',
    answering(log, async (ctx) => {
      document ??= JSON.stringify(openApiDocument(issuer));
      ctx.body = document;
      ctx.type = 'application/json';
    }),
  );
  const serving = new Map<OperationId, (ctx: Context) => Promise<void>>();
  const serve = <Id extends OperationId>(operation: Id): ((ctx: Context) => Promise<void>) => {
    const known = serving.get(operation);
    if (known) return known;
    const made = serveCall(operation, routeOf(operation), handlers[operation], {
      ...dependencies,
      lookup,
      checkPolicy,
    });
    serving.set(operation, made);
    return made;
  };
  router.all(
    '/{*rest}',
    answering(log, async (ctx) => {
      const path = ctx.path.slice(MANAGEMENT_PATH.length);
      const found = operationAt(ctx.method, path);
      if (!found) return refuseUnknown(ctx, methodsAt(path));
      Reflect.set(ctx, 'params', found.parameters);
      await serve(found.operation)(ctx);
    }),
  );
  return router;
};

const answering = (log: ProblemLog, act: (ctx: Context) => Promise<void>) => async (ctx: Context) => {
  ctx.set('Cache-Control', 'no-store');
  try {
    await act(ctx);
  } catch (error) {
    sendProblem(ctx, error, log);
  }
};

const refuseUnknown = (ctx: Context, methods: readonly string[]): never => {
  if (methods.length === 0) throw httpProblem('unknown_path', `See ${MANAGEMENT_PATH}/openapi.json for what there is.`);
  ctx.set('Allow', methods.join(', '));
  throw httpProblem('method_not_allowed', `This path has ${methods.join(' and ')}.`);
};
