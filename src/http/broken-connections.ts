/**
 * Recognises connection errors that the peer caused, by breaking the connection or sending malformed data: no failure of
 * ours.
 */
const CODES = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

export const isBrokenConnection = (error: unknown): boolean => {
  const code: unknown = (error as { readonly code?: unknown } | undefined)?.code;
  // HPE_…: the HTTP/1.1 parser, which has already answered or closed the connection.
  return typeof code === 'string' && (CODES.has(code) || code.startsWith('HPE_'));
};
