import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresqlConnection } from './connection.ts';
import { MOST_BEATS } from './heartbeat.ts';

/** Several may be late or lost before the node is no longer confirmed. */
const BEAT_EVERY_MILLISECONDS = 250;

export interface Heartbeats {
  /** Resolves when the first one has ended, and no node answers from a server that was the primary before. */
  ready(): Promise<void>;
  stop(): void;
}

/** Sends heartbeats until stopped. `changed`: the problem of the confirmation, whenever there is one or none any more. */
export const heartbeats = (
  { beat, confirmation }: Pick<PostgresqlConnection, 'beat' | 'confirmation'>,
  changed: (problem: string | undefined) => void,
): Heartbeats => {
  let underWay = 0;
  let told: string | undefined;
  const once = async (): Promise<void> => {
    if (underWay >= MOST_BEATS) return;
    underWay += 1;
    // Without an answer, the confirmation ends by itself.
    await beat().catch(() => undefined);
    underWay -= 1;
    const problem = confirmation.problem();
    if ((problem === undefined) !== (told === undefined)) changed(problem);
    told = problem;
  };
  const timer = setInterval(() => void once(), BEAT_EVERY_MILLISECONDS).unref();
  const first = once();
  return {
    async ready() {
      await first;
      await delay(confirmation.held());
    },
    stop: () => clearInterval(timer),
  };
};
