/** The state of the polls of trusted transmitters (RFC 8936). Owns the collection TRANSMITTER_POLLS. */
import type { DeliveryLock } from '../../notifications/delivery-runs.ts';
import { type DocumentStore, update } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { PollFailure } from './poll-failures.ts';

/** What became of the polls of one transmitter. The process that holds the lock polls. */
export type PollState = DeliveryLock & {
  /** The id of the transmitter. */
  readonly id: string;
  /** Time of the next poll. */
  readonly dueAt?: number;
  /** Number of consecutive failed attempts. */
  readonly failures: number;
  readonly failingSince?: number;
  readonly lastFailure?: PollFailure;
  readonly lastFailureAt?: number;
  /** Whether the log says that the polls fail. */
  readonly isReported?: true;
  /** When the transmitter last answered a poll. */
  readonly lastAnswerAt?: number;
  /** Number of events that were acknowledged, and that were refused. */
  readonly acknowledged: number;
  readonly refused: number;
};

export const TRANSMITTER_POLLS = {
  name: 'transmitter_polls',
  holds: 'the last answer of one trusted transmitter that is polled, and when it is polled next',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'trusted transmitters stay' },
  transfer: 'neither',
  indexes: [],
  members: ['failures', 'acknowledged', 'refused'],
} as const satisfies OwnedCollection;

export const newPollState = (id: string): PollState => ({ id, failures: 0, acknowledged: 0, refused: 0 });

export interface PollStates {
  /** Undefined: the transmitter was never polled. */
  get(id: string): Promise<PollState | undefined>;
  /** The states of these transmitters, at most 1,000. */
  getMany(ids: readonly string[]): Promise<readonly PollState[]>;
  /** Lets the next poll happen at once, and begins the count of failures anew: its settings have changed. */
  begin(id: string): Promise<void>;
}

export const pollStates = ({ documents }: { readonly documents: DocumentStore }): PollStates => {
  const states = documents.collection<PollState>(TRANSMITTER_POLLS);
  return {
    get: async (id) => (await states.get(id))?.document,
    getMany: async (ids) => (await states.getMany(ids)).map(({ document }) => document),
    begin: async (id) =>
      void (await update(states, id, ({ dueAt: _, failingSince: __, ...state }) => ({ ...state, failures: 0 }))),
  };
};
