/** Which transparency log a store should have, by the events of its audit log. */
import type { RecordedEvent } from './audit-record.ts';
import { broken } from './findings.ts';

/** Follows the events of logs, so that a log that was removed or replaced is named. */
export interface LogPresence {
  /** The next record, in any order of streams. */
  follow(record: { readonly at: number; readonly event: RecordedEvent }): void;
  /** Throws a Fault when the store should have a log and has none, or another. `verifierKey`: of the log that it has. */
  check(verifierKey: string | undefined): void;
}

/** After these a store has no log until the next start. */
const ENDS: readonly string[] = ['transparency_log.ended', 'store.imported', 'store.restored'];

export const logPresence = (): LogPresence => {
  let opened: { readonly at: number; readonly id: string; readonly keys: Set<unknown> } | undefined;
  let endedAt = -Infinity;
  return {
    follow({ at, event }): void {
      if (ENDS.includes(event.type)) endedAt = Math.max(endedAt, at);
      if (event.type !== 'transparency_log.opened') return;
      const key = event.inputs?.['verifierKey'];
      if (opened?.at === at) opened.keys.add(key);
      else if (!opened || opened.at < at) opened = { at, id: event.target?.id ?? '', keys: new Set([key]) };
    },
    check(verifierKey): void {
      if (!opened || opened.at <= endedAt) return;
      const { id, keys } = opened;
      if (verifierKey === undefined) {
        broken(
          'log_missing',
          `the transparency log ${id} is gone: an event says that it began, and none that it ended`,
        );
      }
      if (!keys.has(verifierKey)) {
        broken(
          'log_changed',
          `the store has another transparency log than ${id}, and no event says that this one ended`,
        );
      }
    },
  };
};
