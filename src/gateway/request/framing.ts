/**
 * Refuses requests whose end two servers could find at different places (RFC 9112 §11.2). The parser of Node refuses most of them, such
 * as Content-Length beside Transfer-Encoding, repeated lengths, folded lines and bare line feeds. What it accepts is checked here.
 */
import type { IncomingMessage } from 'node:http';

type Head = Pick<IncomingMessage, 'httpVersion' | 'method' | 'rawHeaders'>;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Whether the gateway passes requests with this method at all. */
export const isUsedMethod = (method: string): boolean => METHODS.has(method);

/** Their content has no meaning (RFC 9110 §9.3), so a server may leave it on the connection. */
const WITHOUT_CONTENT = new Set(['GET', 'HEAD']);
/** Values that the gateway or the upstream reads as one. */
const ONCE = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'transfer-encoding',
  'upgrade',
]);
/** What Connection may name. Any other header is for the API (RFC 9110 §7.6.1): without it, the same bytes could mean something else. */
const OPTIONS = new Set(['', 'close', 'http2-settings', 'keep-alive', 'te', 'upgrade']);
const HOST = /^(?:[A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const LENGTH = /^(?:0|[1-9]\d{0,14})$/;

/** What is wrong, or undefined. `status` is that of the answer. */
export const framingFault = (
  request: Head,
): { readonly status: 400 | 405 | 501 | 505; readonly reason: string; readonly why: string } | undefined => {
  const { httpVersion, method = '', rawHeaders } = request;
  const fault = (why: string) => ({ status: 400, reason: 'request_ambiguous', why }) as const;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return { status: 505, reason: 'version_refused', why: 'the version of HTTP is not 1.1' };
  }
  if (!METHODS.has(method)) return { status: 405, reason: 'method_refused', why: 'this method is not used here' };
  const once = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    if (name === 'connection') {
      const options = String(rawHeaders[index + 1]);
      if (!OPTIONS.has(options) && !options.split(',').every((one) => OPTIONS.has(one.trim().toLowerCase()))) {
        return fault('Connection names a header that is for the API');
      }
    }
    if (!ONCE.has(name)) continue;
    // The package for APIs answers a second token by itself.
    if (once.has(name) && name !== 'authorization') return fault(`the header ${name} is there twice`);
    once.set(name, String(rawHeaders[index + 1]));
  }
  const coding = once.get('transfer-encoding');
  const length = once.get('content-length');
  if (coding !== undefined && length !== undefined) return fault('the request has a length and a transfer coding');
  if (coding !== undefined && httpVersion === '1.0') return fault('HTTP/1.0 has no transfer coding');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return { status: 501, reason: 'coding_refused', why: 'the only transfer coding here is chunked' };
  }
  if (length !== undefined && !LENGTH.test(length)) return fault('the length of the content is malformed');
  const hasContent = coding !== undefined || (length !== undefined && length !== '0');
  if (hasContent && WITHOUT_CONTENT.has(method)) return fault(`a ${method} request has no content`);
  const protocol = once.get('upgrade');
  if (protocol !== undefined && protocol.toLowerCase() !== 'websocket') {
    return fault('the only upgrade here is that to WebSocket');
  }
  const host = once.get('host');
  if (host === undefined ? httpVersion === '1.1' : !HOST.test(host)) return fault('the host is malformed');
  return undefined;
};
