/** The subscription that a browser sends, and the messages that it gets. */
import type { Receiver } from './push-encryption.ts';

/** The subscription that a browser sends (Push API §8). */
export type GivenSubscription = Receiver & {
  readonly name: string;
  readonly endpoint: string;
  /** BCP 47: the language of messages in this browser. */
  readonly language: string;
  /** Our public key whose messages the browser accepts. */
  readonly applicationServerKey: string;
};

/** A message: `text` for the browser alone, the rest for the push service (RFC 8030 §5). */
export type PushMessage = {
  readonly text: string;
  readonly urgency: 'high' | 'normal';
  /** Seconds that the push service keeps it for a browser that is offline. */
  readonly ttlSeconds: number;
  /** The push service keeps the later of two messages with the same topic. It receives a digest of the topic. */
  readonly topic: string;
};

/** The message in this language. */
export type MessageIn = (language: string) => PushMessage;
