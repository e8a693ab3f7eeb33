/** The key source of an agent or client, in commands: a file with a key, or the URL that serves the keys. */
import { type Option, usageError } from './command.ts';
import { publicKeyOf } from './key-pair.ts';

export const JWKS_URI: Option = {
  value: 'URL',
  description: 'https URL that serves its public keys, instead of --key.',
};

export type GivenKeys = {
  /** Members of the request body; absent without either option. */
  readonly members?: { readonly jwks: object } | { readonly jwks_uri: string };
  readonly file?: string;
  readonly isNew?: boolean;
};

/** From `--key` or `--jwks-uri`, else from the default file, if there is one. Creates the key when its file does not exist. */
export const keySource = async (
  { text }: { readonly text: (name: string) => string | undefined },
  usualFile?: string,
): Promise<GivenKeys> => {
  const [key, url] = [text('key'), text('jwks-uri')];
  if (key !== undefined && url !== undefined) throw usageError('Give --key or --jwks-uri, not both.');
  if (url !== undefined) return { members: { jwks_uri: url } };
  const file = key ?? usualFile;
  if (file === undefined) return {};
  const { jwk, isNew } = await publicKeyOf(file);
  return { members: { jwks: { keys: [jwk] } }, file, isNew };
};
