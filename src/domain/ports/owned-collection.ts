/**
 * The whole declaration of a collection: what a store needs (`CollectionDeclaration`), and what else is decided once
 * for each collection. It stands in the file of its noun. src/compose/collections.ts lists all declarations, and every
 * other list of collections is derived from that one.
 */
import type { CollectionDeclaration } from './document-store.ts';
import type { IdPrefix } from './identifiers.ts';

/**
 * What `get` and `getMany` promise on MongoDB. `majority`: what a majority of the replica set holds. `linearizable`: a
 * primary that was replaced and has not noticed it never answers them. For documents that end or limit everything else.
 * SQLite and memory are always linearizable.
 */
export type Consistency = 'majority' | 'linearizable';

/**
 * Which reads a process on MongoDB caches while the change marks show no change of them (decision 58); the same in all processes.
 * SQLite caches all collections.
 */
export type CachedReads = {
  /** Caches only documents with matching ids. Absent: all. */
  readonly ids?: RegExp;
  /**
   * Also caches that a document is absent. `allows`: its absence allows something, so its insertion is a change like
   * any other. `refuses`: its absence refuses something, so a process that misses the insertion still refuses.
   */
  readonly absence?: 'allows' | 'refuses';
};

/**
 * What removes a document. `sweeper`: age alone decides, by `expiresAt`. `own sweep`: a service sweeps it, because more
 * than age decides; `endsAt` is the indexed member by which the service searches. `registry`: the code that owns the
 * collection removes it, when the document is over. `nothing`: documents stay.
 */
export type Retention =
  | { readonly removedBy: 'sweeper'; readonly once: string }
  | { readonly removedBy: 'own sweep'; readonly endsAt: string; readonly once: string }
  | { readonly removedBy: 'registry'; readonly once: string }
  | { readonly removedBy: 'nothing'; readonly because: string };

/**
 * How a transfer to another store treats the collection. Collections that remove authority are read after those that
 * give it, so that the file holds every removal made while they were read. The log is written before both, and is read
 * last. `neither` is read with those that give authority. `no`: not transferred, and why.
 */
export type Transfer = 'gives authority' | 'neither' | 'removes authority' | 'log' | { readonly no: string };

type Expiring = {
  readonly expiresAt: string;
  readonly retention: Extract<Retention, { readonly removedBy: 'sweeper' }>;
};
type Lasting = {
  readonly expiresAt?: never;
  readonly retention: Exclude<Retention, { readonly removedBy: 'sweeper' }>;
};

export type OwnedCollection = CollectionDeclaration & {
  /** The meaning of one document. */
  readonly holds: string;
  /** Prefixes of the ids that are created for its documents and their parts. Each belongs to one collection at most. */
  readonly prefixes: readonly IdPrefix[];
  /** Families of audit events about its documents: `agent` for `agent.created`. Each belongs to one collection at most. */
  readonly events: readonly string[];
  readonly consistency: Consistency;
  readonly cached: boolean | CachedReads;
  readonly transfer: Transfer;
} & (Expiring | Lasting);
