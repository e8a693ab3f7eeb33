/** Forms that oidc-provider itself processes (RFC 9700 §4.7, WB-01, WB-02). */
import { expect, test } from '@jest/globals';
import type Provider from 'oidc-provider';
import { providerForms } from '../../../src/provider/interactions/forms.ts';

type Handler = (ctx: object, next: () => Promise<void>) => Promise<void>;

const FORM_POST = { response_mode: 'form_post', redirect_uri: 'https://app.example/cb' };

/** One request to the path, with the page that oidc-provider writes. */
const answered = async ({
  method = 'POST',
  path = '/device',
  isOurs = false,
  params = undefined as object | undefined,
  body = '<form></form>' as unknown,
  isHtml = true,
  isOfProvider = true,
}) => {
  const handlers: Handler[] = [];
  const counted: string[] = [];
  const errors: string[] = [];
  const limits: unknown[] = [];
  providerForms({ use: (handler: Handler) => handlers.push(handler) } as unknown as Provider, {
    pages: {
      isFromOurPages: () => isOurs,
      error: async (_ctx: unknown, { error }: { readonly error: string }) => errors.push(error),
      limitForms: (_ctx: unknown, leads: string | undefined) => limits.push(leads ?? 'nowhere'),
    } as never,
    refusals: { note: async (_source: unknown, reason: string) => counted.push(reason) } as never,
  });
  let isProcessed = false;
  const ctx = {
    ...{ method, path, body, status: 200, req: { headers: {}, socket: { remoteAddress: '192.0.2.1' } } },
    oidc: isOfProvider ? { params } : undefined,
    response: { is: () => (isHtml ? 'html' : false) },
  };
  await handlers[0]?.(ctx, async () => {
    isProcessed = true;
  });
  return { isProcessed, status: ctx.status, counted, errors, limits };
};

test.each(['/device', '/device/', '/DEVICE', '/session/end/confirm'])(
  'WB-02 a form to %s that another site sent is refused, counted and not processed',
  async (path) => {
    expect(await answered({ path })).toEqual({
      ...{ isProcessed: false, status: 403, counted: ['cross_site_form'], errors: ['forbidden'], limits: [] },
    });
  },
);

test.each<[string, Parameters<typeof answered>[0]]>([
  ['a form of one of our pages', { isOurs: true }],
  ['a page that is read', { method: 'GET' }],
  ['a request to another path', { path: '/token' }],
])('WB-02 %s is processed', async (_, request) => {
  expect(await answered(request)).toMatchObject({ isProcessed: true, status: 200, counted: [], errors: [] });
});

test.each<[string, Parameters<typeof answered>[0], readonly string[]]>([
  ['a page whose form leads to the client', { params: FORM_POST }, ['https://app.example/cb']],
  ['a page of another response mode', { params: { ...FORM_POST, response_mode: 'query' } }, ['nowhere']],
  ['a page without a redirect URI', { params: { response_mode: 'form_post' } }, ['nowhere']],
  ['a page of a request without parameters', {}, ['nowhere']],
  ['a response that is no page', { params: FORM_POST, isHtml: false }, []],
  ['a response without a text', { params: FORM_POST, body: {} }, []],
  ['a response of no route of oidc-provider', { isOfProvider: false }, []],
])('WB-01 the policy of %s says where its form may lead', async (_, request, limits) => {
  expect((await answered({ method: 'GET', path: '/auth', ...request })).limits).toEqual(limits);
});
