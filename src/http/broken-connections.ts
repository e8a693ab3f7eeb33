/** Recognises errors of a connection that the other side broke or sent malformed data on: no failure of ours. */
const CODES = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

export const isBrokenConnection = (error: unknown): boolean => {
  const code: unknown = (error as { readonly code?: unknown } | undefined)?.code;
  // HPE_…: the parser of HTTP/1.1, which has answered or closed already.
  return typeof code === 'string' && (CODES.has(code) || code.startsWith('HPE_'));
};
