/** A client without authentication, in whose name strangers ask, and a code request as any client sends it. */
import { DEVICE_CODE, type Parameters } from './oauth-calls.ts';
import { newPkce } from './pkce.ts';
import { REDIRECT_URI, type Scene } from './scene.ts';

/** With the code and device grants, and no consent page. Answers its client id. */
export const newPublicClient = async ({ management }: Pick<Scene, 'management'>): Promise<string> => {
  const { id } = await management.createClient({
    name: 'Public app',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  return id;
};

const pkce = newPkce();

export const codeRequest = (client_id: string, more: Parameters = {}): Parameters => ({
  client_id,
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid',
  code_challenge: pkce.challenge,
  code_challenge_method: 'S256',
  ...more,
});
