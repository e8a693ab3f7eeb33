/**
 * Migration, once in the life of a store: sets the time from which older documents of a collection may be removed. Each
 * document is one compare-and-swap, so any number of nodes can run it at once or restart it.
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

/** Returns the number of documents changed. `endOf`: epoch second. */
export const giveEnds = async <T extends Ending>(
  documents: DocumentStore,
  declaration: CollectionDeclaration,
  endOf: (document: T) => number,
): Promise<number> => {
  const marks = documents.collection<Document>(MIGRATIONS);
  const mark = `${declaration.name}.forget_at`;
  if (await marks.get(mark)) return 0;
  const collection = documents.collection<T>(declaration);
  let count = 0;
  for (let after: Cursor | undefined; ; ) {
    const page = await collection.find({ limit: PAGE, ...(after ? { after } : {}) });
    for (const { document } of page) {
      after = { id: document.id };
      if (document.forgetAt !== undefined) continue;
      await update(collection, document.id, (now) =>
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
