/** Signed notes with Ed25519 (C2SP signed-note), and the checkpoints that they hold (C2SP tlog-checkpoint). */
import { createPrivateKey, createPublicKey, hash, type JsonWebKey, sign, verify } from 'node:crypto';
import { HASH_LENGTH, type TreeHash } from './merkle-tree.ts';

const ED25519 = 1;
const KEY_LENGTH = 32;
/** Longest note that is read, in characters, and most of its signatures. A reader must accept 16. */
const MOST_CHARACTERS = 65_536;
const MOST_SIGNATURES = 100;

/** Verifies notes of one key. */
export type NoteVerifier = {
  readonly name: string;
  /** The text of a note that this key signed, with its last line end. Undefined for any other text. */
  open(note: string): string | undefined;
};

/** Signs notes with one key. */
export type NoteSigner = {
  /** The verifier key in the form `<name>+<key id>+<key>`. */
  readonly verifierKey: string;
  /** The note of a text, which ends with a line end. */
  sign(text: string): string;
};

/** The tree that a checkpoint states. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: TreeHash };

/** A name of a key: no space, no plus, no control character. */
const isKeyName = (name: string): boolean => name !== '' && !/[\s+\p{Cc}]/u.test(name);

const keyIdOf = (name: string, key: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), key]), 'buffer').subarray(0, 4);

/** The bytes of canonical base64 (RFC 4648 §4), undefined for any other text. */
export const exactBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
};

/** A signer over a private Ed25519 JWK. Throws TypeError for another key, or for a name that no key can have. */
export const noteSigner = (name: string, privateKey: JsonWebKey): NoteSigner => {
  const { kty, crv, x } = privateKey;
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') throw new TypeError('not an Ed25519 JWK');
  if (!isKeyName(name)) throw new TypeError('not a name of a key');
  const key = createPrivateKey({ key: privateKey, format: 'jwk' });
  const bytes = Buffer.from(x, 'base64url');
  const id = keyIdOf(name, bytes);
  return {
    verifierKey: `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(ED25519), bytes]).toString('base64')}`,
    sign(text) {
      const signature = Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64');
      return `${text}\n— ${name} ${signature}\n`;
    },
  };
};

/** Reads a verifier key. Throws TypeError when the text is none, or is one of another algorithm. */
export const noteVerifier = (verifierKey: string): NoteVerifier => {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(verifierKey) ?? [];
  const bytes = exactBase64(encoded);
  if (!isKeyName(name) || bytes?.length !== KEY_LENGTH + 1 || bytes[0] !== ED25519) {
    throw new TypeError('not a verifier key of Ed25519');
  }
  const raw = bytes.subarray(1);
  const keyId = keyIdOf(name, raw);
  if (keyId.toString('hex') !== id) throw new TypeError('the id of the verifier key is that of another key');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  return {
    name,
    open(note) {
      const parts = partsOf(note);
      const own = parts?.signatures.filter((one) => one.name === name && one.bytes.subarray(0, 4).equals(keyId)) ?? [];
      const text = parts?.text ?? '';
      const isSigned =
        own.length > 0 && own.every(({ bytes: one }) => verify(null, Buffer.from(text), key, one.subarray(4)));
      return isSigned ? text : undefined;
    },
  };
};

type Parts = {
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly bytes: Buffer }[];
};

/** The text and the signatures of a note; undefined when it has another form. */
const partsOf = (note: string): Parts | undefined => {
  if (note.length > MOST_CHARACTERS || !note.isWellFormed()) return undefined;
  // The specification allows no control character but the line end.
  if ([...note].some((character) => character < ' ' && character !== '\n')) return undefined;
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) return undefined;
  const signatures = lines.flatMap((line) => {
    const [, name = '', encoded = ''] = /^— ([^ ]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
    const bytes = exactBase64(encoded);
    return isKeyName(name) && bytes && bytes.length >= 5 ? [{ name, bytes }] : [];
  });
  return signatures.length === lines.length ? { text: note.slice(0, end + 1), signatures } : undefined;
};

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** Reads the text of a checkpoint. Undefined for any other text. */
const parseCheckpoint = (text: string): Checkpoint | undefined => {
  const [origin = '', digits = '', encoded = '', ...rest] = text.split('\n');
  const size = /^(?:0|[1-9]\d{0,15})$/.test(digits) ? Number(digits) : Number.NaN;
  const root = exactBase64(encoded);
  // Each extension line has a character, and the text ends with a line end.
  const isWhole = rest.at(-1) === '' && rest.slice(0, -1).every((line) => line !== '');
  if (origin === '' || !Number.isSafeInteger(size) || root?.length !== HASH_LENGTH || !isWhole) return undefined;
  return { origin, size, root };
};

/**
 * The checkpoint of a note that the log with this verifier key signed. The origin is the name of the key. Undefined for
 * any other text.
 */
export const openCheckpoint = (note: string, verifier: NoteVerifier): Checkpoint | undefined => {
  const text = verifier.open(note);
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
  return checkpoint?.origin === verifier.name ? checkpoint : undefined;
};
