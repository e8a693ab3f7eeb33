/**
 * Where trusted transmitters send: security event tokens by push (RFC 8935) to `POST /signals/events`, and global token revocations
 * (draft-parecki-oauth-global-token-revocation) to `POST /signals/revocations`. Owns authentication and the form of requests and
 * responses; domain/signals/receiver decides. Mounted by src/http/app.ts.
 */

import Router from '@koa/router';
import type { Context } from 'koa';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import type { SetError } from '../../domain/signals/receiver/received-set.ts';
import type { SignalReceiver } from '../../domain/signals/receiver/signal-receiver.ts';
import type { Transmitter } from '../../domain/signals/receiver/transmitter.ts';
import { transmitterRefusal } from '../../domain/signals/receiver/transmitter-refusals.ts';
import type { TransmitterRegistry } from '../../domain/signals/receiver/transmitter-registry.ts';
import { type SubjectIdentifier, subjectIdentifierOf } from '../../domain/signals/subject-identifiers.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { readBytes, readJsonBody } from '../management/json-body.ts';
import { type ProblemLog, problemOf, refusalCode } from '../problem.ts';
import { stateOf } from '../request-state.ts';

export type SignalReceiverDependencies = {
  readonly transmitters: Pick<TransmitterRegistry, 'ofSecret'>;
  readonly signals: Pick<SignalReceiver, 'receive' | 'malformed' | 'revokeAll'>;
  /** Counts a refusal of an unauthenticated sender (decision D18). */
  readonly countRefusal: CountRefusal;
  readonly log: ProblemLog;
};

const MOST_BYTES = 16_384;
const SET_TYPE = /^application\/secevent\+jwt\s*(?:;|$)/i;
const SECRET = /^bearer +([\w.-]{1,300})$/i;

type SetAnswer = { readonly err: SetError; readonly description: string };

export const signalReceiverRouter = (deps: SignalReceiverDependencies): Router => {
  const { transmitters, signals, countRefusal, log } = deps;
  const router = new Router({ prefix: '/signals', sensitive: true, strict: true });

  const senderOf = async (ctx: Context): Promise<Transmitter | undefined> => {
    const [, secret = ''] = SECRET.exec(ctx.get('authorization')) ?? [];
    const found = secret === '' ? undefined : await transmitters.ofSecret(secret);
    if (found) {
      raisePriority('authenticated');
      return found;
    }
    const { source, requestId: request } = stateOf(ctx);
    await countRefusal({ reason: 'signals authentication', source, request });
    return undefined;
  };

  /** RFC 8935 §2.2 and §2.3. */
  router.post('/events', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const { source, requestId: request } = stateOf(ctx);
    try {
      const refusal = await received(ctx, await senderOf(ctx), {
        receive: (text, sender) => signals.receive(text, sender, { source, request }),
        malformed: (sender) => signals.malformed(sender, { source, request }),
      });
      if (refusal) sendJson(ctx, refusal);
      else ctx.body = null;
      // After the body: Koa answers an empty one with 204.
      ctx.status = refusal ? 400 : 202;
    } catch (error) {
      if (isDomainError(error) && error.code === 'forbidden') {
        ctx.status = 400;
        sendJson(ctx, { err: 'access_denied', description: error.message } satisfies SetAnswer);
      } else sendProblem(ctx, error, log);
    }
  });

  router.post('/revocations', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const { source, requestId: request } = stateOf(ctx);
    try {
      const sender = await senderOf(ctx);
      if (!sender) {
        ctx.set('WWW-Authenticate', 'Bearer');
        throw transmitterRefusal('transmitter_unauthenticated');
      }
      const subject = await subjectIn(ctx).catch(async (error: unknown) => {
        if (isMalformed(error)) await signals.malformed(sender, { source, request });
        throw error;
      });
      await signals.revokeAll(subject, sender, { source, request });
      ctx.status = 204;
    } catch (error) {
      sendProblem(ctx, error, log);
    }
  });

  for (const path of ['/events', '/revocations']) {
    router.all(path, (ctx) => {
      ctx.status = 405;
      ctx.set('Allow', 'POST');
      sendJson(ctx, { error: 'method_not_allowed', error_description: 'this path has POST' });
    });
  }
  return router;
};

/** Whether a request is of the wrong form. Neither a connection that broke off nor a failure of this server is. */
const isMalformed = (error: unknown): boolean =>
  refusalCode(error) !== undefined && !(isDomainError(error) && error.reason === 'body_incomplete');

const subjectIn = async (ctx: Context): Promise<SubjectIdentifier> => {
  const { sub_id: given, ...others } = await readJsonBody(ctx, MOST_BYTES);
  const subject = Object.keys(others).length === 0 ? subjectIdentifierOf(given) : undefined;
  if (!subject) throw transmitterRefusal('revocation_subject_malformed', { field: '/sub_id' });
  return subject;
};

type Calls = {
  readonly receive: (
    text: string,
    sender: Transmitter,
  ) => Promise<{ readonly err: SetError; readonly why: string } | undefined>;
  /** Records that the request has another form. */
  readonly malformed: (sender: Transmitter) => Promise<void>;
};

/** Reads the SET of a sender. Answers before it reads where the sender is unknown. */
const received = async (
  ctx: Context,
  sender: Transmitter | undefined,
  { receive, malformed }: Calls,
): Promise<SetAnswer | undefined> => {
  if (!sender) {
    return { err: 'authentication_failed', description: transmitterRefusal('transmitter_unauthenticated').message };
  }
  if (!SET_TYPE.test(ctx.get('content-type')) || ctx.get('content-encoding') !== '') {
    await malformed(sender);
    return { err: 'invalid_request', description: 'Send the body as application/secevent+jwt.' };
  }
  const text = await textOf(ctx);
  if (text === undefined) {
    await malformed(sender);
    return { err: 'invalid_request', description: `A security event token has at most ${MOST_BYTES} bytes.` };
  }
  const refusal = await receive(text, sender);
  if (!refusal) return undefined;
  const { message: description } = transmitterRefusal('set_refused', { params: { why: refusal.why } });
  return { err: refusal.err, description };
};

/** Undefined: it is too long. Throws 'invalid_request' when its sender broke off. */
const textOf = async (ctx: Context): Promise<string | undefined> => {
  try {
    return (await readBytes(ctx, MOST_BYTES)).toString('latin1');
  } catch (error) {
    if (!isMalformed(error)) throw error;
    return undefined;
  }
};

const sendJson = (ctx: Context, body: object): void => {
  ctx.body = JSON.stringify(body);
  ctx.type = 'application/json';
};

const sendProblem = (ctx: Context, error: unknown, log: ProblemLog): void => {
  const { requestId } = stateOf(ctx);
  const problem = problemOf(error, requestId);
  if (problem.status >= 500) log(requestId, error);
  if (problem.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(problem.retryAfterSeconds));
  ctx.status = problem.status;
  const { status, title, detail } = problem;
  ctx.body = JSON.stringify({ title, status, ...(detail === undefined ? {} : { detail }) });
  ctx.type = 'application/problem+json';
};
