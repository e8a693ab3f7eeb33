/**
 * Priority of writes while room is short. A store with little room left refuses writes of anonymous callers first, and
 * reserves the last room for essential writes. This file is also the only place that knows whether a request is
 * anonymous. Work outside of a request is the server's own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * `anonymous`: the caller has proven nothing yet. `authenticated`: the caller is a proven client, resource server or
 * account, or the server does its own work. `essential`: kills, the audit log's own upkeep, and callers who order
 * kills.
 */
export const WRITE_PRIORITIES = ['anonymous', 'authenticated', 'essential'] as const;
export type WritePriority = (typeof WRITE_PRIORITIES)[number];

const current = new AsyncLocalStorage<{ priority: WritePriority }>();

/** Runs the handler of one request. It is anonymous until `raisePriority` is called within it. */
export const asRequest = <R>(work: () => R): R => current.run({ priority: 'anonymous' }, work);

/** Runs work with its own priority. Proofs within it do not apply outside. */
export const withPriority = <R>(priority: WritePriority, work: () => R): R => current.run({ priority }, work);

/**
 * Raises the priority for the rest of the request after its sender has proven something. Never lowers it; no effect outside
 * of a request.
 */
export const raisePriority = (to: Exclude<WritePriority, 'anonymous'>): void => {
  const held = current.getStore();
  if (held && rank(to) > rank(held.priority)) held.priority = to;
};

/** Priority of the request in progress: 'anonymous' while its caller has proven nothing. */
export const writePriority = (): WritePriority => current.getStore()?.priority ?? 'authenticated';

const rank = (priority: WritePriority): number => WRITE_PRIORITIES.indexOf(priority);
