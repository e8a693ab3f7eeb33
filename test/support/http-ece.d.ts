/** What the tests use of it: the receiving side of RFC 8188 and RFC 8291, by one of their authors. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';

  export const decrypt: (
    body: Buffer,
    parameters: { readonly version: 'aes128gcm'; readonly privateKey: ECDH; readonly authSecret: Buffer },
  ) => Buffer;
}
