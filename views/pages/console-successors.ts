import { isolated } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, type ListModel, listPage } from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import { successorWords as words } from '../words/console-successors.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type RuleRow = {
  readonly id: string;
  readonly href: string;
  /** The group or directory whose agents it is about. Absent: those of every owner. */
  readonly scope?: NamedLink;
  readonly asksManager: boolean;
  readonly group?: NamedLink;
  /** Seconds. */
  readonly acceptWithin: number;
};

const scopeName = ({ scope }: RuleRow): HtmlValue =>
  scope === undefined ? words.everyOwner : isolated(scope.name, 100);

const whose = ({ scope }: RuleRow): Phrase =>
  scope === undefined ? words.ofEveryOwner : words.agentsOfWhom(isolated(scope.name, 100));

/** Who is asked, in this order. */
const askedOf = ({ asksManager, group }: RuleRow): HtmlValue => [
  asksManager && html`<span class="line">${words.manager}</span>`,
  group && html`<span class="line">${asksManager && words.afterwards} ${linkedName(group)}</span>`,
];

const COLUMNS: readonly Column<RuleRow>[] = [
  { title: words.agentsOf, cell: (row) => html`<a href="${row.href}">${scopeName(row)}</a>` },
  { title: words.asks, cell: askedOf },
  { title: words.acceptWithin, cell: ({ acceptWithin }) => durationPhrase(acceptWithin) },
];

export const successorRulesPage = (model: ListModel<RuleRow>): Html =>
  listPage(model, {
    ...{ place: 'successor-rules', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.successorRules, newText: words.make },
  });

export type RuleModel = ConsoleFrame & {
  readonly rule: RuleRow & { readonly createdAt: number; readonly updatedAt: number };
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

export const successorRulePage = (model: RuleModel): Html => {
  const { rule } = model;
  return objectPage(model, {
    ...{ place: 'successor-rules', title: words.rule, name: words.rule, id: rule.id, actions: model.actions },
    heading: whose(rule),
    facts: [
      [words.agentsOf, rule.scope === undefined ? words.everyOwner : linkedName(rule.scope)],
      [words.asks, askedOf(rule)],
      [words.acceptWithin, durationPhrase(rule.acceptWithin)],
      [registerWords.made, timeText(rule.createdAt)],
      rule.updatedAt !== rule.createdAt && [registerWords.changed, timeText(rule.updatedAt)],
    ],
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

export const removeRulePage = (frame: ConsoleFrame, rule: RuleRow): Html =>
  confirmPage(frame, {
    ...{ place: 'successor-rules', title: words.remove, question: words.removeAsked(whose(rule)) },
    ...{ lead: words.removeLead, isNarrow: true },
    ...{ button: words.remove, action: `${rule.href}/delete`, cancelHref: rule.href },
  });
