import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { systemClock } from '../../../adapters/node/clock.ts';
import { randomIdentifiers as identifiers } from '../../../adapters/node/identifiers.ts';
import type { Checkpoint } from '../../../src/domain/audit/checkpoints.ts';
import { verificationKey } from '../../../src/domain/audit/signed-heads.ts';
import { nodeRegistry } from '../../../src/domain/platform/cluster/node-registry.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { nodeState } from '../../../src/node-state.ts';
import { newSigner, openAuditLog, signer } from '../audit/support.ts';

const auditKey = await verificationKey(signer.key);

/** As many checkpoints of one audit log. */
const checkpointsOf = async (count: number, by = signer): Promise<readonly Checkpoint[]> => {
  const auditLog = await openAuditLog(memoryDocumentStore(), { signer: by });
  const made: Checkpoint[] = [];
  while (made.length < count) {
    await auditLog.append({ type: 'client.created', outcome: 'done' });
    made.push(await auditLog.checkpoint());
  }
  return made;
};

let folder: string;
let documents: DocumentStore;
let processes = 0;
const made: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-node-'));
  made.push(folder);
  documents = memoryDocumentStore();
});
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

const start = async (isAlive = true) => {
  processes += 1;
  const machine = { host: 'one', process: processes, isAlive: () => isAlive };
  const nodes = nodeRegistry({ documents, clock: systemClock, machine });
  return { ...(await nodeState(folder, { identifiers, nodes, auditKey })), leave: nodes.leave };
};

test('processes that share a folder have a name each, and a later one takes up a name that is free', async () => {
  const first = await start();
  const others = await Promise.all([start(), start(), start()]);
  const names = [first, ...others].map(({ node }) => node);
  expect(new Set(names).size).toBe(4);
  await others[1]?.leave();
  expect((await start()).node).toBe(others[1]?.node);
  // All of them were killed: the names are there again, in their order.
  expect((await start(false)).node).toBe(first.node);
});

test('the trusted heads never fall back behind what another process has written', async () => {
  const [one, other] = [await start(), await start()];
  const kept = (): string => JSON.parse(readFileSync(join(folder, 'trusted-heads.json'), 'utf8')).signed;
  const made = await checkpointsOf(6);
  const checkpoint = (number: number) => made[number - 1] as Checkpoint;
  await one.remember(checkpoint(3));
  await other.remember(checkpoint(5));
  await one.remember(checkpoint(4));
  expect(kept()).toBe(checkpoint(5).signed);
  await one.remember(checkpoint(6));
  expect(kept()).toBe(checkpoint(6).signed);
  expect((await start()).remembered).toEqual(checkpoint(6).heads);
});

test('a name file that others could change is refused', async () => {
  writeFileSync(join(folder, 'node.json'), '{"node":"nod_x"}', { mode: 0o644 });
  await expect(start()).rejects.toThrow(/private/);
});

test.each([
  ['signed with another key', async () => (await checkpointsOf(1, await newSigner()))[0]],
  [
    'with heads that were not signed',
    async () => {
      const [checkpoint] = await checkpointsOf(1);
      return { ...checkpoint, heads: checkpoint?.heads.map((head) => ({ ...head, sequence: head.sequence - 1 })) };
    },
  ],
  ['without a signature', async () => ({ heads: (await checkpointsOf(1))[0]?.heads })],
  ['that is empty', async () => ({})],
  ['that is null', async () => null],
])('AU-03 a file of trusted heads %s is refused by its name', async (_, forged) => {
  const file = join(folder, 'trusted-heads.json');
  writeFileSync(file, JSON.stringify(await forged()), { mode: 0o600 });
  await expect(start()).rejects.toThrow(`${file} was not signed with the audit key of this database, or was changed`);
});
