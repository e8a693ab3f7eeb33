/** MongoDB's driver as our adapter uses it, over a simulated network. Only the operators that the adapter uses. */
import type { Db } from 'mongodb';
import type { MongodbConnection } from '../../adapters/mongodb/connection.ts';
import { isDocumentConflict, isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { Operation, ReplicaSet, Row, Rows } from './replica-set.ts';
import type { VirtualTime } from './virtual-time.ts';

export type Link = {
  /** Milliseconds that the next message takes; undefined: it is lost. */
  delay(): number | undefined;
  /** Whether the node is on the side of a former primary. */
  isCutOff(): boolean;
  /** The process runs again at this moment, in milliseconds: nothing arrives there before. */
  runsFrom(): number;
};

type Filter = Readonly<Record<string, unknown>>;
type Update = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Options = { readonly upsert?: boolean; readonly readConcern?: { readonly level: string } };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const matches = (row: Row, filter: Filter): boolean =>
  Object.entries(filter).every(([name, wanted]) => {
    if (name === '$or') return (wanted as readonly Filter[]).some((one) => matches(row, one));
    if (!isObject(wanted)) {
      const held = row[name];
      return Array.isArray(held) ? held.includes(wanted) : held === wanted;
    }
    return Object.entries(wanted).every(([operator, value]) => {
      if (operator === '$eq') return row[name] === value;
      if (operator === '$in') return (value as readonly unknown[]).includes(row[name]);
      throw new TypeError(`the simulated driver has no ${operator}`);
    });
  });

const idOf = ({ _id }: Filter): string | undefined => {
  if (typeof _id === 'string') return _id;
  return isObject(_id) && typeof _id['$eq'] === 'string' ? _id['$eq'] : undefined;
};

const found = (rows: Rows, filter: Filter): readonly Row[] => {
  const id = idOf(filter);
  const candidates = id === undefined ? rows.all() : [rows.get(id)].filter((row) => row !== undefined);
  return candidates.filter((row) => matches(row, filter));
};

const pushed = (list: readonly unknown[], value: unknown): readonly unknown[] => {
  const { $each: added, $slice: most } = value as { readonly $each: readonly unknown[]; readonly $slice?: number };
  return [...list, ...added].slice(most);
};

const updated = (row: Row, update: Update, isNew: boolean): Row => {
  const next: Record<string, unknown> & { _id: string } = { ...row };
  for (const [operator, members] of Object.entries(update)) {
    for (const [name, value] of Object.entries(members)) {
      const list = (next[name] ?? []) as readonly unknown[];
      if (operator === '$set' || (operator === '$setOnInsert' && isNew)) next[name] = value;
      else if (operator === '$push') next[name] = pushed(list, value);
      else if (operator === '$pullAll') next[name] = list.filter((one) => !(value as readonly unknown[]).includes(one));
      else if (operator !== '$setOnInsert') throw new TypeError(`the simulated driver has no ${operator}`);
    }
  }
  return next;
};

const taken = (): Error => Object.assign(new Error('duplicate key'), { code: 11000 });

export type DriverOptions = {
  readonly time: VirtualTime;
  readonly servers: ReplicaSet;
  readonly link: Link;
  readonly deadlineMilliseconds: number;
  /** Called for each operation, in the context of its caller. */
  onOperation(operation: Pick<Operation<unknown>, 'collection' | 'kind'>): void;
};

/** A connection of one process. A message that is lost gets no answer, so that the caller waits until the deadline. */
export const simulatedDriver = (options: DriverOptions): Pick<MongodbConnection, 'database' | 'run'> => {
  const { time, servers, link, deadlineMilliseconds, onOperation } = options;
  const arrival = (work: () => void): void => {
    if (link.runsFrom() <= time.now()) work();
    else time.at(link.runsFrom(), work);
  };
  const ask = <R>(operation: Operation<R>): Promise<R> =>
    new Promise((resolve, reject) => {
      onOperation(operation);
      const there = link.delay();
      if (there === undefined) return;
      time.at(time.now() + there, () =>
        servers.perform(operation, link.isCutOff(), (outcome) => {
          const back = link.delay();
          if (back === undefined) return;
          time.at(time.now() + back, () =>
            arrival(() => {
              try {
                resolve(outcome());
              } catch (error) {
                reject(error as Error);
              }
            }),
          );
        }),
      );
    });

  const collection = (name: string) => {
    const read = <R>(run: (rows: Rows) => R, options?: Options): Promise<R> =>
      ask({ collection: name, kind: options?.readConcern?.level === 'linearizable' ? 'linearizable' : 'read', run });
    const write = <R>(run: (rows: Rows) => R): Promise<R> => ask({ collection: name, kind: 'write', run });
    const insert = (rows: Rows, row: Row): void => {
      if (rows.get(row._id)) throw taken();
      rows.put(row._id, row);
    };
    return {
      findOne: (filter: Filter, options?: Options) => read((rows) => found(rows, filter)[0] ?? null, options),
      find: (filter: Filter) => ({ toArray: () => read((rows) => found(rows, filter)) }),
      countDocuments: (filter: Filter) => read((rows) => found(rows, filter).length),
      insertOne: (row: Row) => write((rows) => insert(rows, row)),
      replaceOne: (filter: Filter, rest: Omit<Row, '_id'>) =>
        write((rows) => {
          const [row] = found(rows, filter);
          if (row) rows.put(row._id, { ...rest, _id: row._id });
          return { matchedCount: row ? 1 : 0 };
        }),
      updateOne: (filter: Filter, update: Update, options?: Options) =>
        write((rows) => {
          const [row] = found(rows, filter);
          const id = idOf(filter);
          const isNew = row === undefined && options?.upsert === true && id !== undefined;
          if (row) rows.put(row._id, updated(row, update, false));
          else if (isNew) rows.put(id, updated({ _id: id }, update, true));
          return { matchedCount: row ? 1 : 0 };
        }),
      findOneAndDelete: (filter: Filter) =>
        write((rows) => {
          const [row] = found(rows, filter);
          if (row) rows.put(row._id, undefined);
          return row ?? null;
        }),
    };
  };

  const run: MongodbConnection['run'] = (work, patience = 1) =>
    new Promise((resolve, reject) => {
      let isOver = false;
      const late = (): void => {
        if (!isOver) reject(new StoreUnavailable('MongoDB did not answer in time'));
      };
      time.at(time.now() + patience * deadlineMilliseconds, () => arrival(late));
      const worked = work().finally(() => {
        isOver = true;
      });
      worked.then(resolve, (error: unknown) => {
        const isKnown = isStoreUnavailable(error) || isDocumentConflict(error);
        reject(isKnown ? error : new StoreUnavailable('MongoDB failed', { cause: error }));
      });
    });

  const database = { collection } as unknown as Db;
  return { database, run };
};
