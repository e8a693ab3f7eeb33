import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const FOLDER = join(import.meta.dirname, '../../docs/explanation/decisions');
const files = readdirSync(FOLDER).filter((name) => name !== 'README.md');

test('each decision has a number of its own, which its heading repeats', () => {
  const numbers = files.map((name) => Number(name.slice(0, 4)));
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  const headings = files.map((name) => readFileSync(join(FOLDER, name), 'utf8').split('. ', 1)[0]);
  expect(headings).toEqual(numbers.map((number) => `# ${number}`));
});

test('the list names each decision once, in the order of the numbers', () => {
  const listed = readFileSync(join(FOLDER, 'README.md'), 'utf8').matchAll(/^\| \[(\d+)\]\(([^)]+\.md)\) \|/gm);
  expect([...listed].map(([, number, file]) => [Number(number), file])).toEqual(
    files.map((name) => [Number(name.slice(0, 4)), name]),
  );
});
