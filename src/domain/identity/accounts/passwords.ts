/**
 * Accounts: the users who can sign in, their passwords, and how many attempts are allowed. Owns the collection
 * ACCOUNTS, password hashes and the limits of sign-in. Does not own sessions (`BrowserSessions`), pages or the consents
 * of an account. Called by the pages of `src/http/interaction` and `src/http/account`, by the management API and by the
 * first start.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { fairQueue } from '../../platform/rate-limits/fair-queue.ts';
import { clientNetwork, coarseNetwork } from '../../vocabulary/client-network.ts';
import { signInRefusal } from './sign-in-refusals.ts';

export type PasswordSettings = {
  /** KiB, at least 8 for each lane. */
  readonly argon2MemoryKib: number;
  readonly argon2Passes: number;
  readonly argon2Parallelism: number;
  /** Maximum number of hashes computed at the same time. */
  readonly concurrency: number;
  /**
   * Maximum number of hashes that wait in the queue. When it is full, the newest hash of the network with the most
   * waiting hashes is refused.
   */
  readonly queueLimit: number;
  /** In code points of the NFC form. */
  readonly minimumLength: number;
};

/** A password longer than this many bytes of UTF-8 is never hashed (LG-06). */
const PASSWORD_MAX_BYTES = 1024;

/** The queue group of requests without a client address. */
const OWN = 'server';

const TAG_BYTES = 32;
const SALT_BYTES = 16;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

type Work = { readonly memory: number; readonly passes: number; readonly parallelism: number };

/**
 * Argon2id (RFC 9106) behind a bounded queue, so that many sign-ins at once neither fill the memory nor delay token
 * requests. Hashes are PHC strings that carry their own parameters. Networks take turns (/24 or /48, and within it
 * addresses or /64s), so that a flood from some networks does not block the others. `source` is the client address,
 * absent for requests of the server or an operator. Every method throws DomainError 'unavailable' when the queue is
 * full and the network has the most waiting hashes.
 */
export interface Passwords {
  /** PHC string of a new password. Throws DomainError 'invalid_field' when it is too short or too long. */
  hash(password: string, source?: string): Promise<string>;
  /**
   * Whether the password matches the hash; compared in constant time. A password that is too long is false without
   * any work.
   */
  verify(hash: string, password: string, source?: string): Promise<boolean>;
  /**
   * Does the work of `verify` when there is no hash, so that an unknown account takes as long as a known one (LG-01).
   */
  verifyNothing(password: string, source?: string): Promise<false>;
}

export const passwords = (settings: PasswordSettings): Passwords => {
  const inTurn = fairQueue(settings.concurrency, settings.queueLimit, () => {
    const retry = { retryAfterSeconds: 1 };
    return signInRefusal('sign_in_queue_full', retry);
  });
  const current: Work = {
    memory: settings.argon2MemoryKib,
    passes: settings.argon2Passes,
    parallelism: settings.argon2Parallelism,
  };
  const derive = (
    source: string | undefined,
    message: Buffer,
    nonce: Buffer,
    tagLength: number,
    work: Work,
  ): Promise<Buffer> =>
    inTurn(
      source === undefined ? [OWN] : [coarseNetwork(source), clientNetwork(source)],
      () =>
        new Promise((resolve, reject) => {
          argon2('argon2id', { message, nonce, tagLength, ...work }, (error, key) =>
            error ? reject(error) : resolve(key),
          );
        }),
    );

  return {
    async hash(password, source): Promise<string> {
      const message = normalised(password);
      if (!message) {
        throw signInRefusal('password_too_long', { params: { most: PASSWORD_MAX_BYTES }, field: '/password' });
      }
      if ([...message.toString('utf8')].length < settings.minimumLength) {
        throw signInRefusal('password_too_short', { params: { least: settings.minimumLength }, field: '/password' });
      }
      const nonce = randomBytes(SALT_BYTES);
      const key = await derive(source, message, nonce, TAG_BYTES, current);
      const { memory, passes, parallelism } = current;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(key)}`;
    },

    async verify(hash, password, source): Promise<boolean> {
      const message = normalised(password);
      const [, memory, passes, parallelism, salt, tag] = PHC.exec(hash) ?? [];
      if (!salt || !tag) throw new TypeError('not a PHC string of Argon2id');
      if (!message) return false;
      const expected = Buffer.from(tag, 'base64');
      const key = await derive(source, message, Buffer.from(salt, 'base64'), expected.length, {
        memory: Number(memory),
        passes: Number(passes),
        parallelism: Number(parallelism),
      });
      return timingSafeEqual(key, expected);
    },

    async verifyNothing(password, source): Promise<false> {
      const message = normalised(password);
      if (message) await derive(source, message, Buffer.alloc(SALT_BYTES), TAG_BYTES, current);
      return false;
    },
  };
};

/** NFC, so that one password typed on two keyboards gives the same bytes. Undefined when too long. */
const normalised = (password: string): Buffer | undefined => {
  // NFC never shortens a text below a third of its length, so longer input is refused without the work.
  if (password.length > 3 * PASSWORD_MAX_BYTES) return undefined;
  const bytes = Buffer.from(password.normalize('NFC'), 'utf8');
  return bytes.length > PASSWORD_MAX_BYTES ? undefined : bytes;
};

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
