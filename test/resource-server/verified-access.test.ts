/** What handlers of Express, Koa and Fastify read of a token. */
import { expect, test } from '@jest/globals';
import { accessOf, requireToken } from '../../packages/resource-server/src/express.ts';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { RESOURCE, startIssuer } from './issuer.ts';

test('a handler gets the access of its own request alone, and none of a request that was not let through', async () => {
  const issuer = await startIssuer();
  const guard = requireToken(resourceServer({ issuer: issuer.url, resource: RESOURCE }), { scopes: ['notes.read'] });
  const asked = async (...rawHeaders: readonly string[]) => {
    const request = { method: 'GET', originalUrl: '/api/notes', rawHeaders };
    let isThrough = false;
    const response = { setHeader: () => undefined, statusCode: 200, end: () => undefined };
    await guard(request, response, () => {
      isThrough = true;
    });
    return { request, isThrough };
  };
  try {
    const ada = await asked('Authorization', `Bearer ${await issuer.token()}`);
    const eve = await asked('Authorization', `Bearer ${await issuer.token({ sub: 'acc_eve' })}`);
    const none = await asked();
    expect([ada, eve, none].map(({ isThrough }) => isThrough)).toEqual([true, true, false]);
    expect([accessOf(ada.request).subject, accessOf(eve.request).subject]).toEqual(['acc_ada', 'acc_eve']);
    expect(() => accessOf(none.request)).toThrow('is the route behind requireToken?');
  } finally {
    await issuer.close();
  }
});
