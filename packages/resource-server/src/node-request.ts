/** What Express, Koa and Fastify share: the request of `node:http`, without an import of it. */
import type { PresentedRequest } from './credential.ts';

/** The members of `IncomingMessage` that are read. */
export type NodeRequest = {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly socket?: unknown;
};

/** Finds the client certificate of a request, DER or PEM. Needed only where a proxy ends TLS. */
export type CertificateOf<Request> = (request: Request) => Uint8Array | string | undefined;

type TlsSocket = { getPeerCertificate?(): { readonly raw?: Uint8Array } | null };

/** In TLS the client proved that it has the key of this certificate (RFC 8705 §3); a trusted issuer is not needed. */
const certificateOfSocket = (socket: unknown): Uint8Array | undefined =>
  (socket as TlsSocket | undefined)?.getPeerCertificate?.()?.raw;

/** `target` is the address before a framework took a prefix away. */
export const presentedByNode = (
  request: NodeRequest,
  target: string | undefined,
  certificate: Uint8Array | string | undefined,
): PresentedRequest => {
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    headers.push([String(request.rawHeaders[index]), String(request.rawHeaders[index + 1])]);
  }
  return {
    method: request.method ?? '',
    target: target ?? request.url ?? '',
    headers,
    certificate: certificate ?? certificateOfSocket(request.socket),
  };
};

/** Values by name, for frameworks that take a list for a name that stands twice. */
export const byName = (
  headers: readonly (readonly [name: string, value: string])[],
): Readonly<Record<string, string | string[]>> => {
  const values: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const known = values[name];
    values[name] = known === undefined ? value : [known, value].flat();
  }
  return values;
};
