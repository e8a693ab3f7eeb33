/**
 * Messages that only one browser can read (RFC 8291), as one record of `aes128gcm` (RFC 8188). About forty lines
 * over `node:crypto`, tested with the example of the standard (test/unit/notifications/push-encryption.test.ts).
 */
import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

/** The keys that a browser created for its messages. Both base64url. */
export type Receiver = {
  /** Its public key: an uncompressed point of P-256, 65 bytes. */
  readonly p256dh: string;
  /** Its authentication secret, 16 bytes. */
  readonly auth: string;
};

const CURVE = 'prime256v1';
const POINT_BYTES = 65;
const AUTH_BYTES = 16;
const SALT_BYTES = 16;
/** RFC 8188 §2.1: a record longer than any message, so that there is only one. */
const RECORD_BYTES = 4096;
/** The size that a push service must accept (RFC 8291 §4), without header, delimiter and tag. */
const MOST_BYTES = 3993;
/** RFC 8188 §2: the last record. */
const DELIMITER = Buffer.from([2]);

/** Whether these are a public key of P-256 and a secret of the right length (RFC 8291 §3). */
export const isReceiver = ({ p256dh, auth }: Receiver): boolean => {
  if (!/^[\w-]{87}=?$/.test(p256dh) || !/^[\w-]{22}={0,2}$/.test(auth)) return false;
  const [point, secret] = [bytesOf(p256dh), bytesOf(auth)];
  if (point.length !== POINT_BYTES || point[0] !== 4 || secret.length !== AUTH_BYTES) return false;
  try {
    // Throws for a point that is not on the curve.
    sharedWith(point);
    return true;
  } catch {
    return false;
  }
};

/**
 * The body of a push message, at most 4096 bytes. `length`: the bytes to which the text is padded, so that no
 * intermediary can distinguish messages by size; at most 3993. Throws TypeError when the text is longer. `material`:
 * replaces the random values, for tests.
 */
export const encryptedFor = (
  { p256dh, auth }: Receiver,
  text: string,
  length: number,
  material: { readonly salt?: Buffer; readonly privateKey?: Buffer } = {},
): Buffer => {
  const plaintext = Buffer.from(text, 'utf8');
  if (length > MOST_BYTES || plaintext.length > length) throw new TypeError('the message is too long');
  const receiver = bytesOf(p256dh);
  const { own, secret } = sharedWith(receiver, material.privateKey);
  const salt = material.salt ?? randomBytes(SALT_BYTES);
  // RFC 8291 §3.4: derived from the secret of the browser and both keys.
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), receiver, own]);
  const inputKey = derived(secret, bytesOf(auth), keyInfo, 32);
  const key = derived(inputKey, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derived(inputKey, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const filling = Buffer.alloc(length - plaintext.length);
  return Buffer.concat([
    header(salt, own),
    cipher.update(Buffer.concat([plaintext, DELIMITER, filling])),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
};

/** A key pair for this one message, and the secret it shares with the browser's key. */
const sharedWith = (receiver: Buffer, privateKey?: Buffer): { readonly own: Buffer; readonly secret: Buffer } => {
  const pair = createECDH(CURVE);
  if (privateKey) pair.setPrivateKey(privateKey);
  else pair.generateKeys();
  return { own: pair.getPublicKey(), secret: pair.computeSecret(receiver) };
};

/** RFC 8188 §2.1: salt, record size, and the public key of the sender (RFC 8291 §4). */
const header = (salt: Buffer, own: Buffer): Buffer => {
  const sizes = Buffer.alloc(5);
  sizes.writeUInt32BE(RECORD_BYTES, 0);
  sizes.writeUInt8(own.length, 4);
  return Buffer.concat([salt, sizes, own]);
};

const derived = (key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length));

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');
