/** Signed notes with Ed25519 (C2SP signed-note), and the checkpoints that they hold (C2SP tlog-checkpoint). */
import { createPrivateKey, createPublicKey, hash, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';
import { HASH_LENGTH, type TreeHash } from './merkle-tree.ts';

const ED25519 = 1;
const COSIGNATURE = 4;
const TYPE_NAMES: Readonly<Record<number, string>> = { [ED25519]: 'Ed25519', [COSIGNATURE]: 'Ed25519 cosignatures' };
const KEY_LENGTH = 32;
/** Longest note that is read, in characters, and most of its signatures. A reader must accept 16. */
const MOST_CHARACTERS = 65_536;
const MOST_SIGNATURES = 100;

/** Verifies notes of one key. */
export type NoteVerifier = {
  readonly name: string;
  /** The text of a note that this key signed, with its last line end. Undefined for any other text. */
  open(note: string): string | undefined;
  /** What a note has of this key. */
  read(note: string): Signed;
};

/** `note`: without the signatures of other keys. `wrong`: a signature of this name and key id does not verify. */
export type Signed =
  | { readonly state: 'signed'; readonly text: string; readonly note: string }
  | { readonly state: 'absent' | 'wrong' };

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
export const isKeyName = (name: string): boolean => name !== '' && !/[\s+\p{Cc}]/u.test(name);

/** The id of an Ed25519 key with this name. `type`: the identifier byte of the signature type. */
export const keyIdOf = (name: string, type: number, key: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), key]), 'buffer').subarray(0, 4);

/** `<name>+<key id>+<key>` of an Ed25519 key. */
export const verifierKeyOf = (name: string, type: number, key: Buffer): string =>
  `${name}+${keyIdOf(name, type, key).toString('hex')}+${Buffer.concat([Buffer.of(type), key]).toString('base64')}`;

/** An Ed25519 verifier key of one signature type. */
export type ReadVerifierKey = {
  readonly name: string;
  readonly keyId: Buffer;
  readonly key: KeyObject;
  /** 32 bytes. */
  readonly raw: Buffer;
};

/** Reads a verifier key. Throws TypeError when the text is none, or is one of another signature type. */
export const readVerifierKey = (verifierKey: string, type: number): ReadVerifierKey => {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(verifierKey) ?? [];
  const bytes = exactBase64(encoded);
  if (!isKeyName(name) || bytes?.length !== KEY_LENGTH + 1 || bytes[0] !== type) {
    throw new TypeError(`not a verifier key of ${TYPE_NAMES[type]}`);
  }
  const raw = bytes.subarray(1);
  const keyId = keyIdOf(name, type, raw);
  if (keyId.toString('hex') !== id) throw new TypeError('the id of the verifier key is that of another key');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  return { name, keyId, key, raw };
};

/** A private Ed25519 JWK as a key with its public part. Throws TypeError for another key, or for a name that no key can have. */
export const signingKeyOf = (
  name: string,
  privateKey: JsonWebKey,
): { readonly key: KeyObject; readonly raw: Buffer } => {
  const { kty, crv, x } = privateKey;
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') throw new TypeError('not an Ed25519 JWK');
  if (!isKeyName(name)) throw new TypeError('not a name of a key');
  return { key: createPrivateKey({ key: privateKey, format: 'jwk' }), raw: Buffer.from(x, 'base64url') };
};

/** The bytes of canonical base64 (RFC 4648 §4), undefined for any other text. */
export const exactBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
};

/** A signer over a private Ed25519 JWK. Throws TypeError for another key, or for a name that no key can have. */
export const noteSigner = (name: string, privateKey: JsonWebKey): NoteSigner => {
  const { key, raw } = signingKeyOf(name, privateKey);
  const id = keyIdOf(name, ED25519, raw);
  return {
    verifierKey: verifierKeyOf(name, ED25519, raw),
    sign(text) {
      const signature = Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64');
      return `${text}\n— ${name} ${signature}\n`;
    },
  };
};

/** Reads a verifier key. Throws TypeError when the text is none, or is one of another algorithm. */
export const noteVerifier = (verifierKey: string): NoteVerifier => {
  const { name, keyId, key } = readVerifierKey(verifierKey, ED25519);
  const read = (note: string): Signed => {
    const parts = partsOf(note);
    const own = parts ? signaturesOf(parts, name, keyId) : [];
    if (!parts || own.length === 0) return { state: 'absent' };
    const text = Buffer.from(parts.text);
    if (!own.every(({ bytes }) => verify(null, text, key, bytes.subarray(4)))) return { state: 'wrong' };
    const lines = own.map(({ bytes }) => `— ${name} ${bytes.toString('base64')}\n`);
    return { state: 'signed', text: parts.text, note: `${parts.text}\n${lines.join('')}` };
  };
  return {
    name,
    read,
    open(note) {
      const found = read(note);
      return found.state === 'signed' ? found.text : undefined;
    },
  };
};

/** `bytes`: the key id, then what the algorithm signed. */
export type NoteSignature = { readonly name: string; readonly bytes: Buffer };

/** `text` ends with a line end. */
export type NoteParts = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** The signatures of a note whose key has this name and id. */
export const signaturesOf = ({ signatures }: NoteParts, name: string, keyId: Buffer): readonly NoteSignature[] =>
  signatures.filter((one) => one.name === name && one.bytes.subarray(0, 4).equals(keyId));

/** The text and the signatures of a note; undefined when it has another form. */
export const partsOf = (note: string): NoteParts | undefined => {
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
export const parseCheckpoint = (text: string): Checkpoint | undefined => {
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
