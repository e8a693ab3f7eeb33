/** Key pairs of agents and clients, in files that only their owner can read. */
import { existsSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { CommandError } from './command.ts';
import { readSecretText, requirePrivate, type SecretText } from './secret-file.ts';

export type PublicKey = {
  /** Public members, with kid, alg and use. */
  readonly jwk: JWK;
  /** Whether this call created the pair. */
  readonly isNew: boolean;
};

const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'] as const;

/**
 * The public key of the pair in `file`. Creates the pair (ES256, mode 0600) when there is no such file. The file holds one JWK
 * or a set with one key. Never overwrites. Throws CommandError when the file holds something else, or other users can read a
 * private key in it.
 */
export const publicKeyOf = async (file: string): Promise<PublicKey> => {
  if (!existsSync(file)) return { jwk: await makeKeyPair(file), isNew: true };
  const jwk = readJwk(file);
  const bare = Object.fromEntries(
    PUBLIC_MEMBERS.filter((name) => jwk[name] !== undefined).map((name) => [name, jwk[name]]),
  ) as JWK;
  return { jwk: { ...bare, kid: jwk.kid ?? (await calculateJwkThumbprint(bare)), use: 'sig' }, isNew: false };
};

const makeKeyPair = async (file: string): Promise<JWK> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const common = { kid: await calculateJwkThumbprint(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' };
  try {
    writeFileSync(file, `${JSON.stringify({ ...(await exportJWK(privateKey)), ...common }, null, 2)}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    throw new CommandError(`The key file ${file} cannot be written.`, {
      hint: 'Name a file in a folder that exists and is yours.',
      cause: error,
    });
  }
  return { ...(await exportJWK(publicKey)), ...common };
};

const readJwk = (file: string): JWK => {
  let content: SecretText;
  let parsed: unknown;
  try {
    content = readSecretText(file);
    parsed = JSON.parse(content.text);
  } catch (error) {
    throw new CommandError(`${file} cannot be read as JSON.`, {
      hint: 'Give a file with one JWK, or a file that does not exist to have a pair made.',
      cause: error,
    });
  }
  const { keys } = (parsed ?? {}) as { readonly keys?: unknown };
  const jwk = (Array.isArray(keys) && keys.length === 1 ? keys[0] : parsed) as JWK | null;
  if (jwk?.kty === 'EC' || jwk?.kty === 'RSA' || jwk?.kty === 'OKP') {
    // A public key is no secret, so the mode of its file does not matter.
    if (jwk.d !== undefined) requirePrivate(content, file);
    return jwk;
  }
  throw new CommandError(`${file} holds no asymmetric JWK.`, {
    hint: 'Give a file with one EC, RSA or OKP key, or a file that does not exist to have a pair made.',
  });
};
