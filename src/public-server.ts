/** The public listener, with limits for each connection (IN-06, IN-08, IN-09). */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/**
 * Milliseconds, and bytes of a request's head. They cut off slow senders; the stores' own deadlines limit the rest of a
 * request.
 */
const BOUNDS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
} as const;

/**
 * Cipher suites of TLS 1.3, and of TLS 1.2 those that RFC 9325 §4.2 recommends (BCP 195; FAPI 2.0 Security Profile §5.2.1).
 * All have forward secrecy and authenticated encryption.
 */
const CIPHER_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

type ListenerSettings = {
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  readonly clientCertificates?: { readonly request: boolean; readonly authoritiesFile?: string };
};

export const publicServer = (
  { tls, clientCertificates }: ListenerSettings,
  behalf: { readonly handle: (request: IncomingMessage, response: ServerResponse) => void },
  /** Tests shorten these. */
  bounds: Partial<Pick<ServerOptions, keyof typeof BOUNDS>> = {},
): Server => {
  const options = { ...BOUNDS, ...bounds };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    letAnswerBeRead(request);
    behalf.handle(request, response);
  };
  return tls
    ? createTlsServer(
        {
          ...options,
          ...certificateOf(tls),
          minVersion: 'TLSv1.2',
          ciphers: CIPHER_SUITES.join(':'),
          ...(clientCertificates?.request ? askForCertificates(clientCertificates.authoritiesFile) : {}),
        },
        handle,
      )
    : createServer(options, handle);
};

/** Throws an Error that names the setting when the files hold no certificate with its key. */
const certificateOf = ({ certificateFile, keyFile }: NonNullable<ListenerSettings['tls']>) => {
  const cert = pemOf(certificateFile, 'listen.tls.certificateFile');
  const key = pemOf(keyFile, 'listen.tls.keyFile');
  const certificate = parsed(() => new X509Certificate(cert), certificateFile, 'no certificate in PEM form');
  const privateKey = parsed(() => createPrivateKey(key), keyFile, 'no private key in PEM form without a passphrase');
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(
      `${keyFile} is not the key of ${certificateFile}. Name the two that belong together in listen.tls.`,
    );
  }
  return { cert, key };
};

const pemOf = (file: string, setting: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown };
    throw new Error(`${file}, which ${setting} names, cannot be read (${code}). Check its path and mode.`, { cause });
  }
};

const parsed = <T>(parse: () => T, file: string, what: string): T => {
  try {
    return parse();
  } catch (cause) {
    throw new Error(`${file} holds ${what}. Correct listen.tls.`, { cause });
  }
};

/**
 * Admits a connection without a certificate, or with one that no configured authority issued. Each request decides what the
 * certificate proves.
 */
const askForCertificates = (authoritiesFile: string | undefined) => ({
  requestCert: true,
  rejectUnauthorized: false,
  // An empty list: without one Node uses the authorities of the machine.
  ca: authoritiesFile === undefined ? [] : pemOf(authoritiesFile, 'listen.clientCertificates.authoritiesFile'),
});

/** How long a client that got a response while it was still sending may take to notice. */
const LINGER_MILLISECONDS = 1_000;

/**
 * Closing a connection with unread bytes resets it, and a reset discards even a response that the peer has not read yet. A
 * response before the end of the request therefore closes only our half. Further input is discarded for a moment (RFC 9112
 * §9.6).
 */
const letAnswerBeRead = (request: IncomingMessage): void => {
  const { socket } = request;
  // Node calls this after it has written the response to the last request of a connection.
  socket.destroySoon = (): void => {
    if (request.complete) {
      // Restores the method of the class.
      Reflect.deleteProperty(socket, 'destroySoon');
      socket.destroySoon();
      return;
    }
    socket.end();
    request.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
    socket.once('close', () => clearTimeout(timer));
  };
};
