import type { KillLatch, LatchedKill } from '../../src/domain/ports/kill-latch.ts';

/** For a node without storage: kills that the store does not accept end with the process. */
export const memoryKillLatch = (): KillLatch => {
  const kills = new Map<string, LatchedKill>();
  return {
    read: async () => [...kills.values()],
    write: async (latched) => void kills.set(latched.kill.id, latched),
    remove: async (id) => void kills.delete(id),
  };
};
