/** When sessions were last used. Recorded in memory, written later. */

import type { Clock } from '../../ports/clock.ts';
import { type Collection, update } from '../../ports/document-store.ts';
import { type KeptSource, keptSource } from './kept-source.ts';
import type { Session } from './session.ts';
import { APART_SECONDS } from './session-records.ts';

/** Maximum number of sessions that this process remembers. Drops uses beyond it. */
const MOST_REMEMBERED = 100_000;
/** The last uses that this process recorded. */
export interface SessionUses {
  /** Records that a session is used now. Costs only memory. */
  note(id: string, source?: string): void;
  /** Writes recorded uses, at most `limit` sessions, and each session at most once a minute. */
  flush(limit?: number): Promise<void>;
  /** The session with its last use, written or not. */
  used(session: Session): Session;
}

export const sessionUses = (
  sessions: Collection<Session>,
  clock: Pick<Clock, 'now'>,
  kept: KeptSource,
): SessionUses => {
  /** Recorded last uses that are not written yet. */
  const pending = new Map<string, { readonly at: number; readonly source: string | undefined }>();
  const written = new Map<string, number>();

  const used = ({ usedAt, ...session }: Session): Session => {
    const noted = pending.get(session.id);
    return noted && noted.at > usedAt ? { ...session, usedAt: noted.at } : { ...session, usedAt };
  };

  const note: SessionUses['note'] = (id, source) => {
    const at = clock.now();
    if (at - (written.get(id) ?? Number.NEGATIVE_INFINITY) < APART_SECONDS) return;
    if (pending.has(id) || pending.size < MOST_REMEMBERED) {
      pending.set(id, { at, source: source === undefined ? undefined : keptSource(source, kept) });
    }
  };

  const flush: SessionUses['flush'] = async (limit = 2_000) => {
    for (const [id, noted] of [...pending].slice(0, limit)) {
      await update(sessions, id, (session) =>
        session.state === 'ended' || session.usedAt >= noted.at
          ? undefined
          : { ...session, usedAt: noted.at, ...(noted.source === undefined ? {} : { seenFrom: noted.source }) },
      );
      if (pending.get(id) === noted) pending.delete(id);
      if (written.size >= MOST_REMEMBERED) written.clear();
      written.set(id, noted.at);
    }
  };

  return { note, flush, used };
};
