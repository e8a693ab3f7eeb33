import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { systemClock } from '../../../adapters/node/clock.ts';
import { randomIdentifiers as identifiers } from '../../../adapters/node/identifiers.ts';
import { CHECKPOINT_STREAM } from '../../../src/domain/audit/audit-record.ts';
import { nodeRegister } from '../../../src/domain/nodes/node-register.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { nodeState } from '../../../src/node-state.ts';

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
  const nodes = nodeRegister({ documents, clock: systemClock, machine });
  return { ...(await nodeState(folder, { identifiers, nodes })), leave: nodes.leave };
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

test('the witness never falls back behind what another process has written', async () => {
  const checkpoint = (sequence: number) => ({
    heads: [{ stream: CHECKPOINT_STREAM, sequence, hash: `h${sequence}` }],
    signed: `s${sequence}`,
  });
  const [one, other] = [await start(), await start()];
  const kept = (): string => JSON.parse(readFileSync(join(folder, 'witness.json'), 'utf8')).signed;
  await one.remember(checkpoint(3));
  await other.remember(checkpoint(5));
  await one.remember(checkpoint(4));
  expect(kept()).toBe('s5');
  await one.remember(checkpoint(6));
  expect(kept()).toBe('s6');
  expect((await start()).remembered).toEqual(checkpoint(6).heads);
});

test('a name file that others could change is refused', async () => {
  writeFileSync(join(folder, 'node.json'), '{"node":"nod_x"}', { mode: 0o644 });
  await expect(start()).rejects.toThrow(/private/);
});
