import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, commaList, confirmPage, type ListModel, listPage } from '../partials/console-list.ts';
import { choice, textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { agoText } from '../time-text.ts';
import { inventoryWords as words } from '../words/console-inventories.ts';
import { wordOf } from '../words/word-of.ts';

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
/** Most characters of a pasted list. */
export const MOST_CHARACTERS = 1_000_000;

const known = ({ known: found }: InventoryRow): Html => {
  if (found === undefined) return html`${words.unknown}`;
  const id = html`<code class="long">${plainText(found.id, 120)}</code>`;
  return html`${found.href === undefined ? id : html`<a href="${found.href}">${id}</a>`}<span class="line hint">${wordOf(words.matches, found.by)}</span>`;
};

const rights = ({ scopes, risky }: InventoryRow): Html =>
  html`${words.rightsOf(scopes, risky.length)}${
    risky.length > 0 &&
    html`<span class="line hint">${commaList(risky.slice(0, SHOWN).map((scope) => html`<code class="long">${plainText(scope, 100)}</code>`))}${risky.length > SHOWN && ', …'}</span>`
  }`;

const COLUMNS: readonly Column<InventoryRow>[] = [
  {
    title: words.app,
    cell: ({ name, externalId, state }) =>
      html`${chosenName(name, 100)} <span class="tag ${LOOKS[state]}">${words.states[state]}</span><span class="line hint"><code class="long">${plainText(externalId, 120)}</code></span>`,
  },
  { title: words.inventory, cell: ({ source }) => html`<code class="long">${plainText(source, 40)}</code>` },
  { title: words.rights, cell: rights },
  {
    title: words.owner,
    cell: ({ owner }) =>
      owner === undefined ? words.noOwner : html`<span class="long">${plainText(owner, 100)}</span>`,
  },
  { title: words.known, cell: known },
  { title: words.since, cell: ({ createdAt }) => agoText(createdAt) },
];

export const inventoriesPage = (model: ListModel<InventoryRow>): Html =>
  listPage(model, {
    ...{ place: 'findings', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: words.pagesOf, newText: words.import },
  });

export type ImportModel = {
  readonly action: string;
  readonly cancelHref: string;
  readonly values: Readonly<Partial<Record<string, string>>>;
  readonly errors: Readonly<Partial<Record<string, Text>>>;
};

/** The form POSTs `csrf`, `format`, `source` and `list`. */
export const importInventoryPage = (frame: ConsoleFrame, { values, errors, ...links }: ImportModel): Html => {
  const at = (name: string) => ({
    ...{ name, value: values[name] ?? '' },
    ...(errors[name] === undefined ? {} : { error: errors[name] }),
  });
  return confirmPage(frame, {
    ...{ place: 'findings', title: words.import, question: words.importAsked, lead: words.importLead, kind: 'primary' },
    fields: html`${choice({
      ...{ ...at('format'), label: words.format },
      options: Object.entries(words.formats).map(([value, text]) => ({ value, text })),
    })}
${field({ ...at('source'), label: words.source, hint: words.sourceHint, autocomplete: 'off', maxLength: 40, optional: true })}
${textArea({ ...at('list'), label: words.list, hint: words.listHint, rows: 12, maxLength: MOST_CHARACTERS, code: true })}`,
    ...{ button: words.importNow, ...links },
  });
};
