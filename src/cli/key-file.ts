/** The key files that the first start writes (decision D22). */
import type { JWK } from 'jose';
import { CommandError } from './command.ts';
import { readSecretText, requirePrivate, type SecretText } from './secret-file.ts';

/** `operator.json` and `administrator.json` in the data folder. */
export type KeyFile = {
  readonly issuer: string;
  readonly client_id: string;
  readonly private_key: JWK;
  readonly scope?: string;
};

/** Throws CommandError when the file does not exist, holds something else, or is readable for other users. */
export const readKeyFile = (path: string): KeyFile => {
  let content: SecretText;
  try {
    content = readSecretText(path);
  } catch (error) {
    const isForbidden = (error as { code?: unknown }).code === 'EACCES';
    throw new CommandError(`The key file ${path} cannot be read.`, {
      hint: isForbidden
        ? 'Run this as the user the server runs as, or name another file with --key-file FILE.'
        : 'The first start of the server writes it into its data folder; name that with --data FOLDER or BEHALF_DATA, or the file with --key-file FILE.',
      cause: error,
    });
  }
  const wrong = new CommandError(`${path} is no key file of Behalf.`, {
    hint: 'It is a JSON object with issuer, client_id and private_key. Take operator.json or administrator.json of the data folder.',
  });
  let parsed: Partial<KeyFile> | null;
  try {
    parsed = JSON.parse(content.text) as Partial<KeyFile> | null;
  } catch {
    throw wrong;
  }
  const { issuer, client_id, private_key } = parsed ?? {};
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) throw wrong;
  if (typeof client_id !== 'string' || typeof private_key !== 'object') throw wrong;
  requirePrivate(content, path);
  return parsed as KeyFile;
};
