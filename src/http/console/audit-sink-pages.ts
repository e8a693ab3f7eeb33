import type { Html } from '../../../views/html.ts';
import {
  removeSinkPage,
  type SinkModel,
  type SinkRow,
  sinkPage,
  sinksPage,
} from '../../../views/pages/console-audit-sinks.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { sinkFailureText, sinkWords as words } from '../../../views/words/console-audit-sinks.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { SINK_FORMATS, SINK_KINDS } from '../../domain/notifications/audit-sinks/audit-sink.ts';
import { isContentRefused } from '../../domain/notifications/audit-sinks/sink-sender.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { addSinkSkip } from './audit-sink-skip.ts';
import type { AnswerOf } from './console-calls.ts';
import { eventHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { choiceField, flagField, lineField, secretField } from './form-fields.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import type { ObjectFormSpec, SectionSpec, Shown } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';
import { addObjectRemoval } from './object-removal.ts';
import { addRotation } from './object-secrets.ts';
import { stepUp } from './step-up.ts';

const PATH = '/console/audit-sinks';

/** A sink as the management API shows it. */
type ShownSink = AnswerOf<'getAuditSink'>;

/** Adds `/console/audit-sinks`: systems that receive every audit event, their forms, and what is done with one. */
export const addAuditSinkPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const { items, pages } = await listed(deps, calls, viewer, { operation: 'listAuditSinks', path: home }, from);
    const newHref = calls.may('createAuditSink', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one));
    sendPage(
      ctx,
      200,
      sinksPage({ ...frame, action: home, asked: { search: '', state: '' }, rows, pages, ...newHref }),
    );
  });

  const spec = formsOf(home);
  addObjectForms(parts, spec);
  addRotation(parts, {
    ...{ path: PATH, place: spec.place, hrefOf: spec.hrefOf, lead: words.rotateLead, page: secretOf },
    ...{ read: 'getAuditSink', rotate: 'rotateAuditSinkSecret' },
  });
  addObjectActions(parts, {
    ...{ path: PATH, place: 'audit-sinks' },
    nameOf: async (viewer, id) => (await sinkOf(parts, viewer, id)).name,
    actions: {
      pause: { operation: 'pauseAuditSink', done: 'sinkPaused' },
      resume: { operation: 'resumeAuditSink', done: 'sinkResumed' },
    },
  });
  addSinkSkip(parts, PATH);
  addTest(parts, home);
  addObjectRemoval(parts, {
    ...{ path: PATH, operation: 'removeAuditSink' },
    read: (viewer, id) => sinkOf(parts, viewer, id),
    asking: (frame, href, typed, { backlog }) => removeSinkPage(frame, { href, backlog }, typed),
  });

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const sink = await sinkOf(parts, viewer, id);
    const failed = testFailure(queryOf(ctx));
    const refused = sink.refused_event;
    sendPage(
      ctx,
      200,
      sinkPage({
        ...frame,
        ...(failed ? { flash: { kind: 'warning', text: failed } as const } : {}),
        sink: {
          ...modelOf(home, sink),
          ...(calls.may('skipAuditEvent', viewer.account) ? { skipHref: `${home}/${id}/skip` } : {}),
          ...(refused === undefined ? {} : { refused: { id: refused, href: eventHref(deps, refused) } }),
          // Another event would not help where a test fails, too.
          ...(failed ? { isContentRefused: false } : {}),
        },
        actions: actionsOn(parts, viewer, sink, `${home}/${id}`),
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });
};

const sinkOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownSink> =>
  (await calls.run('getAuditSink', account, by, { id })).body;

/** What mends a failing sink comes first. */
const actionsOn = (
  { calls }: PageParts,
  { account }: Viewer,
  sink: ShownSink,
  href: string,
): readonly (ObjectAction | false)[] => {
  if (!calls.may('updateAuditSink', account)) return [];
  const { kind, state, failing_since: failingSince } = sink;
  const isPaused = state === 'paused';
  const isFailing = failingSince !== undefined && !isPaused;
  return [
    isPaused && { text: words.resume, action: `${href}/resume`, kind: 'primary' },
    isFailing && { text: words.tryNow, action: `${href}/resume`, kind: 'primary' },
    { text: words.test, action: `${href}/test` },
    !isPaused && { text: words.pause, action: `${href}/pause` },
    isRefusing(sink) && { text: words.skip, href: `${href}/skip` },
    { text: fieldWords.change, href: `${href}/edit` },
    kind === 'webhook' && { text: fieldWords.rotateSecret, href: `${href}/rotate-secret` },
    { text: words.remove, href: `${href}/delete`, kind: 'danger' },
  ];
};

