/** Imports of inventories, as the audit log has them. */
import type { ImportRow } from '../../../views/pages/inventory-history.ts';
import {
  type ImportTimes,
  INVENTORY_SYSTEMS,
  type InventorySystem,
  type LastImport,
} from '../../../views/pages/inventory-systems.ts';
import type { AuditEntry } from '../../domain/audit/list-events.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, doerName, eventHref, partyNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** What removed inventories had does not count. */
const REMOVED = 'inventory.removed';
/** Imports that the page of an inventory shows. */
const SHOWN = 10;
/** Imports that are read at once. Inventories without one among them are looked for by name. */
const MOST_SEARCHED = 200;
/** Inventories that are looked for at the same time. */
const AT_ONCE = 20;

type Log = Pick<ConsoleDeps, 'audit'>;

const lastEvent = async ({ audit }: Log, type: string, source: string): Promise<AuditEntry | undefined> =>
  (await audit.list({ type, id: source, limit: 1 })).entries[0];
const mayRead = (calls: ConsoleCalls, { account }: Viewer): boolean => calls.mayAll('listAuditEvents', account);
const formatIn = ({ event }: AuditEntry): { readonly format?: InventorySystem } => {
  const format = INVENTORY_SYSTEMS.find((one) => one === event.inputs?.['format']);
  return format === undefined ? {} : { format };
};
const secondOf = ({ at }: AuditEntry): number => Math.floor(at / 1000);

const numberIn = ({ event }: AuditEntry, name: string): number | undefined => {
  const value = event.inputs?.[name];
  return typeof value === 'number' ? value : undefined;
};

/** The last imports of an inventory, the newest first. Undefined: the viewer may not read the audit log. */
export const lastImports = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  source: string,
): Promise<readonly ImportRow[] | undefined> => {
  if (!mayRead(calls, viewer)) return undefined;
  const all = await deps.audit.list({ type: 'inventory.imported', id: source, limit: SHOWN });
  const removal = await lastEvent(deps, REMOVED, source);
  const entries = all.entries.filter(({ at }) => at > (removal?.at ?? 0));
  const names = await partyNames(
    deps,
    entries.map(({ event }) => event.caller),
  );
  return entries.map((entry) => {
    const { caller } = entry.event;
    const [apps, created, changed, gone] = ['apps', 'created', 'changed', 'gone'].map((name) => numberIn(entry, name));
    return {
      ...{ at: secondOf(entry), href: eventHref(deps, entry.id), apps: apps ?? 0, ...formatIn(entry) },
      ...(caller === undefined ? {} : { byName: doerName(names, caller) }),
      ...(created === undefined || changed === undefined || gone === undefined
        ? {}
        : { changes: { created, changed, gone } }),
    };
  });
};

const lastOf = (entry: AuditEntry): LastImport => ({
  ...{ at: secondOf(entry), apps: numberIn(entry, 'apps') ?? 0, ...formatIn(entry) },
});

/**
 * By inventory: its last import, unless the inventory was removed since. Has the inventories of the last MOST_SEARCHED imports, and
 * those of `sources` of which the audit log has one. Reads one event for each of the others, and after MOST_SEARCHED removals
 * two. Undefined: the viewer may not read the audit log.
 */
export const importTimes = async (
  deps: Log,
  calls: ConsoleCalls,
  viewer: Viewer,
  sources: Iterable<string>,
): Promise<ImportTimes | undefined> => {
  if (!mayRead(calls, viewer)) return undefined;
  const { entries } = await deps.audit.list({ type: 'inventory.imported', limit: MOST_SEARCHED });
  const removals = (await deps.audit.list({ type: REMOVED, limit: MOST_SEARCHED })).entries;
  const nameOf = ({ event }: AuditEntry): string => event.target?.id ?? '';
  const removed = new Map(removals.toReversed().map((entry) => [nameOf(entry), entry.at]));
  // All later removals were read.
  const since = removals.length < MOST_SEARCHED ? 0 : (removals.at(-1)?.at ?? 0);
  const newest = new Map(entries.toReversed().map((entry) => [nameOf(entry), entry]));
  const times = new Map<string, LastImport>();
  const unsure = new Set(sources);
  for (const [source, entry] of newest) {
    unsure.delete(source);
    const end = removed.get(source) ?? 0;
    if (end === 0 && entry.at <= since) unsure.add(source);
    else if (entry.at > end) times.set(source, lastOf(entry));
  }
  const lookUp = async (source: string): Promise<void> => {
    const last = newest.get(source) ?? (await lastEvent(deps, 'inventory.imported', source));
    if (!last) return;
    const end = removed.get(source) ?? (since === 0 ? 0 : (await lastEvent(deps, REMOVED, source))?.at);
    if (last.at > (end ?? 0)) times.set(source, lastOf(last));
  };
  const others = [...unsure];
  for (let at = 0; at < others.length; at += AT_ONCE) await Promise.all(others.slice(at, at + AT_ONCE).map(lookUp));
  return times;
};
