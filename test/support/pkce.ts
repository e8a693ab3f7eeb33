import { createHash, randomBytes } from 'node:crypto';

/** A fresh PKCE pair (RFC 7636 §4.1), method S256. */
export const newPkce = (): { readonly verifier: string; readonly challenge: string } => {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};
