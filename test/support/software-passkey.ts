/** A passkey whose key lies here: what a browser would send of it, true or with lies. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { PasskeyFactor } from '../../src/domain/identity/factors/factor.ts';

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();
export const base64 = (data: Buffer | string): string => Buffer.from(data).toString('base64url');

/** Flags of authenticator data (WebAuthn §6.1): the person was there, and was verified. */
export const PRESENT = 0b001;
export const VERIFIED = 0b101;

export type Lie = {
  readonly origin?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly party?: string;
  readonly flags?: number;
  readonly rawId?: string;
  readonly isTampered?: boolean;
};

export const softwarePasskey = (name = 'a credential id') => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  /** COSE: EC2, ES256, P-256, x, y (RFC 9053 §7.1.1). */
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
  const passkey = {
    kind: 'passkey',
    credential: base64(name),
    publicKey: base64(cose),
    counter: 0,
    transports: [],
    isSynced: false,
  } as const satisfies Partial<PasskeyFactor>;
  let uses = 6;

  return {
    /** As it is added to an account. */
    passkey,

    /** What a browser sends for a signature; each lie makes one part of it another. */
    assertion(asked: { readonly origin: string; readonly party: string; readonly challenge: string }, lie: Lie = {}) {
      const clientData = JSON.stringify({
        type: lie.type ?? 'webauthn.get',
        challenge: lie.challenge ?? asked.challenge,
        origin: lie.origin ?? asked.origin,
        crossOrigin: false,
      });
      uses += 1;
      const authenticatorData = Buffer.concat([
        sha256(lie.party ?? asked.party),
        Buffer.from([lie.flags ?? VERIFIED]),
        Buffer.from([0, 0, 0, uses]),
      ]);
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), privateKey);
      if (lie.isTampered) signature[signature.length - 1] = Number(signature.at(-1)) ^ 1;
      return JSON.stringify({
        id: passkey.credential,
        rawId: lie.rawId ?? passkey.credential,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64(clientData),
          authenticatorData: base64(authenticatorData),
          signature: base64(signature),
        },
      });
    },
  };
};
