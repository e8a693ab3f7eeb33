import type { AuditLog } from '../../audit/audit-event.ts';
import { backoff } from '../../notifications/backoff.ts';
import { deliveryRuns, isLockedByOther, type PolledDelivery } from '../../notifications/delivery-runs.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { BacklogWatch } from './backlog.ts';
import type { EventTokens } from './event-tokens.ts';
import type { OutgoingEvents, OutgoingToken } from './outgoing-events.ts';
import type { PushOutcome, PushSender } from './push-sender.ts';
import {
  hasClient,
  MOST_RECEIVERS,
  MOST_STREAMS,
  type ReceiverClients,
  type SetRefusal,
  SIGNAL_RECEIVERS,
  SIGNAL_STREAM_STATES,
  SIGNAL_STREAMS,
  type SignalReceiver,
  type SignalStream,
  type StreamEvent,
  type StreamState,
} from './signal-stream.ts';
import type { SignalStreams } from './stream-service.ts';
import { isAboutToken, recordRefusals, settled, withOwn } from './stream-settling.ts';

/** Events that are sent before the state is stored. After a crash, at most these are sent again. */
const AT_ONCE = 20;
/** After this time no further event of a round is sent. */
const SENDING_SECONDS = 15;
/** Longer than a round takes at most. Another process goes on after it when the one that delivered has crashed. */
const LOCK_SECONDS = 30;
/** A process delivers to one stream for this long before it looks again at the others. */
const TURN_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 300;
/** An endpoint that fails for this long is in the audit log. */
const FAILING_SECONDS = 300;
/** Without a stream, a process asks for streams so often: another one may have created the first. */
const NONE_MILLISECONDS = 1000;
/** How often the backlog of a stream is measured. */
const WATCH_SECONDS = 60;

export interface PushDelivery extends PolledDelivery {
  /** The next poll asks for streams: this process created one. */
  again(): void;
}

type Parties = { readonly stream: SignalStream; readonly receiver: SignalReceiver };

/**
 * Pushes events to endpoints of receivers (RFC 8935), at least once and in the order of each audit stream. One process at a
 * time sends to a stream, under a lock of its state. The state moves after the receiver acknowledged. A failing endpoint is
 * tried again at growing intervals, at most five minutes, and delays neither requests nor other streams.
 */
