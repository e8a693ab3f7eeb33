/**
 * The server on both memory stores, as a process. A configuration with memory stores writes no key
 * file, so no client outside could manage it: here the stores are replaced beneath a configuration that does.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadConfiguration } from '../../config/load.ts';
import { compose } from '../../src/compose.ts';

const { configuration } = loadConfiguration({ argv: [] });
const behalf = await compose(configuration, {
  documents: memoryDocumentStore(),
  ephemeral: memoryEphemeralStore(systemClock),
});
const server = createServer(behalf.handle);
server.listen(configuration.listen.port, configuration.listen.host);
await once(server, 'listening');
process.stdout.write(`Behalf serves at ${configuration.issuer}\n`);
