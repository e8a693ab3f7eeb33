import type { Access, AuthorizationDetail } from './access.ts';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './digest.ts';
import type { HttpClient } from './http-client.ts';
import type { Authenticate } from './introspection.ts';
import type { IssuerMetadata } from './issuer-metadata.ts';
import { invalidToken, Refusal, unavailable } from './refusal.ts';
import type { Requirement } from './requirement.ts';
import type { Settings } from './settings.ts';
import { useOnce } from './used-once.ts';

/** Digest of details in any order: SHA-256 over their canonical JSON (RFC 8785). */
const detailsDigest = async (details: readonly AuthorizationDetail[]): Promise<string> =>
  sha256(
    `[${details
      .map((one) => canonicalJson(one))
      .sort()
      .join(',')}]`,
  );

const usedBefore = (): Refusal =>
  invalidToken('approval_used', 'The approval behind the token was used before. Ask for a new one.');

const checkSameAction = async (access: Access, details: readonly AuthorizationDetail[]): Promise<void> => {
  if ((await detailsDigest(details)) === (await detailsDigest(access.authorizationDetails))) return;
  throw new Refusal('insufficient_scope', {
    reason: 'action_other',
    description: 'People approved another action than the one of this request.',
  });
};

/** Uses up the approval behind a token. Throws Refusal if it is for another action, was used, or cannot be used now. */
export type UseApproval = (access: Access, requirement: Requirement) => Promise<void>;

/**
 * Lets the token of an approval through for exactly the approved action, once. With a credential the server keeps the use, for all
 * processes of this API; without one, the store of this API does. Tokens without an approval pass.
 */
export const approvedActions = (
  settings: Settings,
  metadata: IssuerMetadata,
  http: HttpClient,
  authenticate: Authenticate | undefined,
): UseApproval => {
  const useAtServer = async (authenticated: Authenticate, token: string, call: string): Promise<void> => {
    const endpoint = await metadata.endpoint('approval_use_endpoint');
    const { authorization } = await authenticated();
    const init = {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ token, call }),
    };
    const { status, body } = await http.json(endpoint, init, [200, 404, 409]);
    if (status === 404) throw invalidToken('token_inactive', 'The token is not active.');
    if (status === 409) throw usedBefore();
    const { first } = (body['approval'] ?? {}) as { readonly first?: unknown };
    if (first === false) throw usedBefore();
    if (first !== true) throw unavailable('approval_use_malformed', `${endpoint}: the answer has no approval.first`);
  };

  return async (access: Access, { details = [], call }: Requirement): Promise<void> => {
    if (access.approval === undefined) return;
    await checkSameAction(access, details);
    if (authenticate) return useAtServer(authenticate, access.token, call ?? crypto.randomUUID());
    const key = `approval ${access.approval.id}`;
    if (!(await useOnce(settings.usedOnce, key, access.expiresAt + settings.clockTolerance + 1))) throw usedBefore();
  };
};
