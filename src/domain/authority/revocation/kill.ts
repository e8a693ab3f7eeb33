import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Kill } from '../../vocabulary/kill.ts';

export const KILLS = {
  name: 'kills',
  holds: 'one kill, in force or lifted',
  prefixes: ['kil'],
  events: ['kill'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'a lifted kill stays in the list, and the audit log names it' },
  transfer: 'removes authority',
  indexes: [{ fields: ['createdAt'] }, { fields: ['key'] }, { fields: ['state'] }, { fields: ['owner'] }],
} as const satisfies OwnedCollection;

/** The kills of this process that the store does not hold yet. They are effective all the same (decision D24). */
export interface LatchedKills {
  /** Adds a kill, or replaces the one of this id. */
  add(kill: Kill): void;
  /** Removes a kill; without one it does nothing. */
  remove(id: string): void;
  /** The kill of this id; undefined when there is none. */
  get(id: string): Kill | undefined;
  /** All of them, in the order in which they were added. */
  all(): readonly Kill[];
  /** Whether a kill with this key is among them. The key names scope and target. */
  stands(key: string): boolean;
}

export const latchedKills = (): LatchedKills => {
  const kills = new Map<string, Kill>();
  return {
    add: (kill): void => void kills.set(kill.id, kill),
    remove: (id): void => void kills.delete(id),
    get: (id): Kill | undefined => kills.get(id),
    all: (): readonly Kill[] => [...kills.values()],
    stands(key): boolean {
      for (const kill of kills.values()) if (kill.key === key) return true;
      return false;
    },
  };
};
