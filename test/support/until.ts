import { setTimeout as delay } from 'node:timers/promises';

const TURN_MILLISECONDS = 10;

/**
 * Resolves when `holds` does; what it throws is thrown. Throws an Error after `seconds` (real ones, also where a test
 * stopped the clock), so that a test that waits in vain says for what and leaves nothing running behind it.
 */
export const until = async (
  holds: () => boolean | Promise<boolean>,
  { what = 'it', seconds = 25 }: { readonly what?: string; readonly seconds?: number } = {},
): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what} did not come to hold within ${seconds} s`);
    await delay(TURN_MILLISECONDS);
  }
};
