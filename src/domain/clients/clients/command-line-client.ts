/**
 * The public client of `behalf login` (RFC 8252). It is built in: no document of the store holds it, so no caller can change
 * it. Its tokens are bound to a key (RFC 9449), and people always see a consent page, because any program can listen on a
 * loopback address (RFC 8252 §8.6). A kill of the client stops it.
 */
import type { Versioned } from '../../ports/document-store.ts';
import { COMMAND_LINE_CLIENT } from '../../vocabulary/command-line-client.ts';
import type { Client } from './client.ts';

const CLIENT: Client = {
  id: COMMAND_LINE_CLIENT,
  name: 'Behalf command line',
  applicationType: 'native',
  tokenEndpointAuthMethod: 'none',
  grantTypes: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  redirectUris: ['http://127.0.0.1/callback'],
  postLogoutRedirectUris: [],
  corsOrigins: [],
  skipConsent: false,
  dpopBoundAccessTokens: true,
  idTokenSignedResponseAlg: 'ES256',
  roles: [],
  verifiedAt: 0,
  state: 'active',
  createdAt: 0,
  updatedAt: 0,
};

export const BUILT_IN_CLIENT: Versioned<Client> = Object.freeze({ document: Object.freeze(CLIENT), version: 1 });
