/** The systems of which an inventory is imported, as cards. */
import { plainText } from '../agent-text.ts';
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

/** The system of an inventory: the format of its last list, or its name. */
export const systemOf = (source: string, format: InventorySystem | undefined): InventorySystem | undefined =>
  format ?? INVENTORY_SYSTEMS.find((one) => one === source);

/** The import of a new list into an inventory. Where its system is not known, the user chooses it. */
export const importHrefFor = (links: ImportLinks, source: string, format: InventorySystem | undefined): string => {
  const system = systemOf(source, format);
  return system === undefined
    ? `${links.importHref}?source=${encodeURIComponent(source)}`
    : systemHref(links, system, source);
};

/** One file with all of it, in the form of this server. Its format says no system. */
export const isPlain = (system: InventorySystem): boolean => system === 'csv' || system === 'ndjson';

/** Its list is one file. */
export const isOneFile = (system: InventorySystem): boolean => !SYSTEMS[system].files.includes(' ');

/** The last import of an inventory. `at`: epoch seconds. `format`: the form of the list, if the event says it. */
export type LastImport = { readonly at: number; readonly apps: number; readonly format?: InventorySystem };

/** By name of the inventory. */
export type ImportTimes = ReadonlyMap<string, LastImport>;

/** The systems, as links to the import from each: those with a name, then any other. Without links where the viewer may import nothing. */
export const systemCards = (links?: ImportLinks, source?: string, times: ImportTimes = new Map()): Html => {
  const card = (system: InventorySystem): Html => {
    const { name, lists } = systemWords[system];
    const last = source === undefined ? times.get(system) : undefined;
    const text = html`<strong>${name}</strong> <span>${lists}</span>${last !== undefined && html` <span>${words.importedAlready(last.apps, agoText(last.at))}</span>`}`;
    return html`<li class="card">${links ? html`<a href="${systemHref(links, system, source)}">${text}</a>` : html`<div class="system">${text}</div>`}</li>`;
  };
  const cards = (isAny: boolean): Html =>
    html`<ul class="systems">${INVENTORY_SYSTEMS.filter((system) => isPlain(system) === isAny).map(card)}</ul>`;
  return html`${cards(false)}
<h2>${words.otherSystem}</h2>
${cards(true)}${links !== undefined && source === undefined && otherInventories(links, times)}`;
};

/** Inventories that the cards do not show. */
const MOST_OTHERS = 20;

/** Inventories whose names are no systems, as links to the import of a new list. */
const otherInventories = (links: ImportLinks, times: ImportTimes): Html | false => {
  const others = [...times]
    .filter(([source]) => !INVENTORY_SYSTEMS.some((one) => one === source))
    .slice(0, MOST_OTHERS);
  return (
    others.length > 0 &&
    html`
<section aria-labelledby="others"><h2 id="others">${words.otherInventories}</h2>
<ul class="systems">${others.map(
      ([source, { at, apps, format }]) =>
        html`<li class="card"><a href="${importHrefFor(links, source, format)}"><strong><bdi class="long">${plainText(source, 40)}</bdi></strong> ${format !== undefined && html`<span>${systemWords[format].name}</span> `}<span>${words.importedAlready(apps, agoText(at))}</span></a></li>`,
    )}</ul></section>`
  );
};
