import { expect, test } from '@jest/globals';
import { deliveredFiles } from './source-files.ts';

const MANAGEMENT = 'src/http/management/';
const files = deliveredFiles().filter(({ path }) => path.startsWith(MANAGEMENT));
const CAST = /\bbody(?:\[[^\]]*\])? as (?!const\b)/;
const resources = files.filter(({ path }) => path.startsWith(`${MANAGEMENT}resources/`));

test('no handler of the management API casts a body: the schema is its type (decision 22)', () => {
  expect(resources.length).toBeGreaterThan(25);
  const casts = resources.filter(({ code }) => CAST.test(code));
  expect(casts.map(({ path }) => path)).toEqual([]);
  for (const cast of ['body as NewAgent', "body['roles'] as Role[]"]) expect(cast).toMatch(CAST);
});

test('every resource of the management API is in the table', () => {
  const table = files.find(({ path }) => path === `${MANAGEMENT}resource-table.ts`);
  const made = resources.filter(({ code }) => /= resource(?:<[^>]*>)?\(/.test(code));
  expect(made.length).toBeGreaterThan(25);
  expect(made.map(({ path }) => path).filter((path) => !table?.imports.some(({ target }) => target === path))).toEqual(
    [],
  );
});
