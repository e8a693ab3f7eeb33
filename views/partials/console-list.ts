import { cellText, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { listWords } from '../words/lists.ts';
import { registerWords as words } from '../words/registries.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from './console-frame.ts';
import { choice, type Option } from './controls.ts';
import { field } from './field.ts';
import { type Pagination, pagination } from './pagination.ts';
import { savedViews } from './saved-views.ts';
import { submit } from './submit.ts';

/** The first column identifies the item. */
export type Column<Row> = { readonly title: Phrase; readonly cell: (row: Row) => HtmlValue };

/** A table. On a phone each item is a block that repeats the titles. `labelledBy`: id of its heading. */
export const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], labelledBy?: string): Html =>
  html`<div class="card flush"><table class="log"${labelledBy !== undefined && html` aria-labelledby="${labelledBy}"`}>
<thead><tr>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${columns.map(
        ({ title, cell }, index) =>
          html`<td data-label="${title}"${index === 0 && html` class="who-is"`}>${cell(row)}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;

/** The filters of a list: a search text, and one of some states. */
export type Asked = { readonly search: string; readonly state: string };

export type ListModel<Row> = ConsoleFrame & {
  /** The form GETs `q` and `state` to it. */
  readonly action: string;
  readonly asked: Asked;
  readonly rows: readonly Row[];
  readonly pages: Pagination;
  /** Page for creating a new one; absent: not here, or not permitted to the viewer. */
  readonly newHref?: string;
};

type ListPage<Row> = {
  readonly place: ConsolePlace;
  readonly title: Phrase;
  readonly lead: Phrase;
  readonly columns: readonly Column<Row>[];
  readonly none: HtmlValue;
  /** Label of the links to further pages, for screen readers. */
  readonly pagesLabel: Phrase;
  readonly states?: readonly Option[];
  /** Absent: the list has no search. */
  readonly wordsHint?: Phrase;
  readonly newText?: Phrase;
  readonly after?: Html;
};

/** A searchable list, as a page. */
export const listPage = <Row>(model: ListModel<Row>, page: ListPage<Row>): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: page.title,
    width: 'wide',
    side: consoleNavigation(model, page.place),
    script: 'saved-views.js',
    body: html`<div class="page-head"><div class="row"><h1>${page.title}</h1>${
      model.newHref !== undefined &&
      page.newText !== undefined &&
      html`<a class="button primary" href="${model.newHref}">${page.newText}</a>`
    }</div>
<p class="lead">${page.lead}</p></div>
${filters(model, page)}
${savedViews(model.action)}
<section aria-labelledby="list"><h2 id="list" class="unseen">${listWords.list}</h2>
${model.rows.length === 0 ? empty(model, page) : table(page.columns, model.rows, 'list')}
${pagination(model.pages, page.pagesLabel, 'other')}${page.after}</section>`,
  });

const empty = <Row>({ action, asked, pages }: ListModel<Row>, { none }: ListPage<Row>): Html =>
  html`<p class="empty">${asked.search === '' && asked.state === '' ? none : html`${words.noneFits} <a href="${action}">${listWords.clear}</a>`}${
    pages.nextHref !== undefined && html` ${words.moreFollows}`
  }</p>`;

const filters = <Row>(
  { action, asked }: ListModel<Row>,
  { states, wordsHint }: ListPage<Row>,
): Html => html`<form method="get" action="${action}" class="filters few" role="search">
${wordsHint && field({ name: 'q', label: words.words, hint: wordsHint, value: asked.search, autocomplete: 'off', maxLength: 100, optional: true })}
${states && choice({ name: 'state', label: words.state, value: asked.state, options: [{ value: '', text: listWords.any }, ...states] })}
<div class="actions">${submit({ text: listWords.show, kind: 'strong' })}</div>
</form>`;

export type Fact = readonly [name: Phrase, value: HtmlValue];

/** Names and values. Leaves out undefined values. */
export const factList = (facts: readonly (Fact | undefined | false)[]): Html =>
  html`<dl class="facts">${facts.map((fact) => fact && html`<div><dt>${fact[0]}</dt><dd>${fact[1]}</dd></div>`)}</dl>`;

/** Texts with commas between, or `none`. */
export const commaList = (texts: readonly HtmlValue[], none: HtmlValue = words.none): HtmlValue =>
  texts.length === 0 ? none : texts.map((text, index) => [index > 0 && ', ', text]);

/** Scopes by resource. */
export const rightsList = (rights: Readonly<Record<string, readonly string[]>>): HtmlValue =>
  commaList(
    Object.entries(rights)
      .slice(0, MOST_RIGHTS)
      .map(
        ([resource, scopes]) =>
          html`<span class="line">${cellText(resource, 300)}: ${commaList(
            scopes
              .slice(0, MOST_RIGHTS)
              .map((scope) => (scope === '*' ? words.all : html`<code>${plainText(scope, 80)}</code>`)),
          )}</span>`,
      ),
  );

const MOST_RIGHTS = 50;

/** A form that consists of its button only. */
export const postButton = (action: string, csrf: string, button: Html): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${button}</form>`;

/** A confirmation before an action that cannot be undone. */
export const confirmPage = (
  frame: ConsoleFrame,
  asked: {
    readonly title: Phrase;
    readonly question: Phrase;
    readonly lead: Phrase;
    readonly button: Phrase;
    readonly action: string;
    readonly cancelHref: string;
    readonly version?: number;
    readonly more?: HtmlValue;
    /** Default: danger. */
    readonly kind?: 'primary' | 'danger';
    /** The place to which it belongs. */
    readonly place?: ConsolePlace;
  },
): Html =>
  layout({
    frame,
    style: 'agents.css',
    title: asked.title,
    width: asked.more === undefined ? 'narrow' : 'wide',
    side: consoleNavigation(frame, asked.place, false),
    body: html`<section class="card"><h1>${asked.question}</h1>
<p class="lead">${asked.lead}</p>${asked.more}
<form method="post" action="${asked.action}"><input type="hidden" name="csrf" value="${frame.csrf}">${
      asked.version !== undefined && html`<input type="hidden" name="version" value="${asked.version}">`
    }
<div class="actions">${submit({ text: asked.button, kind: asked.kind ?? 'danger' })} <a class="button plain" href="${asked.cancelHref}">${words.cancel}</a></div>
</form></section>`,
  });

/** Colour of a state in a list. */
export const STATE_LOOKS = { active: 'good', disabled: 'off', retired: 'gone' } as const;

export const registeredState = (state: keyof typeof STATE_LOOKS): Html =>
  html`<span class="tag ${STATE_LOOKS[state]}">${words.states[state]}</span>`;

export const STATE_OPTIONS: readonly Option[] = (['active', 'disabled'] as const).map((value) => ({
  value,
  text: words.states[value],
}));
