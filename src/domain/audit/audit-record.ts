import { hash, randomBytes } from 'node:crypto';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import { canonicalJson } from '../vocabulary/canonical-json.ts';
import type { AuditEvent, AuditReceipt } from './audit-event.ts';
import { auditRefusal } from './audit-refusals.ts';
import { withSenderApart } from './separate-sender.ts';
import { sortedCopy } from './sorted-copy.ts';

/** The hashed form of an event, with a commitment in place of each personal value: base64url of SHA-256(salt ‖ value). */
export type RecordedEvent = Omit<AuditEvent, 'personal'> & {
  readonly personal?: Readonly<Record<string, string>>;
};

/** A personal value beside the chain, with the salt of its commitment: 16 bytes, base64url. */
export type Erasable = { readonly salt: string; readonly value: string };

/** The hashed members of a record; `prev` is the digest of the record before it. */
export type Link = {
  readonly stream: string;
  /** 1, 2, 3 … without a gap. */
  readonly sequence: number;
  /** Milliseconds since the epoch. Order is by sequence, never by time: clocks jump. */
  readonly at: number;
  readonly prev: string;
  readonly event: RecordedEvent;
};

export type AuditRecord = Link & {
  /** `stream:sequence`, the sequence padded to 16 digits. */
  readonly id: string;
  readonly hash: string;
  /**
   * The writer that stored the record; not hashed. After a write of unknown outcome it distinguishes the record from an
   * equal one of another writer.
   */
  readonly writer: string;
  readonly erasable?: Readonly<Record<string, Erasable>>;
  /** On the first record of a stream only, to find all streams. */
  readonly opens?: true;
} & IndexMembers;

/** Copies of members of the event, for the indexes. The digest covers only the event: never use a copy as evidence. */
export type IndexMembers = {
  readonly type: string;
  readonly subject?: string;
  readonly agent?: string;
  readonly caller?: string;
  readonly txn?: string;
  readonly delegation?: string;
  readonly tokenId?: string;
  readonly decision?: string;
  readonly denial?: string;
  readonly approval?: string;
  /** Id of the target of a management action. */
  readonly target?: string;
  /** Only on refusals, which are few. */
  readonly isRefused?: true;
};

export const AUDIT_RECORDS = {
  name: 'audit_records',
  holds: 'one signed, chained audit event',
  prefixes: [],
  events: ['audit', 'checkpoint'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'each record is part of a chain' },
  transfer: 'log',
  indexes: [
    { fields: ['stream', 'sequence'], unique: true },
    { fields: ['at'] },
    { fields: ['type', 'at'] },
    { fields: ['subject', 'at'] },
    { fields: ['agent', 'at'] },
    { fields: ['caller', 'at'] },
    { fields: ['txn', 'at'] },
    { fields: ['delegation', 'at'] },
    { fields: ['tokenId', 'at'] },
    { fields: ['decision', 'at'] },
    { fields: ['denial', 'at'] },
    { fields: ['approval', 'at'] },
    { fields: ['target', 'at'] },
    { fields: ['isRefused', 'at'] },
    { fields: ['opens'] },
  ],
  comparesIndexes: true,
} as const satisfies OwnedCollection;

/** The stream of checkpoints, which links the streams of the nodes. */
export const CHECKPOINT_STREAM = 'checkpoints';

/** Last places of streams, ordered by stream name. */
export type Heads = readonly AuditReceipt[];

/** An event ready to be linked: everything that does not depend on its place. */
export type PreparedEvent = {
  readonly at: number;
  /** RFC 8785 text of the event. */
  readonly text: string;
  /** The event as that text states it. */
  readonly event: RecordedEvent;
  readonly erasable?: Readonly<Record<string, Erasable>>;
};

/** Characters of an event's canonical text. */
const MAX_EVENT_LENGTH = 131_072;

/**
 * Replaces personal values by commitments and fixes the canonical text of the event.
 * Throws DomainError 'invalid_request' when the text is longer than 128 Ki characters.
 */
export const prepareEvent = (event: AuditEvent, at: number): PreparedEvent => {
  const { personal, ...rest } = withSenderApart(event);
  const commitments: [string, string][] = [];
  const erasable: [string, Erasable][] = [];
  for (const [name, given] of Object.entries(personal ?? {})) {
    if (typeof given !== 'string') continue;
    const value = given.toWellFormed();
    const salt = randomBytes(16).toString('base64url');
    commitments.push([name, commitmentOf({ salt, value })]);
    erasable.push([name, { salt, value }]);
  }
  const recorded = commitments.length > 0 ? { ...rest, personal: Object.fromEntries(commitments) } : rest;
  // The stored and the hashed event come from one value, so they are equal even if the caller changes its object.
  const { text, value } = canonicalOf(recorded);
  if (text.length > MAX_EVENT_LENGTH) {
    throw auditRefusal('request_not_recordable', {
      detail: `an event '${event.type}' of ${text.length} characters`,
    });
  }
  return {
    at,
    text,
    event: value as RecordedEvent,
    ...(erasable.length > 0 ? { erasable: Object.fromEntries(erasable) } : {}),
  };
};

