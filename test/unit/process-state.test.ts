import { expect, test } from '@jest/globals';
import { rememberProcess } from '../support/process-state.ts';

test('puts back globals, environment and exit code as they were', () => {
  process.env['BEFORE'] = 'as it was';
  const [realFetch, realExitCode] = [globalThis.fetch, process.exitCode];
  const giveBack = rememberProcess();

  process.env['BEFORE'] = 'changed';
  process.env['ADDED'] = 'by a test file';
  process.exitCode = 3;
  globalThis.fetch = () => Promise.reject(new Error('replaced'));
  Reflect.set(globalThis, 'added', true);
  Reflect.deleteProperty(globalThis, 'structuredClone');
  giveBack();

  expect(process.env).toMatchObject({ BEFORE: 'as it was' });
  expect('ADDED' in process.env).toBe(false);
  expect(process.exitCode).toBe(realExitCode);
  expect(globalThis.fetch).toBe(realFetch);
  expect('added' in globalThis).toBe(false);
  expect(typeof structuredClone).toBe('function');
});
