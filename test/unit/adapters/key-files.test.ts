import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadOrCreateMasterKey, readPrivateFile, writePrivateFile } from '../../../adapters/node/key-files.ts';
import { temporaryFiles } from './temporary-files.ts';

const path = temporaryFiles();
const modeOf = (file: string) => statSync(file).mode & 0o777;

test('the master key is made once, private, and the same ever after', () => {
  const folder = path('keys');
  const key = loadOrCreateMasterKey(folder);
  expect(key).toHaveLength(32);
  expect(modeOf(folder)).toBe(0o700);
  expect(modeOf(`${folder}/master.key`)).toBe(0o600);
  expect(loadOrCreateMasterKey(folder).equals(key)).toBe(true);
  expect(loadOrCreateMasterKey(path('other-keys')).equals(key)).toBe(false);
  expect(readdirSync(folder)).toEqual(['master.key']);
});

test.each(['', 'short', 'A'.repeat(44), `${'A'.repeat(42)}!`, `${'A'.repeat(42)}B`])(
  'a malformed master key is refused and left in place: %p',
  (text) => {
    const folder = path(`malformed-${text.length}-${text.slice(-1)}`);
    mkdirSync(folder);
    writeFileSync(`${folder}/master.key`, text, { mode: 0o600 });
    expect(() => loadOrCreateMasterKey(folder)).toThrow(/does not hold a master key/);
    expect(readFileSync(`${folder}/master.key`, 'utf8')).toBe(text);
  },
);

test.each([0o640, 0o604, 0o660])('a master key others may read is refused: mode %p', (mode) => {
  const folder = path(`mode-${mode}`);
  loadOrCreateMasterKey(folder);
  chmodSync(`${folder}/master.key`, mode);
  expect(() => loadOrCreateMasterKey(folder)).toThrow(/chmod 600/);
});

test('a private file is written whole, replaced, and leaves nothing beside it', () => {
  const file = path('private/deep/operator.json');
  expect(readPrivateFile(file)).toBeUndefined();
  writePrivateFile(file, 'one');
  writePrivateFile(file, 'two');
  expect(readPrivateFile(file)).toBe('two');
  expect(modeOf(file)).toBe(0o600);
  expect(readdirSync(dirname(file))).toEqual(['operator.json']);
});
