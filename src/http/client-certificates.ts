/**
 * The client certificate of a request: from the connection to our own TLS listener, or from a header of a configured proxy.
 * Ignores the header from any other sender, and never takes a proxy's own certificate for a client's.
 */
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type Authorities,
  type ClientCertificate,
  clientCertificate,
  readCertificate,
} from '../domain/platform/certificates/client-certificate.ts';
import type { Clock } from '../domain/ports/clock.ts';

/** Header names of common proxies. They are removed from every request, so that no later code can trust them. */
const KNOWN_HEADERS = [
  ...['client-cert', 'client-cert-chain', 'x-client-cert', 'x-client-certificate', 'x-ssl-client-cert'],
  ...['ssl-client-cert', 'x-forwarded-client-cert', 'x-forwarded-tls-client-cert'],
];

export type CertificateSource = {
  /** Removes the headers. The returned function parses the certificate on demand. */
  take(request: IncomingMessage, isFromProxy: boolean): () => ClientCertificate | undefined;
};

export const certificateSource = ({
  header,
  authorities,
  clock,
}: {
  /** Lower case. */
  readonly header?: string | undefined;
  readonly authorities?: Authorities | undefined;
  readonly clock: Clock;
}): CertificateSource => ({
  take(request, isFromProxy) {
    const given = header === undefined ? undefined : request.headers[header];
    for (const name of header === undefined ? KNOWN_HEADERS : [...KNOWN_HEADERS, header]) delete request.headers[name];
    const { socket } = request;
    let found: ClientCertificate | undefined;
    let isRead = false;
    const read = (): ClientCertificate | undefined => {
      if (isFromProxy) {
        const x509 = typeof given === 'string' ? certificateInHeader(given) : undefined;
        return x509 && clientCertificate(x509, authorities?.vouchFor(x509, clock.now()) ?? false);
      }
      if (!isTls(socket)) return undefined;
      const x509 = socket.getPeerX509Certificate();
      // Without configured authorities Node would trust those of the machine, and anyone can buy certificates from them.
      return x509 && clientCertificate(x509, authorities !== undefined && socket.authorized);
    };
    return () => {
      if (!isRead) found = read();
      isRead = true;
      return found;
    };
  },
});

type TlsSocket = IncomingMessage['socket'] & {
  readonly authorized: boolean;
  getPeerX509Certificate(): X509Certificate | undefined;
};

const isTls = (socket: IncomingMessage['socket']): socket is TlsSocket => 'getPeerX509Certificate' in socket;

/** Exactly one: two certificates come from a repeated header, and the server cannot know which of them the proxy wrote. */
const ONE_CERTIFICATE = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

/** RFC 9440 (`:base64:`), percent-encoded PEM as nginx writes it, or bare base64 of DER. */
const certificateInHeader = (value: string) => {
  const [, binary] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value) ?? [];
  if (binary !== undefined) return readCertificate(Buffer.from(binary, 'base64'));
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return readCertificate(Buffer.from(value, 'base64'));
  try {
    const pem = decodeURIComponent(value);
    return ONE_CERTIFICATE.test(pem) ? readCertificate(pem) : undefined;
  } catch {
    return undefined;
  }
};
