import { sha256 } from './digest.ts';
import { Refusal } from './refusal.ts';

const PEM = /^-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END CERTIFICATE-----\s*$/;

const derOf = (certificate: Uint8Array | string): Uint8Array<ArrayBuffer> | undefined => {
  if (typeof certificate !== 'string') return new Uint8Array(certificate);
  const body = PEM.exec(certificate)?.[1]?.replace(/\s/g, '');
  try {
    return body === undefined ? undefined : Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
};

/** SHA-256 of a certificate in DER, base64url (RFC 8705 §3.1). Undefined for a text that is no PEM. */
const certificateThumbprint = async (certificate: Uint8Array | string): Promise<string | undefined> => {
  const der = derOf(certificate);
  return der === undefined || der.byteLength === 0 ? undefined : sha256(der);
};

/** Checks that the connection has the certificate that the token is bound to. Throws Refusal `invalid_token`. */
export const checkCertificate = async (certificate: Uint8Array | string | undefined, x5t: string): Promise<void> => {
  if (certificate !== undefined && (await certificateThumbprint(certificate)) === x5t) return;
  throw new Refusal('invalid_token', {
    reason: 'certificate_other',
    description: 'The token is bound to a client certificate that this connection did not present.',
    scheme: 'Bearer',
  });
};
