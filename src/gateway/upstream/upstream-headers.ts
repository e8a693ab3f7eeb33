/** All headers of one request for the upstream, with those that the gateway sets. */
import type { IncomingMessage } from 'node:http';
import type { GatewayConfiguration } from '../configuration/configuration.ts';
import type { Permit } from '../decision/gateway-decision.ts';
import { SESSION_HEADER } from '../decision/sessions.ts';
import { changedHeader, headerFilter, identityHeaders, passedHeaders } from './request-headers.ts';

export interface UpstreamHeaders {
  /** Flat list of names and values, without the length of the content. */
  of(request: IncomingMessage, permit: Permit): string[];
}

/** The address of the peer. A gateway behind another proxy sees that proxy. */
const addressOf = ({ socket }: IncomingMessage): string =>
  (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=\d+\.)/i, '');

export const upstreamHeaders = (
  { upstream, removeHeaders, baseUrl, resource }: GatewayConfiguration,
  host: string,
): UpstreamHeaders => {
  const filter = headerFilter([...removeHeaders, ...Object.keys(upstream.identity)], upstream);
  const address = new URL(baseUrl ?? resource);
  const own = ['x-forwarded-proto', address.protocol.slice(0, -1), 'x-forwarded-host', address.host];
  return {
    of(request, permit) {
      const passed = passedHeaders(request.rawHeaders, filter);
      const id = permit.session?.id;
      const headers = ['host', host, ...(id === undefined ? passed : changedHeader(passed, SESSION_HEADER, () => id))];
      headers.push('x-forwarded-for', addressOf(request), ...own);
      for (const [name, value] of identityHeaders(upstream.identity, permit.access)) headers.push(name, value);
      for (const [name, value] of permit.credentials) headers.push(name, value);
      return headers;
    },
  };
};
