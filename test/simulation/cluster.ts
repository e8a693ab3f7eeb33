/** Several nodes on one replica set, with the requests and changes that they serve, and the count of what went wrong. */
import { type CommonMark, type MarkMode, NAME_LENGTH, PARTITIONS } from '../../adapters/mongodb/mark-states.ts';
import { storedDocument } from '../../adapters/mongodb/stored-document.ts';
import { isDocumentConflict, isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { collectionRules } from '../../src/domain/ports/store-rules.ts';
import type { Link } from './driver.ts';
import { GONE, newLedger, seenValue } from './ledger.ts';
import { type Counted, MARKS, type SimulatedNode, simulatedNode } from './node.ts';
import { type ReplicaSet, replicaSet } from './replica-set.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';
import { DECLARATIONS, type Dependencies, dependenciesOf, isEnd, isRemovable, keyOf, type Reference } from './world.ts';

export type Counts = {
  /** Requests that were answered, and those of them that read no document from the store. */
  requests: number;
  fromMemory: number;
  /** Requests that were refused, because the store did not answer. */
  unavailable: number;
  /** Changes that were acknowledged, and those whose caller got an error. */
  changes: number;
  unknown: number;
  /** How often the mode of the common mark was another than before. */
  modeChanges: number;
  /**
   * Values older than what a majority held when their request arrived, or than what had been acknowledged or answered before.
   */
  stale: number;
  /** The first few of them, for people. */
  readonly found: string[];
};

export type Cluster = {
  readonly time: VirtualTime;
  readonly servers: ReplicaSet;
  readonly counts: Counts;
  readonly tokens: readonly Dependencies[];
  /** A process that begins now. It dies when its link loses everything. */
  newNode(link: Link, skewSeconds: number): SimulatedNode;
  /** Asks a node about a token. Never rejects. */
  request(node: SimulatedNode, token: Dependencies): Promise<void>;
  /** Changes one of the documents by a node. Never rejects. */
  change(node: SimulatedNode, of: Reference, isRemoval: boolean): Promise<void>;
};

const MOST_FOUND = 10;

/** Reads all that the answer depends on, documents of one kind together. */
const answer = async (node: SimulatedNode, token: Dependencies): Promise<readonly number[]> => {
  const values: number[] = [];
  for (const [kind, together] of Map.groupBy(token, (of) => of.kind)) {
    const collection = node.collections[kind];
    const ids = together.map(({ id }) => id);
    const found = ids.length === 1 ? [await collection.get(ids[0] as string)] : await collection.getMany(ids);
    const byId = new Map(found.map((one) => [one?.document.id, one]));
    for (const of of together) values.push(seenValue(of, byId.get(of.id)));
  }
  return values;
};

/** `documents`: how many tokens there are. `mode`: of the common mark when it begins. */
export const newCluster = (documents: number, commitMilliseconds: () => number, mode: MarkMode = 'common'): Cluster => {
  const time = virtualTime();
  const servers = replicaSet(time, commitMilliseconds);
  const ledger = newLedger(servers);
  const tokens = dependenciesOf(documents);
  const counts: Counts = {
    requests: 0,
    fromMemory: 0,
    unavailable: 0,
    changes: 0,
    unknown: 0,
    modeChanges: 0,
    stale: 0,
    found: [],
  };

  for (const of of tokens.flat().filter((one) => !isEnd(one))) {
    const rules = collectionRules(DECLARATIONS[of.kind]);
    servers.seed(rules.name, storedDocument(rules, { id: of.id, value: 1 } as Counted, 1));
  }
  const name = '6774'.padEnd(NAME_LENGTH, '0');
  const common: CommonMark = { mode, generation: name, since: name, open: [], recent: [name] };
  servers.seed(MARKS, { _id: 'common', partitions: PARTITIONS, ...common });

  let lastMode: unknown = mode;
  const noteMode = (): void => {
    const current = servers.held(MARKS, 'common')?.['mode'];
    if (current !== lastMode) counts.modeChanges += 1;
    lastMode = current;
  };

  const noted = (error: unknown, kind: 'unavailable' | 'unknown'): void => {
    if (!isStoreUnavailable(error)) throw error;
    counts[kind] += 1;
  };

  /** Writes the next value. Resolves with the value acknowledged; undefined: nothing was. */
  const written = async (node: SimulatedNode, of: Reference, isRemoval: boolean): Promise<number | undefined> => {
    const collection = node.collections[of.kind];
    if (isRemoval) return (await collection.take(of.id)) ? GONE : undefined;
    const before = await collection.get(of.id);
    const value = (before?.document.value ?? 0) + 1;
    if (before) return (await collection.replace({ id: of.id, value }, before.version)) ? value : undefined;
    if (!isEnd(of)) return undefined;
    await collection.insert({ id: of.id, value });
    return value;
  };

  const compare = (of: Reference, value: number, least: number): void => {
    ledger.isKnown(of, value);
    if (value >= least) return;
    counts.stale += 1;
    const text = `${keyOf(of)}: ${value} was answered at ${Math.round(time.now())} ms, after ${least} was known`;
    if (counts.found.length < MOST_FOUND) counts.found.push(text);
  };

  return {
    time,
    servers,
    counts,
    tokens,
    newNode: (link, skewSeconds) => simulatedNode(time, servers, link, skewSeconds),
    async request(node, token) {
      const least = token.map((of) => ledger.least(of));
      try {
        const { result, documentReads } = await node.request(() => answer(node, token));
        counts.requests += 1;
        noteMode();
        if (documentReads === 0) counts.fromMemory += 1;
        for (const [index, of] of token.entries()) compare(of, result[index] ?? 0, least[index] ?? 0);
      } catch (error) {
        noted(error, 'unavailable');
      }
    },
    async change(node, of, isRemoval) {
      try {
        const value = await written(node, of, isRemoval && isRemovable(of));
        if (value === undefined) return;
        ledger.isKnown(of, value);
        counts.changes += 1;
      } catch (error) {
        if (!isDocumentConflict(error)) noted(error, 'unknown');
      }
    },
  };
};
