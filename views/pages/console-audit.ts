import { isolated, plainText } from '../agent-text.ts';
import { runsOf } from '../event-runs.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { choice } from '../partials/controls.ts';
import { copyButton } from '../partials/copy-button.ts';
import { field } from '../partials/field.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { savedViews } from '../partials/saved-views.ts';
import { submit } from '../partials/submit.ts';
import { agoText, secondText } from '../time-text.ts';
import { eventPhrase, NAMED_EVENTS } from '../words/audit-events.ts';
import { auditWords as words } from '../words/console-audit.ts';
import { holdWords } from '../words/console-legal-holds.ts';
import { listWords } from '../words/lists.ts';

/** As in the address: type of event, ids, and days as `2026-11-25`; '' for any. */
export type AuditAsked = {
  readonly type: string;
  readonly outcome: '' | 'granted' | 'refused' | 'done';
  /** Id of any object that an event names. */
  readonly id: string;
  /** Words of which an event has all. */
  readonly text: string;
  /** A person, by name or id. */
  readonly subject: string;
  readonly caller: string;
  /** By name or id. */
  readonly agent: string;
  /** An API, by name or identifier. */
  readonly resource: string;
  readonly txn: string;
  readonly from: string;
  readonly to: string;
};

export type AuditRow = {
  /** Epoch seconds. */
  readonly at: number;
  readonly type: string;
  readonly outcome: 'granted' | 'refused' | 'done';
  readonly who?: Text;
  /** The person on whose behalf the caller acted, if that is another person. */
  readonly subject?: string;
  readonly where?: string;
  /** What a resource server states that it did: `who` is that server. */
  readonly statement?: string;
  /** The reason of a refusal. */
  readonly error?: string;
  /** All members of the event by their names in the audit log; undefined: erased. */
  readonly members: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Members of the stored record that do not match its digest, by their names; absent when all match. */
  readonly mismatches?: readonly string[];
  /** The page of the event. */
  readonly href?: string;
  /** All events of the same transaction; absent on that list itself. */
  readonly workHref?: string;
};

/** The form GETs its fields to `action`. */
export type AuditPageModel = ConsoleFrame & {
  readonly action: string;
  /** The same list by outcome. */
  readonly outcomes: readonly { readonly name: AuditAsked['outcome']; readonly href: string; readonly isIt: boolean }[];
  /** The same list in usual periods. */
  readonly periods: readonly {
    readonly name: keyof (typeof words)['periods'];
    readonly href: string;
    readonly isIt: boolean;
  }[];
  readonly asked: AuditAsked;
  readonly errors: Partial<Record<keyof AuditAsked, Text>>;
  readonly rows: readonly AuditRow[];
  readonly pages: Pagination;
  /** Absent: not permitted to the viewer. */
  readonly holdsHref?: string;
  /** Events of the period may be in an archive only; absent: none is. */
  readonly archived?: { readonly before: number; readonly places: readonly string[] };
  /** The events of the search as a file; absent: nothing is searched for. */
  readonly foundHref?: string;
  /** The transparency log: number of entries, and the key of its checkpoints. */
  readonly log:
    | {
        /** Absent: no checkpoint has the cosignatures that it needs. */
        readonly size: number | undefined;
        readonly verifierKey: string;
        readonly witnesses: { readonly failing: readonly string[]; readonly count: number; readonly isQuorum: boolean };
      }
    | 'unavailable'
    | undefined;
  /** The whole audit log as a file; absent: the viewer may not export it. */
  readonly exportHref?: string;
};

export const auditPage = (model: AuditPageModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'auditLog'),
    script: 'saved-views.js',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
<div class="actions"><nav class="segments" aria-label="${words.period}">${model.periods.map(
      ({ name, href, isIt }) => html`<a href="${href}"${isIt && html` aria-current="true"`}>${words.periods[name]}</a>`,
    )}</nav>
<nav class="segments" aria-label="${words.outcome}">${model.outcomes.map(
      ({ name, href, isIt }) =>
        html`<a href="${href}"${isIt && html` aria-current="true"`}>${name === '' ? words.anyOutcome : words.outcomes[name]}</a>`,
    )}</nav></div>
