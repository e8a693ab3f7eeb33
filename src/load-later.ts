/** Makes ready, behind the first answers, what no start waits for. */
import type { Logger } from 'pino';
import type { Behalf } from './compose.ts';

/** Long enough for the first answer: to make the policies ready blocks the process for a quarter of a second. */
const POLICIES_AFTER_MILLISECONDS = 100;
const PAGES_AFTER_MILLISECONDS = 1_000;
/** Pause before the second attempt; each further one waits twice as long. */
const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 60_000;

/**
 * Loads the policies, then the pages, so that a server answers its first requests before. Logs each failure, and tries again until it
 * succeeds. A request that needs one of them earlier loads it, and says what fails. Returns what ends this: call it at a stop,
 * before the streams end. Idempotent.
 */
export const loadLater = (
  { loadPolicies, loadPages }: Pick<Behalf, 'loadPolicies' | 'loadPages'>,
  log: Pick<Logger, 'error'>,
): (() => void) => {
  const ends = [
    untilDone(loadPolicies, POLICIES_AFTER_MILLISECONDS, (err) =>
      log.error({ event: 'policy.not_ready', err }, 'the active policies could not be made ready'),
    ),
    untilDone(loadPages, PAGES_AFTER_MILLISECONDS, (err) =>
      log.error({ event: 'pages.not_ready', err }, 'the pages could not be loaded'),
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
};

const untilDone = (work: () => Promise<void>, after: number, failed: (error: unknown) => void): (() => void) => {
  const next: { timer?: NodeJS.Timeout } = {};
  let isEnded = false;
  const begin = (wait: number, pause: number): void => {
    next.timer = setTimeout(() => {
      void work().catch((error: unknown) => {
        // A stop closes the stores under a load.
        if (isEnded) return;
        failed(error);
        begin(pause, Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS));
      });
    }, wait).unref();
  };
  begin(after, FIRST_PAUSE_MILLISECONDS);
  return () => {
    isEnded = true;
    clearTimeout(next.timer);
  };
};
