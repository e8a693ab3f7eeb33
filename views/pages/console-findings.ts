import { anyName, chosenName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, type ListModel, listPage, table } from '../partials/console-list.ts';
import { choice, type Option, textArea } from '../partials/controls.ts';
import { type Evidence, evidenceCard } from '../partials/evidence.ts';
import { field } from '../partials/field.ts';
import { actionLink, type ObjectAction, objectPage } from '../partials/object-page.ts';
import { agoText, timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { findingWords as words } from '../words/console-findings.ts';
import { inventoryWords } from '../words/console-inventories.ts';
import { reasonWords } from '../words/finding-reasons.ts';
import { listWords } from '../words/lists.ts';
import { wordOf } from '../words/word-of.ts';
import {
  type FindingKind,
  type FindingRow,
  meaningOf,
  severityTag,
  stateTag,
  subject,
  subjectName,
  subjectWord,
  titleOf,
} from './finding-cells.ts';

export type FindingReason = keyof typeof reasonWords;

const reasonText = ({ reason, value = 0 }: FindingPart): HtmlValue =>
  wordOf(reasonWords, reason)?.(value) ??
  html`<code>${plainText(reason, 100)}</code><span class="line hint">${words.unknownReason}</span>`;

type ListedFinding = FindingRow & { readonly isRepeated: boolean };

const COLUMNS: readonly Column<ListedFinding>[] = [
  {
    title: words.finding,
    cell: (row) =>
      html`${severityTag(row.severity)} <a href="${row.href}">${titleOf(row)}</a>${row.state !== 'open' && html` ${stateTag(row.state)}`}${
        !row.isRepeated && html`<span class="line hint">${meaningOf(row.kind)}</span>`
      }`,
  },
  {
    title: words.about,
    cell: (row) => html`${subjectName(row)}<span class="line hint">${subjectWord(row)}</span>`,
  },
  {
    title: words.owner,
    cell: ({ ownerName }) => (ownerName === undefined ? words.noOwner : anyName(ownerName)),
  },
  {
    title: words.since,
    cell: ({ foundAt, endsAt }) =>
      html`${agoText(foundAt)}${endsAt !== undefined && html`<span class="line hint">${words.ends(timeText(endsAt))}</span>`}`,
  },
  {
    ...{ title: words.act, isActions: true },
    cell: ({ act, name }) => act && actionLink({ text: words.acts[act.name], href: act.href }, plainText(name, 60)),
  },
];

/** Without a count: it is not known for the chosen state. `isMore`: at least this many. */
export type FindingCount = { readonly kind: FindingKind; readonly count?: number; readonly isMore?: boolean };

export type FindingsModel = ListModel<FindingRow> & {
  /** Only findings of this kind. */
  readonly kind?: FindingKind;
  /** The kinds to choose from. */
  readonly counts: readonly FindingCount[];
  /** Page of the apps of other systems; absent: not permitted to the viewer. */
  readonly appsHref?: string;
};

export const nothingFound = html`<p class="empty">${words.nothing}</p>`;

const STATE_OPTIONS: readonly Option[] = (['dismissed', 'adopted', 'quarantined', 'resolved'] as const).map(
  (value) => ({
    value,
    text: words.states[value],
  }),
);

/** Only the first of each kind says what it means. */
const withoutRepetition = (rows: readonly FindingRow[]): readonly ListedFinding[] => {
  const first = new Map(rows.toReversed().map((row) => [row.kind, row.id]));
  return rows.map((row) => ({ ...row, isRepeated: first.get(row.kind) !== row.id }));
};

/** Without counts: they are not known for the chosen state. */
const allText = (counts: readonly FindingCount[]): Phrase =>
  counts.every(({ count }) => count === undefined)
    ? words.allKinds
    : words.kindCount(
        words.allKinds,
        counts.reduce((sum, { count = 0 }) => sum + count, 0),
        counts.some(({ isMore }) => isMore === true),
      );

/** Undefined for those that are open. */
const decidedWords = ({ asked: { state } }: FindingsModel) => wordOf(words.decided, state);

const kindOption = ({ kind, count, isMore = false }: FindingCount): Option => {
  const { title } = words.kinds[kind];
  return { value: kind, text: count === undefined ? title : words.kindCount(title, count, isMore) };
};

export const findingsPage = (model: FindingsModel): Html =>
  listPage(
    { ...model, rows: withoutRepetition(model.rows) },
    {
      ...{ place: 'findings', title: words.title, columns: COLUMNS, none: words.nothing, states: STATE_OPTIONS },
      lead: decidedWords(model)?.lead ?? words.lead,
      // With a kind, other findings in this state may exist.
      ...(model.kind === undefined ? { noneFits: decidedWords(model)?.none } : {}),
      moreFilters: choice({
        ...{ name: 'kind', label: words.kind, value: model.kind ?? '' },
        options: [{ value: '', text: allText(model.counts) }, ...model.counts.map(kindOption)],
      }),
      usualState: words.states.open,
      pagesLabel: listWords.pagesOf.findings,
      ...(model.appsHref === undefined
        ? {}
        : { action: html`<a class="button plain" href="${model.appsHref}">${inventoryWords.title}</a>` }),
    },
  );

export type FindingPart = { readonly reason: FindingReason; readonly points: number; readonly value?: number };

export type FindingModel = ConsoleFrame & {
  readonly finding: FindingRow & {
    readonly score: number;
    readonly parts: readonly FindingPart[];
    readonly evidence: Evidence;
    readonly until?: number;
    readonly decided?: { readonly byName: Text; readonly at: number; readonly reason?: string };
    readonly agent?: { readonly id: string; readonly href: string };
    readonly kill?: { readonly id: string; readonly href: string };
  };
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

const PART_COLUMNS: readonly Column<FindingPart>[] = [
  { title: words.reason, cell: reasonText },
  { title: words.points, cell: ({ points }) => html`<strong>${points > 0 && '+'}${points}</strong>` },
];

export const findingPage = (model: FindingModel): Html => {
  const { finding } = model;
  const { kind, decided, agent, kill, until, endsAt } = finding;
  return objectPage(model, {
    ...{ place: 'findings', title: words.finding, name: finding.name, id: finding.id },
    heading: words.headingOf(titleOf(finding), chosenName(finding.name, 100)),
    state: html`${stateTag(finding.state)} ${severityTag(finding.severity)}`,
    actions: model.actions,
    first: html`<p class="lead">${meaningOf(kind)}</p>
<section aria-labelledby="why"><h2 id="why">${words.why}: ${words.scoreOf(finding.score)}</h2>
${table(PART_COLUMNS, finding.parts, 'why')}</section>`,
    facts: [
      [words.about, subject(finding)],
      [words.owner, finding.ownerName === undefined ? words.noOwner : anyName(finding.ownerName)],
      [words.foundAt, timeText(finding.foundAt)],
      endsAt !== undefined && [words.endsAt, timeText(endsAt)],
      until !== undefined && [words.until, timeText(until)],
      decided && [words.decidedBy, html`${anyName(decided.byName)}, ${timeText(decided.at)}`],
      decided?.reason !== undefined && [words.decisionReason, plainText(decided.reason, 400)],
      agent && [words.agent, html`<a href="${agent.href}"><code>${plainText(agent.id, 60)}</code></a>`],
      kill && [words.kill, html`<a href="${kill.href}"><code>${plainText(kill.id, 60)}</code></a>`],
    ],
    further: evidenceCard(finding.evidence),
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

/** A form about a finding, and what was typed into it before. */
export type DecisionModel = {
  readonly href: string;
  readonly name: string;
  readonly version: number;
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, Text>>;
};

const errorAt = ({ errors }: DecisionModel, name: string): { readonly error?: Text } => {
  const error = errors[name];
  return error === undefined ? {} : { error };
};

const reasonField = (model: DecisionModel): Html =>
  textArea({
    ...{ name: 'reason', label: words.reasonField, hint: words.reasonHint, rows: 2, maxLength: 500 },
    ...{ value: model.values['reason'] ?? '', ...errorAt(model, 'reason') },
  });

const asking = (
  frame: ConsoleFrame,
  model: DecisionModel,
  given: {
    readonly tail: string;
    readonly title: Phrase;
    readonly question: (name: HtmlValue) => Phrase;
    readonly lead: Phrase;
    readonly button: Phrase;
    readonly fields: Html;
    readonly kind?: 'primary';
  },
): Html =>
  confirmPage(frame, {
    ...{ place: 'findings', title: given.title, question: given.question(chosenName(model.name, 100)) },
    ...{ lead: given.lead, button: given.button, fields: given.fields, version: model.version, isNarrow: true },
    ...{ action: `${model.href}/${given.tail}`, cancelHref: model.href },
    ...(given.kind === undefined ? {} : { kind: given.kind }),
  });

/** Days that a dismissal may last. */
export const DISMISSAL_DAYS = [7, 30, 90, 365] as const;

/** The form POSTs `csrf`, `version`, `days` and `reason`. */
export const dismissFindingPage = (frame: ConsoleFrame, model: DecisionModel): Html =>
  asking(frame, model, {
    ...{ tail: 'dismiss', title: words.dismissTitle, question: words.dismissAsked, lead: words.dismissLead },
    ...{ button: words.dismissNow, kind: 'primary' },
    fields: html`${choice({
      ...{ name: 'days', label: words.howLong, value: model.values['days'] ?? '30' },
      options: DISMISSAL_DAYS.map((days) => ({ value: String(days), text: words.days(days) })),
      ...errorAt(model, 'until'),
    })}
${reasonField(model)}`,
  });

/** The form POSTs `csrf`, `version`, `owner`, `name`, `purpose`, `blueprint` and `environment`. */
export const adoptFindingPage = (
  frame: ConsoleFrame,
  model: DecisionModel & { readonly blueprints: readonly Option[] },
): Html => {
  const line = (name: string, label: Phrase, maxLength: number, hint?: Phrase): Html =>
    field({
      ...{ name, label, maxLength, autocomplete: 'off', value: model.values[name] ?? '', ...errorAt(model, name) },
      ...(hint === undefined ? {} : { hint }),
    });
  return asking(frame, model, {
    ...{ tail: 'adopt', title: words.adoptTitle, question: words.adoptAsked, lead: words.adoptLead },
    ...{ button: words.adoptTitle, kind: 'primary' },
    fields: html`${line('owner', words.ownerField, 100, words.ownerHint)}
${line('name', words.nameField, 100)}
${line('purpose', words.purposeField, 500)}
${choice({
  ...{ name: 'blueprint', label: words.blueprintField, value: model.values['blueprint'] ?? '' },
  options: [{ value: '', text: words.noBlueprint }, ...model.blueprints],
  ...errorAt(model, 'blueprint'),
})}
${choice({
  ...{ name: 'environment', label: words.environmentField, value: model.values['environment'] ?? 'production' },
  options: (['production', 'test', 'development'] as const).map((value) => ({
    value,
    text: agentWords.environments[value],
  })),
})}`,
  });
};

/** The form POSTs `csrf`, `version` and `reason`. */
export const quarantineFindingPage = (frame: ConsoleFrame, model: DecisionModel): Html =>
  asking(frame, model, {
    ...{ tail: 'quarantine', title: words.quarantineTitle, question: words.quarantineAsked },
    ...{ lead: words.quarantineLead, button: words.acts.quarantine, fields: reasonField(model) },
  });
