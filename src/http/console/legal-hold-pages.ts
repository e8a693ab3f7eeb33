import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
import { type HoldRow, holdPage, holdsPage, releaseHoldPage } from '../../../views/pages/console-legal-holds.ts';
import { holdWords as words } from '../../../views/words/console-legal-holds.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { AnswerOf } from './console-calls.ts';
import {
  agentHref,
  type ConsoleDeps,
  clientHref,
  doerName,
  type Names,
  partyNames,
  personHref,
  transactionHref,
} from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { choiceField, dayField, type FieldSpec, lineField, textField } from './form-fields.ts';
import { askedOf, hrefWith, listed } from './list-page.ts';
import type { ObjectFormSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { stepUp } from './step-up.ts';

const PATH = '/console/legal-holds';

/** A hold as the management API shows it. */
type ShownHold = AnswerOf<'getLegalHold'>;

/** Most records that are counted for a hold in the list, and for one alone. */
const COUNTED = { list: 100, one: 1000 } as const;

/** Adds `/console/legal-holds`: the list, the form for a new one, one hold, and its release. */
export const addLegalHoldPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const asked = askedOf(query, ['active', 'released']);
    const state = STATES.find((one) => one === asked.state);
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      {
        ...{ operation: 'listLegalHolds', path: home, asked: { state: asked.state } },
        query: state === undefined ? {} : { state },
      },
      query.get('after'),
    );
    const names = await namesIn(deps, items);
    const rows = await Promise.all(items.map((one) => rowOf(parts, viewer, one, names, COUNTED.list)));
    const newHref = calls.may('createLegalHold', viewer.account) ? { newHref: `${home}/new` } : {};
    sendPage(ctx, 200, holdsPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, formsOf(home));
  addRelease(parts, home);

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const hold = await holdOf(parts, viewer, id);
    const names = await namesIn(deps, [hold]);
    const row = await rowOf(parts, viewer, hold, names, COUNTED.one);
    const { released_by: by, released_at: at, release_reason: reason } = hold;
    sendPage(
      ctx,
      200,
      holdPage({
        ...frame,
        hold: {
          ...{ ...row, ...aboutPage(deps, hold) },
          ...(by === undefined || at === undefined
            ? {}
            : { released: { byName: doerName(names, by), at, reason: reason ?? '' } }),
        },
        ...(hold.state === 'active' && calls.may('releaseLegalHold', viewer.account)
          ? { releaseHref: `${row.href}/release` }
          : {}),
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });
};

const STATES = ['active', 'released'] as const;

const holdOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownHold> =>
  (await calls.run('getLegalHold', account, by, { id })).body;

const namesIn = (deps: ConsoleDeps, holds: readonly ShownHold[]): Promise<Names> =>
  partyNames(
    deps,
    holds.flatMap(({ about, created_by: by, released_by: releasedBy }) => [about, by, releasedBy]),
  );

