/** The places of a term in a segment, as one bit each. */
import { CHUNK, type PostingDocument, SEGMENT } from './search-documents.ts';

export type PostingSet = Uint32Array<ArrayBuffer>;

const BITS = 32;
const WORDS = SEGMENT / BITS;
/** More places than this take less room as bits. */
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

export const readSet = ({ gaps = [], bits }: PostingDocument): PostingSet => {
  const set = emptySet();
  if (bits !== undefined) {
    const bytes = Buffer.from(bits, 'base64');
    for (let word = 0; word < WORDS && word * 4 + 4 <= bytes.length; word += 1)
      set[word] = bytes.readUInt32LE(word * 4);
  }
  let place = 0;
  for (const gap of gaps) {
    place += gap;
    if (place >= 0 && place < SEGMENT) addPlace(set, place);
  }
  return set;
};

export const storedSet = (id: string, set: PostingSet): PostingDocument => {
  const places = placesOf(set);
  if (places.length <= MOST_GAPS) return { id, gaps: places.map((place, at) => place - (places[at - 1] ?? 0)) };
  const bytes = Buffer.alloc(WORDS * 4);
  for (const [word, value] of set.entries()) bytes.writeUInt32LE(value, word * 4);
  return { id, bits: bytes.toString('base64') };
};

/** The set with further places, which are ascending. */
export const withPlaces = (
  stored: PostingDocument | undefined,
  id: string,
  places: readonly number[],
): PostingDocument => {
  const gaps = stored ? stored.gaps : [];
  const last = gaps?.reduce((sum, gap) => sum + gap, 0) ?? 0;
  const first = places[0] ?? 0;
  // Nearly always: places are given in their order. A set of few places need not be read as bits.
  if (gaps && gaps.length + places.length <= MOST_GAPS && (gaps.length === 0 || first > last)) {
    return { id, gaps: [...gaps, ...places.map((place, at) => place - (places[at - 1] ?? last))] };
  }
  const set = stored ? readSet(stored) : emptySet();
  for (const place of places) addPlace(set, place);
  return storedSet(id, set);
};
