/**
 * The endpoints of the Shared Signals transmitter below `/ssf/v1` (SSF 1.0 §8, RFC 8936), and its metadata. Owns paths,
 * authentication of the receiver, and the audit event of each refusal. domain/signals/transmitter owns what streams are.
 * Mounted by src/http/app.ts.
 */

import Router from '@koa/router';
import type { Context } from 'koa';
import type { AuditLog } from '../../domain/audit/audit-event.ts';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { DELIVERY_METHODS } from '../../domain/signals/security-events.ts';
import type { PollDelivery } from '../../domain/signals/transmitter/poll-delivery.ts';
import type { SignalReceiverRegistry } from '../../domain/signals/transmitter/receiver-registry.ts';
import { signalRefusal } from '../../domain/signals/transmitter/signal-refusals.ts';
import type { SignalReceiver, SignalStream } from '../../domain/signals/transmitter/signal-stream.ts';
import {
  checkSupplied,
  settingsIn,
  shownStream,
  stateIn,
  statusIn,
  streamIdIn,
  subjectIn,
} from '../../domain/signals/transmitter/stream-input.ts';
import type { SignalStreams } from '../../domain/signals/transmitter/stream-service.ts';
import { SSF_PATH, SSF_SCOPES, ssfApiOf } from '../../domain/vocabulary/ssf-api.ts';
import {
  type BearerDependencies,
  bearerToken,
  challenge,
  refuseActor,
  requireScope,
} from '../authentication/bearer-token.ts';
import { readJsonBody } from '../management/json-body.ts';
import { httpProblem, type ProblemLog, refusalCode, sendProblem } from '../problem.ts';
import { stateOf } from '../request-state.ts';
import { routeParameter } from '../route-parameter.ts';
import { pollIn } from './poll-input.ts';

export type TransmitterDependencies = Omit<BearerDependencies, 'audience'> & {
  readonly issuer: string;
  readonly receivers: Pick<SignalReceiverRegistry, 'ofClient'>;
  readonly streams: SignalStreams;
  readonly polls: Pick<PollDelivery, 'poll'>;
  readonly audit: AuditLog;
  /** Counts a refusal of an unauthenticated caller (decision D18). */
  readonly countRefusal: CountRefusal;
  readonly log: ProblemLog;
};

type Call = { readonly ctx: Context; readonly receiver: SignalReceiver; readonly by: By; readonly id: string };
type Answer = { readonly status: number; readonly body?: unknown; readonly location?: string };
type Handle = (call: Call) => Promise<Answer>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Handle>>>>>;

const METADATA = '/.well-known/ssf-configuration';
const STREAMS = '/streams';
const POLL = '/streams/:id/poll';

const endpointsOf = (base: string) => ({
  configuration_endpoint: `${base}${STREAMS}`,
  status_endpoint: `${base}/status`,
  add_subject_endpoint: `${base}/subjects/add`,
  remove_subject_endpoint: `${base}/subjects/remove`,
  verification_endpoint: `${base}/verification`,
});

/** SSF 1.0 §7.1 */
const metadataOf = (issuer: string) => ({
  spec_version: '1_0',
  issuer,
  jwks_uri: `${issuer}/jwks`,
  delivery_methods_supported: [DELIVERY_METHODS.push, DELIVERY_METHODS.poll],
  ...endpointsOf(ssfApiOf(issuer)),
  critical_subject_members: ['user', 'agent'],
  authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
  default_subjects: 'ALL',
});

export const transmitterRouter = (deps: TransmitterDependencies): Router => {
  const base = ssfApiOf(deps.issuer);
  const metadata = JSON.stringify(metadataOf(deps.issuer));
  const router = new Router({ sensitive: true, strict: true });
  const serve = serving(deps, base);
  router.get(METADATA, async (ctx) => {
    ctx.body = metadata;
    ctx.type = 'application/json';
    ctx.set('Cache-Control', 'public, max-age=300');
  });
  for (const [path, methods] of Object.entries(pathsOf(deps, base))) {
    const whole = `${SSF_PATH}${path}`;
    for (const [method, handle] of Object.entries(methods)) router.register(whole, [method], serve(whole, handle));
    const allowed = Object.keys(methods).join(', ');
    router.all(
      whole,
      serve(whole, async ({ ctx }) => {
        ctx.set('Allow', allowed);
        throw httpProblem('method_not_allowed', `This path has ${allowed}.`);
      }),
    );
  }
  router.all(
    `${SSF_PATH}{/*rest}`,
    serve('unknown', async () => {
      throw httpProblem('unknown_path', `See ${deps.issuer}${METADATA} for what there is.`);
    }),
  );
  return router;
};

const parameter = (ctx: Context, name: string): string | undefined => {
  const value = ctx.query[name];
  return typeof value === 'string' ? value : undefined;
};

const statusOf = ({ id, status, reason }: SignalStream) => ({
  stream_id: id,
  status,
  ...(reason === undefined ? {} : { reason }),
});

