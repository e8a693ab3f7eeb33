import { cellText, plainText } from '../agent-text.ts';
import type { StyleName } from '../assets.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { andMore } from '../more-text.ts';
import { listWords } from '../words/lists.ts';
import { registerWords as words } from '../words/registries.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from './console-frame.ts';
import { choice, type Option } from './controls.ts';
import { field } from './field.ts';
import { type Pagination, pagination } from './pagination.ts';
import { savedViews } from './saved-views.ts';
import { submit } from './submit.ts';
import { type TypedConfirmation, typedConfirmation } from './typed-confirmation.ts';

/** The first column identifies the item. */
export type Column<Row> = {
  readonly title: Phrase;
  readonly cell: (row: Row) => HtmlValue;
  /** The key by which the server can sort the list. */
  readonly sort?: string;
  /** Its cells hold buttons, which say what they do: only a screen reader reads the title. */
  readonly isActions?: true;
  /** Before the title. */
  readonly beforeTitle?: Html;
  /** Behind it. */
  readonly afterTitle?: Html;
};

/** By sort key: where its head leads, and the direction if the list is sorted by it now. */
export type SortLinks = Readonly<Record<string, { readonly href: string; readonly now?: 'ascending' | 'descending' }>>;

/** A table. On a phone each item is a block that repeats the titles. `labelledBy`: id of its heading. `below`: a line of its own. */
export const table = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  labelledBy?: string,
  sorts: SortLinks = {},
  below?: (row: Row) => Html | undefined,
): Html =>
  html`<div class="card flush"><table class="log"${labelledBy !== undefined && html` aria-labelledby="${labelledBy}"`}>
<thead><tr>${columns.map((column) => head(column, sorts))}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${columns.map(({ title, cell, isActions }, index) =>
        isActions
          ? html`<td class="acts">${cell(row)}</td>`
          : html`<td data-label="${title}"${index === 0 && html` class="who-is"`}>${cell(row)}</td>`,
      )}</tr>${lineBelow(below?.(row), columns.length)}`,
  )}</tbody></table></div>`;

const lineBelow = (text: Html | undefined, columns: number): Html | undefined =>
  text && html`<tr class="below"><td colspan="${columns}">${text}</td></tr>`;

const head = <Row>({ title, sort = '', isActions, beforeTitle, afterTitle }: Column<Row>, sorts: SortLinks): Html => {
  if (isActions) return html`<th scope="col"><span class="unseen">${title}</span></th>`;
  const link = Object.hasOwn(sorts, sort) ? sorts[sort] : undefined;
  return link === undefined
    ? html`<th scope="col">${beforeTitle}${title}${afterTitle}</th>`
    : html`<th scope="col"${link.now !== undefined && html` aria-sort="${link.now}"`}><a href="${link.href}">${title}</a></th>`;
};

/** The filters of a list: a search text, and one of some states. */
export type Asked = { readonly search: string; readonly state: string };

export type ListModel<Row> = ConsoleFrame & {
  /** The form GETs `q` and `state` to it. */
  readonly action: string;
  readonly asked: Asked;
  readonly rows: readonly Row[];
  readonly pages: Pagination;
  /** Absent: no head of the list is a link. */
  readonly sorts?: SortLinks;
  /** The order of the address, which the form of the filters keeps. */
  readonly sorting?: { readonly sort: string; readonly order: string };
  /** Page for creating a new one; absent: not here, or not permitted to the viewer. */
  readonly newHref?: string;
};

type ListPage<Row> = {
  readonly place: ConsolePlace;
  readonly title: Phrase;
  readonly lead: HtmlValue;
  readonly columns: readonly Column<Row>[];
  /** A line of its own below a row. */
  readonly below?: (row: Row) => Html | undefined;
  readonly none: HtmlValue;
  /** In place of `none` where filters leave nothing. Default: no result. */
  readonly noneFits?: HtmlValue;
  /** Label of the links to further pages, for screen readers. */
  readonly pagesLabel: Phrase;
  readonly states?: readonly Option[];
  /** Further fields of its form. */
  readonly moreFilters?: Html;
  /** What a list without a chosen state shows. Default: any. */
  readonly usualState?: Phrase;
  /** Absent: the list has no search. At most some 40 characters, which the field shows. */
  readonly wordsHint?: Phrase;
  readonly newText?: Phrase;
  /** Beside the heading, in place of the link for a new one. */
  readonly action?: Html;
  /** Default: primary. */
  readonly newKind?: 'primary' | 'destructive';
  readonly after?: Html;
  /** Besides agents.css. */
  readonly alsoStyle?: StyleName;
};

/** A searchable list, as a page. */
export const listPage = <Row>(model: ListModel<Row>, page: ListPage<Row>): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    ...(page.alsoStyle === undefined ? {} : { alsoStyle: page.alsoStyle }),
    title: page.title,
    width: 'wide',
    side: consoleNavigation(model, page.place),
    script: 'saved-views.js',
    body: html`<div class="page-head"><div class="row"><h1>${page.title}</h1>${headOf(model, page)}</div>
