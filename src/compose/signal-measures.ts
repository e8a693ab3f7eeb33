/** Sets the gauges of security events, and of what the brakes of directories and trusted transmitters hold. */
import { DIRECTORY_ACTIVITY, type DirectoryActivity } from '../domain/identity/directories/directory.ts';
import { type DocumentStore, everyDocument } from '../domain/ports/document-store.ts';
import {
  MOST_POLLED,
  TRANSMITTER_ACTIVITY,
  TRUSTED_TRANSMITTERS,
  type Transmitter,
} from '../domain/signals/receiver/transmitter.ts';
import { streamMeasures } from '../domain/signals/transmitter/stream-measures.ts';
import type { Services } from './services.ts';

const STATES = ['enabled', 'failing', 'paused', 'disabled'] as const;

const pausedOf = async (
  documents: DocumentStore,
  activity: typeof DIRECTORY_ACTIVITY | typeof TRANSMITTER_ACTIVITY,
) => {
  let [count, held] = [0, 0];
  const collection = documents.collection<DirectoryActivity>(activity);
  for await (const one of everyDocument(collection, { limit: 1000 })) {
    if (one.pausedAt === undefined) continue;
    count += 1;
    held += one.held.length;
  }
  return { count, held };
};

/** Gauges of transmitters that are no longer polled end. */
const measurePolls = async ({ documents, clock, metrics: { signals }, signalReceiver }: Services): Promise<void> => {
  const transmitters = documents.collection<Transmitter>(TRUSTED_TRANSMITTERS);
  const found = await transmitters.find({ where: { delivery: 'poll' }, limit: MOST_POLLED });
  for (const gauge of [signals.pollsFailing, signals.polled]) gauge.reset();
  const ids = found.filter(({ document }) => document.state === 'active').map(({ document }) => document.id);
  for (const state of ids.length === 0 ? [] : await signalReceiver.pollStates.getMany(ids)) {
    const { id: transmitter, failingSince, acknowledged, refused } = state;
    signals.pollsFailing.set({ transmitter }, failingSince === undefined ? 0 : Math.max(0, clock.now() - failingSince));
    signals.polled.set({ transmitter, outcome: 'acknowledged' }, acknowledged);
    signals.polled.set({ transmitter, outcome: 'refused' }, refused);
  }
};

/** Gauges of deleted streams end. */
export const measureSignals = async (services: Services): Promise<void> => {
  const { documents, clock, metrics } = services;
  const { signals } = metrics;
  await measurePolls(services);
  const measures = await streamMeasures({ documents, clock });
  for (const gauge of [signals.backlog, signals.oldest, signals.failing, signals.events]) gauge.reset();
  for (const state of STATES) signals.streams.set({ state }, measures.filter((one) => one.state === state).length);
  for (const { id: stream, backlog, oldestSeconds, failingSeconds, delivered, refused } of measures) {
    signals.backlog.set({ stream }, backlog);
    signals.oldest.set({ stream }, oldestSeconds);
    signals.failing.set({ stream }, failingSeconds);
    signals.events.set({ stream, outcome: 'acknowledged' }, delivered);
    signals.events.set({ stream, outcome: 'refused' }, refused);
  }
  for (const [kind, activity] of [
    ['directory', DIRECTORY_ACTIVITY],
    ['transmitter', TRANSMITTER_ACTIVITY],
  ] as const) {
    const { count, held } = await pausedOf(documents, activity);
    signals.paused.set({ kind }, count);
    signals.held.set({ kind }, held);
  }
};
