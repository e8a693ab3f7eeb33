/** Runs once before all test files: see shared-servers.ts. */
import { isOnServers, startSharedServers } from './shared-servers.ts';

let remove: (() => Promise<void>) | undefined;

export default async (): Promise<void> => {
  if (isOnServers()) remove = await startSharedServers();
};

/** Of jest-teardown.ts, which runs once after all of them. */
export const tearDown = async (): Promise<void> => remove?.();
