/** Cells of tables about apps of other systems. The other system, or the app, chose their texts. */
import { chosenName, codeName, hasLongWord, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { andMore } from '../more-text.ts';
import { commaList } from '../partials/console-list.ts';
import { inventoryWords as words } from '../words/console-inventories.ts';
import { wordOf } from '../words/word-of.ts';

/** The client, agent or resource server that is the same app; `href` is absent where the viewer has no page of it. */
export type KnownAs = { readonly name: string; readonly by: keyof typeof words.matches; readonly href?: string };

export type AppRow = {
  readonly name: string;
  readonly externalId: string;
  readonly owner?: string;
  readonly scopes: number;
  /** The risky rights. */
  readonly risky: readonly string[];
  /** All rights, where the page unfolds them. */
  readonly rights?: readonly string[];
  readonly known?: KnownAs;
  /** The finding to decide; absent: nothing is to be decided, or the viewer does not see it. */
  readonly decideHref?: string;
  /** Where the viewer registers an agent for an app that is not known here. Absent: not permitted, or not for this app. */
  readonly registerHref?: string;
};

/** Rights that a row names. */
const SHOWN = 4;
/** Rights that it unfolds. */
const MOST_UNFOLDED = 40;
/** The longest part of an address that a column keeps whole. */
const WHOLE = 28;

/** `tags`: behind the name. */
export const appCell = ({ name, externalId }: AppRow, tags?: Html | false): Html => {
  const id = plainText(externalId, 120);
  return html`${chosenName(name, 100)}${tags && html` ${tags}`}<span class="line hint"><code class="${hasLongWord(id) ? 'long' : 'short'}">${id}</code></span>`;
};

export const needsDecision = html`<span class="tag warn">${words.needsDecision}</span>`;

/** Behind the title of the rights: a link to the sentence. */
export const whichRisky = html` <a href="#risky">${words.whichRiskyHere}</a>`;
/** Below a table of apps. */
export const riskyRights = html`
<p class="hint" id="risky"><strong>${words.whichRisky}</strong>: ${words.whichRiskyIs}</p>`;

const codes = (scopes: readonly string[]): Html =>
  html`${commaList(scopes.slice(0, SHOWN).map((scope) => codeName(scope)))}${scopes.length > SHOWN && ', …'}`;

/** The number of rights. Where the row names only some, it unfolds all. */
const rightsCount = ({ name, scopes, risky, rights = [] }: RightsOf): Html => {
  const text = words.rightsOf(scopes, risky.length);
  if (rights.length <= Math.min(risky.length, SHOWN)) return html`${text}`;
  const shown = rights.slice(0, MOST_UNFOLDED);
  return html`<details class="rights"><summary>${text} <span class="unseen">${words.rightsOfApp(plainText(name, 60))}</span></summary><span class="line hint">${commaList(shown.map((scope) => codeName(scope)))}${andMore(rights.length - shown.length)}</span></details>`;
};

type RightsOf = Pick<AppRow, 'name' | 'scopes' | 'risky' | 'rights'>;

type ChangedRights = Readonly<Record<'added' | 'removed', readonly string[]>>;

/** `changed`: the rights that came and went. */
export const rightsCell = (row: RightsOf, people = 0, changed?: ChangedRights): Html =>
  html`${rightsCount(row)}${row.risky.length > 0 && html`<span class="line hint">${codes(row.risky)}</span>`}${
    people > 0 && html`<span class="line hint">${words.peopleOf(people)}</span>`
  }${signedRights('+', changed?.added ?? [])}${signedRights('−', changed?.removed ?? [])}`;

/** Rights with a sign before them: those that came, or those that went. */
export const signedRights = (sign: '+' | '−', scopes: readonly string[]): Html | undefined =>
  scopes.length === 0 ? undefined : html`<span class="line hint">${sign} ${codes(scopes)}</span>`;

/** An address breaks before its @ only. A phone leaves out what says nothing. */
export const ownerCell = ({ owner }: AppRow): Html => {
  if (owner === undefined) return html`<span class="hint nothing">${words.noOwner}</span>`;
  const text = plainText(owner, 100);
  const [user = '', host, ...more] = text.split('@');
  const isAddress = host !== undefined && more.length === 0 && [user, host].every(({ length }) => length <= WHOLE);
  return isAddress && hasLongWord(text) ? html`<bdi>${user}<wbr>@${host}</bdi>` : isolated(text, 100);
};

const registerLink = ({ registerHref, name }: AppRow): Html | false =>
  registerHref !== undefined &&
  html`<span class="line beside"><a href="${registerHref}">${words.register}<span class="unseen"> ${words.registerFor(plainText(name, 60))}</span></a></span>`;

export const knownCell = (row: AppRow): Html => {
  const { known, decideHref, name } = row;
  if (known === undefined) {
    return decideHref === undefined
      ? html`<span class="hint">${words.unknown}</span>${registerLink(row)}`
      : html`<span class="hint">${words.unknown}</span><span class="line beside"><a href="${decideHref}">${words.decide}<span class="unseen"> ${words.decideAbout(plainText(name, 60))}</span></a></span>`;
  }
  const shown = isolated(known.name, 120);
  return html`${known.href === undefined ? shown : html`<a href="${known.href}">${shown}</a>`}<span class="line hint">${wordOf(words.matches, known.by)}</span>${
    decideHref !== undefined &&
    html`<span class="line"><a href="${decideHref}">${words.decide}<span class="unseen"> ${words.decideAbout(plainText(name, 60))}</span></a></span>`
  }`;
};
