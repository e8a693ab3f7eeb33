/**
 * Client certificates (RFC 8705): their content, whether a configured authority issued one, and the rules by which one
 * belongs to an agent. Does not know the origin of a certificate (src/http) or its holder.
 */
import { hash, X509Certificate } from 'node:crypto';

export type ClientCertificate = {
  readonly x509: X509Certificate;
  /** `x5t#S256` (RFC 8705 §3.1). */
  readonly thumbprint: string;
  /** Whether a configured authority issued it. Its validity period is checked when it is used. */
  readonly isVouched: boolean;
};

export const clientCertificate = (x509: X509Certificate, isVouched: boolean): ClientCertificate => ({
  x509,
  thumbprint: thumbprintOf(x509),
  isVouched,
});

export const thumbprintOf = ({ raw }: X509Certificate): string => hash('sha256', raw, 'base64url');

/** Reads DER or PEM. Undefined for input that is no certificate. */
export const readCertificate = (encoded: string | Buffer): X509Certificate | undefined => {
  try {
    return new X509Certificate(encoded);
  } catch {
    return undefined;
  }
};

export const isWithinTime = ({ validFrom, validTo }: X509Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now * 1000 && now * 1000 < Date.parse(validTo);

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const ANY_USE = '2.5.29.37.0';

export type Authorities = {
  readonly count: number;
  /** Whether one of them issued the certificate itself; `now` in epoch seconds. */
  vouchFor(certificate: X509Certificate, now: number): boolean;
};

/** Reads the authorities of a PEM file, including intermediate ones. Throws when one is unreadable. */
export const authoritiesIn = (pem: string): Authorities => {
  const all = (pem.match(PEM) ?? []).map((one) => new X509Certificate(one));
  return {
    count: all.length,
    vouchFor(certificate, now) {
      // EKU. Absent: any use is allowed.
      const uses: readonly string[] | undefined = certificate.keyUsage;
      if (uses && !uses.includes(CLIENT_AUTHENTICATION) && !uses.includes(ANY_USE)) return false;
      return all.some(
        (authority) =>
          authority.ca &&
          isWithinTime(authority, now) &&
          certificate.checkIssued(authority) &&
          certificate.verify(authority.publicKey),
      );
    },
  };
};
