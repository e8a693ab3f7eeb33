/** oauth4webapi from npm, a public client. */
import * as oauth from 'oauth4webapi';
import { type ClientScript, expectSame } from './client-script.ts';
import { CALENDAR, CALLBACK } from './client-server.ts';
import { npmVersion } from './packages.ts';

/** Servers on loopback speak http. */
const insecure = { [oauth.allowInsecureRequests]: true };

export const oauth4webapi: ClientScript = {
  name: 'oauth4webapi',
  prepare: () => npmVersion('oauth4webapi'),
  async run(ground, check) {
    const issuer = new URL(ground.issuer);
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const made = await ground.newClient('oauth4webapi', '--auth', 'none', '--redirect-uri', CALLBACK);
    const client: oauth.Client = { client_id: made.id };
    let tokens: oauth.TokenEndpointResponse | undefined;

    await check('pushed request, code flow with PKCE, JWT access token for an API', async () => {
      const verifier = oauth.generateRandomCodeVerifier();
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
      const parameters = {
        response_type: 'code',
        redirect_uri: CALLBACK,
        scope: 'openid calendar.read',
        resource: CALENDAR,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      };
      const pushed = await oauth.processPushedAuthorizationResponse(
        server,
        client,
        await oauth.pushedAuthorizationRequest(server, client, oauth.None(), parameters, insecure),
      );
      const url = new URL(String(server.authorization_endpoint));
      url.search = new URLSearchParams({ client_id: made.id, request_uri: pushed.request_uri }).toString();
      const returned = oauth.validateAuthResponse(server, client, await ground.signIn(url.href), state);
      const additionalParameters = { resource: CALENDAR };
      const options = { ...insecure, additionalParameters };
      const answer = await oauth.authorizationCodeGrantRequest(
        ...([server, client, oauth.None(), returned, CALLBACK, verifier, options] as const),
      );
      tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
        expectedNonce: nonce,
        requireIdToken: true,
      });
      const request = new Request(CALENDAR, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      const claims = await oauth.validateJwtAccessToken(server, request, CALENDAR, insecure);
      expectSame('scope', claims.scope, 'calendar.read');
    });
    await check('refresh', async () => {
      const token = String(tokens?.refresh_token);
      const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecure);
      const refreshed = await oauth.processRefreshTokenResponse(server, client, answer);
      expectSame('scope', refreshed.scope?.split(' ').includes('calendar.read'), true);
      tokens = { ...tokens, ...refreshed };
    });
    await check('revocation', async () => {
      const token = String(tokens?.refresh_token);
      const revoked = await oauth.revocationRequest(server, client, oauth.None(), token, insecure);
      await oauth.processRevocationResponse(revoked);
      const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecure);
      expectSame('status', answer.status, 400);
    });
  },
};
