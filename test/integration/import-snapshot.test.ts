/**
 * `behalf import` and `behalf restore` of a file that is another at each reading: what was checked is what is stored. The
 * attacker can write the file, and has no master key.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { runCli } from '../../src/cli/main.ts';
import { ACCOUNTS, type Account } from '../../src/domain/identity/accounts/account.ts';
import { RESOURCE_SERVERS, type ResourceServer } from '../../src/domain/resources/resource-servers/resource-server.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { runServer } from '../support/running-server.ts';
import { endWithUs } from '../support/server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-import-'));
/** Shown when the file has been read once and found good. */
const CHECKED = 'Checking the file: 100 %';
const at = (name: string): string => join(folder, name);
const exported = at('export.ndjson');
const forged = at('forged.ndjson');
let origin: { readonly issuer: string; readonly dataFolder: string };
let account: string;
/** Resource server with a pair that an administrator proposed and no other person accepted. */
let resourceServer: string;

beforeAll(async () => {
  const server = await runServer({ stores: 'sqlite' });
  origin = server;
  const management = await managementFromKeyFile(server.administratorKeyFile);
  account = (await management.createAccount({ username: 'mallory', name: 'Mallory' })).id;
  const scopes = [{ name: 'read', description: 'Read', risk: 'low' }] as const;
  const api = 'https://api.example';
  await management.createResourceServer({ identifier: api, name: 'API', scopes });
  resourceServer = (await management.createResourceServer({ identifier: 'https://mcp.example', name: 'MCP', scopes }))
    .id;
  const pair = { resource: api, scope: 'read' };
  const proposed = await management.call('POST', `/resource-servers/${resourceServer}/propose-delegation`, pair);
  expect(proposed.status).toBe(200);
  await server.close({ keepData: true });
  expect((await behalf(server.dataFolder, ['export', '--to', exported])).code).toBe(0);
  const lines = readFileSync(exported, 'utf8').split('\n');
  const own = lines.findIndex((line) => line.startsWith('{"collection":"accounts"') && line.includes(account));
  lines[own] = String(lines[own]).replace('"roles":[]', '"roles":["administrator"]');
  writeFileSync(forged, lines.join('\n'));
  expect(readFileSync(forged, 'utf8')).not.toBe(readFileSync(exported, 'utf8'));
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (origin) rmSync(origin.dataFolder, { recursive: true, force: true });
});

const behalf = async (dataFolder: string, argv: readonly string[], hear: (text: string) => void = () => {}) => {
  let err = '';
  const terminal = {
    out: () => {},
    err: (text: string) => {
      err += text;
      hear(text);
    },
  };
  const code = await runCli(argv, terminal, { BEHALF_DATA: dataFolder, BEHALF_ISSUER: origin.issuer });
  return { code, err };
};

/** A data folder with the master key and nothing else. */
const newFolder = (): string => {
  const made = mkdtempSync(at('data-'));
  copyFileSync(join(origin.dataFolder, 'master.key'), join(made, 'master.key'));
  return made;
};

const rolesIn = async (dataFolder: string): Promise<readonly string[] | undefined> => {
  const documents = sqliteDocumentStore(openSqlite({ file: join(dataFolder, 'behalf.db') }));
  try {
    return (await documents.collection<Account>(ACCOUNTS).get(account))?.document.roles;
  } finally {
    await documents.close();
  }
};

const pairsIn = async (dataFolder: string): Promise<ResourceServer['delegatesTo']> => {
  const documents = sqliteDocumentStore(openSqlite({ file: join(dataFolder, 'behalf.db') }));
  try {
    return (await documents.collection<ResourceServer>(RESOURCE_SERVERS).get(resourceServer))?.document.delegatesTo;
  } finally {
    await documents.close();
  }
};

const leftIn = (dataFolder: string): readonly string[] =>
  readdirSync(dataFolder).filter((name) => name.endsWith('.tmp'));

