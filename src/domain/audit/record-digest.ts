/**
 * The digest of a record, over a salted digest of each member of its event (decision 33). A reader who lacks a member still
 * computes the digest of the record from the digest of that member. Without its salt, that digest confirms no guess.
 */
import { hash, randomFillSync } from 'node:crypto';
import { type Canonical, canonicalText, membersOf, nameText } from './canonical-text.ts';

/** Where a record stands: the hashed members besides its event. */
export type RecordPlace = {
  readonly stream: string;
  /** 1, 2, 3 … without a gap. */
  readonly sequence: number;
  /** Milliseconds since the epoch. Order is by sequence, never by time: clocks jump. */
  readonly at: number;
  /** The digest of the record before it. */
  readonly prev: string;
};

/** What a record says of its event, wholly or in part. */
export type Disclosure = {
  /** All members of the event, or those that are disclosed. */
  readonly event: object;
  /** Of all members. Absent in a partial record, and in one of the first form, whose members have no salts. */
  readonly salt?: string;
  /** Of each disclosed member; only in a partial record. */
  readonly salts?: Readonly<Record<string, string>>;
  /** The digest of each member that is not disclosed; only in a partial record. */
  readonly hidden?: Readonly<Record<string, string>>;
};

const BYTES = 16;
/** Salts drawn at a time: one call of the generator costs more than all digests of a record. */
const pool = Buffer.alloc(BYTES * 256);
let drawn = pool.length;

/** A salt for one record, or for one personal value: 16 random bytes, base64url. */
export const newSalt = (): string => {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += BYTES;
  const salt = pool.toString('base64url', drawn - BYTES, drawn);
  pool.fill(0, drawn - BYTES, drawn);
  return salt;
};

/** A salt that belongs to a text which only its author can make, such as a signature. */
export const saltOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, SALT_LENGTH);

/** Characters of base64url, which are hashed as they are. */
const SALT_LENGTH = 22;
const SALT = /^[A-Za-z0-9_-]{22}$/;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;

export const isSalt = (value: unknown): value is string => typeof value === 'string' && SALT.test(value);
export const isDigest = (value: unknown): value is string => typeof value === 'string' && DIGEST.test(value);

/** The salt of one member. It tells nothing of the salt of the record, nor of another member. */
const memberSalt = (salt: string, name: string): string =>
  hash('sha256', `${salt}.${name}`, 'base64url').slice(0, SALT_LENGTH);

const memberDigest = (salt: string, name: string, text: string): string =>
  hash('sha256', `["${salt}",${nameText(name)},${text}]`, 'base64url');

/** RFC 8785 text of the digests of all members. */
export const membersText = (salt: string, members: Canonical['members']): string => {
  let text = '';
  for (const [name, member] of members) {
    const digest = memberDigest(memberSalt(salt, name), name, member);
    text += `${text === '' ? '{' : ','}${nameText(name)}:"${digest}"`;
  }
  return text === '' ? '{}' : `${text}}`;
};

/** The digest of a record whose members have these digests, base64url. The members are in the order of RFC 8785 §3.2.3. */
export const placedDigest = ({ stream, sequence, at, prev }: RecordPlace, members: string): string =>
  sha256(
    `{"at":${at},"members":${members},"prev":${JSON.stringify(prev)},"sequence":${sequence},"stream":${JSON.stringify(stream)}}`,
  );

/**
 * The digest of a record that is read back, whole or in part, base64url. One without salts is of the first form: SHA-256 over
 * RFC 8785 JSON of {at, event, prev, sequence, stream}. No text is of both forms, since the names of its members differ.
 */
export const hashOf = (record: RecordPlace & Disclosure): string => {
  const { stream, sequence, at, prev, event, salt, salts, hidden } = record;
  if (salt !== undefined) return placedDigest(record, membersText(salt, membersOf(event)));
  if (salts === undefined && hidden === undefined) return sha256(canonicalText({ stream, sequence, at, prev, event }));
  const disclosed = membersOf(event).map(([name, text]) => [name, memberDigest(salts?.[name] ?? '', name, text)]);
  return placedDigest(record, canonicalText({ ...hidden, ...Object.fromEntries(disclosed) }));
};

/** The same record with the digests of the members that `isDisclosed` refuses in their place. Undefined for the first form. */
export const inPart = <E extends object>(
  { event, salt }: { readonly event: E; readonly salt: string | undefined },
  isDisclosed: (name: string) => boolean,
): (Required<Pick<Disclosure, 'salts' | 'hidden'>> & { readonly event: E }) | undefined => {
  if (salt === undefined) return undefined;
  const disclosed: [string, unknown][] = [];
  const salts: [string, string][] = [];
  const hidden: [string, string][] = [];
  for (const [name, text] of membersOf(event)) {
    const own = memberSalt(salt, name);
    if (!isDisclosed(name)) {
      hidden.push([name, memberDigest(own, name, text)]);
      continue;
    }
    disclosed.push([name, (event as Readonly<Record<string, unknown>>)[name]]);
    salts.push([name, own]);
  }
  return {
    event: Object.fromEntries(disclosed) as E,
    salts: Object.fromEntries(salts),
    hidden: Object.fromEntries(hidden),
  };
};

/** The `prev` of the first record of a stream. */
export const genesisOf = (stream: string): string => sha256(canonicalText({ behalf_audit: 1, stream }));

const sha256 = (text: string): string => hash('sha256', text, 'base64url');
