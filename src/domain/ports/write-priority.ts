/**
 * For whom a write is made, where room is short: a store that has little left refuses the writes of strangers first, and
 * keeps the last of it for what is essential. Here is also the one answer to the question whether a request is
 * anonymous. What is asked outside of a request is the server's own work.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * `anonymous`: nobody has proven anything in this request yet. `authenticated`: a client, resource server or account
 * has, or the server does work of its own. `essential`: kills, the audit log's own upkeep, and callers who order kills.
 */
export const WRITE_PRIORITIES = ['anonymous', 'authenticated', 'essential'] as const;
export type WritePriority = (typeof WRITE_PRIORITIES)[number];

const current = new AsyncLocalStorage<{ priority: WritePriority }>();

/** Runs what answers one request. It is anonymous until `raisePriority` is called within it. */
export const asRequest = <R>(work: () => R): R => current.run({ priority: 'anonymous' }, work);

/** Runs work with a priority of its own. What is proven within it is not carried outside. */
export const withPriority = <R>(priority: WritePriority, work: () => R): R => current.run({ priority }, work);

/** Notes for the rest of the request what its sender has proven. Never lowers the priority; no effect outside of a request. */
export const raisePriority = (to: Exclude<WritePriority, 'anonymous'>): void => {
  const held = current.getStore();
  if (held && rank(to) > rank(held.priority)) held.priority = to;
};

/** Of the request under way: 'anonymous' while nobody has proven anything in it. */
export const writePriority = (): WritePriority => current.getStore()?.priority ?? 'authenticated';

const rank = (priority: WritePriority): number => WRITE_PRIORITIES.indexOf(priority);
