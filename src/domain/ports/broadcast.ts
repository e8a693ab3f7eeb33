/**
 * Short messages to all nodes, this one included: at most once, in no order. A lost message costs only the time until the
 * listener's next poll, so nothing may depend on it. A message carries no authority: a listener trusts only what it can
 * check, and never grants because of it.
 */
export interface Broadcast {
  /** Returns whether the message was sent; who received it is unknown. Never throws. */
  publish(topic: Topic, message: string): Promise<boolean>;
  /** `handler` must not throw. Handlers stay until `close`. */
  subscribe(topic: Topic, handler: (message: string) => void): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * `kills`: a kill that the durable store does not hold yet. `keys`: the signing keys were changed. `approvals`: there is
 * something new for approvers. `sessions`: a session may have ended.
 */
export const TOPICS = ['kills', 'keys', 'approvals', 'sessions'] as const;

export type Topic = (typeof TOPICS)[number];
