/** The last import of each inventory, from the audit log. */
import { expect, test } from '@jest/globals';
import type { AuditEntry, AuditFilters } from '../../../src/domain/audit/list-events.ts';
import { importTimes } from '../../../src/http/console/inventory-imports.ts';

type Given = Parameters<typeof importTimes>;

/** A log whose imports are these, the newest first. */
const logOf = (
  imports: readonly { readonly source: string; readonly at: number }[],
  removals: readonly { readonly source: string; readonly at: number }[] = [],
) => {
  const asked: (string | undefined)[] = [];
  const list = async ({ type, id, limit }: AuditFilters) => {
    asked.push(id);
    const events = type === 'inventory.imported' ? imports : type === 'inventory.removed' ? removals : [];
    const found = events.filter(({ source }) => (id ?? source) === source);
    return {
      entries: found
        .slice(0, limit)
        .map(({ source, at }) => ({ at: at * 1000, event: { target: { id: source } } }) as AuditEntry),
    };
  };
  return { deps: { audit: { list } } as unknown as Given[0], asked };
};
const callsOf = (mayAll: boolean): Given[1] => ({ mayAll: () => mayAll }) as unknown as Given[1];
const viewer = {} as Given[2];

const BUSY = Array.from({ length: 200 }, (_, index) => ({ source: `busy-${index % 8}`, at: 9_000 - index }));

test('the last import of an inventory is found behind 200 later ones of others', async () => {
  const { deps, asked } = logOf([...BUSY, { source: 'stopped', at: 70 }, { source: 'stopped', at: 60 }]);
  const times = await importTimes(deps, callsOf(true), viewer, ['busy-1', 'stopped', 'archived', 'stopped']);
  expect([times?.get('busy-1')?.at, times?.get('stopped')?.at, times?.has('archived')]).toEqual([8_999, 70, false]);
  // The imports, the removals, and one search for each other.
  expect(asked).toEqual([undefined, undefined, 'stopped', 'archived']);
});

test('an import before the removal of its inventory does not count, and a later one does', async () => {
  const removals = [
    { source: 'again', at: 40 },
    { source: 'over', at: 30 },
    { source: 'again', at: 10 },
  ];
  const imports = [
    { source: 'again', at: 50 },
    { source: 'again', at: 35 },
    { source: 'over', at: 20 },
  ];
  const times = await importTimes(logOf(imports, removals).deps, callsOf(true), viewer, []);
  expect([...(times ?? [])].map(([source, { at }]) => [source, at])).toEqual([['again', 50]]);
});

test('a removed inventory does not come back because the page asks for it by name', async () => {
  const imports = [{ source: 'okta', at: 20 }];
  const { deps } = logOf(imports, [{ source: 'okta', at: 30 }]);
  expect(await importTimes(deps, callsOf(true), viewer, ['okta'])).toEqual(new Map());
  const busy = logOf([...BUSY, ...imports], [{ source: 'okta', at: 30 }]);
  expect((await importTimes(busy.deps, callsOf(true), viewer, ['okta']))?.has('okta')).toBe(false);
  const again = logOf([...BUSY, { source: 'okta', at: 40 }, ...imports], [{ source: 'okta', at: 30 }]);
  expect((await importTimes(again.deps, callsOf(true), viewer, ['okta']))?.get('okta')?.at).toBe(40);
});

test('a removal behind 200 later ones counts, and an inventory without one keeps its import', async () => {
  const later = Array.from({ length: 200 }, (_, index) => ({ source: `gone-${index}`, at: 900 - index }));
  const imports = [
    { source: 'new', at: 800 },
    { source: 'kept', at: 50 },
    { source: 'okta', at: 20 },
  ];
  const { deps, asked } = logOf(imports, [...later, { source: 'okta', at: 30 }]);
  const times = await importTimes(deps, callsOf(true), viewer, []);
  expect([...(times ?? [])].map(([source, { at }]) => [source, at])).toEqual([
    ['new', 800],
    ['kept', 50],
  ]);
  // Only of those that a removal which was not read may have ended.
  expect(asked).toEqual([undefined, undefined, 'okta', 'kept']);
});

test('a viewer who may not read the audit log learns no time', async () => {
  const { deps, asked } = logOf(BUSY);
  expect([await importTimes(deps, callsOf(false), viewer, ['busy-1']), asked]).toEqual([undefined, []]);
});