/** Links a prepared event behind `head`; without a head it opens the stream. */
export const linkRecord = (
  stream: string,
  head: { readonly sequence: number; readonly hash: string } | undefined,
  prepared: PreparedEvent,
  writer: string,
): AuditRecord => {
  const sequence = head ? head.sequence + 1 : 1;
  const prev = head ? head.hash : genesisOf(stream);
  const { event } = prepared;
  return {
    id: recordId(stream, sequence),
    stream,
    sequence,
    at: prepared.at,
    prev,
    hash: digestOf(stream, sequence, prepared.at, prev, prepared.text),
    event,
    ...(prepared.erasable ? { erasable: prepared.erasable } : {}),
    writer,
    ...(head ? {} : { opens: true }),
    ...indexMembers(event),
  };
};

/** Digest of a record read back: base64url of SHA-256 over RFC 8785 JSON of {at, event, prev, sequence, stream}. */
export const hashOf = (link: Link): string =>
  digestOf(link.stream, link.sequence, link.at, link.prev, canonicalText(link.event));

/** The `prev` of the first record of a stream. */
export const genesisOf = (stream: string): string => sha256(canonicalText({ behalf_audit: 1, stream }));

export const commitmentOf = ({ salt, value }: Erasable): string =>
  hash('sha256', Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(value)]), 'base64url');

/** 16 bytes in canonical base64url. */
const SALT = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/**
 * Whether a value matches its commitment. The length of the salt is fixed. Otherwise a part of the salt could be read
 * as part of the value, or the reverse, with the same digest.
 */
export const isCommittedTo = (erasable: Erasable, commitment: unknown): boolean =>
  SALT.test(erasable.salt) && erasable.value.isWellFormed() && commitment === commitmentOf(erasable);

export const recordId = (stream: string, sequence: number): string => `${stream}:${String(sequence).padStart(16, '0')}`;

/** The RFC 8785 text of a value, and a copy of the value as that text states it. */
const canonicalOf = (value: object): { readonly text: string; readonly value: unknown } => {
  const copy = sortedCopy(value);
  if (copy !== undefined) return { text: JSON.stringify(copy), value: copy };
  const text = canonicalText(value);
  return { text, value: JSON.parse(text) };
};

/**
 * RFC 8785 text. Replaces a lone surrogate, for which RFC 8785 has no text, by U+FFFD. Throws TypeError for a value
 * that is not JSON.
 */
export const canonicalText = (value: unknown): string => {
  try {
    const text = canonicalJson(value);
    if (text !== undefined) return text;
  } catch {
    // Most likely a lone surrogate. For any other defect the second attempt throws.
    const text = canonicalJson(wellFormed(JSON.parse(JSON.stringify(value))));
    if (text !== undefined) return text;
  }
  throw new TypeError('not a JSON value');
};

const sha256 = (text: string): string => hash('sha256', text, 'base64url');

/**
 * The members in the order of RFC 8785 §3.2.3. Inserts the existing text of the event instead of serializing it again.
 */
const digestOf = (stream: string, sequence: number, at: number, prev: string, eventText: string): string =>
  sha256(
    `{"at":${at},"event":${eventText},"prev":${JSON.stringify(prev)},"sequence":${sequence},"stream":${JSON.stringify(stream)}}`,
  );

/** The expected copies of an event; an editor of the store may have changed the stored ones. */
export const indexMembers = (event: RecordedEvent): IndexMembers => ({
  type: event.type,
  ...(event.subject === undefined ? {} : { subject: event.subject }),
  ...(event.agent === undefined ? {} : { agent: event.agent }),
  ...(event.caller === undefined ? {} : { caller: event.caller }),
  ...(event.txn === undefined ? {} : { txn: event.txn }),
  ...(event.delegation === undefined ? {} : { delegation: event.delegation }),
  ...(event.token === undefined ? {} : { tokenId: event.token.id }),
  ...(event.denial === undefined ? {} : { denial: event.denial.id }),
  ...(event.decision === undefined ? {} : { decision: event.decision }),
  ...(event.approval === undefined ? {} : { approval: event.approval }),
  ...(event.target === undefined ? {} : { target: event.target.id }),
  ...(event.outcome === 'refused' ? { isRefused: true as const } : {}),
});

const wellFormed = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
};
