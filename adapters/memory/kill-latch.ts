import type { KillLatch, LatchedKill } from '../../src/domain/ports/kill-latch.ts';

/** For a node that keeps nothing: kills that the store does not take end with the process. */
export const memoryKillLatch = (): KillLatch => {
  const kills = new Map<string, LatchedKill>();
  return {
    read: async () => [...kills.values()],
    write: async (latched) => void kills.set(latched.kill.id, latched),
    remove: async (id) => void kills.delete(id),
  };
};
