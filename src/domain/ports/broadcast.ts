/**
 * Short messages to all nodes, this one included: usually delivered once, sometimes twice or not at all, in no order. A lost message
 * only delays the listener until its next poll, so no decision may depend on a message. A message carries no authority: a listener
 * trusts only what it can check, and never grants because of a message.
 */
export interface Broadcast {
  /** Returns whether the message was sent; its receivers are unknown. Never throws. */
  publish(topic: Topic, message: string): Promise<boolean>;
  /** `handler` must not throw. Handlers stay until `close`. */
  subscribe(topic: Topic, handler: (message: string) => void): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * `kills`: a kill that the durable store does not hold yet. `keys`: the signing keys have changed. `approvals`: there
 * are news for approvers. `sessions`: a session may have ended.
 */
export const TOPICS = ['kills', 'keys', 'approvals', 'sessions'] as const;

export type Topic = (typeof TOPICS)[number];
