/**
 * Short messages to all nodes, this one included: at most once, in no order. One that is lost costs only the time
 * until whoever listens looks by itself, so nothing may depend on it. A message is no authority: a listener believes
 * only what it can check, and never grants because of it.
 */
export interface Broadcast {
  /** Whether it was handed on; who heard it is not known. Never throws. */
  publish(topic: Topic, message: string): Promise<boolean>;
  /** `handler` must not throw. Handlers stay until `close`. */
  subscribe(topic: Topic, handler: (message: string) => void): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * `kills`: a kill that the durable store does not hold yet. `keys`: the signing keys were changed. `approvals`: there is
 * something new for those who decide. `sessions`: a session may be over.
 */
export const TOPICS = ['kills', 'keys', 'approvals', 'sessions'] as const;

export type Topic = (typeof TOPICS)[number];
