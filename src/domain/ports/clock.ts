/** Whole seconds since 1970-01-01T00:00:00Z (NumericDate, RFC 7519 §2). */
export type EpochSeconds = number;

/** The only source of time in the domain. */
export interface Clock {
  now(): EpochSeconds;
  /** Milliseconds since the epoch, for audit events and latencies. */
  nowMillis(): number;
}
