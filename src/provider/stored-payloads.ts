/** How oidc-provider's models are written and read back: whole, and sealed where other parties must not read them. */
import type { AdapterPayload } from 'oidc-provider';
import { type MasterKey, openedOrNothing } from '../domain/platform/crypto/master-key.ts';
import { type Collection, isDocumentConflict, StoreUnavailable } from '../domain/ports/document-store.ts';

export type Payload = AdapterPayload & Readonly<Record<string, unknown>>;

/** Undefined for what was sealed with another key, or is damaged: as if it were not there. */
export const sealedPayloads = (deps: {
  readonly masterKey: MasterKey;
  readonly onUnreadable: (model: string) => void;
}) => {
  const opened = (model: string, sealed: string): string | undefined => {
    const text = openedOrNothing(deps.masterKey, model, sealed);
    if (text === undefined) deps.onUnreadable(model);
    return text;
  };
  return {
    opened,
    openedPayload(model: string, sealed: string | undefined): Payload | undefined {
      const text = sealed === undefined ? undefined : opened(model, sealed);
      return text === undefined ? undefined : (JSON.parse(text) as Payload);
    },
  };
};

/** How often a document that was not found may be there after all: then it is there and cannot be understood. */
const MOST_CONFLICTS = 100;

type Waiting<T> = { document: T; readonly written: Promise<void> };

/**
 * Writes documents whole, last writer wins. Of the writers in this process that come while a document is being written
 * only the last one's is written, for all of them: what the others wrote would be gone the moment it stood, and 64
 * requests with one session would else lose a swap to each other 2000 times.
 */
export const wholeWriter = <T extends { readonly id: string }>(collection: Collection<T>) => {
  const underWay = new Map<string, Promise<void>>();
  const waiting = new Map<string, Waiting<T>>();

  const begin = (document: T): Promise<void> => {
    const written = putWhole(collection, document).finally(() => underWay.delete(document.id));
    underWay.set(document.id, written);
    return written;
  };

  return (document: T): Promise<void> => {
    const next = waiting.get(document.id);
    if (next) {
      next.document = document;
      return next.written;
    }
    const before = underWay.get(document.id);
    if (!before) return begin(document);
    const turn = before.catch(() => undefined);
    const mine: Waiting<T> = {
      document,
      written: turn.then(() => {
        waiting.delete(document.id);
        return begin(mine.document);
      }),
    };
    waiting.set(document.id, mine);
    return mine.written;
  };
};

/** oidc-provider saves whole models, last writer wins. `isNew`: most likely not there yet, so it is not looked for first. */
export const putWhole = async <T extends { readonly id: string }>(
  collection: Collection<T>,
  document: T,
  { isNew = false } = {},
): Promise<void> => {
  for (let conflicts = 0; conflicts < MOST_CONFLICTS; ) {
    const found = isNew && conflicts === 0 ? undefined : await collection.get(document.id);
    if (found) {
      // Of writers that collide one gets on, so this ends.
      if (await collection.replace(document, found.version)) return;
      continue;
    }
    try {
      await collection.insert(document);
      return;
    } catch (error) {
      if (!isDocumentConflict(error)) throw error;
      conflicts += 1;
    }
  }
  throw new StoreUnavailable(`${document.id} is there and cannot be read`);
};
