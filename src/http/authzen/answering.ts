import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { AskedIn } from '../../domain/approvals/authzen/access-answer.ts';
import type { AccessDecisions } from '../../domain/approvals/authzen/access-decisions.ts';
import { isAccessRequestProblem } from '../../domain/approvals/authzen/access-request-problem.ts';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { type ProblemLog, refusalCode } from '../problem.ts';
import { stateOf } from '../request-state.ts';

export type AnsweringDeps = {
  readonly issuer: string;
  /** Throws DomainError 'unauthenticated' or 'too_many_requests'. */
  readonly authenticate: (request: IncomingMessage) => Promise<ResourceServer>;
  readonly decisions: Pick<AccessDecisions, 'recordRefusal'>;
  /** Counts a refusal of an unauthenticated caller (decision D18). */
  readonly countRefusal: CountRefusal;
  readonly log: ProblemLog;
};

export type Answered = {
  readonly body: unknown;
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

export type SendError = (ctx: Context, error: unknown, issuer: string, log: ProblemLog) => void;

/**
 * Creates the handler of one endpoint. `answer` gets the authenticated resource server; `send` writes an error in the
 * endpoint's format. Without a result, `answer` has begun the response itself.
 */
export type Answering = (
  send: SendError,
  answer: (server: ResourceServer, ctx: Context, by: AskedIn) => Promise<Answered | undefined>,
) => (ctx: Context) => Promise<void>;

/** The request id by which a caller recognises a response. A longer id, or one with other characters, is not sent back. */
const REQUEST_ID = /^[\x21-\x7e]{1,256}$/;

/** Answers authenticated resource servers in JSON. Records a refusal before the response leaves. */
export const answeringServers =
  ({ issuer, authenticate, decisions, countRefusal, log }: AnsweringDeps): Answering =>
  (send, answer) =>
  async (ctx) => {
    const by = askedIn(ctx);
    ctx.set('Cache-Control', 'no-store');
    const given = ctx.get('x-request-id');
    if (REQUEST_ID.test(given)) ctx.set('X-Request-ID', given);
    let known: ResourceServer | undefined;
    try {
      known = await authenticate(ctx.req);
      const answered = await answer(known, ctx, by);
      if (!answered) return;
      const { body, status = 200, headers = {} } = answered;
      ctx.set(headers);
      ctx.status = status;
      ctx.body = JSON.stringify(body);
      ctx.type = 'application/json';
    } catch (error) {
      try {
        const code = isAccessRequestProblem(error) ? error.code : refusalCode(error);
        if (code !== undefined) {
          await (known ? decisions.recordRefusal(known, code, by) : countRefusal({ reason: code, ...by }));
        }
        send(ctx, error, issuer, log);
      } catch (failure) {
        send(ctx, failure, issuer, log);
      }
    }
  };

/** The authentication methods for callers. */
export const challenge = (ctx: Context, issuer: string): void =>
  ctx.set('WWW-Authenticate', `Basic realm="${issuer}", Bearer realm="${issuer}"`);

export const askedIn = (ctx: Context): AskedIn => {
  const { requestId, source } = stateOf(ctx);
  return { request: requestId, source };
};
