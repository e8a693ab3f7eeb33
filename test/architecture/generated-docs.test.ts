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
