/**
 * The path of a request as logs show it: without the query, and without handles, which are bearer values (AZ-14). Ids of this
 * server stay; their prefix and length identify them.
 */
import { prefixOfId } from '../domain/ports/identifiers.ts';

const MOST_CHARACTERS = 200;

/** `target`: the request target. Long segments that are no id become `:handle`. At most 200 characters. */
export const loggedPath = (target: string): string =>
  (target.split('?')[0] ?? '')
    .slice(0, MOST_CHARACTERS)
    .replace(/[^/]{21,}/g, (segment) => (prefixOfId(segment) ? segment : ':handle'));
