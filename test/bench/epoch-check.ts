/**
 * What it costs to ask which kills and epochs stand, in the process's own CPU: prints microseconds for one question as
 * an exchange asks it. A process of its own, so that it runs on the core of the servers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { revocation } from '../../src/domain/authority/revocation/revocation.ts';
import { EPOCHS, type Epoch } from '../../src/domain/platform/epochs/epoch.ts';

const QUESTIONS = process.argv[2] === 'quick' ? 6_000 : 60_000;
const folder = await mkdtemp(join(tmpdir(), 'behalf-epochs-'));
const documents = sqliteDocumentStore(openSqlite({ file: join(folder, 'bench.db') }));
const epochs = documents.collection<Epoch>(EPOCHS);
for (let index = 0; index < 1000; index += 1) await epochs.insert({ id: `account:acc_${index}`, notBefore: 1 });
const { ended } = revocation({ documents });
const agent = { parties: ['agt_1'], owner: 'acc_1' };
const parts = [
  { subject: 'acc_1', ...agent, token: 'tok_1', delegation: 'dlg_1', since: 1000 },
  { subject: 'acc_1', parties: ['app_1'], since: 1000 },
];

const ask = async (count: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let index = 0; index < count; index += 1) {
    if ((await ended(parts)) !== undefined) throw new Error('nothing was ended');
    // As requests do: back to the event loop, so that the store is asked anew whether any process wrote.
    if (index % 8 === 0) await new Promise(setImmediate);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
};
await ask(QUESTIONS / 4);
const all = await ask(QUESTIONS);
const before = process.cpuUsage();
for (let index = 0; index < QUESTIONS / 8; index += 1) await new Promise(setImmediate);
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ micros: all - (user + system) / QUESTIONS }));
await documents.close();
await rm(folder, { recursive: true, force: true });
