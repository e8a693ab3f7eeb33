import type { Clock } from '../../ports/clock.ts';
import { type Collection, type DocumentStore, tryInsert, type Versioned } from '../../ports/document-store.ts';
import { INSTANCE_SLOTS, type Instance, type InstanceSlot } from './instance.ts';
import { instanceRefusal } from './instance-refusals.ts';

/** Seconds for which a slot is reserved for an instance that is being written. */
const RESERVED_SECONDS = 30;
/** Seconds within which the instance must be written. */
const WRITTEN_WITHIN_SECONDS = 20;
const BATCH = 100;

type Claim = { readonly slot: number; readonly claimedAt: number };

/**
 * The slots of an agent: one for each instance it may have. At most one instance holds each slot, even when several
 * start at once.
 */
export interface InstanceSlots {
  /** Claims a slot for an instance that is about to be written. Throws 'conflict' when none is left. */
  claim(agent: string, instance: string, most: number): Promise<Claim>;
  /** Checks a claimed slot. Throws 'unavailable' when another instance may hold it by now. */
  stillMine(claim: Claim): void;
}

export const instanceSlots = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly instances: Pick<Collection<Instance>, 'getMany'>;
}): InstanceSlots => {
  const { documents, clock, instances } = deps;
  const slots = documents.collection<InstanceSlot>(INSTANCE_SLOTS);

  const isTaken = ({ claimedAt }: InstanceSlot, place: number, by: Instance | undefined): boolean => {
    const holds = by?.slot === place;
    if (holds && by.state === 'active' && clock.now() < by.expiresAt) return true;
    if (holds && by.state === 'ended' && by.createdAt >= claimedAt) return false;
    return claimedAt > clock.now() - RESERVED_SECONDS;
  };

  const take = (next: InstanceSlot, earlier: Versioned<InstanceSlot> | undefined): Promise<boolean> =>
    earlier ? slots.replace(next, earlier.version) : tryInsert(slots, next);

  return {
    async claim(agent, instance, most): Promise<Claim> {
      for (let first = 0; first < most; first += BATCH) {
        const places = Array.from({ length: Math.min(BATCH, most - first) }, (_, index) => first + index);
        const found = new Map((await slots.getMany(places.map((n) => `${agent}:${n}`))).map((s) => [s.document.id, s]));
        const holders = new Map(
          (await instances.getMany([...new Set([...found.values()].map(({ document }) => document.instance))])).map(
            ({ document }) => [document.id, document],
          ),
        );
        for (const place of places) {
          const id = `${agent}:${place}`;
          const slot = found.get(id);
          const isOther = slot !== undefined && slot.document.instance !== instance;
          if (isOther && isTaken(slot.document, place, holders.get(slot.document.instance))) continue;
          const claimedAt = clock.now();
          if (await take({ id, instance, claimedAt }, slot)) return { slot: place, claimedAt };
        }
      }
      throw instanceRefusal('instances_exceeded', { params: { most } });
    },

    stillMine({ claimedAt }): void {
      if (clock.now() - claimedAt < WRITTEN_WITHIN_SECONDS) return;
      throw instanceRefusal('instance_start_too_slow', { retryAfterSeconds: 1 });
    },
  };
};
