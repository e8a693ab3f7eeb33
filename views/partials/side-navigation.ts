import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { layoutWords as words } from '../words/layout.ts';

export type SideLink = {
  readonly href: string;
  readonly name: HtmlValue;
  /** `page`: it leads to this page. `true`: this page belongs to it. */
  readonly current?: 'page' | 'true' | undefined;
};

/** Links under one name. `id` is unique among the groups. */
export type SideGroup = {
  readonly id: string;
  readonly name?: Phrase;
  readonly links: readonly SideLink[];
  /** A group with a name that a reader opens and closes: whether it is open at first. Absent: always open. */
  readonly isOpen?: boolean;
};

const MENU = 'menu';

/**
 * The links of an area in groups, for `side` of the layout. On a wide screen they stand beside the content. On a narrow one
 * they are a popover that the menu button opens: HTML does it, without a script.
 */
export const sideNavigation = (label: Phrase, groups: readonly SideGroup[]): Html =>
  html`<nav class="side" id="${MENU}" popover aria-label="${label}">${groups.map(group)}</nav>`;

const group = ({ id, name, links, isOpen }: SideGroup): Html => {
  if (name === undefined) return html`<div>${list(links)}</div>`;
  const label = html` aria-labelledby="menu-${id}"`;
  return isOpen === undefined
    ? html`<div><p class="group" id="menu-${id}">${name}</p>${list(links, label)}</div>`
    : html`<details${isOpen && html` open`}><summary class="group" id="menu-${id}">${name}</summary>${list(links, label)}</details>`;
};

const list = (links: readonly SideLink[], label?: Html): Html =>
  html`<ul${label}>${links.map(
    (one) => html`<li><a href="${one.href}"${one.current && html` aria-current="${one.current}"`}>${one.name}</a></li>`,
  )}</ul>`;

/** Opens and closes the navigation on a narrow screen. */
export const menuButton = html`<button type="button" class="button plain menu-button" popovertarget="${MENU}">${words.menu}</button>`;
