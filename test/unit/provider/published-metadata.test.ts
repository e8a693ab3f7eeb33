/** What the server adds to the discovery documents, to JWKS and to the answer of the token endpoint. */
import { expect, test } from '@jest/globals';
import { publishedMetadata } from '../../../src/provider/endpoints/published-metadata.ts';

const DETAILS = [{ type: 'payment' }];
type Ctx = { oidc: { route: string } | undefined; status: number; body: object; headers: Record<string, string> };

const answered = async (
  route: string | undefined,
  status: number,
  {
    details = DETAILS as readonly object[],
    request = false,
    header = undefined as string | undefined,
    accept = true,
  } = {},
): Promise<Ctx> => {
  const used: ((ctx: unknown, next: () => Promise<void>) => Promise<void>)[] = [];
  publishedMetadata(
    { use: (middleware: never) => void used.push(middleware) } as never,
    {
      extensions: [{ metadata: { added_by_extension: true } }, {}],
      configuration: {
        issuer: 'https://id.example',
        listen: { clientCertificates: { request, header } },
        clientIdMetadata: { accept },
      },
      details: { published: async () => ['payment'] },
      authority: { decisionOf: () => ({ details }) },
      pages: { languages: ['en', 'de'] },
    } as never,
  );
  const ctx: Ctx = { oidc: route === undefined ? undefined : { route }, status, body: { own: 1 }, headers: {} };
  const set = (name: string, value: string): void => void Object.assign(ctx.headers, { [name]: value });
  await used[0]?.(
    {
      ...ctx,
      set,
      get body() {
        return ctx.body;
      },
      set body(body: object) {
        ctx.body = body;
      },
    },
    async () => {},
  );
  return ctx;
};

test('a token comes with its authorization details (RFC 9396 §7)', async () => {
  expect((await answered('token', 200)).body).toEqual({ own: 1, authorization_details: DETAILS });
  expect((await answered('token', 200, { details: [] })).body).toEqual({ own: 1 });
});

test.each<[string | undefined, number]>([
  ['token', 400],
  ['userinfo', 200],
  ['revocation', 200],
  ['discovery', 500],
  ['jwks', 500],
  [undefined, 200],
])('the answer of %s with status %d stays as it is, and may not be stored by caches', async (route, status) => {
  expect(await answered(route, status)).toMatchObject({ body: { own: 1 }, headers: {} });
  const { body, headers } = await answered(route, status);
  expect([body, headers]).toEqual([{ own: 1 }, {}]);
});

test('discovery and JWKS may be kept for five minutes; only discovery has the members (RFC 8414 §2)', async () => {
  const jwks = await answered('jwks', 200);
  expect([jwks.body, jwks.headers]).toEqual([{ own: 1 }, { 'Cache-Control': 'public, max-age=300' }]);
  const discovery = await answered('discovery', 200);
  expect(discovery.headers).toEqual({ 'Cache-Control': 'public, max-age=300' });
  expect(discovery.body).toMatchObject({
    own: 1,
    added_by_extension: true,
    client_id_metadata_document_supported: true,
    authorization_details_types_supported: ['payment'],
    status_list_aggregation_endpoint: 'https://id.example/status-lists',
    ui_locales_supported: ['en', 'de'],
    tls_client_certificate_bound_access_tokens: false,
  });
});

test('certificates are offered where the listener or a proxy takes them (RFC 8705 §2)', async () => {
  for (const [given, takes] of [
    [{}, false],
    [{ request: true }, true],
    [{ header: 'x-client-certificate' }, true],
  ] as const) {
    const body = (await answered('discovery', 200, given)).body as Record<string, unknown>;
    expect(body['tls_client_certificate_bound_access_tokens']).toBe(takes);
    const methods = body['token_endpoint_auth_methods_supported'] as readonly string[];
    expect(methods.includes('tls_client_auth')).toBe(takes);
    expect(body['introspection_endpoint_auth_methods_supported']).toEqual(
      methods.filter((method) => method !== 'none' && method !== 'attest_jwt_client_auth'),
    );
  }
});

test('clients that are metadata documents are announced only where they are accepted', async () => {
  const { body } = await answered('discovery', 200, { accept: false });
  expect(body).not.toHaveProperty('client_id_metadata_document_supported');
});