const pathsOf = ({ issuer, streams, polls }: TransmitterDependencies, base: string): Paths => {
  const shown = (stream: SignalStream, receiver: SignalReceiver) =>
    shownStream(stream, receiver, { issuer, pollUrl: (id) => `${base}${STREAMS}/${id}/poll` });

  const named = ({ receiver, ctx }: Call): Promise<Versioned<SignalStream>> =>
    streams.found(receiver, parameter(ctx, 'stream_id') ?? '');

  const configure =
    (isWhole: boolean): Handle =>
    async ({ ctx, receiver, by }) => {
      const body = await readJsonBody(ctx);
      const found = await streams.found(receiver, streamIdIn(body));
      checkSupplied(body, shown(found.document, receiver));
      const changed = await streams.configure(found, settingsIn(body), by, isWhole);
      return { status: 200, body: shown(changed.document, receiver) };
    };

  return {
    [STREAMS]: {
      async GET(call) {
        if (call.ctx.query['stream_id'] === undefined) {
          const all = await streams.of(call.receiver);
          return { status: 200, body: all.map(({ document }) => shown(document, call.receiver)) };
        }
        return { status: 200, body: shown((await named(call)).document, call.receiver) };
      },
      async POST({ ctx, receiver, by }) {
        const { document } = await streams.create(receiver, settingsIn(await readJsonBody(ctx)), by);
        return { status: 201, body: shown(document, receiver), location: `${base}${STREAMS}?stream_id=${document.id}` };
      },
      PATCH: configure(false),
      PUT: configure(true),
      async DELETE(call) {
        await streams.remove((await named(call)).document, call.by, 'receiver');
        return { status: 204 };
      },
    },
    '/status': {
      GET: async (call) => ({ status: 200, body: statusOf((await named(call)).document) }),
      async POST({ ctx, receiver, by }) {
        const body = await readJsonBody(ctx);
        const { document } = await streams.found(receiver, streamIdIn(body));
        const changed = await streams.setStatus(document.id, statusIn(body), by, 'receiver');
        return { status: 200, body: statusOf(changed.document) };
      },
    },
    '/subjects/add': {
      async POST({ ctx, receiver, by }) {
        const body = await readJsonBody(ctx);
        const { document } = await streams.found(receiver, streamIdIn(body));
        await streams.addSubject(document, subjectIn(body), by);
        return { status: 200 };
      },
    },
    '/subjects/remove': {
      async POST({ ctx, receiver, by }) {
        const body = await readJsonBody(ctx);
        const { document } = await streams.found(receiver, streamIdIn(body));
        await streams.removeSubject(document, subjectIn(body), by);
        return { status: 204 };
      },
    },
    '/verification': {
      async POST({ ctx, receiver }) {
        const body = await readJsonBody(ctx);
        const { document } = await streams.found(receiver, streamIdIn(body));
        const state = stateIn(body);
        await streams.verify(document, state === undefined ? {} : { state });
        return { status: 204 };
      },
    },
    [POLL]: {
      async POST({ ctx, receiver, id }) {
        const { document } = await streams.found(receiver, id);
        const asked = pollIn(await readJsonBody(ctx));
        const isGone = () => ctx.res.destroyed || ctx.res.writableEnded;
        const { sets, isMore } = await polls.poll(document, { ...asked, isGone });
        const body = {
          sets: Object.fromEntries(sets.map(({ jti, token }) => [jti, token])),
          ...(isMore ? { moreAvailable: true } : {}),
        };
        return { status: 200, body };
      },
    },
  };
};

/** Order: token, scope, receiver, act, answer. Every refusal of an authenticated client becomes one audit event (D18). */
const serving = (deps: TransmitterDependencies, base: string) => {
  const { receivers, audit, countRefusal, log } = deps;
  const authenticate = bearerToken({ ...deps, audience: base });

  const recordRefusal = async (ctx: Context, path: string, caller: string | undefined, code: string): Promise<void> => {
    const { requestId: request, source } = stateOf(ctx);
    if (caller === undefined) {
      await countRefusal({ reason: code, source, request });
      return;
    }
    const note = `${ctx.method} ${path}`;
    await audit.append({
      ...{ type: 'signal_receiver.refused', outcome: 'refused', caller, error: code, note, request },
      personal: { source },
    });
  };

  const receiverOf = async (ctx: Context, client: string): Promise<SignalReceiver> => {
    const receiver = await receivers.ofClient(client);
    if (!receiver) {
      challenge(ctx, base, 'Bearer');
      throw signalRefusal('signal_receiver_unknown');
    }
    return receiver;
  };

  const answer = (ctx: Context, { status, body, location }: Answer): void => {
    if (location !== undefined) ctx.set('Location', location);
    ctx.body = body === undefined ? null : JSON.stringify(body);
    // Koa sets 204 for an empty body.
    ctx.status = status;
    if (body !== undefined) ctx.type = 'application/json';
  };

  return (path: string, handle: Handle) =>
    async (ctx: Context): Promise<void> => {
      ctx.set('Cache-Control', 'no-store');
      let caller: string | undefined;
      try {
        const token = await authenticate(ctx);
        caller = token.chain ? token.clientId : (token.subject ?? token.clientId);
        refuseActor(token);
        if (token.subject !== undefined) throw signalRefusal('signal_token_of_person');
        const isRead = ctx.method === 'GET' && token.scope.includes(SSF_SCOPES.read);
        if (!isRead) requireScope(ctx, base, token, SSF_SCOPES.manage);
        const receiver = await receiverOf(ctx, token.clientId);
        caller = receiver.id;
        const { requestId: request, source } = stateOf(ctx);
        answer(ctx, await handle({ ctx, receiver, by: { caller, request, source }, id: routeParameter(ctx, 'id') }));
      } catch (error) {
        try {
          const code = refusalCode(error);
          if (code !== undefined) await recordRefusal(ctx, path, caller, code);
          sendProblem(ctx, error, log);
        } catch (failure) {
          sendProblem(ctx, failure, log);
        }
      }
    };
};
