import type { Broadcast, Topic } from '../../src/domain/ports/broadcast.ts';

type Handler = (message: string) => void;

/**
 * Broadcast among nodes within one process: each calls it with the same `hub`. A single node receives only its own
 * messages.
 */
export const memoryBroadcast = (hub: Set<(topic: Topic, message: string) => void> = new Set()): Broadcast => {
  const handlers = new Map<Topic, Handler[]>();
  const hear = (topic: Topic, message: string): void => {
    for (const handler of handlers.get(topic) ?? []) handler(message);
  };
  hub.add(hear);
  return {
    async publish(topic, message) {
      if (!hub.has(hear)) return false;
      // Asynchronous, as over a network: a handler never runs inside the publisher.
      for (const one of hub) queueMicrotask(() => hub.has(one) && one(topic, message));
      return true;
    },
    subscribe(topic, handler) {
      handlers.set(topic, [...(handlers.get(topic) ?? []), handler]);
    },
    async close() {
      hub.delete(hear);
    },
  };
};
