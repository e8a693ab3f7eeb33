import { timingSafeEqual } from 'node:crypto';

/** Whether the answer of an endpoint returns the challenge. */
export const isEcho = (answer: Uint8Array, challenge: string): boolean => {
  try {
    const { challenge: returned } = JSON.parse(Buffer.from(answer).toString('utf8')) as { challenge?: unknown };
    if (typeof returned !== 'string') return false;
    const [given, expected] = [Buffer.from(returned), Buffer.from(challenge)];
    return given.length === expected.length && timingSafeEqual(given, expected);
  } catch {
    return false;
  }
};
