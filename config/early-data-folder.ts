/** The data folder before the settings are read, for what must happen before any module is loaded. Imports nothing. */

/**
 * The folder that the environment names, else the default one. Undefined when a file of settings may name another. `argv`: the arguments
 * of the server.
 */
export const earlyDataFolder = (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined => {
  const named = env['BEHALF__DATA__FOLDER'] ?? env['BEHALF_DATA'];
  if (named !== undefined) return named === '' ? undefined : named;
  return argv.some((argument) => /^--config(?:=|$)/.test(argument)) ? undefined : './data';
};
