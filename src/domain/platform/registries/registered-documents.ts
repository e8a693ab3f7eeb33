/**
 * The common part of the registries of clients, agents and resource servers: pages of documents, changes and removals.
 * Each change and removal is audited before it is stored. Does not know what a document means; the registry that owns
 * the collection checks that first. Called by the registries only.
 */

import type { AuditEvent, AuditEventType, AuditLog } from '../../audit/audit-event.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Collection, type Cursor, isDocumentConflict, type Versioned } from '../../ports/document-store.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import type { TokenComposition } from '../../vocabulary/token-composition.ts';
import { documentRefusal } from './document-refusals.ts';

/** The caller of a change, and the HTTP request. */
export type By = {
  /** Account or client id, or 'system' at first start. */
  readonly caller: string;
  /**
   * The account that the caller acts for: itself, or the owner of a client. The caller may accept what this account
   * owns.
   */
  readonly account?: string;
  /** Accounts that owned the calling client before: they may still hold its key. */
  readonly formerAccounts?: readonly string[];
  readonly request?: string;
  /** Whether the caller acts by the role operator or administrator, and not as the owner of the changed object. */
  readonly isByRole?: boolean;
  /** Whether the caller has the role `administrator`. */
  readonly isAdministrator?: true;
  /** Address the request came from. */
  readonly source?: string;
  /** How the user signed in, if the caller is one. */
  readonly assurance?: Assurance;
  /** Whether the presented token is bound to a key or certificate. */
  readonly isBound?: boolean;
  /** With what the calling agent runs, as the presented token says. */
  readonly composition?: TokenComposition;
  /** A client that acts for itself and proved to be on the machine of this server. */
  readonly isOnThisMachine?: true;
};

/**
 * Decides whether a document may be stored as `after`. Returns details for its audit event. Throws when the document
 * may not be stored.
 */
export type Permits<T> = (after: T, before: T | undefined, by: By) => Promise<Partial<AuditEvent>>;

/** Newest first, unless the query says otherwise. `next` is absent on the last page. */
export type Page<T> = { readonly items: readonly Versioned<T>[]; readonly next?: Cursor };

export type PageQuery = {
  readonly after?: Cursor;
  /** 1..200, default 50. */
  readonly limit?: number;
  /** Default: newest first. `by`: a member that every document has, with an index that begins with it. */
  readonly order?: ListOrder;
};

export type ListOrder = { readonly by: string; readonly direction: 'ascending' | 'descending' };

export const NEWEST_FIRST: ListOrder = { by: 'createdAt', direction: 'descending' };

/** The place of a document in a list. */
export const placeIn = (document: { readonly id: string }, { by }: ListOrder): Cursor => ({
  value: Reflect.get(document, by) as string | number,
  id: document.id,
});

type Registered = { readonly id: string; readonly createdAt: number; readonly updatedAt: number };

type Dependencies<T extends Registered> = {
  readonly collection: Collection<T>;
  /** 'agent', 'client', 'resource server': the name of the document in refusals and audit events. */
  readonly kind: string;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Further facts for each event about a document. */
  readonly facts?: (document: T) => Partial<AuditEvent>;
  /** Members that follow from others, and are no change by themselves. */
  readonly derived?: readonly string[];
  /** Called before anything is written. Default: no check. */
  readonly permits?: Permits<T> | undefined;
  /** The refusal when a unique member is taken. */
  readonly taken?: () => DomainError;
};

/** The documents of one collection that a registry owns. Every change appends its audit event before it writes. */
export interface RegisteredDocuments<T extends Registered> {
  /** Reads one document. Throws 'not_found'. */
  found(id: string): Promise<Versioned<T>>;
  /**
   * One page of the documents whose members equal `where`, newest first. Ignores undefined members of `where`. 50 at a
   * time unless `query` says otherwise.
   */
  list(where: Readonly<Record<string, string | true | undefined>>, query: PageQuery): Promise<Page<T>>;
  /**
   * Creates a document. Throws DomainError 'conflict' when a unique member is taken. `beside` writes what must be
   * stored before it.
   */
  insert(document: T, type: AuditEventType, by: By, beside?: () => Promise<void>): Promise<Versioned<T>>;
  /** Removes a document, after its event and `beside` are written. Throws 'not_found'. */
  remove(id: string, type: AuditEventType, by: By, beside?: () => Promise<void>): Promise<void>;
  /**
   * Writes the document that `alter` returns. Without a change, writes and records nothing. Throws 'not_found',
   * 'conflict' when a unique member is taken, and 'precondition_failed' when the stored version is not `expected`.
   * Without `expected` the change applies to the stored version, again after each lost swap. `alter` may then run
   * several times. The event is written once, with the details from `about`.
   */
  change(
    id: string,
    expected: number | undefined,
    type: AuditEventType,
    by: By,
    alter: (document: T) => T | Promise<T>,
    about?: Partial<AuditEvent>,
  ): Promise<Versioned<T>>;
}

