/** The way to the upstream: connections that are kept, the target of each request, and its bounds. */
import { Agent, type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';

export type UpstreamRequest = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Flat list of names and values, with Host. */
  readonly headers: readonly string[];
};

export interface Upstream {
  /** Value of Host. */
  readonly host: string;
  /** Begins a request. `isOwn`: on a connection of its own, as for an upgrade. */
  begin(request: UpstreamRequest, isOwn?: boolean): ClientRequest;
  /** Closes connections that are idle. */
  close(): void;
}

/** `url` is an origin. Certificates of an https upstream are verified by the authorities of this machine. */
export const upstreamAt = (url: string, { headerBytes }: { readonly headerBytes: number }): Upstream => {
  const { protocol, hostname, port, host } = new URL(url);
  const isTls = protocol === 'https:';
  const settings = { keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' } as const;
  const agent = isTls ? new TlsAgent(settings) : new Agent(settings);
  const base = {
    // An address in brackets is a name to the resolver.
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    maxHeaderSize: headerBytes,
    insecureHTTPParser: false,
    setHost: false,
  } as const;
  return {
    host,
    begin({ method, target, headers }, isOwn = false) {
      const options: RequestOptions = { ...base, method, path: target, headers, agent: isOwn ? false : agent };
      return isTls ? httpsRequest(options) : httpRequest(options);
    },
    close: () => agent.destroy(),
  };
};
