/** The confirmation before an inventory is deleted: what goes with it, and its name to type. */
import { removeInventoryPage } from '../../../views/pages/console-inventory-removal.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { INVENTORIES } from './inventory-import.ts';
import type { ShownEntry } from './inventory-rows.ts';
import { addObjectRemoval } from './object-removal.ts';

/** Entries of one read. */
const AT_ONCE = 200;

/** Adds `/console/inventories/:id/delete`. `listHref`: the list of all, to which the deletion leads. */
export const addInventoryRemoval = (parts: PageParts, listHref: string): void => {
  const { calls } = parts;

  /** Numbers of apps of an inventory. At most those of one import, and those that left it. */
  const countsOf = async ({ account, by }: Viewer, source: string) => {
    const counts = { present: 0, gone: 0 };
    for (let after: Cursor | undefined; ; ) {
      const query = { source, limit: AT_ONCE };
      const { body, next } = await calls.run('listInventoryEntries', account, by, { query, after });
      for (const { state } of (body?.items ?? []) as readonly ShownEntry[]) counts[state] += 1;
      if (!next) return counts;
      after = next;
    }
  };

  addObjectRemoval(parts, {
    ...{ path: INVENTORIES, operation: 'removeInventory' },
    async read(viewer, source) {
      const counts = await countsOf(viewer, source);
      if (counts.present + counts.gone === 0) throw documentRefusal('object_not_found');
      return { name: source, ...counts };
    },
    asking: (frame, href, typed, { present, gone }) =>
      removeInventoryPage(frame, { href: `${href}/delete`, listHref, present, gone }, typed),
  });
};
