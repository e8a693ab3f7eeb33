import type { EpochSeconds } from '../../src/domain/ports/clock.ts';
import type { FetchedDocument, FetchReason } from '../../src/domain/ports/trusted-fetch.ts';

/** A fetch that failed. */
export type Failed = { readonly reason: FetchReason; readonly detail: string; readonly at: EpochSeconds };

const MAXIMUM_BYTES = 16 * 1024 * 1024;
const MAXIMUM_FAILURES = 5000;
/** The size of one entry without its body. */
const OVERHEAD = 4096;

/** A bounded cache of documents and failures by key; drops the least recently used first. */
export const documentMemory = () => {
  const documents = new Map<string, FetchedDocument>();
  const failures = new Map<string, Failed>();
  let bytes = 0;

  const sizeOf = ({ body }: FetchedDocument): number => body.length + OVERHEAD;
  const drop = (key: string): void => {
    const held = documents.get(key);
    if (held && documents.delete(key)) bytes -= sizeOf(held);
  };

  return {
    document(key: string): FetchedDocument | undefined {
      const held = documents.get(key);
      if (held) {
        documents.delete(key);
        documents.set(key, held);
      }
      return held;
    },
    failure: (key: string): Failed | undefined => failures.get(key),
    keep(key: string, document: FetchedDocument): void {
      failures.delete(key);
      drop(key);
      documents.set(key, document);
      bytes += sizeOf(document);
      for (const oldest of documents.keys()) {
        if (bytes <= MAXIMUM_BYTES) break;
        drop(oldest);
      }
    },
    fail(key: string, failure: Failed): void {
      failures.delete(key);
      failures.set(key, failure);
      for (const oldest of failures.keys()) {
        if (failures.size <= MAXIMUM_FAILURES) break;
        failures.delete(oldest);
      }
    },
  };
};
