/** Risk of accounts as a fact of policies: the newest event of each kind that a transmitter sent, while it lasts. */
import { createHash } from 'node:crypto';
import type { SignalFacts } from '../../authority/decision/facts.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { ReceivedEvent, RiskOfSignal } from './transmitter.ts';

export type AccountSignal = {
  /** Digest of account, transmitter and kind. */
  readonly id: string;
  readonly account: string;
  /** Id of the trusted transmitter. */
  readonly transmitter: string;
  readonly issuer: string;
  readonly event: ReceivedEvent;
  readonly level: RiskOfSignal;
  /** When it happened there. */
  readonly at: number;
  /** Since when sign-ins are required to be newer. Absent: it requires none. */
  readonly stepUpFrom?: number;
  readonly until: number;
};

export const ACCOUNT_SIGNALS = {
  name: 'account_signals',
  holds: 'the newest security event of one kind about one account',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  expiresAt: 'until',
  retention: { removedBy: 'sweeper', once: 'it is no fact of policies any more' },
  transfer: 'removes authority',
  indexes: [{ fields: ['account'] }],
  members: ['account', 'transmitter', 'issuer', 'event', 'level', 'at', 'until'],
} as const satisfies OwnedCollection;

export type NewAccountSignal = Omit<AccountSignal, 'id' | 'stepUpFrom'> & {
  readonly kind: ReceivedEvent;
  readonly requiresStepUp: boolean;
};

export interface AccountSignals {
  /** Stores an event, unless a later one of its kind is stored. The account must be marked before (`noteSignals`). */
  note(signal: NewAccountSignal): Promise<void>;
  /** The signals that last, newest first; those without risk only where they require a newer sign-in. Store errors propagate. */
  lasting(account: Pick<Account, 'id' | 'signalsUntil'>, now: number): Promise<readonly AccountSignal[]>;
  /** The fact of policies about an account. Undefined: there is none now. Store errors propagate. */
  factsOf(account: Pick<Account, 'id' | 'signalsUntil'>, now: number): Promise<SignalFacts | undefined>;
}

/** More than there are kinds of events of all transmitters that could reach one account. */
const MOST_OF_ACCOUNT = 1000;
const ORDER = ['none', 'low', 'medium', 'high'] as const satisfies readonly RiskOfSignal[];

export const accountSignals = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
}): AccountSignals => {
  const collection = documents.collection<AccountSignal>(ACCOUNT_SIGNALS);

  /** With those that say that a risk is over. */
  const lasting: AccountSignals['lasting'] = async ({ id, signalsUntil = 0 }, now) => {
    if (signalsUntil <= now) return [];
    const found = await collection.find({ where: { account: id }, limit: MOST_OF_ACCOUNT });
    return found.map(({ document }) => document).filter(({ until }) => until > now);
  };

  return {
    async lasting(account, now) {
      const found = await lasting(account, now);
      return found
        .filter(({ level, stepUpFrom }) => level !== 'none' || stepUpFrom !== undefined)
        .toSorted((one, other) => other.at - one.at);
    },

    async note({ kind, requiresStepUp, ...signal }): Promise<void> {
      const id = createHash('sha256')
        .update(JSON.stringify([signal.account, signal.transmitter, kind]))
        .digest('base64url');
      const now = clock.now();
      await upsert(collection, id, (found) => {
        const before = found && found.until > now ? found : undefined;
        if (before && before.at > signal.at) return undefined;
        // A later event that requires none leaves what an earlier one required.
        const stepUpFrom = requiresStepUp ? now : before?.stepUpFrom;
        const until = Math.max(signal.until, stepUpFrom === undefined ? 0 : (before?.until ?? 0));
        return { id, ...signal, until, ...(stepUpFrom === undefined ? {} : { stepUpFrom }) };
      });
    },

    async factsOf(account, now): Promise<SignalFacts | undefined> {
      const found = await lasting(account, now);
      const risky = found.filter(({ level }) => level !== 'none');
      const stepUps = found.flatMap(({ stepUpFrom }) => stepUpFrom ?? []);
      if (risky.length === 0 && stepUps.length === 0) return undefined;
      const highest = Math.max(0, ...risky.map(({ level }) => ORDER.indexOf(level)));
      const newest = Math.max(...(risky.length === 0 ? stepUps : risky.map(({ at }) => at)));
      return {
        level: ORDER[highest] ?? 'high',
        age: Math.max(0, now - newest),
        issuers: sorted(found.map(({ issuer }) => issuer)),
        events: sorted(risky.map(({ event }) => event)),
        ...(stepUps.length === 0 ? {} : { stepUpAge: Math.max(0, now - Math.max(...stepUps)) }),
      };
    },
  };
};

const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
