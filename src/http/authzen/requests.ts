/**
 * Access requests below `/access/v1/requests` (AuthZEN Access Request and Approval Profile 1.0). Owns paths, statuses,
 * headers and problem documents. domain/approvals/authzen owns the request and its outcome. Mounted by router.ts.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  type AccessRequestProblemCode,
  isAccessRequestProblem,
} from '../../domain/approvals/authzen/access-request-problem.ts';
import { accessRequestRefusal } from '../../domain/approvals/authzen/access-request-refusals.ts';
import type { AccessRequests, AnsweredTask } from '../../domain/approvals/authzen/access-requests.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { readJsonBody } from '../management/json-body.ts';
import { httpProblem, type ProblemLog, sendProblem } from '../problem.ts';
import { type Answered, type Answering, askedIn, challenge } from './answering.ts';

export const REQUESTS = '/access/v1/requests';

/** The form of the name that a caller may give a submission. */
const KEY = /^[\x21-\x7e]{1,255}$/;
const PROBLEM = 'urn:openid:authzen:access-request:error:';
const PROBLEMS: Readonly<Record<AccessRequestProblemCode, readonly [status: number, title: string]>> = {
  not_requestable: [400, 'Access is not requestable'],
  invalid_denial_binding: [400, 'The request is not bound to a denied evaluation'],
  expired_denial: [410, 'The denied evaluation is too old to ask about'],
  duplicate_request: [409, 'The Idempotency-Key was used for another request'],
  unknown_task: [404, 'There is no such task'],
  task_expired: [410, 'The task is over'],
  invalid_task_state: [409, 'The task is decided or over'],
};

export const requestRoutes = (
  router: Router,
  {
    requests,
    answering,
    issuer,
    log,
    pollIntervalSeconds,
  }: {
    readonly requests: AccessRequests;
    readonly answering: Answering;
    readonly issuer: string;
    readonly log: ProblemLog;
    readonly pollIntervalSeconds: number;
  },
): void => {
  const waiting = ({ shown, isOver }: AnsweredTask): Answered => ({
    body: shown,
    ...(isOver ? {} : { headers: { 'Retry-After': String(pollIntervalSeconds) } }),
  });

  const only = (path: string, methods: string): void => {
    router.all(path, async (ctx) => {
      ctx.set('Allow', methods);
      send(ctx, httpProblem('method_not_allowed', `This path has ${methods}.`), issuer, log);
    });
  };

  router.post(
    REQUESTS,
    answering(send, async (server, ctx, { request }) => {
      const key = ctx.get('idempotency-key');
      if (key !== '' && !KEY.test(key)) {
        throw accessRequestRefusal('idempotency_key_malformed', { field: 'Idempotency-Key' });
      }
      const answered = await requests.submit(server, await readJsonBody(ctx), {
        request,
        ...(key === '' ? {} : { key }),
      });
      const { headers, body } = waiting(answered);
      const { status_endpoint: Location } = answered.shown.task;
      return { body, status: answered.isOver ? 201 : 202, headers: { ...headers, Location } };
    }),
  );
  only(REQUESTS, 'POST');

  router.get(
    `${REQUESTS}/:task`,
    answering(send, async (server, ctx) => waiting(await requests.status(server, idIn(ctx)))),
  );
  only(`${REQUESTS}/:task`, 'GET');

  router.post(
    `${REQUESTS}/:task/cancel`,
    answering(send, async (server, ctx, { request }) => {
      // Accepts a reason and a comment from the caller, but does not store them.
      if (Number(ctx.get('content-length') || 0) > 0) await readJsonBody(ctx);
      return waiting(await requests.cancel(server, idIn(ctx), request));
    }),
  );
  only(`${REQUESTS}/:task/cancel`, 'POST');
};

const idIn = (ctx: Context): string => String((ctx as { params?: Record<string, unknown> }).params?.['task'] ?? '');

/** RFC 9457, with the problem types of the profile if it defines one. */
const send = (ctx: Context, error: unknown, issuer: string, log: ProblemLog): void => {
  if (isDomainError(error) && error.code === 'unauthenticated') challenge(ctx, issuer);
  if (!isAccessRequestProblem(error)) {
    sendProblem(ctx, error, log);
    return;
  }
  const [status, title] = PROBLEMS[error.code];
  const instance = `urn:behalf:request:${askedIn(ctx).request}`;
  ctx.status = status;
  ctx.body = JSON.stringify({ type: `${PROBLEM}${error.code}`, title, status, detail: error.message, instance });
  ctx.type = 'application/problem+json';
};
