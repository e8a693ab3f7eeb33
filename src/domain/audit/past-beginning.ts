import type { DocumentStore } from '../ports/document-store.ts';
import { storedBeginning } from './beginning.ts';
import type { StreamCursor } from './records-after.ts';

/**
 * Cursors of a reader that does not receive records which a removal took, as its event says. The first record of a stream is
 * still there.
 */
export const passArchived = async (
  documents: DocumentStore,
  known: readonly StreamCursor[],
): Promise<readonly StreamCursor[]> => {
  const heads = (await storedBeginning(documents))?.heads ?? [];
  if (heads.length === 0) return known;
  const ends = new Map(heads.map(({ stream, sequence }) => [stream, sequence]));
  return known.map(({ stream, sequence }) => ({
    stream,
    sequence: sequence === 0 ? 0 : Math.max(sequence, ends.get(stream) ?? 0),
  }));
};
