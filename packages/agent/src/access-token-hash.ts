import { createHash } from 'node:crypto';

/**
 * Throws if a verified ID token has `at_hash` of another access token than the one beside it (OpenID Connect Core §3.1.3.8). A
 * token without the claim is accepted: the code flow leaves it out as a rule.
 */
export const checkAccessTokenHash = (idToken: string, accessToken: string): void => {
  const [header = '', claims = ''] = idToken.split('.');
  const { alg = '' } = jsonIn(header);
  const { at_hash: given } = jsonIn(claims);
  const size = /(?:256|384|512)$/.exec(String(alg))?.[0];
  if (given === undefined || size === undefined) return;
  const digest = createHash(`sha${size}`).update(accessToken).digest();
  if (given === digest.subarray(0, digest.length / 2).toString('base64url')) return;
  throw new Error('the ID token belongs to another access token');
};

const jsonIn = (part: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(part, 'base64url').toString() || '{}');
