/** Writes oidc-provider's models and reads them back: as a whole, and sealed if other parties must not read them. */
import type { AdapterPayload } from 'oidc-provider';
import { type MasterKey, openedOrNothing } from '../../domain/platform/crypto/master-key.ts';
import { type Collection, StoreUnavailable, tryInsert } from '../../domain/ports/document-store.ts';

export type Payload = AdapterPayload & Readonly<Record<string, unknown>>;

export interface SealedPayloads {
  /** The sealed text for this model. */
  opened(model: string, sealed: string): string | undefined;

  /** The payload that was sealed for this model, or undefined. */
  openedPayload(model: string, sealed: string | undefined): Payload | undefined;

  /** The same of a stored document, which is opened once. Each caller gets a payload of its own. */
  payloadIn(model: string, document: { readonly sealed?: string }): Payload | undefined;
}

/** Undefined for a payload that is damaged or sealed with another key: treated as absent. */
export const sealedPayloads = (deps: {
  readonly masterKey: MasterKey;
  readonly onUnreadable: (model: string) => void;
}): SealedPayloads => {
  const opened = (model: string, sealed: string): string | undefined => {
    const text = openedOrNothing(deps.masterKey, model, sealed);
    if (text === undefined) deps.onUnreadable(model);
    return text;
  };
  /** Stores return the same frozen object while a document is unchanged. */
  const texts = new WeakMap<object, string>();
  return {
    opened,
    payloadIn(model, document): Payload | undefined {
      const { sealed } = document;
      const text = texts.get(document) ?? (sealed === undefined ? undefined : opened(model, sealed));
      if (text === undefined) return undefined;
      texts.set(document, text);
      return JSON.parse(text) as Payload;
    },
    openedPayload(model: string, sealed: string | undefined): Payload | undefined {
      const text = sealed === undefined ? undefined : opened(model, sealed);
      return text === undefined ? undefined : (JSON.parse(text) as Payload);
    },
  };
};

/** After this many conflicts, a document that is not found counts as existing and unreadable. */
const MOST_CONFLICTS = 100;

type Waiting<T> = { document: T; readonly written: Promise<void> };

/**
 * Writes whole documents; the last writer wins. If several writers in this process wait for a write of one document, writes
 * only the last one's, for all of them. The others would be overwritten at once. Without this, 64 requests with one session
 * would lose a swap to each other 2000 times.
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

/**
 * Writes a whole model like oidc-provider; the last writer wins. `isNew`: most likely absent, so that it inserts without a
 * look-up.
 */
export const putWhole = async <T extends { readonly id: string }>(
  collection: Collection<T>,
  document: T,
  { isNew = false } = {},
): Promise<void> => {
  for (let conflicts = 0; conflicts < MOST_CONFLICTS; ) {
    const found = isNew && conflicts === 0 ? undefined : await collection.get(document.id);
    if (found) {
      // One of several colliding writers succeeds, so that this ends.
      if (await collection.replace(document, found.version)) return;
      continue;
    }
    if (await tryInsert(collection, document)) return;
    conflicts += 1;
  }
  throw new StoreUnavailable(`${document.id} is there and cannot be read`);
};
