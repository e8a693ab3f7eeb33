/** Compression, off the main thread. Implemented by `adapters/node`. */
export interface Compression {
  /** DEFLATE in the ZLIB format (RFC 1950), at the highest level. */
  deflated(bytes: Uint8Array): Promise<Buffer>;
  /** RFC 1952 */
  gzipped(text: string): Promise<Buffer>;
}
