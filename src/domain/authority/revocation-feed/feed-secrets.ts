/**
 * What one resource server sees of ids and of places in the audit log. Ids leave as keyed digests under a key of this
 * resource server, so that it recognises only those that it has met. A cursor is encrypted: only this server reads it.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type { Place, Places } from '../../audit/audit-tail.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { EndKind } from './ends-of-events.ts';

/** Bytes of a digest. A false hit costs one introspection. */
const DIGEST_BYTES = 8;
/** Characters of a record's digest in a cursor: enough to notice a database that was put back. */
const HASH_LENGTH = 8;
/** Most streams in a cursor: it must fit into a request header. With more, a reader starts anew. */
const MOST_STREAMS = 64;
const VERSION = '1';

export interface FeedSecrets {
  /** 32 bytes, base64url. */
  readonly digestKey: string;
  /** HMAC-SHA-256 over `kind:id`, its first 8 bytes in base64url. */
  digest(kind: EndKind, id: string): string;
  cursor(places: Places): string;
  /** Undefined for a cursor of another resource server, of other keys, or of too many streams. */
  open(cursor: string): Places | undefined;
}

export const feedSecrets = (masterKey: Pick<MasterKey, 'derive'>, server: string): FeedSecrets => {
  const derived = masterKey.derive(`revocation-feed/${server}`, 64);
  const digestKey = derived.subarray(0, 32);
  const cursorKey = derived.subarray(32);
  const context = createHash('sha256').update(digestKey).digest();

  return {
    digestKey: digestKey.toString('base64url'),

    digest: (kind, id) =>
      createHmac('sha256', digestKey).update(`${kind}:${id}`).digest().subarray(0, DIGEST_BYTES).toString('base64url'),

    cursor(places): string {
      const text = places.size > MOST_STREAMS ? VERSION : [VERSION, ...[...places].map(textOf)].join(' ');
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', cursorKey, nonce).setAAD(context);
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed).toString('base64url');
    },

    open(cursor): Places | undefined {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length < 29) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', cursorKey, bytes.subarray(0, 12)).setAAD(context);
        decipher.setAuthTag(bytes.subarray(-16));
        const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
        const [version, ...places] = text.split(' ');
        return version === VERSION && places.length > 0 ? new Map(places.map(placeOf)) : undefined;
      } catch {
        return undefined;
      }
    },
  };
};

const textOf = ([stream, { sequence, hash }]: readonly [string, Place]): string =>
  `${stream}:${sequence}:${hash.slice(0, HASH_LENGTH)}`;

const placeOf = (text: string): [string, Place] => {
  const [stream = '', sequence, hash = ''] = text.split(':');
  return [stream, { sequence: Number(sequence), hash }];
};
