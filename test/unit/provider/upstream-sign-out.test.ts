/** Where a sign-out at the end-session endpoint continues (RP-Initiated Logout 1.0 §3). */
import { expect, test } from '@jest/globals';
import { sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import { signOutThere } from '../../../src/provider/interactions/upstream-sign-out.ts';

const ISSUER = 'https://as.example';
const OWN = `${ISSUER}/session/end/success`;
const SIGNED_OUT = `${ISSUER}/account/signed-out`;
const APP = 'https://app.example/bye';
type Middleware = (context: object, next: () => Promise<void>) => Promise<void>;

const run = async (target: string, when: 'now' | 'later' | undefined, changes: object = {}, oidc: object = {}) => {
  const did: unknown[] = [];
  let middleware: Middleware | undefined;
  const there = when && { name: 'Company', href: 'https://idp.example', when };
  signOutThere(
    { use: (one: Middleware) => (middleware = one) } as never,
    {
      issuer: ISSUER,
      async whereTo(_: unknown, session: string, next: string) {
        did.push([session, next]);
        return there;
      },
      pages: { onward: () => did.push('onward') },
    } as never,
  );
  const context = {
    req: {},
    status: 303,
    response: { get: () => target },
    redirect: (to: string) => did.push(`redirect ${to}`),
    oidc: { route: 'end_session_confirm', params: { logout: 'yes' }, session: { uid: 'ses' }, ...oidc },
    ...changes,
  };
  await middleware?.(context, async () => undefined);
  return did;
};

const ASKED = sessionIdOf('ses');

test.each<[string, 'now' | 'later' | undefined, readonly unknown[]]>([
  [OWN, 'now', [[ASKED, SIGNED_OUT], 'onward']],
  [OWN, 'later', [[ASKED, SIGNED_OUT], `redirect ${SIGNED_OUT}`]],
  [OWN, undefined, [[ASKED, SIGNED_OUT]]],
  [APP, 'now', [[ASKED, APP], 'onward']],
  [APP, 'later', [[ASKED, APP]]],
])('to %s, with a sign-out at the provider %s: %j', async (target, when, did) => {
  expect(await run(target, when)).toEqual(did);
});

test.each<[string, object, object]>([
  ['another route', {}, { route: 'end_session' }],
  ['an error', { status: 400 }, {}],
  ['a user who stays', {}, { params: {} }],
  ['no parameters', {}, { params: undefined }],
  ['no session', {}, { session: undefined }],
  ['no route', { oidc: undefined }, {}],
])('with %s the answer stays', async (_, changes, oidc) => {
  expect(await run(OWN, 'now', changes, oidc)).toEqual([]);
});
