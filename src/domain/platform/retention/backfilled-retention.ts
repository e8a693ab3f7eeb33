/**
 * Gives the rows from before a collection had an end the moment from which they may be removed, once in the life of a
 * store. Each row is one compare-and-swap, so that any number of nodes may do it at once, or begin again.
 */

import {
  type CollectionDeclaration,
  type Cursor,
  type Document,
  type DocumentStore,
  update,
} from '../../ports/document-store.ts';
import { MIGRATIONS } from './migrations.ts';

const PAGE = 500;

type Ending = Document & { readonly forgetAt?: number };

/** Answers how many rows there were. `endOf`: epoch second. */
export const giveEnds = async <T extends Ending>(
  documents: DocumentStore,
  declaration: CollectionDeclaration,
  endOf: (row: T) => number,
): Promise<number> => {
  const marks = documents.collection<Document>(MIGRATIONS);
  const mark = `${declaration.name}.forget_at`;
  if (await marks.get(mark)) return 0;
  const rows = documents.collection<T>(declaration);
  let count = 0;
  for (let after: Cursor | undefined; ; ) {
    const page = await rows.find({ limit: PAGE, ...(after ? { after } : {}) });
    for (const { document } of page) {
      after = { id: document.id };
      if (document.forgetAt !== undefined) continue;
      await update(rows, document.id, (now) =>
        now.forgetAt === undefined ? { ...now, forgetAt: endOf(now) } : undefined,
      );
      count += 1;
    }
    if (page.length < PAGE) break;
  }
  await marks.insert({ id: mark }).catch(async (error: unknown) => {
    if (!(await marks.get(mark))) throw error;
  });
  return count;
};
