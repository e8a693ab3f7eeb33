import type { webcrypto } from 'node:crypto';

/** A key that only this process has, for what it signs now and verifies in the same request. */
export interface ProcessKey {
  /** Verifies as a public key of Ed25519 does (`alg` EdDSA, RFC 8037 §3.1). */
  readonly key: webcrypto.CryptoKey;

  /** The signature of this text, 64 bytes. */
  sign(text: string): Buffer;
}
