/** Tokens that the platform of a workload gives it, as client assertions (RFC 7523 §2.2). Each is read again for every request. */
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from './configuration-error.ts';

/** Answers the token of the moment. The platform renews it. */
export type TokenSource = () => string | Promise<string>;

/** The token in a file, such as a projected service account token of Kubernetes. */
export const fileToken = (path: string): TokenSource => {
  return async () => (await readFile(path, 'utf8')).trim();
};

/** The token in a variable of the environment, such as that of a job of GitLab CI. */
export const environmentToken = (name: string): TokenSource => {
  return () => process.env[name]?.trim() ?? '';
};

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const wrong = (what: string): ConfigurationError =>
  new ConfigurationError('credential.workloadToken', `${what}; check what the platform provides`);

/** The token of a source. Throws ConfigurationError if the source fails or gives no signed JWT. The message does not repeat it. */
export const workloadToken = async (source: TokenSource): Promise<string> => {
  let token: unknown;
  try {
    token = await source();
  } catch (cause) {
    throw Object.assign(wrong(`the source cannot be read (${(cause as NodeJS.ErrnoException)?.code ?? 'it threw'})`), {
      cause,
    });
  }
  if (typeof token === 'string' && JWT.test(token)) return token;
  throw wrong('the source gives no signed JWT');
};
