/** Where compiled modules are kept: in the data folder, and only where no other user could put code. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { earlyDataFolder } from '../../../config/early-data-folder.ts';

const KEEPER = join(import.meta.dirname, '../../../adapters/node/compiled-modules.ts');
const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, ...ENVIRONMENT } = process.env;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'compiled-'));
  writeFileSync(join(root, 'late.mjs'), 'export const late = 1;\n');
});
afterEach(() => rmSync(root, { recursive: true }));

/** A folder in which a server has started before. */
const used = (name: string, mode = 0o700): string => {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'node.json'), '{}');
  chmodSync(folder, mode);
  return folder;
};

/** Runs a program that keeps what it compiles in this folder, and returns the files below `compiled`. */
const keptIn = async (
  folder: string | undefined,
  environment: object = {},
  umask = 0o022,
): Promise<readonly string[]> => {
  const program = `process.umask(${umask});
    const { keepCompiled } = await import(${JSON.stringify(KEEPER)});
    keepCompiled(${JSON.stringify(folder)});
    await import(${JSON.stringify(join(root, 'late.mjs'))});`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...ENVIRONMENT, ...environment },
  });
  const kept = join(folder ?? root, 'compiled');
  return existsSync(kept) ? readdirSync(kept, { recursive: true }).map(String) : [];
};

test('a data folder of this user keeps them', async () => {
  expect((await keptIn(used('data'))).length).toBeGreaterThan(0);
});

/** What is in this folder, by name, with its mode. */
const modesIn = (folder: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    ['', ...readdirSync(folder, { recursive: true }).map(String)].map((name) => [
      name,
      lstatSync(join(folder, name)).mode & 0o777,
    ]),
  );

test('no other user may write to what is kept, with any umask, and the next start uses it', async () => {
  const folder = used('data', 0o755);
  const kept = await keptIn(folder, {}, 0);
  expect(kept.length).toBeGreaterThan(1);
  const compiled = join(folder, 'compiled');
  const modes = modesIn(compiled);
  expect(Object.values(modes).filter((mode) => (mode & 0o022) !== 0)).toEqual([]);
  expect(modes['']).toBe(0o700);
  for (const name of kept.filter((one) => lstatSync(join(compiled, one)).isFile())) rmSync(join(compiled, name));
  expect(await keptIn(folder, {}, 0)).toEqual(kept);
});

const PLANTED: readonly (readonly [what: string, plant: (compiled: string) => void, isForRoot?: boolean])[] = [
  ['the folder, which others may write to', (compiled) => chmodSync(compiled, 0o775)],
  ['a folder in it, which others may write to', (compiled) => mkdirAs(join(compiled, 'v99'), 0o777)],
  ['a file in it, which others may write to', (compiled) => plantFile(compiled, 0o666)],
  ['a link in it', (compiled) => symlinkSync(join(root, 'late.mjs'), join(compiled, 'v99'))],
  ['a file of another user in it', (compiled) => chownSync(plantFile(compiled, 0o600), 12_345, 12_345), true],
  ['the folder, of another user', (compiled) => chownSync(compiled, 12_345, 12_345), true],
];
const mkdirAs = (folder: string, mode: number): void => {
  mkdirSync(folder);
  chmodSync(folder, mode);
};
const plantFile = (compiled: string, mode: number): string => {
  mkdirAs(join(compiled, 'v99'), 0o700);
  const file = join(compiled, 'v99', 'planted');
  writeFileSync(file, 'planted');
  chmodSync(file, mode);
  return file;
};
const isRoot = process.getuid?.() === 0;

test.each(PLANTED.filter(([, , isForRoot = false]) => isRoot || !isForRoot))(
  'nothing is kept or used beside what another user could have written: %s',
  async (_what, plant) => {
    const folder = used('data');
    const compiled = join(folder, 'compiled');
    mkdirAs(compiled, 0o700);
    plant(compiled);
    const before = modesIn(compiled);
    await keptIn(folder);
    expect(modesIn(compiled)).toEqual(before);
  },
);

test('a link in place of the folder is not followed', async () => {
  const folder = used('data');
  mkdirAs(join(root, 'other'), 0o700);
  symlinkSync(join(root, 'other'), join(folder, 'compiled'));
  await keptIn(folder);
  expect(readdirSync(join(root, 'other'))).toEqual([]);
});

test.each([
  ['without a data folder', async () => undefined],
  [
    'in one that is not there yet: the server makes it with the rights of its owner only',
    async () => join(root, 'none'),
  ],
  [
    'in one in which no server has started: a start that fails makes nothing',
    async () => {
      mkdirSync(join(root, 'empty'), { mode: 0o700 });
      return join(root, 'empty');
    },
  ],
  [
    'in one that cannot be looked at: the start itself says why',
    async () => {
      symlinkSync(join(root, 'loop'), join(root, 'loop'));
      return join(root, 'loop');
    },
  ],
  ['in a file', async () => join(root, 'late.mjs')],
  ['in one that others may write to', async () => used('open', 0o777)],
  [
    'behind a link to one that others may write to',
    async () => {
      symlinkSync(used('open', 0o770), join(root, 'link'));
      return join(root, 'link');
    },
  ],
])('keeps nothing %s', async (_what, folderOf) => {
  expect(await keptIn(await folderOf())).toEqual([]);
  expect(existsSync(join(root, 'none'))).toBe(false);
});

test('NODE_DISABLE_COMPILE_CACHE switches it off', async () => {
  expect(await keptIn(used('data'), { NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual([]);
});

test('the data folder is known before the settings are, unless a file of settings may name another', () => {
  expect(earlyDataFolder([], { BEHALF_DATA: '/data' })).toBe('/data');
  expect(earlyDataFolder([], { BEHALF_DATA: '/data', BEHALF__DATA__FOLDER: '/other' })).toBe('/other');
  expect(earlyDataFolder(['--config', 'a.json'], { BEHALF_DATA: '/data' })).toBe('/data');
  expect(earlyDataFolder(['--workers', '2'], {})).toBe('./data');
  expect([earlyDataFolder(['--config', 'a.json'], {}), earlyDataFolder(['--config=a.json'], {})]).toEqual([
    undefined,
    undefined,
  ]);
  expect(earlyDataFolder([], { BEHALF_DATA: '' })).toBeUndefined();
});
