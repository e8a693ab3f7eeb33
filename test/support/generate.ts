/** `npm run generate`: writes every page of docs/ that is made from code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedPages, ROOT } from './generated-docs.ts';

for (const { path, render } of await generatedPages()) {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await render());
  process.stdout.write(`${path}\n`);
}
