/** What the transparency log stores. */
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Run } from './log-entry.ts';

/** The last record of a stream that the log has. */
export type Cursor = { readonly stream: string; readonly sequence: number };

/**
 * A log with its end. One document is the unit of every decision: a swap of this one orders the records of all nodes, and
 * its checkpoint is visible only with the entries that it covers.
 */
export type LogDocument = {
  readonly id: string;
  /** Only on the log that the installation appends to; a unique index allows one. */
  readonly isCurrent?: true;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** Since when a restore of the store has ended the log; epoch seconds. */
  readonly endedAt?: number;
  /** First line of each checkpoint, and name of the key. */
  readonly origin: string;
  /** As C2SP signed-note writes it. */
  readonly verifierKey: string;
  /** Private JWK, sealed. */
  readonly sealed: string;
  /** Number of entries. */
  readonly size: number;
  /** Roots of the complete subtrees of the tree, largest first, base64. */
  readonly peaks: readonly string[];
  readonly cursors: readonly Cursor[];
  /** Of streams whose records before were in an archive when the log began: the last one that it does not have. */
  readonly begins?: readonly Cursor[];
  /** Number of entries that stored bundles hold: a multiple of 256. */
  readonly bundled: number;
  /** The entries after them. */
  readonly tail: readonly Run[];
  /** The signed note over `size` and its root. */
  readonly checkpoint: string;
};

export const TRANSPARENCY_LOGS = {
  name: 'transparency_logs',
  holds: 'one transparency log: its sealed key, its last checkpoint and the entries that no bundle holds yet',
  prefixes: ['log'],
  events: ['transparency_log'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'its key verifies checkpoints that others keep' },
  transfer: { no: 'another store begins a log of its own over all records, so no log continues in two stores' },
  indexes: [{ fields: ['isCurrent'], unique: true }],
} as const satisfies OwnedCollection;

/** What is known of a witness. */
export type WitnessRecord = {
  /** As in the policy. */
  readonly name: string;
  /** Entries of the last checkpoint that it cosigned. */
  readonly size: number;
  /** When, by its clock; epoch seconds. */
  readonly at?: number;
  /** Why it did not cosign when it was asked last. */
  readonly problem?: string;
  /** Checkpoints that readers saw without its cosignature, since it last worked. */
  readonly missed: number;
  /** The last event about it. */
  readonly told?: { readonly isFailing: boolean; readonly at: number };
};

/** The checkpoint that readers of a log see, where witnesses cosign. */
export type ShownDocument = {
  /** Id of the log. */
  readonly id: string;
  readonly size: number;
  /** With cosignatures. Absent: no checkpoint had a quorum yet. */
  readonly checkpoint?: string;
  /** Whether the last checkpoint that witnesses were asked for got a quorum. */
  readonly isQuorum: boolean;
  readonly witnesses: readonly WitnessRecord[];
};

export const SHOWN_CHECKPOINTS = {
  name: 'transparency_log_checkpoints',
  holds: 'the checkpoint of a transparency log that readers see, with the cosignatures of witnesses',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'there is one for each log' },
  transfer: { no: 'another store begins a log of its own' },
  indexes: [],
} as const satisfies OwnedCollection;

/** 256 consecutive entries. Never changed. */
export type BundleDocument = {
  /** `log:index`, the index padded to 16 digits. */
  readonly id: string;
  readonly runs: readonly Run[];
  /** The cursors of the log after the last entry: a search for a record needs no index of records. */
  readonly cursors: readonly Cursor[];
};

export const LOG_BUNDLES = {
  name: 'transparency_log_bundles',
  holds: '256 consecutive entries of a transparency log',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'each proof needs the entries before it' },
  transfer: { no: 'another store begins a log of its own' },
  indexes: [],
} as const satisfies OwnedCollection;

/** A tile of level 1 or above. Hashes are only added, until it has 256. */
export type TileDocument = {
  /** `log:level:index`, the index padded to 16 digits. */
  readonly id: string;
  /** Base64. */
  readonly hashes: readonly string[];
};

export const LOG_TILES = {
  name: 'transparency_log_tiles',
  holds: 'a tile of a transparency log, of level 1 or above',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'each proof needs the hashes before it' },
  transfer: { no: 'another store begins a log of its own' },
  indexes: [],
} as const satisfies OwnedCollection;

/** Entries of a bundle, and hashes of a full tile. */
export const WIDTH = 256;

const padded = (index: number): string => String(index).padStart(16, '0');
export const bundleId = (log: string, index: number): string => `${log}:${padded(index)}`;
export const tileId = (log: string, level: number, index: number): string => `${log}:${level}:${padded(index)}`;
