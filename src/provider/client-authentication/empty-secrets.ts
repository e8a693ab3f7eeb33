/**
 * HTTP Basic credentials with an empty password. A client without a secret names itself by them and proves nothing, like
 * `client_id` in the body (RFC 6749 §2.3.1: the parameter may be left out when the secret is empty). oidc-provider refuses
 * them before it reads the client. Software that has no other way, such as oidc-agent, could then not be a public client. A
 * client with a secret, a key or a certificate is still refused: it has authenticated by no registered method.
 */
import type { IncomingMessage } from 'node:http';
import type Provider from 'oidc-provider';
import { isByClients } from '../seam/endpoint-routes.ts';
import { requestState } from '../seam/request-state.ts';

type Context = { readonly req: IncomingMessage; readonly oidc?: { readonly route: string } };

/**
 * Moves the client's id from the credentials to the parameters. Leaves credentials that name another client, or prove
 * something.
 */
export const takeEmptySecret = ({ req, oidc }: Context, parameters: Record<string, unknown>): void => {
  if (!isByClients(oidc?.route) || 'oauth-client-attestation' in req.headers) return;
  const { client_id: named, client_secret: secret, client_assertion: assertion } = parameters;
  const clientId = namedIn(req.headers.authorization);
  if (clientId === undefined || (named !== undefined && named !== clientId)) return;
  if (secret !== undefined || assertion !== undefined) return;
  parameters['client_id'] = clientId;
  delete req.headers.authorization;
  requestState(req).hasEmptySecret = true;
};

/**
 * RFC 6749 §5.2: a client that used the Authorization header gets a 401 with the scheme. oidc-provider no longer sees that
 * header.
 */
export const challengeEmptySecrets = (provider: Provider): void => {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.status === 401 && requestState(ctx).hasEmptySecret)
      ctx.append('WWW-Authenticate', `Basic realm="${provider.issuer}"`);
  });
};

const namedIn = (authorization = ''): string | undefined => {
  const [, credentials = ''] = /^basic ([a-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  if (text.indexOf(':') !== text.length - 1) return undefined;
  try {
    return decodeURIComponent(text.slice(0, -1).replaceAll('+', '%20')) || undefined;
  } catch {
    return undefined;
  }
};
