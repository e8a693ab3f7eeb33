/** Imports of inventories, as the audit log has them. */
import type { ImportRow } from '../../../views/pages/inventory-history.ts';
import type { AuditEntry } from '../../domain/audit/list-events.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, doerName, eventHref, partyNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Imports that the page of an inventory shows. */
const SHOWN = 10;
/** Imports that are read at once. Inventories without one among them are looked for by name. */
const MOST_SEARCHED = 200;
/** Inventories that are looked for at the same time. */
const AT_ONCE = 20;

type Log = Pick<ConsoleDeps, 'audit'>;

const mayRead = (calls: ConsoleCalls, { account }: Viewer): boolean => calls.mayAll('listAuditEvents', account);
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
  const { entries } = await deps.audit.list({ type: 'inventory.imported', id: source, limit: SHOWN });
  const names = await partyNames(
    deps,
    entries.map(({ event }) => event.caller),
  );
  return entries.map((entry) => {
    const { caller } = entry.event;
    const [apps, created, changed, gone] = ['apps', 'created', 'changed', 'gone'].map((name) => numberIn(entry, name));
    return {
      ...{ at: secondOf(entry), href: eventHref(deps, entry.id), apps: apps ?? 0 },
      ...(caller === undefined ? {} : { byName: doerName(names, caller) }),
      ...(created === undefined || changed === undefined || gone === undefined
        ? {}
        : { changes: { created, changed, gone } }),
    };
  });
};

/**
 * By inventory: epoch seconds of its last import. Has the inventories of the last MOST_SEARCHED imports, and those of `sources`
 * of which the audit log has one. Reads one event for each of the others. Undefined: the viewer may not read the audit log.
 */
export const importTimes = async (
  deps: Log,
  calls: ConsoleCalls,
  viewer: Viewer,
  sources: Iterable<string>,
): Promise<ReadonlyMap<string, number> | undefined> => {
  if (!mayRead(calls, viewer)) return undefined;
  const { entries } = await deps.audit.list({ type: 'inventory.imported', limit: MOST_SEARCHED });
  // The newest of an inventory comes first, and is set last.
  const times = new Map(entries.toReversed().map((entry) => [entry.event.target?.id ?? '', secondOf(entry)]));
  const others = [...new Set(sources)].filter((source) => !times.has(source));
  for (let at = 0; at < others.length; at += AT_ONCE) {
    const lookUp = async (source: string): Promise<void> => {
      const [last] = (await deps.audit.list({ type: 'inventory.imported', id: source, limit: 1 })).entries;
      if (last) times.set(source, secondOf(last));
    };
    await Promise.all(others.slice(at, at + AT_ONCE).map(lookUp));
  }
  return times;
};
