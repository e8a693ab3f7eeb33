import {
  pauseStreamPage,
  removeStreamPage,
  type StreamModel,
  streamPage,
} from '../../../views/pages/console-signals.ts';
import type { StreamRow } from '../../../views/pages/stream-delivery.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { streamWords as words } from '../../../views/words/console-streams.ts';
import { SECURITY_EVENTS, SENT_EVENTS } from '../../domain/signals/security-events.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import type { AnswerOf } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { addObjectActions } from './object-actions.ts';
import { stepUp } from './step-up.ts';

/** A stream as the management API shows it. */
type ShownStream = AnswerOf<'getSignalStream'>;

const hrefOf = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/signals/streams/${encodeURIComponent(id)}`;

const stateOf = ({ status, method, failing_since: failingSince, is_verified: isVerified }: ShownStream) => {
  if (status !== 'enabled') return status;
  if (failingSince !== undefined) return 'failing';
  return method === 'push' && !isVerified ? 'unverified' : 'enabled';
};

/** A stream in a list. `receiver`: the name of its receiver. */
export const streamRow = (deps: Pick<ConsoleDeps, 'basePath'>, stream: ShownStream, receiver: string): StreamRow => {
  const { id, method, waiting, backlog, oldest_at: oldestAt, last_delivered_at: deliveredAt } = stream;
  const { last_failure_at: failedAt, last_failure: failure, last_failure_status: failureStatus } = stream;
  return {
    ...{ id, href: hrefOf(deps, id), method, state: stateOf(stream), waiting, unread: backlog },
    receiver: { name: receiver, href: `${deps.basePath}/console/signals/${encodeURIComponent(stream.receiver)}` },
    ...(oldestAt === undefined ? {} : { oldestAt }),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    ...(failedAt === undefined ? {} : { failedAt }),
    ...(failure === undefined ? {} : { failure }),
    ...(failureStatus === undefined ? {} : { failureStatus }),
  };
};

/** Adds `…/streams/:id`: a stream, and what an administrator does with it. `home`: the path of the receivers. */
export const addStreamPages = (parts: PageParts, home: string): void => {
  const { page, deps, calls } = parts;
  const path = `${home}/streams`;

  addObjectActions(parts, {
    ...{ path, place: 'signals' },
    nameOf: async (viewer, id) => (await found(parts, viewer, id)).name,
    actions: {
      resume: { operation: 'resumeSignalStream', done: 'streamResumed' },
      verify: { operation: 'verifySignalStream', done: 'streamVerified' },
    },
  });
  addPause(parts, path);
  addRemoval(parts, path);

  page(`${path}/:id`, async (ctx, { viewer, frame }, id) => {
    const { stream, name } = await found(parts, viewer, id);
    const shown = modelOf(deps, stream, name);
    sendPage(
      ctx,
      200,
      streamPage({
        ...{ ...frame, stream: shown, actions: actionsOn(parts, viewer, shown) },
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });
};

const found = async (
  { calls }: PageParts,
  { account, by }: Viewer,
  id: string,
): Promise<{ readonly stream: ShownStream; readonly name: string }> => {
  const stream = (await calls.run('getSignalStream', account, by, { id })).body;
  const { body } = await calls.run('getSignalReceiver', account, by, { id: stream.receiver });
  return { stream, name: body?.name ?? stream.receiver };
};

const modelOf = (deps: ConsoleDeps, stream: ShownStream, receiver: string): StreamModel['stream'] => {
  const { description, endpoint_url: endpoint, reason, failing_since: failingSince, due_at: dueAt, node } = stream;
  const { last_refusal: error, last_refusal_description: said, last_refusal_at: refusedAt } = stream;
  return {
    ...streamRow(deps, stream, receiver),
    ...{ setBy: stream.status_set_by, isVerified: stream.is_verified, createdAt: stream.created_at },
    ...{ delivered: stream.delivered, refused: stream.refused, removedSubjects: stream.subjects_removed },
    events: stream.events_delivered.flatMap((uri) => SENT_EVENTS.find((event) => SECURITY_EVENTS[event] === uri) ?? []),
    ...(description === undefined ? {} : { description }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(reason === undefined ? {} : { reason }),
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(failingSince === undefined || dueAt === undefined ? {} : { dueAt }),
    ...(node === undefined ? {} : { node }),
    ...(error === undefined || refusedAt === undefined
      ? {}
      : { refusal: { error, at: refusedAt, ...(said === undefined ? {} : { description: said }) } }),
  };
};

/** What mends a stream comes first. What its receiver switched off, its receiver switches on. */
const actionsOn = (
  { calls }: PageParts,
  { account }: Viewer,
  { state, href, method }: StreamRow,
): readonly (ObjectAction | false)[] => {
  if (!calls.may('pauseSignalStream', account)) return [];
  return [
    state === 'paused' && { text: words.resume, action: `${href}/resume`, kind: 'primary' },
    state === 'failing' && { text: words.tryNow, action: `${href}/resume`, kind: 'primary' },
    state !== 'paused' &&
      state !== 'disabled' && {
        ...{ text: words.verify, action: `${href}/verify` },
        kind: state === 'unverified' && method === 'push' ? ('primary' as const) : ('plain' as const),
      },
    state !== 'paused' && state !== 'disabled' && { text: words.pause, href: `${href}/pause` },
    { text: words.remove, href: `${href}/delete`, kind: 'danger' },
  ];
};

/** Adds the page that asks for the reason of a pause. */
const addPause = (parts: PageParts, path: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page(`${path}/:id/pause`, async (ctx, { viewer, frame }, id) => {
    calls.access('pauseSignalStream', viewer.account);
    const { name } = await found(parts, viewer, id);
    sendPage(ctx, 200, pauseStreamPage(frame, { href: hrefOf(deps, id), receiver: name }));
  });

  router.post(`${path}/:id/pause`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const reason = (single(form, 'reason') ?? '').trim();
    const call = () => calls.run('pauseSignalStream', account, by, { id, body: reason === '' ? {} : { reason } });
    const href = hrefOf(deps, id);
    if (await withFactor(ctx, account.id, `${href}/pause`, call)) seeOther(ctx, `${href}?done=streamPaused`);
  });
};

const addRemoval = (parts: PageParts, path: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page(`${path}/:id/delete`, async (ctx, { viewer, frame }, id) => {
    calls.access('removeSignalStream', viewer.account);
    const { stream, name } = await found(parts, viewer, id);
    const href = hrefOf(deps, id);
    sendPage(ctx, 200, removeStreamPage(frame, { href, receiver: name, stream: streamRow(deps, stream, name) }));
  });

  router.post(`${path}/:id/delete`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { viewer } = openedAs(ctx, session);
    const { account, by } = viewer;
    const { stream } = await found(parts, viewer, id);
    const call = () => calls.run('removeSignalStream', account, by, { id });
    if (!(await withFactor(ctx, account.id, `${hrefOf(deps, id)}/delete`, call))) return;
    seeOther(ctx, `${deps.basePath}/console/signals/${stream.receiver}?done=deleted`);
  });
};
