import { hostname } from 'node:os';

/** Identifies this process to others on the same machine. */
export const thisProcess = {
  host: hostname(),
  process: process.pid,
  isAlive(id: number): boolean {
    try {
      process.kill(id, 0);
      return true;
    } catch (error) {
      // The process exists, but belongs to another user.
      return (error as { code?: unknown }).code === 'EPERM';
    }
  },
};