export const pushDelivery = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly outgoing: OutgoingEvents;
  readonly makeToken: EventTokens['ofStream'];
  readonly sender: PushSender;
  readonly streams: Pick<SignalStreams, 'setStatus'>;
  readonly watch: BacklogWatch;
  readonly clients: ReceiverClients;
  /** Names this process: the same after a restart, so that it goes on at once. */
  readonly node: string;
  /** Called with unexpected errors; the work is repeated. */
  readonly onError: (error: unknown) => void;
}): PushDelivery => {
  const { documents, clock, identifiers, audit, outgoing, sender, node } = deps;
  const receivers = documents.collection<SignalReceiver>(SIGNAL_RECEIVERS);
  const streams = documents.collection<SignalStream>(SIGNAL_STREAMS);
  const states = documents.collection<StreamState>(SIGNAL_STREAM_STATES);
  const runs = deliveryRuns(deps.onError);
  const watchedAt = new Map<string, number>();
  let asked = 0;
  /** When the store had no stream, epoch milliseconds. */
  let noneAt: number | undefined;

  const partiesOf = async (id: string): Promise<Parties | undefined> => {
    const stream = (await streams.get(id))?.document;
    const receiver = stream && (await receivers.get(stream.receiver))?.document;
    if (receiver?.state !== 'active' || stream?.delivery.method !== 'push') return undefined;
    return (await hasClient(deps.clients, receiver)) ? { stream, receiver } : undefined;
  };

  const isVerified = ({ delivery }: SignalStream, { verifiedUrl }: StreamState): boolean =>
    delivery.method === 'push' && verifiedUrl === delivery.url;

  /** An endpoint receives nothing about people or agents before it acknowledged a verification event (WH-06). */
  const filled = async ({ stream, receiver }: Parties, state: StreamState): Promise<StreamState> => {
    if (!isVerified(stream, state)) {
      const isAsked = state.own.some(({ event }) => event === 'verification');
      const first = { event: 'verification', jti: identifiers.newSecret(), at: clock.now() } as const;
      return isAsked || stream.status !== 'enabled' ? state : withOwn(state, first);
    }
    return stream.status === 'enabled' ? (await outgoing.fill(stream, receiver, state, AT_ONCE)).state : state;
  };

  /** Tokens to send now, and ids of events that can no longer be sent. */
  const tokensOf = async (
    { stream, receiver }: Parties,
    state: StreamState,
  ): Promise<{ readonly tokens: readonly OutgoingToken[]; readonly gone: readonly string[] }> => {
    const isEnabled = stream.status === 'enabled';
    const mayHave = (event: StreamEvent['event']): boolean =>
      event === 'verification' ? isEnabled : isVerified(stream, state);
    const own = state.own.filter(({ event }) => mayHave(event));
    const about = await Promise.all(
      own.map(async (event) => ({ jti: event.jti, token: await deps.makeToken(receiver, stream.id, event) })),
    );
    const events = isEnabled && isVerified(stream, state) ? state.handed.slice(0, AT_ONCE) : [];
    const made = await outgoing.tokens(stream, receiver, events);
    const gone = events.map(({ jti }) => jti).filter((jti) => !made.some((one) => one.jti === jti));
    return { tokens: [...about, ...made], gone };
  };

  const locked = async (
    held: Versioned<StreamState>,
    next: StreamState,
  ): Promise<Versioned<StreamState> | undefined> => {
    const document = { ...next, lockedBy: node, lockedUntil: clock.now() + LOCK_SECONDS };
    return (await states.replace(document, held.version)) ? { document, version: held.version + 1 } : undefined;
  };

  const report = (
    type: 'signal_stream.failing' | 'signal_stream.recovered',
    { id }: SignalStream,
    state: StreamState,
  ) =>
    audit.append({
      type,
      outcome: type === 'signal_stream.failing' ? 'refused' : 'done',
      caller: 'system',
      target: { kind: 'signal stream', id },
      inputs: { since: state.failingSince, attempts: state.failures, reason: state.lastFailure },
    });

  const afterFailure = async (
    { stream }: Parties,
    failed: Extract<PushOutcome, { readonly isAcknowledged: false }>,
  ): Promise<void> => {
    const now = clock.now();
    const state = (await states.get(stream.id))?.document;
    if (!state) return;
    const isDue = now - (state.failingSince ?? now) >= FAILING_SECONDS && state.isReported === undefined;
    if (isDue) await report('signal_stream.failing', stream, { ...state, lastFailure: failed.failure });
    await update(states, stream.id, ({ lastFailureStatus: _, ...before }): StreamState => {
      const failures = before.failures + 1;
      const wait = Math.max(failed.retryAfterSeconds ?? 0, backoff(failures, undefined, LONGEST_PAUSE_SECONDS));
      return {
        ...before,
        ...{ failures, failingSince: before.failingSince ?? now, dueAt: now + wait },
        ...{ lastFailure: failed.failure, lastFailureAt: now },
        ...(failed.status === undefined ? {} : { lastFailureStatus: failed.status }),
        ...(isDue ? { isReported: true } : {}),
      };
    });
  };

  const afterSuccess = async (
    { stream }: Parties,
    state: StreamState,
    acknowledged: ReadonlySet<string>,
    refusals: readonly SetRefusal[],
  ): Promise<Versioned<StreamState> | undefined> => {
    if (state.isReported && acknowledged.size > 0) await report('signal_stream.recovered', stream, state);
    const proof = state.own.find(({ event, jti }) => event === 'verification' && acknowledged.has(jti));
    const url = stream.delivery.method === 'push' ? stream.delivery.url : undefined;
    const isFirst = proof !== undefined && url !== undefined && state.verifiedUrl !== url;
    if (isFirst) {
      const target = { kind: 'signal stream', id: stream.id };
      await audit.append({ type: 'signal_stream.verified', outcome: 'done', caller: stream.receiver, target });
    }
    const now = clock.now();
    return update(states, stream.id, (before) => {
      const { failingSince: _, isReported: __, dueAt: ___, ...rest } = settled(before, { acknowledged, refusals }, now);
      return {
        ...(acknowledged.size > 0 ? { ...rest, failures: 0 } : { ...before, ...rest }),
        ...(isFirst ? { verifiedUrl: url } : {}),
        lockedUntil: now + LOCK_SECONDS,
      };
    });
  };

  /** Whether stream and receiver are what they were when the tokens were made: a slow endpoint makes a round long. */
  const areSame = async (parties: Parties): Promise<boolean> =>
    JSON.stringify(await partiesOf(parties.stream.id)) === JSON.stringify(parties);

  /** Sends until one attempt fails or a right changes. A refused token is left out, and the next one follows. */
  const sendAll = async (parties: Parties, tokens: readonly OutgoingToken[]) => {
    const acknowledged = new Set<string>();
    const refusals: SetRefusal[] = [];
    const end = clock.now() + SENDING_SECONDS;
    for (const { jti, token } of tokens) {
      const outcome = await sender.send(parties.stream, token);
      if (outcome.isAcknowledged) acknowledged.add(jti);
      else if (outcome.refusal && isAboutToken(outcome.refusal.error))
        refusals.push({ jti, ...outcome.refusal, at: clock.now() });
      else return { acknowledged, refusals, failed: outcome };
      if (runs.isStopped() || clock.now() >= end || !(await areSame(parties))) break;
    }
    return { acknowledged, refusals, failed: undefined };
  };

  const watched = async (stream: SignalStream, state: StreamState): Promise<void> => {
    const now = clock.now();
    if (stream.status !== 'enabled' || now - (watchedAt.get(stream.id) ?? 0) < WATCH_SECONDS) return;
    watchedAt.set(stream.id, now);
    const reason = await deps.watch.reasonToPause(state);
    if (reason !== undefined)
      await deps.streams.setStatus(stream.id, { status: 'paused', reason }, { caller: 'system' }, 'server');
  };

  /** One round: false when nothing is left, when another process delivers, or when the endpoint fails. */
  const round = async (id: string): Promise<boolean> => {
    const parties = await partiesOf(id);
    const held = parties && (await states.get(id));
    if (!parties || !held || isLockedByOther(held.document, node, clock) || (held.document.dueAt ?? 0) > clock.now())
      return false;
    const next = await filled(parties, held.document);
    const { tokens, gone } = await tokensOf(parties, next);
    if (tokens.length + gone.length === 0) {
      if (JSON.stringify(next) !== JSON.stringify(held.document)) await states.replace(next, held.version);
      return false;
    }
    const mine = await locked(held, next);
    if (!mine) return true;
    const { acknowledged, refusals, failed } = await sendAll(parties, tokens);
    await recordRefusals(audit, parties.stream, refusals);
    if (acknowledged.size + refusals.length > 0) await afterSuccess(parties, mine.document, acknowledged, refusals);
    if (gone.length > 0) {
      const lost = new Set(gone);
      await update(states, id, (state) => ({ ...state, handed: state.handed.filter(({ jti }) => !lost.has(jti)) }));
    }
    if (failed) await afterFailure(parties, failed);
    return failed === undefined;
  };

  const deliver = async (id: string): Promise<void> => {
    const end = clock.now() + TURN_SECONDS;
    while (!runs.isStopped() && clock.now() < end && (await round(id)));
  };

  const tended = async (stream: SignalStream): Promise<void> => {
    const state = (await states.get(stream.id))?.document;
    if (state) await watched(stream, state);
    if (stream.delivery.method === 'push') await deliver(stream.id);
  };

  return {
    idle: runs.idle,
    stop: runs.stop,

    again() {
      asked += 1;
      noneAt = undefined;
    },

    async poll() {
      // A clock that went back does not make it wait longer.
      const isEarly = noneAt !== undefined && Math.abs(clock.nowMillis() - noneAt) < NONE_MILLISECONDS;
      if (runs.isStopped() || isEarly) return;
      const before = asked;
      const found = await streams.find({ limit: MOST_RECEIVERS * MOST_STREAMS });
      // A stream that was created meanwhile may not be among them.
      noneAt = found.length === 0 && asked === before ? clock.nowMillis() : undefined;
      const known = new Set(found.map(({ document }) => document.id));
      for (const id of watchedAt.keys()) if (!known.has(id)) watchedAt.delete(id);
      for (const { document } of found) runs.start(document.id, () => tended(document));
    },
  };
};
