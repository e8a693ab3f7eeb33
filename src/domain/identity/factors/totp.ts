import { Secret, TOTP } from 'otpauth';

/**
 * The parameters that every authenticator app supports, and most support no others (RFC 6238 with the values of
 * RFC 4226).
 */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
const STEP_MILLISECONDS = PARAMETERS.period * 1000;
/** Steps accepted before and after the current one, for clocks that differ and users who type slowly (RFC 6238 §5.2). */
const WINDOW = 1;
/** Beyond it the QR code would not fit a phone's screen. */
const LABEL_LENGTH = 64;

/** 160 bits, as long as the hash (RFC 4226 §4 R6); base 32. `random` has at least 20 bytes. */
export const totpSecret = (random: Buffer): string => {
  if (random.length < 20) throw new TypeError('a TOTP secret has 20 bytes');
  return new Secret({ buffer: new Uint8Array(random.subarray(0, 20)).buffer }).base32;
};

/** The address from which an authenticator app reads the secret (`otpauth://`). */
export const totpAddress = (secret: string, issuer: string, username: string): string =>
  new TOTP({
    ...PARAMETERS,
    secret: Secret.fromBase32(secret),
    // A colon ends the issuer in the label.
    issuer: issuer.replaceAll(':', ' '),
    label: username.slice(0, LABEL_LENGTH).replaceAll(':', ' '),
  }).toString();

/** The time step of this code, if it is near `now` (milliseconds) and later than `after`. */
export const stepOf = (secret: string, code: string, now: number, after: number): number | undefined => {
  if (!/^[0-9]{6}$/.test(code)) return undefined;
  const totp = new TOTP({ ...PARAMETERS, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: code, timestamp: now, window: WINDOW });
  if (delta === null) return undefined;
  const step = Math.floor(now / STEP_MILLISECONDS) + delta;
  return step > after ? step : undefined;
};
