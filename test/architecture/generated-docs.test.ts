import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generatedPages, ROOT } from '../support/generated-docs.ts';

const pages = await generatedPages();

test.each(pages)('$path is what the code says; if not: npm run generate', async ({ path, render }) => {
  const file = join(ROOT, path);
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(await render());
});

test('every id that this version has to show stands in the title of a test', () => {
  expect(readFileSync(join(ROOT, 'docs/reference/conformance.md'), 'utf8')).toContain(
    '\nEvery id of this version has a test.\n',
  );
});