<p class="lead">${page.lead}</p></div>
${
  isFiltered(page) &&
  html`${filters(model, page)}
${savedViews(model.action)}`
}
<section aria-labelledby="list"><h2 id="list" class="unseen">${listWords.list}</h2>
${model.rows.length === 0 ? empty(model, page) : table(page.columns, model.rows, 'list', model.sorts, page.below)}
${pagination(model.pages, page.pagesLabel, 'other')}${page.after}</section>`,
  });

/** What stands beside the heading. */
const headOf = <Row>({ newHref }: ListModel<Row>, { newText, newKind, action }: ListPage<Row>): Html | undefined => {
  const link =
    newHref === undefined || newText === undefined
      ? undefined
      : html`<a class="button ${newKind ?? 'primary'}" href="${newHref}">${newText}</a>`;
  return link && action ? html`<div class="actions">${action} ${link}</div>` : (link ?? action);
};

/** Says what the objects are for, and leads to the form for the first one. */
const empty = <Row>(
  { action, asked, pages, newHref }: ListModel<Row>,
  { none, noneFits = words.noneFits, newText }: ListPage<Row>,
): Html => {
  const isUnfiltered = asked.search === '' && asked.state === '';
  const next = isUnfiltered && newHref !== undefined && newText !== undefined;
  return html`<p class="empty">${isUnfiltered ? none : html`${noneFits} <a href="${action}">${listWords.clear}</a>`}${
    pages.nextHref !== undefined && html` ${words.moreFollows}`
  }${next && html` <a href="${newHref}">${newText}</a>`}</p>`;
};

/** Without search and states there is nothing to choose. */
const isFiltered = <Row>({ states, wordsHint }: ListPage<Row>): boolean =>
  states !== undefined || wordsHint !== undefined;

const filters = <Row>(
  { action, asked, sorting }: ListModel<Row>,
  { states, wordsHint, moreFilters, usualState = listWords.any }: ListPage<Row>,
): Html => html`<form method="get" action="${action}" class="filters few" role="search">${Object.entries(sorting ?? {}).map(([name, value]) => value !== '' && html`<input type="hidden" name="${name}" value="${value}">`)}
${wordsHint && field({ name: 'q', label: words.words, hint: wordsHint, isHintInside: true, value: asked.search, autocomplete: 'off', maxLength: 100, optional: true })}
${states && choice({ name: 'state', label: words.state, value: asked.state, options: [{ value: '', text: usualState }, ...states] })}
${moreFilters}
<div class="actions">${submit({ text: listWords.show, kind: 'plain' })}</div>
</form>`;

export type Fact = readonly [name: Phrase, value: HtmlValue];

/** Names and values. Leaves out undefined values. */
export const factList = (facts: readonly (Fact | undefined | false)[]): Html =>
  html`<dl class="facts">${facts.map((fact) => fact && html`<div><dt>${fact[0]}</dt><dd>${fact[1]}</dd></div>`)}</dl>`;

/** Texts with commas between, or `none`. */
export const commaList = (texts: readonly HtmlValue[], none: HtmlValue = words.none): HtmlValue =>
  texts.length === 0 ? none : texts.map((text, index) => [index > 0 && ', ', text]);

/** At most MOST_LISTED of the items with commas between, and how many more there are. */
export const cutList = <Item>(items: readonly Item[], textOf: (item: Item) => HtmlValue): HtmlValue => [
  commaList(items.slice(0, MOST_LISTED).map(textOf)),
  hiddenOf(items),
];

/** At most MOST_LISTED of the items in lines, and how many more there are. */
export const cutLines = <Item>(items: readonly Item[], lineOf: (item: Item) => HtmlValue): HtmlValue =>
  items.length === 0
    ? words.none
    : [
        items.slice(0, MOST_LISTED).map((item) => html`<span class="line">${lineOf(item)}</span>`),
        items.length > MOST_LISTED && html`<span class="line">${hiddenOf(items)}</span>`,
      ];

/** Scopes by resource. At most MOST_LISTED of each, and how many more there are. */
export const rightsList = (rights: Readonly<Record<string, readonly string[]>>): HtmlValue =>
  cutLines(
    Object.entries(rights),
    ([resource, scopes]) =>
      html`${cellText(resource, 300)}: ${cutList(scopes, (scope) => (scope === '*' ? words.all : html`<code>${plainText(scope, 80)}</code>`))}`,
  );

const MOST_LISTED = 50;

const hiddenOf = ({ length }: readonly unknown[]): Html | false =>
  length > MOST_LISTED && html`<span class="hint">${andMore(length - MOST_LISTED)}</span>`;

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
    /** Further fields of the form. */
    readonly fields?: Html;
    /** Although it has `more`. */
    readonly isNarrow?: true;
    /** Default: destructive. */
    readonly kind?: 'primary' | 'destructive';
    /** The place to which it belongs. */
    readonly place?: ConsolePlace;
    /** For an action that cannot be undone: the user types the name of the object. */
    readonly typed?: TypedConfirmation;
    /** Besides agents.css. */
    readonly alsoStyle?: StyleName;
    /** Above the question: where it belongs. */
    readonly above?: Html;
  },
): Html =>
  layout({
    frame,
    style: 'agents.css',
    ...(asked.alsoStyle === undefined ? {} : { alsoStyle: asked.alsoStyle }),
    title: asked.title,
    width: asked.more === undefined || asked.isNarrow ? 'narrow' : 'wide',
    side: consoleNavigation(frame, asked.place, false),
    body: html`${asked.above}<section class="card"><h1>${asked.question}</h1>
<p class="lead">${asked.lead}</p>${asked.more}
<form method="post" action="${asked.action}"><input type="hidden" name="csrf" value="${frame.csrf}">${
      asked.version !== undefined && html`<input type="hidden" name="version" value="${asked.version}">`
    }${asked.fields}${asked.typed && typedConfirmation(asked.typed)}
<div class="actions">${submit({ text: asked.button, kind: asked.kind ?? 'destructive' })} <a class="button plain" href="${asked.cancelHref}">${words.cancel}</a></div>
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
