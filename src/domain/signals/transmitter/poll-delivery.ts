import type { AuditLog } from '../../audit/audit-event.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, LOST, retryLost, type Versioned } from '../../ports/document-store.ts';
import type { EventTokens } from './event-tokens.ts';
import type { OutgoingEvents, OutgoingToken } from './outgoing-events.ts';
import { signalRefusal } from './signal-refusals.ts';
import {
  hasClient,
  type ReceiverClients,
  type SetRefusal,
  SIGNAL_RECEIVERS,
  SIGNAL_STREAM_STATES,
  SIGNAL_STREAMS,
  type SignalReceiver,
  type SignalStream,
  type StreamState,
} from './signal-stream.ts';
import { recordRefusals, settled } from './stream-settling.ts';

/** Most tokens of one answer. */
export const MOST_POLLED = 100;
/** How often a poll that waits looks for events. */
const LOOK_MILLISECONDS = 150;
/** Most polls of one stream that wait at this process. */
const MOST_WAITING = 2;

export type Poll = {
  /** 0 to MOST_POLLED. */
  readonly most: number;
  /** How long to wait for an event, at most. 0: not at all. */
  readonly waitMilliseconds: number;
  readonly acknowledged: readonly string[];
  readonly refusals: readonly Omit<SetRefusal, 'at'>[];
  /** Whether the caller has gone. */
  readonly isGone: () => boolean;
};

export interface PollDelivery {
  /**
   * Settles what the receiver acknowledges and refuses, and returns the oldest events that it has not acknowledged (RFC 8936
   * §2.4). A stream that is not enabled returns only events about itself. Throws 'conflict' for a stream that is pushed,
   * 'too_many_requests', 'forbidden' when the receiver is disabled meanwhile, and StoreUnavailable.
   */
  poll(
    stream: SignalStream,
    poll: Poll,
  ): Promise<{ readonly sets: readonly OutgoingToken[]; readonly isMore: boolean }>;
  /** Ends the polls that wait. Idempotent. */
  close(): void;
}

type Found = { readonly sets: readonly OutgoingToken[]; readonly isMore: boolean };

export const pollDelivery = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly outgoing: OutgoingEvents;
  readonly makeToken: EventTokens['ofStream'];
  readonly clients: ReceiverClients;
  /** Milliseconds since some fixed moment, never set back. */
  readonly elapsedMilliseconds: () => number;
}): PollDelivery => {
  const { documents, clock, audit, outgoing, elapsedMilliseconds } = deps;
  const states = documents.collection<StreamState>(SIGNAL_STREAM_STATES);
  const streams = documents.collection<SignalStream>(SIGNAL_STREAMS);
  const receivers = documents.collection<SignalReceiver>(SIGNAL_RECEIVERS);
  const waiting = new Map<string, number>();
  let isClosed = false;

  const stored = async (held: Versioned<StreamState>, next: StreamState): Promise<boolean> =>
    next === held.document || (await states.replace(next, held.version));

  /** Records refusals once, of events that this stream has. */
  const settle = async (stream: SignalStream, { acknowledged, refusals }: Poll): Promise<void> => {
    if (acknowledged.length + refusals.length === 0) return;
    const state = (await states.get(stream.id))?.document;
    const known = new Set([...(state?.handed ?? []), ...(state?.own ?? [])].map(({ jti }) => jti));
    const at = clock.now();
    const own = refusals.filter(({ jti }) => known.has(jti)).map((refusal) => ({ ...refusal, at }));
    await recordRefusals(audit, stream, own);
    await retryLost(stream.id, async () => {
      const held = await states.get(stream.id);
      if (!held) return undefined;
      const next = settled(held.document, { acknowledged: new Set(acknowledged), refusals: own }, at);
      return (await stored(held, next)) ? held : LOST;
    });
  };

  /** Read again at each look, because a poll waits for seconds. */
  const partiesOf = async ({ id }: SignalStream) => {
    const stream = (await streams.get(id))?.document;
    const receiver = stream && (await receivers.get(stream.receiver))?.document;
    if (!stream || !receiver) throw signalRefusal('signal_stream_not_found');
    const isActive = receiver.state === 'active' && (await hasClient(deps.clients, receiver));
    if (!isActive) throw signalRefusal('signal_receiver_unknown');
    return { stream, receiver };
  };

  const next = async (asked: SignalStream, most: number): Promise<Found> =>
    retryLost(asked.id, async () => {
      const { stream, receiver } = await partiesOf(asked);
      const held = await states.get(stream.id);
      if (!held) throw signalRefusal('signal_stream_not_found');
      const isEnabled = stream.status === 'enabled';
      const filled = isEnabled
        ? await outgoing.fill(stream, receiver, held.document, most)
        : { state: held.document, isMore: false };
      const { handed, own } = filled.state;
      const about = own.slice(0, most);
      const events = isEnabled ? handed.slice(0, most - about.length) : [];
      const made = await outgoing.tokens(stream, receiver, events);
      const gone = new Set(events.map(({ jti }) => jti).filter((jti) => !made.some((one) => one.jti === jti)));
      const state =
        gone.size === 0 ? filled.state : { ...filled.state, handed: handed.filter(({ jti }) => !gone.has(jti)) };
      const isSame = JSON.stringify(state) === JSON.stringify(held.document);
      if (!isSame && !(await states.replace(state, held.version))) return LOST;
      const tokens = about.map(async (event) => ({
        jti: event.jti,
        token: await deps.makeToken(receiver, stream.id, event),
      }));
      const sets = [...(await Promise.all(tokens)), ...made];
      return { sets, isMore: isEnabled && (handed.length + own.length > sets.length || filled.isMore) };
    });

  const longest = async (stream: SignalStream, poll: Poll): Promise<Found> => {
    const end = elapsedMilliseconds() + poll.waitMilliseconds;
    for (;;) {
      const found = await next(stream, poll.most);
      const left = end - elapsedMilliseconds();
      if (found.sets.length > 0 || left <= 0 || isClosed || poll.isGone()) return found;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, Math.min(left, LOOK_MILLISECONDS));
      });
    }
  };

  return {
    async poll(stream, poll) {
      if (stream.delivery.method === 'push') throw signalRefusal('signal_stream_not_polled');
      await settle(stream, poll);
      if (poll.most === 0) return { sets: [], isMore: false };
      if (poll.waitMilliseconds === 0) return next(stream, poll.most);
      const before = waiting.get(stream.id) ?? 0;
      if (before >= MOST_WAITING) throw signalRefusal('signal_polls_exceeded', { retryAfterSeconds: 1 });
      waiting.set(stream.id, before + 1);
      try {
        return await longest(stream, poll);
      } finally {
        const after = (waiting.get(stream.id) ?? 1) - 1;
        if (after === 0) waiting.delete(stream.id);
        else waiting.set(stream.id, after);
      }
    },

    close() {
      isClosed = true;
    },
  };
};
