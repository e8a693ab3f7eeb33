/** The places of a term in a segment, as one bit each. */
import { CHUNK, type PostingDocument, SEGMENT } from './search-documents.ts';

export type PostingSet = Uint32Array<ArrayBuffer>;

const BITS = 32;
const WORDS = SEGMENT / BITS;
/** More numbers than this take more room than bits. */
const MOST_GAPS = 4000;

export const emptySet = (): PostingSet => new Uint32Array(WORDS);

export const addPlace = (set: PostingSet, place: number): void => {
  const word = Math.floor(place / BITS);
  set[word] = ((set[word] ?? 0) | (1 << (place % BITS))) >>> 0;
};

/** Leaves the places that both have. Returns whether there is one. */
export const intersect = (set: PostingSet, other: PostingSet): boolean => {
  let any = 0;
  for (let word = 0; word < WORDS; word += 1) {
    const both = (set[word] ?? 0) & (other[word] ?? 0);
    set[word] = both >>> 0;
    any |= both;
  }
  return any !== 0;
};

/** Adds the places of the other. */
export const unite = (set: PostingSet, other: PostingSet): void => {
  for (let word = 0; word < WORDS; word += 1) set[word] = ((set[word] ?? 0) | (other[word] ?? 0)) >>> 0;
};

/** Places from `from` to before `end`, ascending. */
export const placesOf = (set: PostingSet, from = 0, end = SEGMENT): readonly number[] => {
  const places: number[] = [];
  for (let word = from / BITS; word < end / BITS; word += 1) {
    for (let rest = set[word] ?? 0; rest !== 0; ) {
      const lowest = (rest & -rest) >>> 0;
      places.push(word * BITS + Math.log2(lowest));
      rest = (rest ^ lowest) >>> 0;
    }
  }
  return places;
};

/** Whether a chunk of the segment has a place of the set. */
export const hasPlaceIn = (set: PostingSet, chunk: number): boolean =>
  set.subarray((chunk * CHUNK) / BITS, ((chunk + 1) * CHUNK) / BITS).some((word) => word !== 0);

/** The places that these gaps give, ascending. */
function* placesAfter(gaps: readonly number[]): Generator<number> {
  let place = 0;
  for (const gap of gaps) {
    const last = place + Math.abs(gap);
    if (gap >= 0) yield last;
    else for (let next = place + 1; next <= last; next += 1) yield next;
    place = last;
  }
}

/** Gaps with further places, which are ascending and above `last`. Consecutive ones are one number. */
const withGaps = (gaps: readonly number[], last: number, places: readonly number[]): readonly number[] => {
  const next = [...gaps];
  let before = last;
  for (const place of places) {
    const end = next.at(-1);
    if (end === undefined || place !== before + 1) next.push(place - before);
    else if (end < 0) next[next.length - 1] = end - 1;
    else next.push(-1);
    before = place;
  }
  return next;
};

export const readSet = ({ gaps = [], bits }: PostingDocument): PostingSet => {
  const set = emptySet();
  if (bits !== undefined) {
    const bytes = Buffer.from(bits, 'base64');
    for (let word = 0; word < WORDS && word * 4 + 4 <= bytes.length; word += 1)
      set[word] = bytes.readUInt32LE(word * 4);
  }
  for (const place of placesAfter(gaps)) {
    // An editor of the database may have written any number.
    if (place >= SEGMENT) break;
    addPlace(set, place);
  }
  return set;
};

const asBits = (id: string, set: PostingSet): PostingDocument => {
  const bytes = Buffer.alloc(WORDS * 4);
  for (const [word, value] of set.entries()) bytes.writeUInt32LE(value, word * 4);
  return { id, bits: bytes.toString('base64') };
};

export const storedSet = (id: string, set: PostingSet): PostingDocument => {
  const gaps = withGaps([], 0, placesOf(set));
  return gaps.length <= MOST_GAPS ? { id, gaps } : asBits(id, set);
};

/** The set with further places, which are ascending. */
export const withPlaces = (
  stored: PostingDocument | undefined,
  id: string,
  places: readonly number[],
): PostingDocument => {
  const gaps = stored ? stored.gaps : [];
  const last = gaps?.reduce((sum, gap) => sum + Math.abs(gap), 0) ?? 0;
  const first = places[0] ?? 0;
  // Nearly always: places are given in their order. A set of few gaps need not be read as bits.
  if (gaps && (gaps.length === 0 || first > last)) {
    const next = withGaps(gaps, last, places);
    if (next.length <= MOST_GAPS) return { id, gaps: next };
  }
  const set = stored ? readSet(stored) : emptySet();
  for (const place of places) addPlace(set, place);
  // A set only grows: one that is bits is not counted again.
  return gaps ? storedSet(id, set) : asBits(id, set);
};
