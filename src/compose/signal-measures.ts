/** Sets the gauges of security events, and of what the brakes of directories and trusted transmitters hold. */
import { DIRECTORY_ACTIVITY, type DirectoryActivity } from '../domain/identity/directories/directory.ts';
import { type DocumentStore, everyDocument } from '../domain/ports/document-store.ts';
import { TRANSMITTER_ACTIVITY } from '../domain/signals/receiver/transmitter.ts';
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

/** Gauges of deleted streams end. */
export const measureSignals = async ({ documents, clock, metrics: { signals } }: Services): Promise<void> => {
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