/** Adds the button that sends a test event. The link back names the failure by its code. */
const addTest = ({ router, deps, calls, sessions, openedAs }: PageParts, home: string): void => {
  const withFactor = stepUp(deps);
  router.post(`${PATH}/:id/test`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    await withFactor(ctx, account.id, `${home}/${id}`, async () => {
      const { body } = await calls.run('testAuditSink', account, by, { id });
      const { sent, failure = 'internal', failure_status: status } = body ?? {};
      const why = new URLSearchParams({ failure, ...(status === undefined ? {} : { status: String(status) }) });
      seeOther(ctx, `${home}/${id}?${sent ? 'done=sinkTested' : why}`);
    });
  });
};

const testFailure = (query: URLSearchParams) => {
  const failure = query.get('failure');
  if (failure === null) return undefined;
  const status = /^[1-5]\d\d$/.exec(query.get('status') ?? '')?.[0];
  return words.testFailed(sinkFailureText(failure), status === undefined ? undefined : Number(status));
};

/** Shows the secret of a webhook once; undefined for the other kinds. */
const secretOf = (frame: ConsoleFrame, made: Shown, href: string): Html | undefined =>
  typeof made['secret'] === 'string'
    ? secretPage(frame, {
        ...{ place: 'audit-sinks', title: words.secretTitle, lead: words.secretLead },
        secrets: [{ label: words.secret, value: made['secret'] }],
        next: { href, text: objectWords.onward },
      })
    : undefined;

const hasKind =
  (...kinds: readonly string[]) =>
  ({ kind }: Shown): boolean =>
    kinds.includes(String(kind));

const SECTIONS: readonly SectionSpec[] = [
  {
    title: words.receiver,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      {
        ...{ name: 'kind', label: words.kind, hint: words.kindHint, only: 'new' },
        kind: choiceField(SINK_KINDS.map((value) => ({ value, text: words.kinds[value] }))),
      },
      {
        ...{ name: 'address', label: words.address, hint: words.addressHint, optional: true, only: 'new' },
        kind: lineField(2048),
      },
      {
        ...{ name: 'address', label: words.address, hint: words.addressHint, only: 'change' },
        ...{ kind: lineField(2048), fits: hasKind('otlp', 'webhook', 'syslog') },
      },
      {
        ...{ name: 'authorization', label: words.authorization, hint: words.authorizationHint, only: 'new' },
        ...{ kind: secretField(2048), optional: true },
      },
      {
        ...{ name: 'authorization', label: words.authorization, hint: words.authorizationKept, only: 'change' },
        ...{ kind: secretField(2048), optional: true, fits: hasKind('otlp') },
      },
    ],
  },
  {
    title: words.what,
    fields: [
      {
        ...{ name: 'format', label: words.format, hint: words.formatHint, only: 'new', optional: true },
        kind: choiceField([
          { value: '', text: words.usualFormat },
          ...SINK_FORMATS.map((value) => ({ value, text: words.formats[value] })),
        ]),
      },
      {
        ...{ name: 'from', label: words.from, only: 'new' },
        kind: choiceField((['now', 'beginning'] as const).map((value) => ({ value, text: words.froms[value] }))),
      },
      { name: 'is_personal', label: words.personal, hint: words.personalHint, kind: flagField },
    ],
  },
];

const formsOf = (home: string): ObjectFormSpec => ({
  ...{ path: PATH, place: 'audit-sinks', sections: SECTIONS, hrefOf: (id) => `${home}/${id}` },
  create: {
    ...{ operation: 'createAuditSink', title: words.make, lead: words.makeLead, button: words.add },
    ...{ done: 'created', values: { kind: 'otlp', from: 'now' }, page: secretOf, style: 'fields.css' },
  },
  change: {
    ...{ read: 'getAuditSink', operation: 'updateAuditSink', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
  },
});

const rowOf = (home: string, sink: ShownSink): SinkRow => {
  const { id, name, kind, address, file, state, backlog, failing_since: failingSince } = sink;
  const { last_delivered_at: deliveredAt, last_failure_at: failedAt, last_failure: failure } = sink;
  const { last_failure_status: failureStatus } = sink;
  const place = address ?? file;
  return {
    ...{ id, href: `${home}/${id}`, name, kind, backlog },
    state: state === 'active' && failingSince !== undefined ? 'failing' : state,
    ...(place === undefined ? {} : { place }),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    ...(failedAt === undefined ? {} : { failedAt }),
    ...(failure === undefined ? {} : { failure }),
    ...(failureStatus === undefined ? {} : { failureStatus }),
  };
};

const isRefusing = ({ failing_since: failingSince, last_failure_status: status }: ShownSink): boolean =>
  failingSince !== undefined && isContentRefused(status);

const modelOf = (home: string, sink: ShownSink): SinkModel['sink'] => {
  const { format, delivered, node, is_personal: isPersonal, left_out: leftOut, due_at: dueAt } = sink;
  const { failing_since: failingSince, created_at: createdAt, updated_at: updatedAt } = sink;
  return {
    ...{ ...rowOf(home, sink), isPersonal, delivered, leftOut, createdAt, updatedAt },
    isContentRefused: isRefusing(sink),
    ...(format === undefined ? {} : { format }),
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(node === undefined ? {} : { node }),
  };
};
