/** The systems of which an inventory is imported, as cards. */
import { type Html, html } from '../html.ts';
import { agoText } from '../time-text.ts';
import { inventoryWords as words } from '../words/console-inventories.ts';
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

/** `source`: the inventory that the form names at first. */
export const systemHref = ({ importHref }: ImportLinks, system: InventorySystem, source?: string): string =>
  `${importHref}?format=${system}${source === undefined ? '' : `&source=${encodeURIComponent(source)}`}`;

/** The import of a new list into an inventory. Its name may say the system; otherwise the user chooses it. */
export const importHrefFor = (links: ImportLinks, source: string): string => {
  const system = INVENTORY_SYSTEMS.find((one) => one === source);
  return system === undefined
    ? `${links.importHref}?source=${encodeURIComponent(source)}`
    : systemHref(links, system, source);
};

/** One file with all of it, in the form of this server. Its format says no system. */
export const isPlain = (system: InventorySystem): boolean => system === 'csv' || system === 'ndjson';

/** Epoch seconds of the last import of an inventory, by its name. */
export type ImportTimes = ReadonlyMap<string, number>;

/** The systems, as links to the import from each: those with a name, then any other. Without links where the viewer may import nothing. */
export const systemCards = (links?: ImportLinks, source?: string, times: ImportTimes = new Map()): Html => {
  const card = (system: InventorySystem): Html => {
    const { name, lists } = systemWords[system];
    const at = source === undefined ? times.get(system) : undefined;
    const text = html`<strong>${name}</strong> <span>${lists}</span>${at !== undefined && html` <span class="imported">${words.importedAlready(agoText(at))}</span>`}`;
    return html`<li class="card">${links ? html`<a href="${systemHref(links, system, source)}">${text}</a>` : html`<div class="system">${text}</div>`}</li>`;
  };
  const cards = (isAny: boolean): Html =>
    html`<ul class="systems">${INVENTORY_SYSTEMS.filter((system) => isPlain(system) === isAny).map(card)}</ul>`;
  return html`${cards(false)}
<h2>${words.otherSystem}</h2>
${cards(true)}`;
};
