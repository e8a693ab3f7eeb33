/**
 * Reports of resource servers at `/access/v1/reports`. Owns path, statuses and the form of results.
 * domain/resources/reports owns what a report is and that it is recorded once. Mounted by router.ts.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { MOST_BODY_BYTES } from '../../domain/resources/reports/report.ts';
import type { ReportResult, ReportService } from '../../domain/resources/reports/report-service.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { readJsonBody } from '../management/json-body.ts';
import { httpProblem, type ProblemLog, refusalOf, sendProblem } from '../problem.ts';
import { type Answering, challenge, type SendError } from './answering.ts';

export const REPORTS = '/access/v1/reports';

export const reportRoutes = (
  router: Router,
  {
    reports,
    answering,
    issuer,
    log,
  }: {
    readonly reports: ReportService;
    readonly answering: Answering;
    readonly issuer: string;
    readonly log: ProblemLog;
  },
): void => {
  router.post(
    REPORTS,
    answering(send, async (server, ctx, { request }) => {
      const results = await reports.submit(server, await readJsonBody(ctx, MOST_BODY_BYTES), request);
      return { body: { results: results.map(shown) } };
    }),
  );
  router.all(REPORTS, async (ctx) => {
    ctx.set('Allow', 'POST');
    send(ctx, httpProblem('method_not_allowed', 'This path has POST.'), issuer, log);
  });
};

/** A refusal has the reason and the member at fault, as a problem document does. */
const shown = (result: ReportResult) => {
  if (result.status !== 'refused') return result;
  const { refusal, ...others } = result;
  const { detail, errors } = refusalOf(refusal);
  return { ...others, reason: refusal.reason, detail, ...(errors ? { errors } : {}) };
};

/** RFC 9457. */
const send: SendError = (ctx: Context, error, issuer, log) => {
  if (isDomainError(error) && error.code === 'unauthenticated') challenge(ctx, issuer);
  sendProblem(ctx, error, log);
};
