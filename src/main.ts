/**
 * The program. Keeps compiled modules for the next start, finds them quickly, then loads the server and runs it: what this file imports is
 * compiled anew at each start.
 */
import cluster from 'node:cluster';
import { keepCompiled } from '../adapters/node/compiled-modules.ts';
import { resolveOwnModules } from '../adapters/node/own-modules.ts';
import { earlyDataFolder } from '../config/early-data-folder.ts';

if (import.meta.main) {
  keepCompiled(earlyDataFolder(process.argv.slice(2)));
  resolveOwnModules();
  const { exitCodeOf } = await import('./serve.ts');
  const exitCode = await exitCodeOf(process.argv.slice(2));
  process.exitCode = exitCode;
  // The channel to the supervisor would keep a worker alive; open connections of a failed start would keep any process alive.
  if (cluster.isWorker || exitCode !== 0) process.exit(exitCode);
}
