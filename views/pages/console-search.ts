import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { commaList } from '../partials/console-list.ts';
import { searchWords as words } from '../words/console-search.ts';

export type SearchKind = keyof typeof words.kinds;
export type SearchAction = keyof typeof words.actions;

/** One result. Names are of other parties. */
export type SearchHit = {
  readonly kind: SearchKind;
  readonly href: string;
  /** A phrase of ours, or a name that a party chose. */
  readonly name: Text;
  /** A username, or an owner. */
  readonly note?: Text;
  /** Not the usual state. */
  readonly tag?: Text;
  readonly id: string;
};

export type SearchGroup = {
  readonly kind: SearchKind;
  readonly hits: readonly SearchHit[];
  /** Page with all results of this kind; absent: the hits are all. */
  readonly moreHref?: string;
};

export type SearchModel = {
  readonly text: string;
  /** The object with exactly this id, or the only one with exactly this name, and what the viewer can do with it. */
  readonly best?: {
    readonly hit: SearchHit;
    readonly actions: readonly { readonly action: SearchAction; readonly href: string }[];
  };
  /** In the order of the page; leaves out kinds without a result. */
  readonly groups: readonly SearchGroup[];
  /** Kinds that did not answer in time. */
  readonly late: readonly SearchKind[];
};

const countOf = ({ best, groups }: SearchModel): number =>
  groups.reduce((sum, { hits }) => sum + hits.length, best ? 1 : 0);

/** A name, with what fits the search in bold. */
const nameOf = ({ name }: SearchHit, text = ''): HtmlValue => {
  if (typeof name !== 'string') return name;
  const searched = wordsOf(text);
  return fits(name, searched)
    ? html`<bdi class="chosen">${plainText(name, 60)
        .split(/(?<=\s)/u)
        .map((word) => marked(word, searched))}</bdi>`
    : chosenName(name);
};

const wordsOf = (text: string): readonly string[] => text.toLowerCase().split(/\s+/u).filter(Boolean);

const startOf = (word: string, searched: readonly string[]): string | undefined =>
  searched.find((one) => word.toLowerCase().startsWith(one));

const fits = (name: string, searched: readonly string[]): boolean =>
  name.split(/\s+/u).some((word) => startOf(word, searched) !== undefined);

const marked = (word: string, searched: readonly string[]): HtmlValue => {
  const start = startOf(word, searched);
  return start === undefined ? word : html`<strong>${word.slice(0, start.length)}</strong>${word.slice(start.length)}`;
};

/** The owner or username, a state that is not the usual one, and the id where the name does not tell the result apart. */
const noteOf = (hit: SearchHit, text = '', all: readonly SearchHit[] = []): Html => {
  const { note, tag, id, name } = hit;
  const isTwin = all.some((other) => other !== hit && other.name === name && other.note === note);
  const isById = typeof name !== 'string' || isTwin || !fits(name, wordsOf(text));
  return html`${note !== undefined && html`<span class="note">${isolated(note)}</span>`}${tag !== undefined && html` <span class="tag">${tag}</span>`}${name !== id && isById && html`<code>${plainText(id, 80)}</code>`}`;
};

const lateText = ({ late }: SearchModel): Html | undefined =>
  late.length === 0
    ? undefined
    : html`<p class="hint">${words.late(commaList(late.map((kind) => words.kinds[kind])))}</p>`;

export const searchPage = (model: SearchModel & ConsoleFrame): Html =>
  layout({
    frame: model,
    side: consoleNavigation(model),
    style: 'agents.css',
    title: words.title,
    width: 'wide',
    body: html`<div class="page-head"><h1>${model.text === '' ? words.title : words.titleOf(isolated(model.text, 80))}</h1>
<p class="lead">${words.lead}</p></div>
${model.text === '' ? html`<p class="empty">${words.start}</p>` : results(model)}`,
  });

const results = (model: SearchModel): Html =>
  countOf(model) === 0
    ? html`<p class="empty">${words.none}</p>${lateText(model)}`
    : html`${bestCard(model)}
${model.groups.map(
  ({ kind, hits, moreHref }) =>
    html`<section class="results" aria-labelledby="kind-${kind}"><div class="row"><h2 id="kind-${kind}">${words.kinds[kind]}</h2>${
      moreHref !== undefined && html`<a href="${moreHref}">${words.moreOf[kind]}</a>`
    }</div>
<ul>${hits.map((hit) => html`<li><a href="${hit.href}">${nameOf(hit, model.text)}</a> ${noteOf(hit, model.text, hits)}</li>`)}</ul></section>`,
)}
${lateText(model)}`;

const LOOKS: Partial<Record<SearchAction, 'primary' | 'danger'>> = {
  open: 'primary',
  retire: 'danger',
  kill: 'danger',
};

const bestCard = ({ best }: SearchModel): Html | undefined =>
  best &&
  html`<section class="card best" aria-labelledby="best"><h2 id="best"><a href="${best.hit.href}">${nameOf(best.hit)}</a></h2>
<p class="facts"><span class="tag">${words.kind[best.hit.kind]}</span>${noteOf(best.hit)}</p>
<div class="actions">${best.actions.map(
    ({ action, href }) =>
      html`<a class="button ${LOOKS[action] ?? 'plain'}" href="${href}">${words.actions[action]}</a>`,
  )}</div></section>`;

/** The results below the field while the user types: a listbox that `search.js` inserts. */
export const searchResults = (model: SearchModel): Html => {
  let number = 0;
  const option = (href: string, content: HtmlValue, kind = ''): Html => {
    number += 1;
    return html`<div role="option" id="found-${number}" class="${kind}" aria-selected="false" data-href="${href}">${content}</div>`;
  };
  const group = (id: string, name: HtmlValue, options: readonly Html[]): Html =>
    html`<div role="group" aria-labelledby="found-of-${id}"><div role="presentation" class="kind" id="found-of-${id}">${name}</div>${options}</div>`;
  const count = countOf(model);
  if (count === 0) return html`<p data-count="${words.none}">${words.none}</p>${lateText(model)}`;
  const { best } = model;
  return html`<div role="listbox" id="found-list" aria-label="${words.title}" data-count="${words.count(count)}">${
    best &&
    group('best', words.best, [
      option(best.hit.href, html`${nameOf(best.hit)} ${noteOf(best.hit)}`),
      ...best.actions
        .filter(({ action }) => action !== 'open')
        .map(({ action, href }) => option(href, words.actions[action], 'act')),
    ])
  }${model.groups.map(({ kind, hits, moreHref }) =>
    group(kind, words.kinds[kind], [
      ...hits.map((hit) => option(hit.href, html`${nameOf(hit, model.text)} ${noteOf(hit, model.text, hits)}`)),
      ...(moreHref === undefined ? [] : [option(moreHref, words.moreOf[kind], 'act')]),
    ]),
  )}</div>${lateText(model)}`;
};
