import {
  type RuleRow,
  removeRulePage,
  successorRulePage,
  successorRulesPage,
} from '../../../views/pages/console-successors.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { successorWords as words } from '../../../views/words/console-successors.ts';
import { ACCEPT_WITHIN } from '../../domain/clients/successors/successor-rule.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, directoryHref, groupHref, type Names, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { type FieldKind, flagField, lineField, namedField, timeField } from './form-fields.ts';
import { listed } from './list-page.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { stepUp } from './step-up.ts';

const PATH = '/console/successor-rules';

/** A rule as the management API shows it. */
type ShownRule = AnswerOf<'getSuccessorRule'>;

/** Adds `/console/successor-rules`: who is asked to own the agents of people who leave. */
export const addSuccessorPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const { items, pages } = await listed(deps, calls, viewer, { operation: 'listSuccessorRules', path: home }, from);
    const names = await namesFor(parts, viewer, items);
    const newHref = calls.may('createSuccessorRule', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(deps, one, names));
    const asked = { search: '', state: '' };
    sendPage(ctx, 200, successorRulesPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, formsOf(parts, home));
  addRemoval(parts, home);

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const rule = await ruleOf(parts, viewer, id);
    const row = rowOf(deps, rule, await namesFor(parts, viewer, [rule]));
    const { account } = viewer;
    sendPage(
      ctx,
      200,
      successorRulePage({
        ...{ ...frame, rule: { ...row, createdAt: rule.created_at, updatedAt: rule.updated_at } },
        actions: calls.may('updateSuccessorRule', account)
          ? [
              { text: fieldWords.change, href: `${row.href}/edit` },
              { text: words.remove, href: `${row.href}/delete`, kind: 'danger' },
            ]
          : [],
        ...(calls.may('listAuditEvents', account) ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` } : {}),
      }),
    );
  });
};

const ruleOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownRule> =>
  (await calls.run('getSuccessorRule', account, by, { id })).body;

/** Names of the groups and directories of some rules. */
const namesFor = async (
  { deps, calls }: PageParts,
  { account, by }: Viewer,
  rules: readonly ShownRule[],
): Promise<Names> => {
  const ids = rules.flatMap(({ applies_to: appliesTo, group }) => [appliesTo, ...(group === undefined ? [] : [group])]);
  const names = await partyNames(deps, ids.filter(isGroupId));
  const directories = new Map<string, string>();
  for (const id of new Set(ids.filter((one) => one.startsWith('dir_')))) {
    try {
      const { body } = await calls.run('getDirectory', account, by, { id });
      if (body) directories.set(id, body.name);
    } catch (error) {
      if (!isDomainError(error)) throw error;
    }
  }
  return (id) => directories.get(id) ?? (isGroupId(id) ? names(id) : id);
};

const rowOf = (deps: ConsoleDeps, rule: ShownRule, names: Names): RuleRow => {
  const { id, applies_to: appliesTo, group, manager, accept_within: acceptWithin } = rule;
  const scopeHref = isGroupId(appliesTo) ? groupHref(deps, appliesTo) : directoryHref(deps, appliesTo);
  return {
    ...{ id, href: `${deps.basePath}${PATH}/${id}`, asksManager: manager, acceptWithin },
    ...(appliesTo === '*' ? {} : { scope: { name: names(appliesTo), href: scopeHref } }),
    ...(group === undefined ? {} : { group: { name: names(group), href: groupHref(deps, group) } }),
  };
};

/** `*` stays; anything else names a group or a directory. */
const scopeField: FieldKind = {
  ...lineField(200),
  names: (values) => (['', '*'].includes(values.get('applies_to')?.[0]?.trim() ?? '') ? undefined : 'population'),
  emptied: '*',
};

/** Unticked is an answer. */
const managerField: FieldKind = { ...flagField, read: ([text]) => text === 'yes' };

const { least, most, usual } = ACCEPT_WITHIN;

const SECTIONS: readonly SectionSpec[] = [
  {
    title: words.which,
    fields: [{ name: 'applies_to', label: words.appliesTo, hint: words.appliesToHint, kind: scopeField }],
  },
  {
    title: words.whoIsAsked,
    fields: [
      { name: 'manager', label: words.managerField, hint: words.managerHint, kind: managerField },
      { name: 'group', label: words.groupField, hint: words.groupHint, kind: namedField('group'), optional: true },
      {
        ...{ name: 'accept_within', label: words.acceptWithin },
        kind: { ...timeField({ least, most, usual }), emptied: usual },
      },
    ],
  },
];

const formsOf = (parts: PageParts, home: string): ObjectFormSpec => ({
  ...{ path: PATH, place: 'successor-rules', sections: SECTIONS, hrefOf: (id) => `${home}/${id}` },
  create: {
    ...{ operation: 'createSuccessorRule', title: words.make, lead: words.makeLead, button: words.add },
    ...{ done: 'created', values: { applies_to: '*', manager: true, accept_within: usual } },
  },
  change: {
    ...{ read: 'getSuccessorRule', operation: 'updateSuccessorRule', title: words.changeTitle },
    ...{ heading: () => words.changeTitle, lead: words.changeLead },
  },
  shown: async (object, viewer) => {
    const rule = object as ShownRule;
    const names = await namesFor(parts, viewer, [rule]);
    const { applies_to: appliesTo, group } = rule;
    return { ...object, applies_to: names(appliesTo), ...(group === undefined ? {} : { group: names(group) }) };
  },
});

const addRemoval = (parts: PageParts, home: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page(`${PATH}/:id/delete`, async (ctx, { viewer, frame }, id) => {
    calls.access('removeSuccessorRule', viewer.account);
    const rule = await ruleOf(parts, viewer, id);
    sendPage(ctx, 200, removeRulePage(frame, rowOf(deps, rule, await namesFor(parts, viewer, [rule]))));
  });

  router.post(`${PATH}/:id/delete`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const call = () => calls.run('removeSuccessorRule', account, by, { id });
    if (await withFactor(ctx, account.id, `${home}/${id}/delete`, call)) seeOther(ctx, `${home}?done=deleted`);
  });
};
