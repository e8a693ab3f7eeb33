/** The members of an object for people: times as text, names beside ids, public keys by their ids, pairs of other APIs as text. */
import { bothTimes, type Look } from './look.ts';
import type { Json } from './management-client.ts';

export const readable = (body: Json, look: Look = {}): readonly (readonly [string, unknown])[] =>
  Object.entries(body).map(([name, value]) => {
    if (/_(?:at|since|until)$/.test(name) || name === 'redeem_by') return [name, bothTimes(value, look)];
    if (name === 'jwks')
      return [name, ((value as { readonly keys?: readonly Json[] }).keys ?? []).map(({ kid }) => kid ?? '?')];
    if (name === 'delegates_to') return [name, (value as readonly Json[]).map(pairText)];
    if (name === 'id') return [name, value];
    return [name, Array.isArray(value) ? value.map((one) => beside(one, look)) : beside(value, look)];
  });

/** The ids whose names stand beside them. */
export const idsOfMembers = (body: Json): readonly string[] =>
  Object.entries(body).flatMap(([name, value]) =>
    name === 'id' ? [] : [value].flat().filter((one) => typeof one === 'string'),
  );

/** A person searches by the name and copies the id. */
const beside = (value: unknown, { names }: Look): unknown => {
  const name = typeof value === 'string' ? names?.get(value) : undefined;
  return name === undefined ? value : `${name} (${String(value)})`;
};

const pairText = ({ resource, scope, accepted_at: at }: Json): string =>
  `${scope} at ${resource} (${at === undefined ? 'proposed, not accepted' : 'accepted'})`;
