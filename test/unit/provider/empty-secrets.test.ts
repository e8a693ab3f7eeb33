/** HTTP Basic credentials with an empty password, which name a client and prove nothing (RFC 6749 §2.3.1). */
import { expect, test } from '@jest/globals';
import { challengeEmptySecrets, takeEmptySecret } from '../../../src/provider/client-authentication/empty-secrets.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { begunRequest } from './begun-request.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
type Sent = {
  readonly authorization?: string;
  readonly route?: string | undefined;
  readonly parameters?: object;
  readonly headers?: object;
};

const taken = ({ authorization = basic('app:'), route = 'token', parameters = {}, headers = {} }: Sent) => {
  const req = begunRequest();
  Object.assign(req.headers, headers, { authorization });
  const given: Record<string, unknown> = { ...parameters };
  takeEmptySecret({ req, ...(route === 'none' ? {} : { oidc: { route } }) }, given);
  const isTaken = requestState(req).hasEmptySecret;
  expect(req.headers.authorization).toBe(isTaken ? undefined : authorization);
  return isTaken ? given['client_id'] : undefined;
};

test.each<[string, Sent, string | undefined]>([
  ['an empty password', {}, 'app'],
  ['the same client as in the body', { parameters: { client_id: 'app' } }, 'app'],
  ['an encoded name (RFC 6749 Appendix B)', { authorization: basic('my+app%3A1:') }, 'my app:1'],
  ['a lower case scheme', { authorization: basic('app:').replace('Basic', 'basic') }, 'app'],
  ['another client in the body', { parameters: { client_id: 'other' } }, undefined],
  ['a secret in the body', { parameters: { client_secret: '' } }, undefined],
  ['an assertion in the body', { parameters: { client_assertion: 'jwt' } }, undefined],
  ['an attestation', { headers: { 'oauth-client-attestation': 'jwt' } }, undefined],
  ['a password', { authorization: basic('app:secret') }, undefined],
  ['a password of colons', { authorization: basic('app::') }, undefined],
  ['no colon', { authorization: basic('app') }, undefined],
  ['no name', { authorization: basic(':') }, undefined],
  ['a name that is not encoded', { authorization: basic('%zz:') }, undefined],
  ['another scheme', { authorization: 'Bearer YXBwOg==' }, undefined],
  ['an endpoint without clients', { route: 'authorization' }, undefined],
  ['no endpoint', { route: 'none' }, undefined],
])('%s: %j names %s', (_, sent, clientId) => {
  expect(taken(sent)).toBe(clientId);
});

test.each([
  [401, true, ['WWW-Authenticate', 'Basic realm="https://as.example"']],
  [401, false, undefined],
  [400, true, undefined],
])(
  'an answer %s to such credentials (%s) has the challenge %j (RFC 6749 §5.2)',
  async (status, hasEmptySecret, header) => {
    type Middleware = (context: object, next: () => Promise<void>) => Promise<void>;
    let middleware: Middleware | undefined;
    challengeEmptySecrets({ issuer: 'https://as.example', use: (one: Middleware) => (middleware = one) } as never);
    const req = begunRequest();
    requestState(req).hasEmptySecret = hasEmptySecret;
    const appended: unknown[] = [];
    const context = { req, status: 200, append: (...given: unknown[]) => appended.push(given) };
    await middleware?.(context, async () => {
      context.status = status;
    });
    expect(appended).toEqual(header === undefined ? [] : [header]);
  },
);
