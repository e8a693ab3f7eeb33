import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, connect, createSecureContext, getCACertificates } from 'node:tls';
import { fetchFailed } from '../../src/domain/ports/trusted-fetch.ts';

/** Opens a TLS connection to exactly this address, as the host. Rejects with a failed fetch. */
export type Dial = (
  target: {
    readonly address: string;
    readonly port: number;
    readonly host: string;
    /** Default: HTTP/1.1 (ALPN). `none`: no protocol is named. */
    readonly protocol?: 'none';
  },
  signal: AbortSignal,
) => Promise<Duplex>;

/**
 * Dials without any agent, pool or dispatcher. No proxy from the environment and no global setting of other code can
 * intervene, and the name is not resolved again. Trusts `moreAuthorities` (PEM) in addition to the authorities of the
 * machine. Throws when they are no certificates.
 */
export const tlsDialer = (moreAuthorities?: string): Dial => {
  const context = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(moreAuthorities === undefined
      ? {}
      : { ca: [...getCACertificates('default'), ...certificatesIn(moreAuthorities)] }),
  });
  return ({ address, port, host, protocol }, signal) =>
    new Promise((resolve, reject) => {
      if (isIP(address) === 0) throw new TypeError('only an address can be dialled');
      const socket = connect({
        host: address,
        port,
        secureContext: context,
        // Set although it is the default: an environment variable can change the default.
        rejectUnauthorized: true,
        ...(protocol === 'none' ? {} : { ALPNProtocols: ['http/1.1'] }),
        checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
        ...(isIP(host) === 0 ? { servername: host } : {}),
      });
      const abort = (): void => void socket.destroy(new Error('the time is up'));
      const settled = (): void => signal.removeEventListener('abort', abort);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      socket.once('secureConnect', () => {
        settled();
        resolve(socket);
      });
      // The listener stays: a later error must not end the process. Readers of the socket get the error too.
      socket.on('error', (error: NodeJS.ErrnoException) => {
        settled();
        const code = error.code ?? 'unknown';
        const isAboutCertificate = socket.authorizationError != null || /CERT|SIGNATURE|ISSUER/.test(code);
        reject(fetchFailed(isAboutCertificate ? 'certificate_not_valid' : 'not_reachable', code));
      });
      socket.once('close', () => {
        settled();
        reject(fetchFailed('not_reachable', 'closed'));
      });
    });
};

/** OpenSSL ignores what it cannot read. */
const certificatesIn = (pem: string): readonly string[] => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error('there is no certificate (PEM) among the authorities');
  return blocks.map((block) => new X509Certificate(block).toString());
};
