import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';

/** Maximum number of keys of one window with their own counter, at each process. */
const MOST_OWN = 1 << 13;
/** Number of counters that all further keys of one kind share. */
const PLACES = 1 << 15;

/** Keys of a window with their own counter. */
type Window = { readonly number: number; readonly own: Set<string> };
type Windows = { readonly now: Window; readonly before: Window };

/**
 * Counts keys that callers choose, such as networks and typed names, in a bounded number of counters of the
 * ephemeral store. A provider of addresses has millions of networks, and a counter for each of them would fill any
 * store. Keys are `kind:digest`. The first 8,192 of a kind and window have their own counter. All others share
 * 32,768, chosen by their digest. A kind therefore holds at most some 50,000 counters, and 16,384 more for each
 * further process. A shared count is never too low; it is too high where other keys share it. Processes that put one
 * key in different counters each let its limit pass once.
 */
export const boundedCounts = ({
  ephemeral,
  clock,
}: {
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly clock: Pick<Clock, 'now'>;
}): Pick<EphemeralStore, 'count'> => {
  /** By kind: the current window and the previous one, whose counters may still run. */
  const windows = new Map<string, Windows>();

  const windowsOf = (kind: string, seconds: number): Windows => {
    const number = Math.floor(clock.now() / seconds);
    const known = windows.get(kind);
    if (known?.now.number === number) return known;
    const before = known?.now.number === number - 1 ? known.now : { number: number - 1, own: new Set<string>() };
    const fresh = { now: { number, own: new Set<string>() }, before };
    windows.set(kind, fresh);
    return fresh;
  };

  return {
    async count(key, windowSeconds, by = 1) {
      const at = key.lastIndexOf(':');
      const [kind, digest] = [key.slice(0, at), key.slice(at + 1)];
      const { now, before } = windowsOf(kind, windowSeconds);
      const isOwn = now.own.has(digest) || now.own.size < MOST_OWN || before.own.has(digest);
      // A read (0) creates no counter.
      if (isOwn && by !== 0 && now.own.size < MOST_OWN) now.own.add(digest);
      return ephemeral.count(isOwn ? key : `${kind}:shared ${placeOf(digest)}`, windowSeconds, by);
    },
  };
};

const placeOf = (digest: string): number => {
  let sum = 0;
  for (let at = 0; at < digest.length; at += 1) sum = (Math.imul(sum, 31) + digest.charCodeAt(at)) >>> 0;
  return sum % PLACES;
};