/** The account or client that calls, and all accounts that may be behind it. For refusals: one of them is enough. */
export const partiesBehind = ({
  caller,
  account = caller,
  formerAccounts = [],
}: Pick<By, 'caller' | 'account' | 'formerAccounts'>): readonly string[] => [account, ...formerAccounts];

export const registeredDocuments = <T extends Registered>(dependencies: Dependencies<T>): RegisteredDocuments<T> => {
  const { collection, kind, audit, clock, facts, taken, derived = [], permits = async () => ({}) } = dependencies;

  const record = (
    type: AuditEventType,
    document: T,
    by: By,
    changed?: readonly string[],
    about?: Partial<AuditEvent>,
  ) =>
    audit.append({
      ...facts?.(document),
      type,
      outcome: 'done',
      caller: by.caller,
      target: { kind, id: document.id },
      ...(changed ? { changed } : {}),
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      ...about,
    });

  const orTaken = async <R>(write: Promise<R>): Promise<R> => {
    try {
      return await write;
    } catch (error) {
      throw taken && isDocumentConflict(error) ? taken() : error;
    }
  };

  const found = async (id: string): Promise<Versioned<T>> => {
    const versioned = await collection.get(id);
    if (!versioned) throw documentRefusal('document_not_found', { params: { kind } });
    return versioned;
  };

  return {
    found,

    async list(where, query): Promise<Page<T>> {
      const { limit = 50, order = NEWEST_FIRST } = query;
      const given = Object.entries(where).filter((entry): entry is [string, string | true] => entry[1] !== undefined);
      const documents = await collection.find({
        where: Object.fromEntries(given),
        order,
        limit: limit + 1,
        ...(query.after ? { after: query.after } : {}),
      });
      const items = documents.slice(0, limit);
      const last = items.at(-1)?.document;
      return documents.length > limit && last ? { items, next: placeIn(last, order) } : { items };
    },

    async insert(document, type, by, beside = async () => undefined): Promise<Versioned<T>> {
      await record(type, document, by, undefined, await permits(document, undefined, by));
      await beside();
      await orTaken(collection.insert(document));
      return { document, version: 1 };
    },

    async remove(id, type, by, beside = async () => undefined): Promise<void> {
      const { document } = await found(id);
      await record(type, document, by);
      await beside();
      await collection.take(id);
    },

    async change(id, expected, type, by, alter, about): Promise<Versioned<T>> {
      let recorded = false;
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const current = await found(id);
        if (expected !== undefined && current.version !== expected) throw stale(kind);
        const altered = await alter(current.document);
        const changed = changedMembers(current.document, altered, derived);
        if (changed.length === 0) return current;
        const next = { ...altered, updatedAt: clock.now() };
        const permitted = await permits(next, current.document, by);
        if (!recorded) await record(type, next, by, changed, merged(permitted, about));
        recorded = true;
        if (await orTaken(collection.replace(next, current.version)))
          return { document: next, version: current.version + 1 };
        if (expected !== undefined) throw stale(kind);
      }
      throw documentRefusal('object_contended', { params: { kind }, retryAfterSeconds: 1 });
    },
  };
};

const merged = (permitted: Partial<AuditEvent>, about: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
  ...permitted,
  ...about,
  ...(permitted.inputs && about.inputs ? { inputs: { ...permitted.inputs, ...about.inputs } } : {}),
});

const stale = (kind: string): DomainError => documentRefusal('object_changed', { params: { kind } });

/** Names in the spelling of the management API. */
const changedMembers = (before: object, after: object, derived: readonly string[]): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !derived.includes(name))
    .filter((name) => JSON.stringify(Reflect.get(before, name)) !== JSON.stringify(Reflect.get(after, name)))
    .map((name) => (name === 'secretHash' ? 'client_secret' : wireName(name)))
    .sort();

const wireName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
