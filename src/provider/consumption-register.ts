/**
 * Marks one-time things as used, and tells a lost race from a later replay.
 *
 * The mark is a unique insert: of concurrent callers exactly one gets it, on every store. Who loses
 * gets `invalid_grant` and harms nobody (decision D9). A presentation that *began* after the winner's
 * answer was sent is a replay: it ends the family. One that began before was in flight together with
 * the winner; which of the two the network delivers first is chance and no sign of theft.
 */
import type { Clock } from '../domain/ports/clock.ts';
import type { Collection, DocumentStore } from '../domain/ports/document-store.ts';
import { isDocumentConflict } from '../domain/ports/document-store.ts';
import { CONSUMPTIONS, type Consumption } from './records.ts';

export type ConsumptionRegister = ReturnType<typeof consumptionRegister>;

/** Answers remembered per process: enough for a minute of heavy use, bounded in memory. */
const REMEMBERED = 20_000;

export const consumptionRegister = ({ documents, clock }: { documents: DocumentStore; clock: Clock }) => {
  const marks: Collection<Consumption> = documents.collection<Consumption>(CONSUMPTIONS);
  /** Marks set by this process → when the answer to the request that set them had been sent. */
  const answered = new Map<string, number>();

  return {
    /** True for exactly one caller. `answer` resolves when the response to that caller has been sent. */
    async consume(id: string, expiresAt: number, answer: Promise<void>): Promise<boolean> {
      try {
        await marks.insert({ id, at: clock.nowMillis(), expiresAt });
      } catch (error) {
        if (isDocumentConflict(error)) return false;
        throw error;
      }
      answered.set(id, Number.POSITIVE_INFINITY);
      if (answered.size > REMEMBERED) answered.delete(answered.keys().next().value as string);
      void answer.then(() => {
        if (answered.has(id)) answered.set(id, clock.nowMillis());
      });
      return true;
    },
    /** How a presentation that arrived at `arrivedAt` (ms) relates to an earlier use. */
    async stateOf(id: string, arrivedAt: number): Promise<'unused' | 'race' | { usedAt: number }> {
      const mark = await marks.get(id);
      if (!mark) return 'unused';
      // Set by another node, or before a restart: when that answer was sent is not known here, its mark is.
      const over = answered.get(id) ?? mark.document.at;
      return arrivedAt <= over ? 'race' : { usedAt: Math.floor(mark.document.at / 1000) };
    },
  };
};
