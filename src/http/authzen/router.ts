/**
 * The AuthZEN Authorization API 1.0 below `/access/v1`, and its metadata. Owns paths, statuses and the form of refusals
 * (§10.1). src/provider/client-authentication/resource-server-proofs.ts authenticates callers; domain/approvals/authzen
 * creates the responses. Mounted by src/http/app.ts.
 */
import { createHash } from 'node:crypto';
import Router from '@koa/router';
import type { Context } from 'koa';
import { readCall, type UseApproval } from '../../domain/approvals/approval-use.ts';
import type { AskedIn } from '../../domain/approvals/authzen/access-answer.ts';
import type { AccessDecisions } from '../../domain/approvals/authzen/access-decisions.ts';
import {
  readQuestion,
  readSearch,
  readTogether,
  SEARCHES,
  type Searched,
  type SearchQuestion,
} from '../../domain/approvals/authzen/access-question.ts';
import type { AccessRequests } from '../../domain/approvals/authzen/access-requests.ts';
import type { AccessSearch } from '../../domain/approvals/authzen/access-search.ts';
import type { RevocationFeed } from '../../domain/authority/revocation-feed/revocation-feed.ts';
import type { AskStepUp } from '../../domain/authority/step-ups/step-up-question.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import { isOutOfSpace, isStoreUnavailable, NO_SPACE } from '../../domain/ports/document-store.ts';
import type { ReportService } from '../../domain/resources/reports/report-service.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { cursors } from '../management/cursors.ts';
import { type JsonObject, readJsonBody } from '../management/json-body.ts';
import { httpProblem, type ProblemLog, refusalCode, refusalOf } from '../problem.ts';
import { type AnsweringDeps, answeringServers, askedIn, challenge } from './answering.ts';
import { REPORTS, reportRoutes } from './reports.ts';
import { REQUESTS, requestRoutes } from './requests.ts';
import { REVOCATIONS, revocationRoutes } from './revocations.ts';

type Dependencies = AnsweringDeps & {
  readonly decisions: AccessDecisions;
  readonly search: AccessSearch;
  readonly useApproval: UseApproval;
  readonly askStepUp: AskStepUp;
  readonly requests: AccessRequests;
  readonly feed: RevocationFeed;
  readonly reports: ReportService;
  readonly pollIntervalSeconds: number;
  /** Seals the page tokens of search results. */
  readonly masterKey: Pick<MasterKey, 'seal' | 'open'>;
};

const EVALUATION = '/access/v1/evaluation';
const EVALUATIONS = '/access/v1/evaluations';
const searchPath = (searched: Searched): string => `/access/v1/search/${searched}`;
/** Beside the API: an endpoint at which a resource server uses an approval up (docs/how-to/approvals.md). */
const APPROVAL_USES = '/access/v1/approval-uses';
/** Beside the API: what a resource server asks when a sign-in is not enough (decision 38). */
const STEP_UPS = '/access/v1/step-ups';
const METADATA = '/.well-known/authzen-configuration';

type Answerer = (server: ResourceServer, body: JsonObject, by: AskedIn) => Promise<unknown>;