${filters(model)}
${savedViews(model.action)}
<section aria-labelledby="list"><h2 id="list" class="unseen">${listWords.list}</h2>
${model.rows.some(({ mismatches }) => mismatches !== undefined) && html`<div class="flash warning" role="note">${words.changedHint}</div>`}
${model.rows.length === 0 ? html`<p class="empty">${model.pages.nextHref === undefined ? words.nothing : words.nothingHere} <a href="${model.action}">${listWords.clear}</a></p>` : table(COLUMNS, runsOf(model.rows, factsOf), 'list')}
${pagination(model.pages, words.pages)}
${model.archived !== undefined && html`<p class="hint">${words.archived} ${secondText(Math.floor(model.archived.before / 1000))} · ${plainText(model.archived.places.join(', '), 400)}</p>`}</section>
${model.foundHref !== undefined && html`<p><a href="${model.foundHref}">${words.takeFound}</a> <span class="hint">${words.takeFoundHint}</span></p>`}
${model.exportHref !== undefined && html`<p><a href="${model.exportHref}">${words.take}</a> <span class="hint">${words.takeHint}</span></p>`}
${model.holdsHref !== undefined && html`<p><a href="${model.holdsHref}">${holdWords.ofTheLog}</a> <span class="hint">${holdWords.ofTheLogHint}</span></p>`}
${model.log === 'unavailable' && html`<p>${words.logUnavailable}</p>`}
${typeof model.log === 'object' && html`<p>${model.log.size === undefined ? words.logWithheld : words.log(model.log.size)} <code>${plainText(model.log.verifierKey, 400)}</code> ${copyButton(model.log.verifierKey)} <span class="hint">${words.logHint}</span></p>`}
${typeof model.log === 'object' && model.log.witnesses.count > 0 && html`<p>${words.logWitnesses(model.log.witnesses.count, model.log.witnesses.failing.length)}${model.log.witnesses.failing.length > 0 && html` ${words.logFailing} ${plainText(model.log.witnesses.failing.join(', '), 400)}.`}${!model.log.witnesses.isQuorum && html` ${words.logNoQuorum}`}</p>`}`,
  });

const LOOKS = { granted: 'good', refused: 'off', done: 'still' } as const;

export const outcomeTag = (outcome: AuditRow['outcome']): Html =>
  html`<span class="tag ${LOOKS[outcome]}">${words.outcomes[outcome]}</span>`;

/** What events have in common that one line shows. Each one that was changed in the database has a line of its own. */
const factsOf = ({ type, outcome, who, subject, where, statement, error, mismatches, members }: AuditRow) => [
  type,
  outcome,
  who,
  subject,
  where,
  statement,
  error,
  mismatches && members.map(({ value }) => value).join(),
];

type Run = readonly [AuditRow, ...AuditRow[]];

const COLUMNS: readonly Column<Run>[] = [
  { title: words.when, cell: ([{ at }]) => html`${secondText(at)} <span class="hint roomy">${agoText(at)}</span>` },
  {
    title: words.what,
    cell: ([
      row,
      ...more
    ]) => html`${row.mismatches !== undefined && html`<span class="tag warn">${words.changed(row.mismatches.join(', '))}</span> `}<details class="run"><summary>${outcomeTag(row.outcome)} ${eventPhrase(row.type)}${
      row.statement !== undefined && html` <code>${plainText(row.statement, 120)}</code>`
    }${
      row.error !== undefined && html` <code>${plainText(row.error, 80)}</code>`
    }${more.length > 0 && html` ${listWords.times(more.length + 1)}`}</summary>
${
  more.length === 0
    ? whole(row)
    : [row, ...more].map((one) => html`<details><summary>${secondText(one.at)}</summary>${whole(one)}</details>`)
}</details>`,
  },
  {
    title: words.who,
    cell: ([{ who, statement, subject }]): HtmlValue => [
      who === undefined ? undefined : statement === undefined ? nameOf(who) : words.statedBy(nameOf(who)),
      subject !== undefined && html` <span class="hint">${words.forWhom(isolated(subject))}</span>`,
    ],
  },
  { title: words.where, cell: ([{ where }]) => where !== undefined && isolated(where, 200) },
];

const nameOf = (who: Text): HtmlValue => (typeof who === 'string' ? isolated(who) : who);

/** All members of an event. */
export const memberList = (members: AuditRow['members']): Html =>
  html`<dl class="facts small">${members.map(
    ({ name, value }) =>
      html`<div><dt><code>${name}</code></dt><dd>${value === undefined ? html`<em>${words.erased}</em>` : html`<code>${plainText(value, MOST)}</code>`}</dd></div>`,
  )}</dl>`;

const whole = ({ members, href, workHref }: AuditRow): Html =>
  html`${memberList(members)}${(href ?? workHref) !== undefined && html`<p>${href !== undefined && html`<a href="${href}">${words.whole}</a> `}${workHref !== undefined && html`<a href="${workHref}">${words.sameWork}</a>`}</p>`}`;

/** Characters of one member's value on the page; the file has all of them. */
const MOST = 400;

/** Filters that few need. */
const MORE = ['agent', 'subject', 'resource', 'id', 'caller', 'txn', 'from', 'to'] as const;
const HINTS = { caller: words.callerHint, txn: words.txnHint, text: words.textHint } as const;

const filters = ({ action, asked, errors }: AuditPageModel): Html => {
  const text = (
    name: 'text' | 'id' | 'subject' | 'caller' | 'agent' | 'resource' | 'txn' | 'from' | 'to',
    maxLength: number,
    { isDay, hint, isHintInside }: { readonly isDay?: true; readonly hint?: Phrase; readonly isHintInside?: true } = {},
  ): Html =>
    field({
      name,
      label: words[name],
      ...(hint === undefined ? {} : { hint }),
      ...(isHintInside ? { isHintInside } : {}),
      value: asked[name],
      autocomplete: 'off',
      maxLength,
      optional: true,
      ...(isDay ? { type: 'date' as const } : {}),
      ...(errors[name] === undefined ? {} : { error: errors[name] }),
    });
  // A date field shows no hour.
  const dayOrHour = (name: 'from' | 'to'): Html =>
    asked[name].includes('T') ? text(name, 13, { hint: words.hourHint }) : text(name, 10, { isDay: true });
  const isMore = MORE.some((name) => asked[name] !== '' || errors[name] !== undefined);
  return html`<form method="get" action="${action}" class="filters log-filters" role="search">
${text('text', 200, { hint: HINTS.text, isHintInside: true })}
${choice({
  name: 'type',
  label: words.event,
  value: asked.type,
  options: [
    { value: '', text: listWords.any },
    ...NAMED_EVENTS.map((type) => ({ value: type, text: eventPhrase(type) })),
  ],
})}
${asked.outcome !== '' && html`<input type="hidden" name="outcome" value="${asked.outcome}">`}
<div class="actions">${submit({ text: listWords.show, kind: 'plain' })}</div>
<details class="more"${isMore && html` open`}><summary>${listWords.moreFilters}</summary><div class="filters many">${text('agent', 128)}${text('subject', 128)}${dayOrHour('from')}${dayOrHour('to')}${text('resource', 512)}${text('id', 128)}${text('txn', 128, { hint: HINTS.txn })}${text('caller', 2048, { hint: HINTS.caller })}</div></details>
</form>`;
};