/** A pipe that gives a file at its first reading; `next` makes it give another at the next one. */
const pipeOf = (first: string) => {
  const path = join(mkdtempSync(at('pipe-')), 'export.ndjson');
  execFileSync('mkfifo', [path]);
  const writers: ChildProcess[] = [];
  const next = (file: string): void => {
    writers.push(endWithUs(spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', file, path], { stdio: 'ignore' })));
  };
  next(first);
  return { path, next, end: () => writers.map((writer) => writer.kill('SIGKILL')) };
};

test('FT-14 an import from a pipe that gives an account a role at its second reading stores what it checked', async () => {
  const data = newFolder();
  const pipe = pipeOf(exported);
  try {
    const imported = await behalf(data, ['import', '--from', pipe.path], (text) => {
      if (text.startsWith(CHECKED)) pipe.next(forged);
    });
    expect(imported).toMatchObject({ code: 0 });
  } finally {
    pipe.end();
  }
  expect(await rolesIn(data)).toEqual([]);
  expect(leftIn(data)).toEqual([]);
}, 60_000);

test('FT-14 a file that is changed between its check and its use is stored as it was checked', async () => {
  const data = newFolder();
  const file = at('changing.ndjson');
  copyFileSync(exported, file);
  let isChanged = false;
  const imported = await behalf(data, ['import', '--from', file], (text) => {
    if (isChanged || !text.startsWith(CHECKED)) return;
    isChanged = true;
    copyFileSync(forged, file);
  });
  expect([isChanged, imported.code]).toEqual([true, 0]);
  expect(await rolesIn(data)).toEqual([]);
}, 60_000);

test('FT-14 a pipe with a changed file is refused, and nothing is written', async () => {
  const data = newFolder();
  const pipe = pipeOf(forged);
  try {
    const { code, err } = await behalf(data, ['import', '--from', pipe.path]);
    expect([code, err]).toEqual([1, expect.stringContaining('its checksum is another')]);
  } finally {
    pipe.end();
  }
  expect(existsSync(join(data, 'behalf.db'))).toBe(false);
  expect(leftIn(data)).toEqual([]);
}, 60_000);

test('FT-14 an import keeps a pair that waits, and refuses a file in which it was accepted', async () => {
  const data = newFolder();
  expect((await behalf(data, ['import', '--from', exported])).code).toBe(0);
  expect(await pairsIn(data)).toEqual([expect.not.objectContaining({ acceptedBy: expect.anything() })]);
  const accepted = at('accepted.ndjson');
  const changed = readFileSync(exported, 'utf8').replace('"proposedAt":', '"acceptedBy":"acc_x","acceptedAt":1,$&');
  expect(changed).not.toBe(readFileSync(exported, 'utf8'));
  writeFileSync(accepted, changed);
  for (const into of [data, newFolder()]) {
    const { code, err } = await behalf(into, ['import', '--from', accepted]);
    expect([code, err]).toEqual([1, expect.stringContaining('its checksum is another')]);
  }
  expect(await pairsIn(data)).toHaveLength(1);
}, 60_000);

test.each(['import', 'restore'])('%s takes neither a folder nor a device', async (command) => {
  const data = newFolder();
  const own = at(`folder-${command}`);
  mkdirSync(own);
  for (const wrong of [own, '/dev/zero']) {
    const { code, err } = await behalf(data, [command, '--from', wrong]);
    expect([code, err]).toEqual([1, expect.stringContaining(`${wrong} is no file`)]);
  }
  expect(leftIn(data)).toEqual([]);
});

test('FT-14 a restore from a pipe puts back what it checked', async () => {
  const backup = at('backup.db');
  expect((await behalf(origin.dataFolder, ['backup', '--to', backup])).code).toBe(0);
  const data = newFolder();
  const pipe = pipeOf(backup);
  try {
    expect(await behalf(data, ['restore', '--from', pipe.path])).toMatchObject({ code: 0 });
  } finally {
    pipe.end();
  }
  expect(await rolesIn(data)).toEqual([]);
}, 60_000);
