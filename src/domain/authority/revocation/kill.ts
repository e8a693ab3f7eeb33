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

/** The kills of this process that the store does not hold yet. They are effective nevertheless (decision D24). */
export type LatchedKills = ReturnType<typeof latchedKills>;

export const latchedKills = () => {
  const kills = new Map<string, Kill>();
  return {
    add: (kill: Kill): void => void kills.set(kill.id, kill),
    remove: (id: string): void => void kills.delete(id),
    get: (id: string): Kill | undefined => kills.get(id),
    all: (): readonly Kill[] => [...kills.values()],
    stands(key: string): boolean {
      for (const kill of kills.values()) if (kill.key === key) return true;
      return false;
    },
  };
};
