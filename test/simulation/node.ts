/** One process of a cluster: our collections, our cached reads and our change marks, over the simulated driver. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { changeMarks } from '../../adapters/mongodb/change-marks.ts';
import { collectionOver } from '../../adapters/mongodb/collection.ts';
import type { MongodbConnection } from '../../adapters/mongodb/connection.ts';
import { readCache } from '../../adapters/mongodb/read-cache.ts';
import type { Collection, Document } from '../../src/domain/ports/document-store.ts';
import { collectionRules } from '../../src/domain/ports/store-rules.ts';
import { type DriverOptions, type Link, simulatedDriver } from './driver.ts';
import type { ReplicaSet } from './replica-set.ts';
import type { VirtualTime } from './virtual-time.ts';
import { CACHED_KINDS, DECLARATIONS, type Kind, LINEARIZABLE_KINDS } from './world.ts';

/** A document of the simulation: each change raises `value`. */
export type Counted = Document & { readonly value: number };

export type SimulatedNode = {
  readonly collections: Readonly<Record<Kind, Collection<Counted>>>;
  /** Runs `work` as one request. Resolves with its result, and with how many documents it read from the store. */
  request<R>(work: () => Promise<R>): Promise<{ readonly result: R; readonly documentReads: number }>;
  /** How many marks it has read. */
  marksRead(): number;
};

/** The collection of the change marks. */
export const MARKS = 'behalf_changes';
const DEADLINE_MILLISECONDS = 1000;
/** 2026-12-01, in seconds. */
const BEGIN = 1_796_083_200;

export const simulatedNode = (
  time: VirtualTime,
  servers: ReplicaSet,
  link: Link,
  skewSeconds: number,
): SimulatedNode => {
  const requests = new AsyncLocalStorage<{ documentReads: number }>();
  let marksRead = 0;
  const onOperation: DriverOptions['onOperation'] = ({ collection, kind }) => {
    const request = requests.getStore();
    if (collection === MARKS) marksRead += kind === 'linearizable' ? 1 : 0;
    else if (request) request.documentReads += 1;
  };
  const driver = { time, servers, link, deadlineMilliseconds: DEADLINE_MILLISECONDS, onOperation };
  const { database, run } = simulatedDriver(driver);
  const elapsed = (): number => time.now() / 1000;
  const marks = changeMarks({ database, run, elapsed, now: () => BEGIN + elapsed() + skewSeconds, isNew: false });
  const reads = readCache({ marks, elapsed });
  const connection = { database, run, linearizable: LINEARIZABLE_KINDS } as unknown as MongodbConnection;
  const prepared = Object.assign(async () => undefined, { isDone: () => true });

  const collectionOf = (kind: Kind): Collection<Counted> => {
    const rules = collectionRules(DECLARATIONS[kind]);
    const cached = CACHED_KINDS.find(({ name }) => name === rules.name);
    return collectionOver<Counted>(connection, rules, database.collection(rules.name), {
      ...{ prepared, onUnreadable: undefined, reads },
      cache: cached && reads.of<Counted>(cached),
    });
  };
  const kinds = Object.keys(DECLARATIONS) as readonly Kind[];
  return {
    collections: Object.fromEntries(kinds.map((kind) => [kind, collectionOf(kind)])) as SimulatedNode['collections'],
    async request(work) {
      const request = { documentReads: 0 };
      const result = await requests.run(request, () => reads.asOneRequest(work));
      return { result, documentReads: request.documentReads };
    },
    marksRead: () => marksRead,
  };
};
