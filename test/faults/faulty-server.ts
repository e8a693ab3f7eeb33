/** The server as a process whose stores and answers have fault points (see `fault-points.ts`). For tests and campaigns; never for https. */
import { once } from 'node:events';
import { fdatasync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { systemClock } from '../../adapters/node/clock.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { loadConfiguration } from '../../config/load.ts';
import { folderOf, secretOf, stores } from '../../src/compose/stores.ts';
import { compose } from '../../src/compose.ts';
import { publicServer } from '../../src/public-server.ts';
import { serveControl } from './fault-control.ts';
import { faultPoints } from './fault-points.ts';

const { configuration } = loadConfiguration({ argv: [] });
if (!configuration.issuer.startsWith('http:'))
  throw new Error('fault points are for tests: the issuer must not be https');
const folder = folderOf(configuration);
if (folder === undefined) throw new Error('fault points need a data folder');
// Before the database: a database without its key beside it is refused.
const masterKey = secretOf(configuration, folder);
const points = faultPoints();

const open = async () => {
  if (configuration.stores.document !== 'sqlite') return stores(configuration, {}, systemClock, folder);
  const database = openSqlite({ file: dataFolder(folder).database, ...points.sqlite(fdatasync) });
  return {
    documents: sqliteDocumentStore(database),
    ephemeral: sqliteEphemeralStore(database, systemClock),
    ready: async () => undefined,
  };
};
const opened = await open();
const behalf = await compose(configuration, {
  ...opened,
  masterKey,
  documents: points.documents(opened.documents),
  ephemeral: points.ephemeral(opened.ephemeral),
});
await opened.ready();

const socket = process.env['BEHALF_TEST_FAULT_SOCKET'];
if (socket === undefined) throw new Error('BEHALF_TEST_FAULT_SOCKET names the socket that strikes come from');
rmSync(socket, { force: true });
const control = createServer(serveControl(points)).listen(socket);
await once(control, 'listening');
const server = publicServer(configuration.listen, { handle: points.answers(behalf.handle) });
server.listen(configuration.listen.port, configuration.listen.host);
await once(server, 'listening');
process.stdout.write(`Behalf serves at ${configuration.issuer}\n`);
