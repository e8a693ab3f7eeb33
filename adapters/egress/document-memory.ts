import { createHash } from 'node:crypto';
import type { EpochSeconds } from '../../src/domain/ports/clock.ts';
import type { FetchedDocument, FetchReason } from '../../src/domain/ports/trusted-fetch.ts';
import type { Answer } from './document-exchange.ts';

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

const [LEAST_FRESH, USUAL_FRESH, MOST_FRESH] = [60, 300, 3600];

/** An answer as a document that was fetched now. */
export const documentOf = (url: string, { body, mediaType, cacheControl }: Answer, now: number): FetchedDocument => ({
  url,
  body,
  mediaType,
  digest: createHash('sha256').update(body).digest('base64url'),
  fetchedAt: now,
  freshUntil: now + freshSeconds(cacheControl),
});

/**
 * RFC 9111 §5.2.2, within bounds. The host of a document must not decide our load or how long its old keys are
 * trusted.
 */
const freshSeconds = (cacheControl: string): number => {
  if (/(?:^|[\s,])no-(?:store|cache)(?:$|[\s,=])/i.test(cacheControl)) return LEAST_FRESH;
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? USUAL_FRESH : Math.min(MOST_FRESH, Math.max(LEAST_FRESH, Number(seconds)));
};
