/** What the event of a request says about the client: how it authenticated, and what its token is bound to. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import type { ClientCertificate } from '../../../src/domain/platform/certificates/client-certificate.ts';
import { postureOf } from '../../../src/provider/seam/posture.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';

type Shown = { readonly certificate?: true; readonly dpop?: string };

const postureWith = (client: object | undefined, { certificate, dpop }: Shown = {}) => {
  const req = new IncomingMessage(new Socket());
  if (dpop !== undefined) req.headers['dpop'] = dpop;
  const shown = certificate && (() => ({ thumbprint: 'x5t' }) as ClientCertificate);
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: shown, arrivedAt: 0 });
  return postureOf({ req, oidc: { client } }).posture;
};

const BOUND = { clientAuthMethod: 'tls_client_auth', tlsClientCertificateBoundAccessTokens: true };
const UNBOUND = { clientAuthMethod: 'private_key_jwt', tlsClientCertificateBoundAccessTokens: false };

test('names a DPoP key, or the certificate of a client whose tokens are bound to it (RFC 8705 §3.4)', () => {
  expect(postureWith(UNBOUND, { dpop: 'proof' })).toEqual({ authentication: 'private_key_jwt', binding: 'dpop' });
  expect(postureWith(BOUND, { certificate: true })).toEqual({
    authentication: 'tls_client_auth',
    binding: 'certificate',
  });
  expect(postureWith(BOUND).binding).toBe('none');
});

test('says that a token is not bound to a certificate that its client shows for another reason', () => {
  expect(postureWith(UNBOUND, { certificate: true })).toEqual({ authentication: 'private_key_jwt', binding: 'none' });
  expect(postureWith(undefined, { certificate: true, dpop: '' })).toEqual({ authentication: 'none', binding: 'none' });
});
