/** The listener everybody reaches, with the bounds on what one connection may take (IN-06, IN-08, IN-09). */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** Milliseconds, and bytes of a request's head. Slow senders are cut off; what one request may take behind this is bounded by the stores' own deadlines. */
const BOUNDS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
} as const;

export const publicServer = (
  { tls }: { readonly tls?: { readonly certificateFile: string; readonly keyFile: string } },
  behalf: { readonly handle: (request: IncomingMessage, response: ServerResponse) => void },
  /** What a test makes shorter. */
  bounds: Partial<Pick<ServerOptions, keyof typeof BOUNDS>> = {},
): Server => {
  const options = { ...BOUNDS, ...bounds };
  return tls
    ? createTlsServer(
        { ...options, cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile), minVersion: 'TLSv1.2' },
        behalf.handle,
      )
    : createServer(options, behalf.handle);
};
