import { isolated } from '../../../views/agent-text.ts';
import {
  type BudgetRow,
  budgetNow,
  budgetPage,
  budgetSentence,
  budgetsPage,
  limitUnit,
  subjectWords,
} from '../../../views/pages/console-budgets.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { budgetWords as words } from '../../../views/words/console-budgets.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { MEASURES } from '../../domain/authority/budgets/budget.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, type ConsoleDeps, groupHref, type Names, partyNames, personHref } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { delegationHref } from './delegation-tree.ts';
import {
  choiceField,
  type FieldKind,
  type FieldSpec,
  type Given,
  lineField,
  linesField,
  type NamedKind,
  numberField,
  timeField,
} from './form-fields.ts';
import { askedOf, listed } from './list-page.ts';
import { findNamed, searchedId } from './named-objects.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';

/** A budget as the management API shows it. */
type ShownBudget = AnswerOf<'getBudget'>;

/** Adds `/console/budgets`: the budgets with their use, their forms, and the switch of one. */
export const addBudgetPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}/console/budgets`;
  const find = findNamed(deps, calls);

  const subjectOf = async (viewer: Viewer, typed: string): Promise<string | undefined> =>
    typed.startsWith('dlg_') ? typed : searchedId(find, viewer, 'subject', typed);

  page('/console/budgets', async (ctx, { viewer, frame }) => {
    calls.access('listBudgets', viewer.account);
    const query = queryOf(ctx);
    const asked = askedOf(query, []);
    const subject = asked.search === '' ? undefined : await subjectOf(viewer, asked.search);
    const isNone = asked.search !== '' && subject === undefined;
    const { items, pages } = isNone
      ? { items: [], pages: {} }
      : await listed(
          deps,
          calls,
          viewer,
          {
            ...{ operation: 'listBudgets', path: home, asked: { q: asked.search } },
            query: subject === undefined ? {} : { subject },
          },
          query.get('after'),
        );
    const names = await partyNames(
      deps,
      items.map((one) => one.subject),
    );
    const newHref = calls.may('createBudget', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one, names));
    sendPage(ctx, 200, budgetsPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, formsOf(deps, home));

  const budgetOf = async ({ account, by }: Viewer, id: string) => {
    const { body, version = 0 } = await calls.run('getBudget', account, by, { id });
    return { budget: body, version };
  };

  page('/console/budgets/:id', async (ctx, { viewer, frame }, id) => {
    const { budget } = await budgetOf(viewer, id);
    const row = rowOf(home, budget, await partyNames(deps, [budget.subject]));
    const change = budget.state === 'active' ? 'disable' : 'enable';
    const actions: readonly ObjectAction[] = calls.may('updateBudget', viewer.account)
      ? [
          { text: fieldWords.change, href: `${row.href}/edit` },
          { text: words[change], href: `${row.href}/${change}`, kind: change === 'disable' ? 'danger' : 'primary' },
        ]
      : [];
    const { resource, scopes, detail_type: detailType, currency_member: currencyMember } = budget;
    const subjectHref = hrefOf(deps, budget.subject);
    sendPage(
      ctx,
      200,
      budgetPage({
        ...{ ...frame, actions },
        budget: {
          ...{ ...row, createdAt: budget.created_at, updatedAt: budget.updated_at },
          ...(subjectHref === undefined ? {} : { subjectHref }),
          ...(resource === undefined ? {} : { resource }),
          ...(scopes === undefined ? {} : { scopes }),
          ...(detailType === undefined ? {} : { detailType }),
          ...(currencyMember === undefined ? {} : { currencyMember }),
        },
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });

  for (const change of ['disable', 'enable'] as const) {
    page(`/console/budgets/:id/${change}`, async (ctx, { viewer, frame }, id) => {
      calls.access('updateBudget', viewer.account);
      const { budget, version } = await budgetOf(viewer, id);
      const href = `${home}/${id}`;
      const asked = {
        ...{ title: words[`${change}Title`], question: words[`${change}Asked`](isolated(budget.name, 100)) },
        lead: words[`${change}Lead`],
      };
      const form = { button: words[change], action: `${href}/${change}`, cancelHref: href, version };
      const kind = change === 'disable' ? 'destructive' : 'primary';
      sendPage(ctx, 200, confirmPage(frame, { place: 'budgets', ...asked, ...form, kind }));
    });

    router.post(`/console/budgets/:id/${change}`, async (ctx) => {
      const { form, ...session } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const { account, by } = openedAs(ctx, session).viewer;
      const body = { state: change === 'disable' ? 'disabled' : 'active' };
      await calls.run('updateBudget', account, by, { id, body, version: versionOf(form) });
      seeOther(ctx, `${home}/${id}?done=${change === 'disable' ? 'budgetOff' : 'budgetOn'}`);
    });
  }
};

/** A path of a member, `none` where amounts have no currency. */
const currencyMemberField: FieldKind = {
  ...lineField(400),
  read: ([typed = '']) => {
    const text = typed.trim();
    return text === '' ? undefined : text === 'none' ? null : text;
  },
  write: (member) => (member === undefined ? [] : [member === null ? 'none' : String(member)]),
};

/** Only amounts have a currency, and it cannot change once it is set. */
const isWithoutCurrency: FieldSpec['fits'] = ({ measure, currency_member: member }) =>
  measure === 'amount' && member === undefined;

const ABOUTS = (['agent', 'owner', 'account', 'delegation'] as const).map((value) => ({
  value,
  text: words.abouts[value],
}));

const NAMED_BY: ReadonlyMap<string, NamedKind> = new Map([
  ['agent', 'agent'],
  ['owner', 'owner'],
  ['account', 'account'],
]);

/** The name of what the budget is about; which kind it names depends on the field `about`. */
const subjectField: FieldKind = {
  ...lineField(200),
  names: (values: ReadonlyMap<string, Given>) => NAMED_BY.get(values.get('about')?.[0] ?? ''),
};

const SECTIONS: readonly SectionSpec[] = [
  {
    title: words.whom,
    fields: [
      { name: 'name', label: words.name, kind: lineField(100) },
      { name: 'about', label: words.about, kind: choiceField(ABOUTS), only: 'new' },
      { name: 'subject', ...subjectWords, kind: subjectField, only: 'new' },
    ],
  },
  {
    title: words.howMuch,
    hint: words.howMuchHint,
    isRow: true,
    afterNew: budgetSentence,
    fields: [
      {
        ...{ name: 'limit', label: words.limit, kind: numberField(words.limitHint) },
        unitOf: (object) => limitUnit(object as ShownBudget),
      },
      {
        ...{ name: 'measure', label: words.measure, only: 'new' },
        kind: choiceField(MEASURES.map((value) => ({ value, text: words.measures[value] }))),
      },
      { name: 'window_seconds', label: words.window, kind: timeField({ least: 60, most: 2_678_400 }) },
    ],
  },
  {
    title: words.only,
    fields: [
      {
        ...{ name: 'resource', label: words.resource, hint: words.resourceHint, optional: true, only: 'new' },
        kind: { ...lineField(2048), names: 'resource' },
      },
      { name: 'scopes', label: words.scopes, kind: linesField(2, 8000), optional: true, only: 'new' },
      {
        ...{ name: 'detail_type', label: words.detailType, hint: words.detailTypeHint, optional: true, only: 'new' },
        kind: lineField(200),
      },
      {
        ...{ name: 'currency_member', label: words.currencyMember, hint: words.currencyMemberHint, optional: true },
        ...{ kind: currencyMemberField, fits: isWithoutCurrency },
      },
      {
        ...{ name: 'currency', label: words.currency, hint: words.currencyHint, optional: true },
        ...{ kind: lineField(20), fits: isWithoutCurrency },
      },
    ],
  },
];

const formsOf = (deps: ConsoleDeps, home: string): ObjectFormSpec => ({
  ...{ path: '/console/budgets', place: 'budgets', sections: SECTIONS },
  hrefOf: (id) => `${home}/${id}`,
  create: {
    ...{ operation: 'createBudget', title: words.make, lead: words.makeLead, button: words.add, done: 'created' },
    ...{ values: { window_seconds: 86_400 }, script: 'budget-sentence.js', style: 'fields.css' },
  },
  change: {
    ...{ read: 'getBudget', operation: 'updateBudget', title: words.changeTitle },
    ...{ heading: chosenHeading(words.changeOf), lead: words.changeLead },
    now: async (object) => {
      const budget = object as ShownBudget;
      const { resource } = budget;
      const row = rowOf(home, budget, await partyNames(deps, [budget.subject]));
      return budgetNow({ ...row, ...(resource === undefined ? {} : { resource }) });
    },
  },
});

const hrefOf = (deps: Pick<ConsoleDeps, 'basePath'>, subject: string): string | undefined => {
  if (subject.startsWith('agt_')) return agentHref(deps, subject);
  if (isGroupId(subject)) return groupHref(deps, subject);
  if (subject.startsWith('acc_')) return personHref(deps, subject);
  return subject.startsWith('dlg_') ? delegationHref(deps, subject) : undefined;
};

const rowOf = (
  home: string,
  { id, name, about, subject, measure, limit, counted, window_seconds: windowSeconds, currency, state }: ShownBudget,
  names: Names,
): BudgetRow => ({
  ...{ id, href: `${home}/${id}`, name, about, subject: names(subject), measure, limit, used: counted },
  ...{ windowSeconds, state },
  ...(currency === undefined ? {} : { currency }),
});
