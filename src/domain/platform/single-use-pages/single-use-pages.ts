/**
 * Pages that wait for one person's answer. The handle in the URL is a bearer value: the store holds its keyed digest, and the
 * sealed content (decision D14). Opening a page decides nothing. Does not know what a page asks, nor who may answer.
 */
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { type MasterKey, openedOrNothing } from '../crypto/master-key.ts';

/** What a page asks about. `expiresAt`: epoch seconds. */
type Waiting = { readonly expiresAt: number };

export interface SingleUsePages<Content extends Waiting> {
  /**
   * The page for a content. Returns the same page for the same `question` while at least half of its lifetime is left and the
   * person has not decided. Undefined: `asker` has opened more new pages than allowed within one lifetime.
   */
  open(
    content: Omit<Content, 'expiresAt'>,
    keys: { readonly question: readonly string[]; readonly asker: readonly string[] },
  ): Promise<{ readonly url: string; readonly expiresIn: number } | undefined>;
  /** The content behind a handle, or undefined for anything else. Changes nothing. */
  peek(handle: string): Promise<Content | undefined>;
  /** Ends the page and returns its content; exactly one of several concurrent callers gets it. */
  consume(handle: string): Promise<Content | undefined>;
}

export type SingleUsePagesDeps = {
  readonly ephemeral: EphemeralStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly identifiers: Pick<Identifiers, 'newSecret'>;
  readonly masterKey: MasterKey;
  readonly ttlSeconds: number;
};

const HANDLE = /^[A-Za-z0-9_-]{40,128}$/;

/**
 * Maximum number of new pages for one asker within the lifetime of a page. At most two windows overlap, so at most 20 pages
 * are open.
 */
const PAGES_PER_LIFE = 10;

/** `kind` separates the keys of stores and digests. `base`: URL to which the handle is appended. */
export const singleUsePages = <Content extends Waiting>(
  { ephemeral, clock, identifiers, masterKey, ttlSeconds }: SingleUsePagesDeps,
  kind: string,
  base: string,
): SingleUsePages<Content> => {
  const keysOf = (handle: string): readonly string[] =>
    HANDLE.test(handle) ? masterKey.digests(kind, handle).map((digest) => `${kind}:${digest}`) : [];

  const opened = (key: string, sealed: string | undefined): Content | undefined => {
    if (sealed === undefined) return undefined;
    const text = openedOrNothing(masterKey, key, sealed);
    if (text === undefined) return undefined;
    const content = JSON.parse(text) as Content;
    return content.expiresAt > clock.now() ? content : undefined;
  };

  const first = async (handle: string, read: (key: string) => Promise<string | undefined>) => {
    for (const key of keysOf(handle)) {
      const found = opened(key, await read(key));
      if (found) return found;
    }
    return undefined;
  };

  const pages: SingleUsePages<Content> = {
    async open(content, { question, asker }) {
      const now = clock.now();
      const sameKey = `${kind}-of:${masterKey.digest(`${kind}-of`, ...question)}`;
      const earlier = await ephemeral.get(sameKey);
      if (earlier !== undefined) {
        const handle = openedOrNothing(masterKey, sameKey, earlier);
        const pending = handle === undefined ? undefined : await pages.peek(handle);
        if (pending && pending.expiresAt - now >= ttlSeconds / 2) {
          return { url: `${base}${handle}`, expiresIn: pending.expiresAt - now };
        }
      }
      const countKey = `${kind}-count:${masterKey.digest(`${kind}-count`, ...asker)}`;
      if ((await ephemeral.count(countKey, ttlSeconds)) > PAGES_PER_LIFE) return undefined;
      const handle = identifiers.newSecret();
      const key = String(keysOf(handle)[0]);
      await ephemeral.set(
        key,
        masterKey.seal(key, JSON.stringify({ ...content, expiresAt: now + ttlSeconds })),
        ttlSeconds,
      );
      await ephemeral.set(sameKey, masterKey.seal(sameKey, handle), ttlSeconds);
      return { url: `${base}${handle}`, expiresIn: ttlSeconds };
    },
    peek: (handle) => first(handle, ephemeral.get),
    consume: (handle) => first(handle, ephemeral.take),
  };
  return pages;
};
