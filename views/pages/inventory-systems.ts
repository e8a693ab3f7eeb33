/** The systems of which an inventory is imported, as cards. */
import { type Html, html } from '../html.ts';
import { SYSTEMS } from '../words/inventory-exports.ts';
import { systemWords } from '../words/inventory-systems.ts';

export type InventorySystem = keyof typeof systemWords;

export const INVENTORY_SYSTEMS = Object.keys(SYSTEMS) as readonly InventorySystem[];

/** Addresses of the pages above. */
export type ImportLinks = {
  readonly listHref: string;
  /** The choice of a system, and where the forms POST to. */
  readonly importHref: string;
};

export const systemHref = ({ importHref }: ImportLinks, system: InventorySystem): string =>
  `${importHref}?format=${system}`;

/** The systems, as links to the import from each. Without links where the viewer may import nothing. */
export const systemCards = (links?: ImportLinks): Html =>
  html`<ul class="systems">${INVENTORY_SYSTEMS.map((system) => {
    const { name, lists } = systemWords[system];
    const text = html`<strong>${name}</strong> <span>${lists}</span>`;
    return html`<li class="card">${links ? html`<a href="${systemHref(links, system)}">${text}</a>` : html`<div class="system">${text}</div>`}</li>`;
  })}</ul>`;
