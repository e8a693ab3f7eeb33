/** Authenticates calls with the key file that the first start wrote (decision D22): client credentials with private_key_jwt. */
import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import { systemClock } from '../../adapters/node/clock.ts';
import { managementApiOf } from '../domain/vocabulary/management-api.ts';
import { type Access, jsonOf, type Send, UNSTATED_LIFETIME_SECONDS, validToken } from './access.ts';
import { CommandError } from './command.ts';
import type { KeyFile } from './key-file.ts';

type Token = { readonly accessToken: string; readonly expiresAt: number };

/** One token for all calls, and another before it ends: a command with --watch lasts longer than a token. */
export const keyFileAccess = ({ issuer, client_id: clientId, private_key: key, scope }: KeyFile): Access => {
  const valid = validToken<Token>();

  const getToken = async (send: Send): Promise<Token> => {
    const alg = key.alg ?? 'ES256';
    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg, ...(key.kid === undefined ? {} : { kid: key.kid }) })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(await usableKey(key, alg));
    const response = await send(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: managementApiOf(issuer),
        ...(scope === undefined ? {} : { scope }),
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    });
    const body = await jsonOf(response);
    const { access_token: accessToken, expires_in: seconds } = body;
    if (response.ok && typeof accessToken === 'string') {
      const lifetime = typeof seconds === 'number' ? seconds : UNSTATED_LIFETIME_SECONDS;
      return { accessToken, expiresAt: systemClock.now() + lifetime };
    }
    const reason = [body['error'], body['error_description']].filter((part) => typeof part === 'string').join(': ');
    throw new CommandError(`The server gave no token to ${clientId} (${reason || `HTTP ${response.status}`}).`, {
      hint:
        body['error'] === 'invalid_client'
          ? 'Its key or registration is not the one in the key file, or the clocks differ: take the key file of this data folder.'
          : 'Check that the key file belongs to this server.',
    });
  };

  return {
    issuer,
    clientId,
    async headers(_method, _url, send) {
      const { accessToken } = await valid(() => getToken(send));
      return { authorization: `Bearer ${accessToken}` };
    },
  };
};

const usableKey = async (jwk: JWK, alg: string): ReturnType<typeof importJWK> => {
  try {
    return await importJWK(jwk, alg);
  } catch (cause) {
    throw new CommandError('The private key in the key file cannot be used.', {
      hint: 'Put the right file back. Or move the file away and start the server, which then makes another one in its data folder.',
      cause,
    });
  }
};
