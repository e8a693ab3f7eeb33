/** A copy of the object without these members. Shallow: the other members are the same values. */
export const omit = <T extends object, Name extends keyof T>(object: T, ...names: readonly Name[]): Omit<T, Name> => {
  const left: ReadonlySet<string> = new Set(names.map(String));
  return Object.fromEntries(Object.entries(object).filter(([name]) => !left.has(name))) as Omit<T, Name>;
};
