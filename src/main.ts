/** The process: settings → compose → listen → say where → drain on SIGTERM. */
import type { Server } from 'node:http';
import { pathToFileURL } from 'node:url';
import type { Configuration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { EXIT_CONFIGURATION, isConfigurationError } from '../config/problem.ts';
import { type Behalf, compose } from './compose.ts';
import { publicServer } from './public-server.ts';

/** Longer than any answer takes, shorter than what supervisors wait before SIGKILL. */
const DRAIN_MILLISECONDS = 8_000;

/** Serves until SIGTERM or SIGINT. Answers the exit code. */
export const serve = async (argv: readonly string[]): Promise<number> => {
  let configuration: Configuration;
  try {
    ({ configuration } = loadConfiguration({ argv }));
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT_CONFIGURATION;
  }
  const behalf = await compose(configuration);
  const server = publicServer(configuration.listen, behalf);
  await listen(server, configuration.listen);
  await listen(behalf.operations, configuration.operations);
  process.stdout.write(greeting(configuration, behalf));

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await Promise.all([drain(server), drain(behalf.operations)]);
  await behalf.close();
  return 0;
};

const listen = (server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Answers what is under way, takes nothing new, and cuts off what is still open at the end. */
const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });

const greeting = ({ issuer, data }: Configuration, { firstStart }: Behalf): string => {
  const { administrator, generatedPassword } = firstStart;
  const password = generatedPassword === undefined ? 'with its password' : `password ${generatedPassword} (shown once)`;
  return [
    `Behalf serves at ${issuer}`,
    `  sign in     ${issuer}/account as ${administrator}, ${password}`,
    `  discovery   ${issuer}/.well-known/openid-configuration`,
    `  data        ${data.folder}`,
    '  try next    npm run -s behalf -- agents create --name "Travel planner" --purpose "Books trips" --key travel-planner.jwk',
    '',
  ].join('\n');
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await serve(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`Behalf cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
}
