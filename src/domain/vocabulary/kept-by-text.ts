/** Longer texts are computed each time. */
const LONGEST = 300;

/**
 * The same function of a text, which keeps its last `most` results. `make` depends on the text alone, and its result is not changed: all
 * callers get the same.
 */
export const keptByText = <T extends string | object>(
  make: (text: string) => T,
  most: number,
): ((text: string) => T) => {
  const kept = new Map<string, T>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const made = make(text);
    if (text.length > LONGEST) return made;
    if (kept.size >= most) kept.delete(kept.keys().next().value as string);
    kept.set(text, made);
    return made;
  };
};
