/** An option, a key or a parameter that this package cannot work with. The message names it and says what to give. */
export class ConfigurationError extends Error {
  /** Path of the option, such as `bounds.seconds`. */
  readonly member: string;

  constructor(member: string, remedy: string) {
    super(`${member}: ${remedy}`);
    this.name = 'ConfigurationError';
    this.member = member;
  }
}

/** Throws ConfigurationError for a member that is not known, or a value that is no object. */
export const checkMembers = (value: unknown, known: readonly string[], path: string): void => {
  if (typeof value !== 'object' || value === null) throw new ConfigurationError(path, 'give an object');
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(`${path}.${unknown}`, `remove it; the members are ${known.join(', ')}`);
};
