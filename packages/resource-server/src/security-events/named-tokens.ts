/** Which tokens a security event of the server may have ended. It may name too many, never too few. */

/** Names of tokens, as `idsOf` gives them; `all`: every token. */
export type Named = readonly string[] | 'all';

type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';
const AGENT = 'urn:behalf:secevent:event-type:agent-';

/** Events after which no token has less than before. */
const HARMLESS: ReadonlySet<string> = new Set([
  `${SSF}verification`,
  `${SSF}stream-updated`,
  'https://schemas.openid.net/secevent/risc/event-type/account-enabled',
  // The server sends increases only.
  'https://schemas.openid.net/secevent/caep/event-type/assurance-level-change',
  `${AGENT}enabled`,
]);

/** The id of a subject of this server. */
const idOf = (subject: unknown, issuer: string): string | undefined => {
  if (!isObject(subject) || subject['format'] !== 'iss_sub' || subject['iss'] !== issuer) return undefined;
  return typeof subject['sub'] === 'string' ? subject['sub'] : undefined;
};

/**
 * What an event names. Tokens of a person have that `sub`, and those of an agent have it as client or actor. An event about an account does
 * not name the agents that it owns. So it may have ended any token, as the kill of a client or of all agents of an owner.
 */
export const namedBy = (type: string, subject: unknown, issuer: string): Named => {
  if (HARMLESS.has(type)) return [];
  if (!isObject(subject) || subject['format'] !== 'complex') return 'all';
  const [person, agent] = [idOf(subject['user'], issuer), idOf(subject['agent'], issuer)];
  if (agent !== undefined) return [`party:${agent}`, ...(person === undefined ? [] : [`subject:${person}`])];
  // Of an agent that is not named: all agents of an owner.
  return person === undefined || type.startsWith(AGENT) ? 'all' : [`subject:${person}`];
};
