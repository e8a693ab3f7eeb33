/**
 * The bearer values of opaque tokens and refresh tokens, and the keyed digests that stand for them in the store and the audit log.
 * A value begins with the time of its making, and so does its digest: digests alone are in no order, and each would touch a page
 * of its own in every index.
 */
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import { ORDERED_TIME_LENGTH, orderedTime } from '../../domain/ports/identifiers.ts';
import { type OfRequest, requestState } from './request-state.ts';

const HANDLE = /^[\w-]{43}$/;
const TIMED_HANDLE = new RegExp(`^[a-z2-7]{${ORDERED_TIME_LENGTH}}[\\w-]{43}$`);

/** `bearer`: 43 random characters. They alone make the value impossible to guess. */
export const newHandle = (bearer: string, millis: number): string => `${orderedTime(millis)}${bearer}`;

/** Whether a text has the form of such a value. Those of before have no time. */
export const isHandle = (text: string): boolean => HANDLE.test(text) || TIMED_HANDLE.test(text);

const timeOf = (handle: string): string => (TIMED_HANDLE.test(handle) ? handle.slice(0, ORDERED_TIME_LENGTH) : '');

/** The digest under which a value of this kind is stored: 43 characters, or 52 with the time in front. */
export const handleDigest = (key: Pick<MasterKey, 'digest'>, kind: string, handle: string): string =>
  `${timeOf(handle)}${key.digest(kind, handle)}`;

/** The digests under which it may be stored, as `MasterKey.digests`. */
export const handleDigests = (key: Pick<MasterKey, 'digests'>, kind: string, handle: string): readonly string[] => {
  const time = timeOf(handle);
  return key.digests(kind, handle).map((digest) => `${time}${digest}`);
};

/**
 * The same within a request, which computes them once: a refresh names its token five times. A request presents and makes a few handles,
 * and they are forgotten with it.
 */
export const handleDigestsIn = (
  of: OfRequest,
  key: Pick<MasterKey, 'digests'>,
  kind: string,
  handle: string,
): readonly string[] => {
  const state = requestState(of);
  state.handles ??= new Map();
  const name = `${kind}:${handle}`;
  const known = state.handles.get(name);
  if (known) return known;
  const digests = handleDigests(key, kind, handle);
  state.handles.set(name, digests);
  return digests;
};
