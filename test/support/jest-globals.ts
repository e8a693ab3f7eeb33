/**
 * What a test file imports as `@jest/globals`. The modules of a process are loaded once, and Jest makes its functions anew
 * for each test file; importers see the present ones, since an import is a live binding. See jest-runner.ts.
 */
import type * as Jest from '@jest/globals';

type Functions = Pick<
  typeof Jest,
  'afterAll' | 'afterEach' | 'beforeAll' | 'beforeEach' | 'describe' | 'expect' | 'test' | 'jest'
>;

export let afterAll: Functions['afterAll'];
export let afterEach: Functions['afterEach'];
export let beforeAll: Functions['beforeAll'];
export let beforeEach: Functions['beforeEach'];
export let describe: Functions['describe'];
export let expect: Functions['expect'];
export let test: Functions['test'];
export let jest: Functions['jest'];

/** Called before each test file. */
export const setFunctions = (present: Functions): void => {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, jest } = present);
};
