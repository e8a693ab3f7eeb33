/** What production forbids besides the rules of rules.ts (decision D19). Each rule returns all problems it finds. */
import type { Configuration } from './configuration.ts';
import type { Problem } from './problem.ts';
import { isLoopbackHost } from './rules.ts';

/** Any https issuer is production (decision D19). */
export const isProduction = (configuration: Configuration): boolean => configuration.issuer.startsWith('https:');

/**
 * Whether the 32 bytes have fewer than 16 distinct values, or are all typable characters. Fewer than one in 10^13
 * random keys is so. Examples from a guide, passwords and zeros are.
 */
const isGuessable = (key: Buffer): boolean =>
  new Set(key).size < 16 || key.every((byte) => byte >= 0x20 && byte < 0x7f);

/** Facts besides the values. */
export type ProductionFacts = {
  /** Pointers of secrets in plain text in the configuration file. */
  readonly inlineSecrets?: readonly string[];
  /** Whether there is no administrator yet. Left out: unknown, and the rule about the password is not applied. */
  readonly isFirstStart?: boolean;
};

/** Parameters that OWASP considers equally strong: at least this memory with at least these passes. */
const ARGON2_FLOORS = [
  [47104, 1],
  [19456, 2],
  [12288, 3],
  [9216, 4],
  [7168, 5],
] as const;

/** What production forbids; empty when the issuer is http (decision D19). */
export const productionProblems = (configuration: Configuration, facts: ProductionFacts = {}): readonly Problem[] => {
  if (!isProduction(configuration)) return [];
  const { stores, keys, listen, passwords, administrator } = configuration;
  const problems: Problem[] = [];
  for (const store of ['document', 'ephemeral'] as const) {
    if (stores[store] === 'memory') {
      problems.push({
        pointer: `/stores/${store}`,
        message: 'An https issuer is production, and production does not run on a memory store.',
        suggestion: 'Use sqlite, PostgreSQL, or MongoDB and Redis.',
      });
    }
  }
  if (stores.allowStandalone) {
    problems.push({
      pointer: '/stores/allowStandalone',
      message: 'Production does not run on a MongoDB that can lose what it has acknowledged.',
      suggestion: 'Make it a replica set, of one member at least, and remove this.',
    });
  }
  if (keys.masterKey === undefined) {
    problems.push({
      pointer: '/keys/masterKey',
      message: 'Production must name the master key; it may not lie beside the database.',
      suggestion:
        'Make one with `openssl rand 32 | basenc --base64url | tr -d =` and give { "file": "/run/secrets/behalf-master-key" }.',
    });
  }
  if (keys.masterKey !== undefined && isGuessable(Buffer.from(keys.masterKey, 'base64url'))) {
    problems.push({
      pointer: '/keys/masterKey',
      message: 'The master key is no random key: it is a text, or repeats itself.',
      suggestion: 'Make one with `openssl rand 32 | basenc --base64url | tr -d =`.',
    });
  }
  if (keys.otherMasterKey !== undefined && isGuessable(Buffer.from(keys.otherMasterKey, 'base64url'))) {
    problems.push({
      pointer: '/keys/otherMasterKey',
      message: 'The other master key is no random key: it is a text, or repeats itself.',
      suggestion: 'Make one with `openssl rand 32 | basenc --base64url | tr -d =`.',
    });
  }
  for (const pointer of facts.inlineSecrets ?? []) {
    problems.push({
      pointer,
      message: 'Production keeps no secret as plain text in the configuration file.',
      suggestion: 'Give { "file": "/run/secrets/…" } or { "env": "NAME" } instead.',
    });
  }
  if (!listen.tls && !isLoopbackHost(listen.host) && listen.trustedProxies.length === 0) {
    problems.push({
      pointer: '/listen',
      message: 'The listener would speak plain HTTP on an address that others reach.',
      suggestion:
        'Give listen.tls, or put a proxy that ends TLS in front and name it in listen.trustedProxies, or listen on 127.0.0.1.',
    });
  }
  const isStrong = ARGON2_FLOORS.some(
    ([memory, passes]) => passwords.argon2MemoryKib >= memory && passwords.argon2Passes >= passes,
  );
  if (!isStrong) {
    problems.push({
      pointer: '/passwords/argon2MemoryKib',
      message: `${passwords.argon2MemoryKib} KiB with ${passwords.argon2Passes} passes is weaker than OWASP asks for.`,
      suggestion: 'Use 19456 KiB with 2 passes.',
    });
  }
  if (facts.isFirstStart && administrator.password === undefined) {
    problems.push({
      pointer: '/administrator/password',
      message: 'Production makes no password for the administrator; the first start must be given one.',
      suggestion: 'Set BEHALF_ADMIN_PASSWORD for the first start, or give { "file": "/run/secrets/…" }.',
    });
  }
  return problems;
};
