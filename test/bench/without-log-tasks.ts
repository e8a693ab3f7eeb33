/**
 * Our server on SQLite without checkpoints, transparency log and audit sinks: what they cost is the difference. Started by
 * `behalf-subject.ts` in place of `src/main.ts`.
 */
import { loadConfiguration } from '../../config/load.ts';
import { compose } from '../../src/compose.ts';
import { listen } from '../../src/listening.ts';
import { publicServer } from '../../src/public-server.ts';

const { configuration } = loadConfiguration({ argv: process.argv.slice(2) });
const behalf = await compose(configuration, { withoutLogTasks: true });
await listen(publicServer(configuration.listen, behalf), configuration.listen);
process.stdout.write(`Behalf serves at ${configuration.issuer}\n`);
