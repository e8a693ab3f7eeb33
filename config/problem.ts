/** One problem of the settings. */
export type Problem = {
  /** JSON pointer (RFC 6901) of the setting, or '' for the whole configuration. */
  readonly pointer: string;
  /** One sentence; never holds the value of a secret. */
  readonly message: string;
  /** The remedy, as one sentence. */
  readonly suggestion?: string;
  /** Where the value came from: a file or the name of a variable. */
  readonly from?: string;
};

/** sysexits.h EX_CONFIG. */
export const EXIT_CONFIGURATION = 78;

/** Thrown for unusable settings. `problems` holds all of them; `message` prints them. `code` is 'configuration_invalid'. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration_invalid';
  readonly exitCode = EXIT_CONFIGURATION;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(describeProblems(problems));
    this.problems = problems;
  }
}

export const isConfigurationError = (error: unknown): error is ConfigurationError =>
  (error as { code?: unknown } | undefined)?.code === 'configuration_invalid';

/** All problems, one a line, with pointer, source and suggestion. Control characters of values are escaped. */
const describeProblems = (problems: readonly Problem[]): string =>
  [
    problems.length === 1 ? 'The configuration has 1 problem:' : `The configuration has ${problems.length} problems:`,
    ...problems.map(({ pointer, message, suggestion, from }) => {
      const place = from === undefined ? pointer || '/' : `${pointer || '/'} (${from})`;
      return printable(`  ${place}: ${message}${suggestion === undefined ? '' : ` ${suggestion}`}`);
    }),
  ].join('\n');

const printable = (line: string): string =>
  line.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

/** RFC 6901 §3. */
export const pointerOf = (path: readonly (string | number)[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The candidate that `name` was most likely meant to be, ignoring case and underscores, or undefined. */
export const nearest = (name: string, candidates: readonly string[]): string | undefined => {
  const plain = (value: string): string => value.toLowerCase().replaceAll('_', '').slice(0, 64);
  const wanted = plain(name);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate));
    if (!best || distance < best.distance) best = { candidate, distance };
  }
  return best && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.candidate : undefined;
};

/** Levenshtein distance: the least number of characters to insert, delete or replace. */
const editDistance = (from: string, to: string): number => {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1),
        ),
      );
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
};