const rowOf = async (
  parts: PageParts,
  viewer: Viewer,
  hold: ShownHold,
  names: Names,
  most: number,
): Promise<HoldRow> => {
  const { id, state, about, from, to, reason, created_by: by, created_at: at } = hold;
  return {
    ...{ id, href: `${parts.deps.basePath}${PATH}/${id}`, state, reason, at, byName: doerName(names, by) },
    ...(about === undefined ? {} : { about: names(about) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(state === 'active' && parts.calls.may('listAuditEvents', viewer.account)
      ? { kept: await keptBy(parts.deps, hold, most) }
      : {}),
  };
};

/** The records that a hold covers and that the audit log finds by its conditions. */
const keptBy = async (
  deps: ConsoleDeps,
  { about, from, to }: ShownHold,
  most: number,
): Promise<NonNullable<HoldRow['kept']>> => {
  const { entries, next } = await deps.audit.list({
    ...(about === undefined ? {} : { id: about }),
    ...(from === undefined ? {} : { fromMillis: from * 1000 }),
    ...(to === undefined ? {} : { toMillis: to * 1000 + 999 }),
    limit: most,
  });
  const days = { from: dayText(from), to: dayText(to) };
  const href = hrefWith(`${deps.basePath}/console/audit`, { id: about ?? '', ...days });
  return { count: entries.length, isMore: next !== undefined, href };
};

const dayText = (second: number | undefined): string =>
  second === undefined ? '' : new Date(second * 1000).toISOString().slice(0, 10);

const aboutPage = (deps: ConsoleDeps, { about = '' }: ShownHold): { readonly aboutHref?: string } => {
  if (about.startsWith('agt_')) return { aboutHref: agentHref(deps, about) };
  if (about.startsWith('acc_')) return { aboutHref: personHref(deps, about) };
  if (about.startsWith('app_')) return { aboutHref: clientHref(deps, about) };
  return /^t(?:rn|xn)_/.test(about) ? { aboutHref: transactionHref(deps, about) } : {};
};

const KINDS = ['agent', 'account', 'client', 'id'] as const;

const CONDITIONS: readonly FieldSpec[] = [
  {
    ...{ name: 'kind', label: words.kind },
    kind: choiceField(KINDS.map((value) => ({ value, text: words.kinds[value] }))),
  },
  {
    ...{ name: 'about', label: words.name, hint: words.nameHint, optional: true },
    kind: {
      ...lineField(200),
      names: (values) => {
        const kind = KINDS.find((one) => one === values.get('kind')?.[0]);
        return kind === 'id' ? undefined : kind;
      },
    },
  },
];

const DAYS: readonly FieldSpec[] = [
  { name: 'from', label: words.from, optional: true, kind: dayField('begins') },
  { name: 'to', label: words.to, optional: true, kind: dayField('ends') },
];

const formsOf = (home: string): ObjectFormSpec => ({
  ...{ path: PATH, place: 'legal-holds', hrefOf: (id) => `${home}/${id}` },
  sections: [
    { title: words.what, hint: words.whatHint, fields: CONDITIONS },
    { title: words.days, hint: words.dayHint, isRow: true, fields: DAYS },
    {
      title: words.why,
      fields: [{ name: 'reason', label: words.reason, hint: words.reasonHint, kind: textField(2, 500) }],
    },
  ],
  create: {
    ...{ operation: 'createLegalHold', title: words.make, lead: words.makeLead, button: words.make },
    ...{ done: 'holdPlaced', values: { kind: 'agent' } },
    // The kind only says how the form finds the object.
    body: ({ kind: _, ...body }) => body,
  },
});

/** Refusals after which the page asks again. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request'];

/** Adds `/console/legal-holds/:id/release`: what the hold keeps, and a reason for its release. */
const addRelease = (parts: PageParts, home: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);
  const path = `${PATH}/:id/release`;

  const show = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    { status, ...typed }: { readonly status: number; readonly value: string; readonly error?: Text },
  ): Promise<void> => {
    const found = await holdOf(parts, viewer, id);
    if (found.state === 'released') return seeOther(ctx, `${home}/${id}`);
    const hold = await rowOf(parts, viewer, found, await namesIn(deps, [found]), COUNTED.one);
    sendPage(ctx, status, releaseHoldPage(frame, { hold, ...typed }));
  };

  page(path, async (ctx, opened, id) => {
    const { account, by } = opened.viewer;
    calls.access('releaseLegalHold', account);
    // Before the form, so that a user does not fill it in in vain.
    const isProven = await withFactor(ctx, account.id, `${home}/${id}/release`, async () =>
      deps.requireFreshFactor(by),
    );
    if (isProven) await show(ctx, opened, id, { status: 200, value: '' });
  });

  router.post(path, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    const value = (single(form, 'reason') ?? '').trim();
    try {
      const call = () => calls.run('releaseLegalHold', account, by, { id, body: { reason: value } });
      if (await withFactor(ctx, account.id, `${home}/${id}/release`, call)) {
        seeOther(ctx, `${home}/${id}?done=holdReleased`);
      }
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      const text = refusalPhrase(shownErrors(error)[0]);
      await show(ctx, opened, id, { status: statusOf(error), value, error: text });
    }
  });
};