export const accessRouter = (dependencies: Dependencies): Router => {
  const { issuer, decisions, log } = dependencies;
  const answering = answeringServers(dependencies);
  const pages = cursors(dependencies.masterKey);
  const metadata = JSON.stringify(metadataOf(issuer));

  const evaluation: Answerer = (server, body, by) => decisions.answer(server, readQuestion(body), by);

  const evaluations: Answerer = async (server, body, by) => {
    const asked = readTogether(body);
    if ('one' in asked) return decisions.answer(server, asked.one, by);
    return { evaluations: await decisions.answerAll(server, asked.semantic, asked.items, by) };
  };

  const searching =
    (searched: Searched): Answerer =>
    async (server, body, by) => {
      const asked = readSearch(searched, body);
      // A page token is valid only for the search that it was created for (§8.2.1).
      const place = `access-search/${searched}/${digestOf(asked)}`;
      const after = asked.token === undefined ? undefined : pages.open(place, server.id, asked.token);
      const { results, next } = await dependencies.search(searched, server, asked, after, by);
      return { page: { next_token: next ? pages.seal(place, server.id, next) : '', count: results.length }, results };
    };

  const router = new Router({ sensitive: true, strict: true });
  router.get(METADATA, async (ctx) => {
    ctx.body = metadata;
    ctx.type = 'application/json';
    ctx.set('Cache-Control', 'public, max-age=300');
  });
  const answerers: Readonly<Record<string, Answerer>> = {
    [EVALUATION]: evaluation,
    [EVALUATIONS]: evaluations,
    [APPROVAL_USES]: (server, body, by) => dependencies.useApproval(server, readCall(body), by.request),
    [STEP_UPS]: (server, body) => dependencies.askStepUp(server, body),
    ...Object.fromEntries(SEARCHES.map((searched) => [searchPath(searched), searching(searched)])),
  };
  for (const [path, answer] of Object.entries(answerers)) {
    router.post(
      path,
      answering(sendError, async (server, ctx, by) => ({ body: await answer(server, await readJsonBody(ctx), by) })),
    );
    router.all(path, async (ctx) => {
      ctx.set('Allow', 'POST');
      sendError(ctx, httpProblem('method_not_allowed', 'This path has POST.'), issuer, log);
    });
  }
  requestRoutes(router, { ...dependencies, answering });
  revocationRoutes(router, { ...dependencies, answering, sendError });
  reportRoutes(router, { ...dependencies, answering });
  return router;
};

/** §9.1 */
const metadataOf = (issuer: string) => ({
  policy_decision_point: issuer,
  access_evaluation_endpoint: `${issuer}${EVALUATION}`,
  access_evaluations_endpoint: `${issuer}${EVALUATIONS}`,
  approval_use_endpoint: `${issuer}${APPROVAL_USES}`,
  access_request_endpoint: `${issuer}${REQUESTS}`,
  revocation_feed_endpoint: `${issuer}${REVOCATIONS}`,
  report_endpoint: `${issuer}${REPORTS}`,
  step_up_endpoint: `${issuer}${STEP_UPS}`,
  capabilities: ['urn:openid:authzen:capability:access-request'],
  ...Object.fromEntries(
    SEARCHES.map((searched) => [`search_${searched}_endpoint`, `${issuer}${searchPath(searched)}`]),
  ),
});

const digestOf = ({ token: _, limit: __, ...entities }: SearchQuestion): string =>
  createHash('sha256').update(JSON.stringify(entities)).digest('base64url');

/** The body is only a message (§10.1.2). */
const sendError = (ctx: Context, error: unknown, issuer: string, log: ProblemLog): void => {
  const { status, message, retryAfterSeconds } = errorOf(error);
  if (status >= 500) log(askedIn(ctx).request, error);
  if (status === 401) challenge(ctx, issuer);
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  ctx.status = status;
  ctx.body = message;
  ctx.type = 'text/plain; charset=utf-8';
};

const errorOf = (
  error: unknown,
): { readonly status: number; readonly message: string; readonly retryAfterSeconds?: number | undefined } => {
  if (refusalCode(error) !== undefined) {
    const { status, detail = 'This is refused.' } = refusalOf(error);
    const retryAfterSeconds = isDomainError(error) ? error.retryAfterSeconds : undefined;
    return { status, message: detail, retryAfterSeconds };
  }
  if (isStoreUnavailable(error) || (isDomainError(error) && error.code === 'unavailable')) {
    return isOutOfSpace(error)
      ? { status: 503, ...NO_SPACE }
      : { status: 503, message: 'This cannot be decided right now.', retryAfterSeconds: 5 };
  }
  return { status: 500, message: 'Something failed here.' };
};
