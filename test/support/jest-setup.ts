/** Runs once before all test files: see shared-servers.ts. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuFileOf } from './cpu-time.ts';
import { kindOfRun, startSharedServers } from './shared-servers.ts';

let remove: (() => Promise<void>) | undefined;

export default async ({ outputFile }: { readonly outputFile?: string | null }): Promise<void> => {
  if (outputFile) rmSync(cpuFileOf(outputFile), { force: true });
  // Workers, and the servers and commands that tests start, compile and strip each module once.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');
  const kind = kindOfRun();
  if (kind) remove = await startSharedServers(kind);
};

/** Of jest-teardown.ts, which runs once after all of them. */
export const tearDown = async (): Promise<void> => remove?.();
