import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, type ListModel, listPage } from '../partials/console-list.ts';
import { agoText } from '../time-text.ts';
import { inventoryWords as words } from '../words/console-inventories.ts';
import { wordOf } from '../words/word-of.ts';
import { type ImportLinks, systemCards } from './inventory-systems.ts';

/** An app of an inventory. The other system, or the app, chose its texts. */
export type InventoryRow = {
  readonly name: string;
  readonly externalId: string;
  readonly source: string;
  readonly state: keyof typeof words.states;
  readonly owner?: string;
  readonly scopes: number;
  /** The rights that matter. */
  readonly risky: readonly string[];
  /** The client, agent or resource server that is the same app; `href` is absent where the viewer has no page of it. */
  readonly known?: { readonly id: string; readonly by: keyof typeof words.matches; readonly href?: string };
  /** Epoch seconds. */
  readonly createdAt: number;
};

const LOOKS = { present: 'good', gone: 'gone', off: 'off' } as const;
/** Rights that a row names. */
const SHOWN = 4;

const known = ({ known: found }: InventoryRow): Html => {
  if (found === undefined) return html`${words.unknown}`;
  const id = html`<code class="long">${plainText(found.id, 120)}</code>`;
  return html`${found.href === undefined ? id : html`<a href="${found.href}">${id}</a>`}<span class="line hint">${wordOf(words.matches, found.by)}</span>`;
};

export const rights = ({ scopes, risky }: Pick<InventoryRow, 'scopes' | 'risky'>): Html =>
  html`${words.rightsOf(scopes, risky.length)}${
    risky.length > 0 &&
    html`<span class="line hint">${commaList(risky.slice(0, SHOWN).map((scope) => html`<code class="long">${plainText(scope, 100)}</code>`))}${risky.length > SHOWN && ', …'}</span>`
  }`;

const columnsOf = (listHref: string): readonly Column<InventoryRow>[] => [
  {
    title: words.app,
    cell: ({ name, externalId, state }) =>
      html`${chosenName(name, 100)} <span class="tag ${LOOKS[state]}">${words.states[state]}</span><span class="line hint"><code class="long">${plainText(externalId, 120)}</code></span>`,
  },
  {
    title: words.inventory,
    cell: ({ source }) =>
      html`<a href="${listHref}?source=${encodeURIComponent(source)}"><code class="long">${plainText(source, 40)}</code></a>`,
  },
  { title: words.rights, cell: rights },
  {
    title: words.owner,
    cell: ({ owner }) =>
      owner === undefined ? words.noOwner : html`<span class="long">${plainText(owner, 100)}</span>`,
  },
  { title: words.known, cell: known },
  { title: words.since, cell: ({ createdAt }) => agoText(createdAt) },
];

export type InventoriesModel = ListModel<InventoryRow> & {
  /** Address of this page. */
  readonly action: string;
  /** The import. Absent: not permitted to the viewer. */
  readonly links?: ImportLinks;
  /** Only the apps of this inventory. */
  readonly source?: string;
};

const isEverything = ({ rows, source, pages }: InventoriesModel): boolean =>
  source === undefined && rows.length === 0 && pages.firstHref === undefined && pages.nextHref === undefined;

export const inventoriesPage = (model: InventoriesModel): Html => {
  const { source, action } = model;
  if (isEverything(model)) return emptyPage(model);
  const all = html`<a href="${action}">${words.all}</a>`;
  return listPage(model, {
    ...{ place: 'inventories', title: words.title, columns: columnsOf(action), pagesLabel: words.pagesOf },
    lead:
      source === undefined ? words.lead : words.leadOf(html`<code class="long">${plainText(source, 40)}</code>`, all),
    ...{ none: words.noneOf, newText: words.import },
  });
};

/** What the page is for, and the systems. */
const emptyPage = (model: InventoriesModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'inventories.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'inventories'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
<section class="card" aria-labelledby="what"><h2 id="what">${words.empty.title}</h2>
<p>${words.empty.what}</p>
<p>${words.empty.safe}</p>
${model.links ? html`<div class="actions"><a class="button primary" href="${model.links.importHref}">${words.import}</a></div>` : html`<p class="hint">${words.empty.notPermitted}</p>`}</section>
<section aria-labelledby="systems"><h2 id="systems">${words.empty.systems}</h2>
${systemCards(model.links)}</section>`,
  });
