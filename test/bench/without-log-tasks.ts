/**
 * Our server on SQLite without checkpoints, transparency log and audit sinks: what they cost is the difference. Started by
 * `behalf-subject.ts` in place of `src/main.ts`, and does all else that it does: what it loads counts in each collection of garbage.
 */
import { keepCompiled } from '../../adapters/node/compiled-modules.ts';
import { resolveOwnModules } from '../../adapters/node/own-modules.ts';
import { earlyDataFolder } from '../../config/early-data-folder.ts';

const argv = process.argv.slice(2);
keepCompiled(earlyDataFolder(argv));
resolveOwnModules();
const { exitCodeOf } = await import('../../src/serve.ts');
process.exitCode = await exitCodeOf(argv, { withoutLogTasks: true });
