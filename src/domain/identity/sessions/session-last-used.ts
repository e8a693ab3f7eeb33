/** When sessions were last used. Recorded in memory, written later. */

import { lastUsedTracker } from '../../platform/cluster/last-used.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Collection, update } from '../../ports/document-store.ts';
import { type KeptSource, keptSource } from './kept-source.ts';
import type { Session } from './session.ts';

/** The last uses that this process recorded. */
export interface SessionUses {
  /** Records that a session is used now. Costs only memory. */
  note(id: string, source?: string): void;
  /** Writes recorded uses, at most 2,000, and each session at most once a minute. */
  flush(): Promise<void>;
  /** The session with its last use, written or not. */
  used(session: Session): Session;
}

export const sessionUses = (
  sessions: Collection<Session>,
  clock: Pick<Clock, 'now'>,
  kept: KeptSource,
): SessionUses => {
  const noted = lastUsedTracker<{ readonly usedAt: number; readonly source: string | undefined }>(
    clock,
    (id, { usedAt, source }) =>
      update(sessions, id, (session) =>
        session.state === 'ended' || session.usedAt >= usedAt
          ? undefined
          : { ...session, usedAt, ...(source === undefined ? {} : { seenFrom: source }) },
      ),
  );

  return {
    note: (id, source): void =>
      noted.note(id, (usedAt) => ({ usedAt, source: source === undefined ? undefined : keptSource(source, kept) })),

    flush: noted.flush,

    used(session): Session {
      const pending = noted.pending.get(session.id);
      return pending && pending.usedAt > session.usedAt ? { ...session, usedAt: pending.usedAt } : session;
    },
  };
};
