import { ConfigurationError } from './configuration-error.ts';

/** Throws ConfigurationError for a member that is not known, or a value that is no object. */
export const checkMembers = (value: unknown, known: readonly string[], path: string): void => {
  if (typeof value !== 'object' || value === null) throw new ConfigurationError(path || 'options', 'give an object');
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(path ? `${path}.${unknown}` : unknown, `remove it; the members are ${known.join(', ')}`);
};

/** A whole number within bounds; `usual` without one. Throws ConfigurationError. */
export const within = (
  value: number | undefined,
  member: string,
  [from, to, usual]: [number, number, number],
): number => {
  const given = value ?? usual;
  if (Number.isInteger(given) && given >= from && given <= to) return given;
  throw new ConfigurationError(member, `give a whole number from ${from} to ${to}`);
};
