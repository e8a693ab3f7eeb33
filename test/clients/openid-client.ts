/** openid-client from npm. */
import * as client from 'openid-client';
import { type ClientScript, errorOf, expectSame } from './client-script.ts';
import { CALENDAR, CALLBACK, DEVICE_CODE, EXCHANGE, type Ground } from './client-server.ts';
import { npmVersion } from './packages.ts';

/** Servers on loopback speak http. */
const insecure = { execute: [client.allowInsecureRequests] };

const codeFlow = async (
  ground: Ground,
  configuration: client.Configuration,
  parameters: Record<string, string>,
): ReturnType<typeof client.authorizationCodeGrant> => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: CALLBACK,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  });
  const { resource } = parameters;
  return client.authorizationCodeGrant(
    configuration,
    await ground.signIn(url.href),
    { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true },
    resource === undefined ? undefined : { resource },
  );
};

export const openidClient: ClientScript = {
  name: 'openid-client',
  prepare: () => npmVersion('openid-client'),
  async run(ground, check) {
    const issuer = new URL(ground.issuer);
    const made = await ground.newClient(
      'openid-client',
      ...['--redirect-uri', CALLBACK, '--authority', `${CALENDAR} calendar.read`],
      ...['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE].flatMap((g) => ['--grant-type', g]),
    );
    const app = await client.discovery(issuer, made.id, undefined, client.ClientSecretBasic(made.secret), insecure);

    await check('code flow with PKCE, and the profile from userinfo', async () => {
      const tokens = await codeFlow(ground, app, { scope: 'openid profile email' });
      expectSame('sub', tokens.claims()?.sub, ground.accountId);
      const profile = await client.fetchUserInfo(app, tokens.access_token, ground.accountId);
      expectSame('email', profile.email, 'ada@example.com');
    });
    await check('refresh rotates, and the old refresh token is refused', async () => {
      const first = await codeFlow(ground, app, { scope: 'openid' });
      const second = await client.refreshTokenGrant(app, String(first.refresh_token));
      if (second.refresh_token === first.refresh_token) throw new Error('the refresh token did not rotate');
      expectSame('error', await errorOf(client.refreshTokenGrant(app, String(first.refresh_token))), 'invalid_grant');
    });
    await check('client credentials', async () => {
      const tokens = await client.clientCredentialsGrant(app, { resource: CALENDAR, scope: 'calendar.read' });
      expectSame('scope', tokens.scope, 'calendar.read');
    });
    await check('client credentials without a resource: the one API it has authority at', async () => {
      const tokens = await client.clientCredentialsGrant(app, { scope: 'calendar.read' });
      expectSame('scope', tokens.scope, 'calendar.read');
    });
    await check('device flow', async () => {
      const device = await client.initiateDeviceAuthorization(app, { scope: 'openid' });
      await ground.allowAt(String(device.verification_uri_complete));
      const tokens = await client.pollDeviceAuthorizationGrant(app, device);
      expectSame('sub', tokens.claims()?.sub, ground.accountId);
    });
    await check('an agent with private_key_jwt exchanges the token it holds', async () => {
      const agent = await ground.newAgent('openid-client-agent', '--redirect-uri', CALLBACK);
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
      const key = await crypto.subtle.importKey('jwk', agent.key, algorithm, false, ['sign']);
      const auth = client.PrivateKeyJwt(key);
      const configuration = await client.discovery(issuer, agent.id, undefined, auth, insecure);
      const scope = 'openid calendar.read calendar.write';
      const held = await codeFlow(ground, configuration, { scope, resource: CALENDAR });
      const exchanged = await client.genericGrantRequest(configuration, EXCHANGE, {
        subject_token: held.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: CALENDAR,
        scope: 'calendar.read',
      });
      expectSame('scope', exchanged.scope, 'calendar.read');
    });
  },
};
