/** Cosignatures of witnesses on checkpoints: Ed25519, `cosignature/v1` (C2SP tlog-cosignature). */
import { type JsonWebKey, sign, verify } from 'node:crypto';
import { keyIdOf, partsOf, readVerifierKey, signaturesOf, signingKeyOf, verifierKeyOf } from './signed-note.ts';

/** Identifier byte of the signature type. */
const COSIGNATURE = 4;
/** Key id, time, signature. */
const LENGTH = 4 + 8 + 64;

/** Signs checkpoints as a witness. */
export type Cosigner = {
  readonly name: string;
  /** The verifier key in the form `<name>+<key id>+<key>`. */
  readonly verifierKey: string;
  /** The signature line, with its line end, on the text of a checkpoint. `at`: epoch seconds. */
  cosign(text: string, at: number): string;
};

/** What a note has of a witness. `at`: epoch seconds, as the witness states them. */
export type Cosigned =
  | { readonly state: 'cosigned'; readonly at: number; readonly line: string }
  | { readonly state: 'absent' }
  /** A signature of this name and key id does not verify: the note is malformed (C2SP signed-note). */
  | { readonly state: 'wrong' };

/** Verifies cosignatures of one witness. */
export type CosignatureVerifier = {
  readonly name: string;
  readonly verifierKey: string;
  /** 32 bytes: two verifier keys with the same ones are of one witness. */
  readonly key: Buffer;
  /** Of several cosignatures, the latest. */
  read(note: string): Cosigned;
};

const messageOf = (text: string, at: bigint): Buffer => Buffer.from(`cosignature/v1\ntime ${at}\n${text}`);

/** A cosigner over a private Ed25519 JWK. Throws TypeError for another key, or for a name that no key can have. */
export const cosigner = (name: string, privateKey: JsonWebKey): Cosigner => {
  const { key, raw } = signingKeyOf(name, privateKey);
  const id = keyIdOf(name, COSIGNATURE, raw);
  return {
    name,
    verifierKey: verifierKeyOf(name, COSIGNATURE, raw),
    cosign(text, at) {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(at));
      return lineOf(name, Buffer.concat([id, time, sign(null, messageOf(text, BigInt(at)), key)]));
    },
  };
};

const lineOf = (name: string, bytes: Buffer): string => `— ${name} ${bytes.toString('base64')}\n`;

/** Reads the verifier key of a witness. Throws TypeError when the text is none, or is one of another signature type. */
export const cosignatureVerifier = (verifierKey: string): CosignatureVerifier => {
  const { name, keyId, key, raw } = readVerifierKey(verifierKey, COSIGNATURE);

  /** When the witness signed; undefined when the signature does not verify. */
  const timeOf = (text: string, bytes: Buffer): bigint | undefined => {
    if (bytes.length !== LENGTH) return undefined;
    const at = bytes.readBigUInt64BE(4);
    const isTime = at > 0n && at <= BigInt(Number.MAX_SAFE_INTEGER);
    return isTime && verify(null, messageOf(text, at), key, bytes.subarray(12)) ? at : undefined;
  };

  return {
    name,
    verifierKey,
    key: raw,
    read(note) {
      const parts = partsOf(note);
      let latest: Cosigned = { state: 'absent' };
      for (const { bytes } of parts ? signaturesOf(parts, name, keyId) : []) {
        const at = timeOf(parts?.text ?? '', bytes);
        if (at === undefined) return { state: 'wrong' };
        if (latest.state === 'absent' || latest.at < Number(at)) {
          latest = { state: 'cosigned', at: Number(at), line: lineOf(name, bytes) };
        }
      }
      return latest;
    },
  };
};

/** The text of a note that has this form. Verifies no signature. */
export const textOfNote = (note: string): string | undefined => partsOf(note)?.text;
