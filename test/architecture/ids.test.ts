/** Every id that code, tests, docs and settings cite is explained on one page. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import page from '../support/generated-docs/ids.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDERS = ['src', 'adapters', 'views', 'config', 'test', 'docs'];
const ID = /\b(?:[A-Z]{2}-\d{2}|V\d{1,2}|D\d{1,2})\b/g;

const files = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((path) => `${folder}/${path}`)
      .filter((path) => /\.(?:ts|md)$/.test(path)),
  ),
];

test('every id that is cited stands on the page of ids', () => {
  const explained = new Set(page.render().match(/(?<=^\| )[A-Z]+-?\d+(?= \|)/gm));
  const unknown = files.flatMap((path) =>
    [...new Set(readFileSync(join(ROOT, path), 'utf8').match(ID) ?? [])]
      .filter((id) => !explained.has(id))
      .map((id) => `${path}: ${id}`),
  );
  expect(explained.size).toBeGreaterThan(250);
  expect(unknown).toEqual([]);
});
