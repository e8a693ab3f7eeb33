/** Imports of inventories, as the audit log has them. */
import type { ImportRow } from '../../../views/pages/inventory-history.ts';
import type { AuditEntry } from '../../domain/audit/list-events.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, doerName, eventHref, partyNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Imports that the page of an inventory shows. */
const SHOWN = 10;
/** Imports among which the last one of each inventory is looked for. */
const MOST_SEARCHED = 200;

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

/** By inventory: epoch seconds of its last import, among the last MOST_SEARCHED ones. Empty for a viewer without the audit log. */
export const importTimes = async (
  deps: Log,
  calls: ConsoleCalls,
  viewer: Viewer,
): Promise<ReadonlyMap<string, number>> => {
  if (!mayRead(calls, viewer)) return new Map();
  const { entries } = await deps.audit.list({ type: 'inventory.imported', limit: MOST_SEARCHED });
  // The newest of an inventory comes first, and is set last.
  return new Map(entries.toReversed().map((entry) => [entry.event.target?.id ?? '', secondOf(entry)]));
};
