/** All headers of one request for the upstream, with those that the gateway sets. */
import type { IncomingMessage } from 'node:http';
import type { GatewayConfiguration } from '../configuration/configuration.ts';
import type { Permit } from '../decision/gateway-decision.ts';
import { SESSION_HEADER } from '../decision/sessions.ts';
import { changedHeader, headerFilter, identityHeaders, passedHeaders } from './request-headers.ts';

export interface UpstreamHeaders {
  /** Flat list of names and values. `body`: its length is one of them, where the method has content. */
  of(request: IncomingMessage, permit: Permit, body?: Uint8Array): string[];
}

const WITHOUT_CONTENT: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The address of the peer. A gateway behind another proxy sees that proxy. */
const addressOf = ({ socket }: IncomingMessage): string => {
  const { remoteAddress = 'unknown' } = socket;
  return remoteAddress.startsWith('::') ? remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '') : remoteAddress;
};

export const upstreamHeaders = (
  { upstream, removeHeaders, baseUrl, resource }: GatewayConfiguration,
  host: string,
): UpstreamHeaders => {
  const identity = identityHeaders(upstream.identity);
  const filter = headerFilter([...removeHeaders, ...Object.keys(upstream.identity)], upstream);
  const address = new URL(baseUrl ?? resource);
  const own = ['x-forwarded-proto', address.protocol.slice(0, -1), 'x-forwarded-host', address.host];
  return {
    of(request, permit, body) {
      const passed = passedHeaders(['host', host], request.rawHeaders, filter);
      const id = permit.session?.id;
      const headers = id === undefined ? passed : changedHeader(passed, SESSION_HEADER, () => id);
      headers.push('x-forwarded-for', addressOf(request), ...own);
      for (const [name, value] of identity(permit.access)) headers.push(name, value);
      for (const [name, value] of permit.credentials) headers.push(name, value);
      if (body && (body.byteLength > 0 || !WITHOUT_CONTENT.has(String(request.method)))) {
        headers.push('content-length', String(body.byteLength));
      }
      return headers;
    },
  };
};
