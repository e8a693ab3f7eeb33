import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

/** Names of files in a folder of their own, which goes when the tests of the file have ended. */
export const temporaryFiles = (): ((name: string) => string) => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
};
