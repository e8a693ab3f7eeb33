import { ConfigurationError } from './configuration-error.ts';

type SubjectType = 'access_token' | 'id_token' | 'refresh_token' | 'jwt';

/** What says for which person the agent acts: an access token, or a token of another type. A function is asked each time. */
export type Subject =
  | string
  | { readonly token: string | (() => string | Promise<string>); readonly type?: SubjectType };

/** A subject token as RFC 8693 §2.1 has it. */
export type SubjectToken = { readonly token: string; readonly type: string };

const PREFIX = 'urn:ietf:params:oauth:token-type:';
const TYPES: readonly SubjectType[] = ['access_token', 'id_token', 'refresh_token', 'jwt'];

/** Rejects with ConfigurationError if there is no token. */
export const subjectTokenOf = async (subject: Subject): Promise<SubjectToken> => {
  const { token, type = 'access_token' } =
    typeof subject === 'object' && subject !== null ? subject : { token: subject };
  const text = typeof token === 'function' ? await token() : token;
  if (typeof text !== 'string' || text === '') {
    throw new ConfigurationError('subject', 'give the token that speaks for the person');
  }
  if (!TYPES.includes(type)) throw new ConfigurationError('subject.type', `give one of ${TYPES.join(', ')}`);
  return { token: text, type: `${PREFIX}${type}` };
};
