/** An end that a token must have survived, to be accepted without introspection. */
export type End = {
  /** When this process heard of it, seconds of the monotonic clock. */
  readonly heardAt: number;
  /** Clock of the server at that time, epoch seconds. */
  readonly time: number;
};

/** Digests of ended ids, by 16 bytes each, in tables of at most twice as many slots. */
export interface EndSet {
  /** Adds a digest of 8 bytes, or renews it. False if the set is full. */
  add(digest: Uint8Array, end: End): boolean;
  get(digest: Uint8Array): End | undefined;
  /** Removes ends that were heard before a moment. */
  forget(before: number): void;
  clear(): void;
  readonly size: number;
  /** Bytes of the table. */
  readonly bytes: number;
}

const FIRST_SLOTS = 1024;

type Table = {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** Whole seconds plus 1; 0 is an empty slot. */
  readonly heardAt: Uint32Array;
  readonly time: Uint32Array;
};

const newTable = (slots: number): Table => ({
  high: new Uint32Array(slots),
  low: new Uint32Array(slots),
  heardAt: new Uint32Array(slots),
  time: new Uint32Array(slots),
});

const wordsOf = (digest: Uint8Array): readonly [high: number, low: number] => {
  const view = new DataView(digest.buffer, digest.byteOffset, 8);
  return [view.getUint32(0), view.getUint32(4)];
};

/** `most`: number of digests. */
export const endSet = (most: number): EndSet => {
  let table = newTable(FIRST_SLOTS);
  let size = 0;

  /** The slot of a digest, or the empty slot where it belongs. */
  const slotOf = ({ high, low, heardAt }: Table, one: number, other: number): number => {
    const last = heardAt.length - 1;
    let slot = other & last;
    while (heardAt[slot] !== 0 && (high[slot] !== one || low[slot] !== other)) slot = (slot + 1) & last;
    return slot;
  };

  const put = (into: Table, [high, low]: readonly [number, number], heardAt: number, time: number): boolean => {
    const slot = slotOf(into, high, low);
    const isNew = into.heardAt[slot] === 0;
    into.high[slot] = high;
    into.low[slot] = low;
    into.heardAt[slot] = heardAt;
    into.time[slot] = time;
    return isNew;
  };

  /** Copies what was heard at `from` or later into a table of so many slots. */
  const rebuild = (slots: number, from: number): void => {
    const next = newTable(slots);
    size = 0;
    for (const [slot, heardAt] of table.heardAt.entries()) {
      if (heardAt === 0 || heardAt < from) continue;
      put(next, [Number(table.high[slot]), Number(table.low[slot])], heardAt, Number(table.time[slot]));
      size += 1;
    }
    table = next;
  };

  return {
    add(digest, { heardAt, time }) {
      const words = wordsOf(digest);
      const isKnown = table.heardAt[slotOf(table, ...words)] !== 0;
      if (!isKnown && size >= most) return false;
      if (!isKnown && (size + 1) * 2 > table.heardAt.length) rebuild(table.heardAt.length * 2, 0);
      // Up: a token must have survived the whole second.
      if (put(table, words, Math.ceil(heardAt) + 1, Math.ceil(time))) size += 1;
      return true;
    },
    get(digest) {
      const slot = slotOf(table, ...wordsOf(digest));
      const heardAt = Number(table.heardAt[slot]);
      return heardAt === 0 ? undefined : { heardAt: heardAt - 1, time: Number(table.time[slot]) };
    },
    forget(before) {
      rebuild(table.heardAt.length, Math.floor(before) + 1);
    },
    clear() {
      table = newTable(FIRST_SLOTS);
      size = 0;
    },
    get size() {
      return size;
    },
    get bytes() {
      return table.heardAt.length * 16;
    },
  };
};
