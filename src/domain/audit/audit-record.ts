import { hash } from 'node:crypto';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import { withText } from '../ports/written-text.ts';
import type { AuditEvent, AuditReceipt } from './audit-event.ts';
import { auditRefusal } from './audit-refusals.ts';
import { canonicalOf, textOfMembers } from './canonical-text.ts';
import { genesisOf, membersText, newSalt, placedDigest, type RecordPlace } from './record-digest.ts';
import { withSenderApart } from './separate-sender.ts';

/** The hashed form of an event, with a commitment in place of each personal value: base64url of SHA-256(salt ‖ value). */
export type RecordedEvent = Omit<AuditEvent, 'personal'> & {
  readonly personal?: Readonly<Record<string, string>>;
};

/** A personal value beside the chain, with the salt of its commitment: 16 bytes, base64url. */
export type Erasable = { readonly salt: string; readonly value: string };

/** The hashed members of a record; `prev` is the digest of the record before it. */
export type Link = RecordPlace & {
  readonly event: RecordedEvent;
  /** Of the digests of the event's members; not hashed itself. Absent in a record of before decision 33. */
  readonly salt?: string;
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
  isReadSeldom: true,
} as const satisfies OwnedCollection;

/** The stream of checkpoints, which links the streams of the nodes. */
export const CHECKPOINT_STREAM = 'checkpoints';

/** Last places of streams, ordered by stream name. */
export type Heads = readonly AuditReceipt[];

/** An event ready to be linked: everything that does not depend on its place. */
export type PreparedEvent = {
  readonly at: number;
  /** RFC 8785 text of the digests of the event's members. */
  readonly members: string;
  readonly salt: string;
  readonly event: RecordedEvent;
  /** The canonical text of the event. */
  readonly text: string;
  readonly erasable?: Readonly<Record<string, Erasable>>;
};

/** Characters of an event's canonical text. */
const MAX_EVENT_LENGTH = 131_072;

/**
 * Replaces personal values by commitments, and computes the digest of each member of the event with `salt`.
 * Throws DomainError 'invalid_request' when the text of the event is longer than 128 Ki characters.
 */
export const prepareEvent = (event: AuditEvent, at: number, salt: string = newSalt()): PreparedEvent => {
  const { personal, ...rest } = withSenderApart(event);
  const commitments: [string, string][] = [];
  const erasable: [string, Erasable][] = [];
  for (const [name, given] of Object.entries(personal ?? {})) {
    if (typeof given !== 'string') continue;
    const value = given.toWellFormed();
    const own = { salt: newSalt(), value };
    commitments.push([name, commitmentOf(own)]);
    erasable.push([name, own]);
  }
  const recorded = commitments.length > 0 ? { ...rest, personal: Object.fromEntries(commitments) } : rest;
  // The stored and the hashed event come from one value, so they are equal even if the caller changes its object.
  const { members, value } = canonicalOf(recorded);
  const text = textOfMembers(members);
  if (text.length > MAX_EVENT_LENGTH) {
    throw auditRefusal('request_not_recordable', { detail: `an event '${event.type}' of ${text.length} characters` });
  }
  return {
    at,
    members: membersText(salt, members),
    salt,
    event: value as RecordedEvent,
    text,
    ...(erasable.length > 0 ? { erasable: Object.fromEntries(erasable) } : {}),
  };
};

/** Links a prepared event behind `head`; without a head it opens the stream. The record comes with its text. */
export const linkRecord = (
  stream: string,
  head: { readonly sequence: number; readonly hash: string } | undefined,
  prepared: PreparedEvent,
  writer: string,
): AuditRecord => {
  const sequence = head ? head.sequence + 1 : 1;
  const prev = head ? head.hash : genesisOf(stream);
  const { at, event, salt, erasable } = prepared;
  const id = recordId(stream, sequence);
  const hash = placedDigest({ stream, sequence, at, prev }, prepared.members);
  const rest = {
    ...(erasable ? { erasable } : {}),
    writer,
    ...(head ? {} : { opens: true as const }),
    ...indexMembers(event),
  };
  const place = { id, stream, sequence, at, prev, hash };
  const text = `${JSON.stringify(place).slice(0, -1)},"event":${prepared.text},"salt":"${salt}",${JSON.stringify(rest).slice(1)}`;
  return withText({ ...place, event, salt, ...rest }, text);
};

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

/** The form of `recordId`. */
export const RECORD_ID = /^[A-Za-z0-9_-]{1,128}:[0-9]{16}$/;

export const recordId = (stream: string, sequence: number): string => `${stream}:${String(sequence).padStart(16, '0')}`;

/** The place that an id of this form names, whether there is a record or not. */
export const placeOfId = (id: string): Pick<AuditReceipt, 'stream' | 'sequence'> => ({
  stream: id.slice(0, -17),
  sequence: Number(id.slice(-16)),
});

/** The expected copies of an event; an editor of the store may have changed the stored ones. */
export const indexMembers = (event: RecordedEvent): IndexMembers => {
  const members: { -readonly [M in keyof IndexMembers]: IndexMembers[M] } = { type: event.type };
  if (event.subject !== undefined) members.subject = event.subject;
  if (event.agent !== undefined) members.agent = event.agent;
  if (event.caller !== undefined) members.caller = event.caller;
  if (event.txn !== undefined) members.txn = event.txn;
  if (event.delegation !== undefined) members.delegation = event.delegation;
  if (event.token !== undefined) members.tokenId = event.token.id;
  if (event.denial !== undefined) members.denial = event.denial.id;
  if (event.decision !== undefined) members.decision = event.decision;
  if (event.approval !== undefined) members.approval = event.approval;
  if (event.target !== undefined) members.target = event.target.id;
  if (event.outcome === 'refused') members.isRefused = true;
  return members;
};
