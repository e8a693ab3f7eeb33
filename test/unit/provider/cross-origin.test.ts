/** Which responses of oidc-provider another origin may read (WB-08). */
import { expect, test } from '@jest/globals';
import type Provider from 'oidc-provider';
import { crossOrigin } from '../../../src/provider/endpoints/cross-origin.ts';

type Handler = (ctx: object, next: () => Promise<void>) => Promise<void>;

/** The header after a response for which oidc-provider set `set`, as at a route of oidc-provider or at none. */
const headerAfter = async (
  set: string | undefined,
  route: string | undefined,
  { origin = 'https://spa.example', isKnown = true } = {},
): Promise<string | undefined> => {
  const handlers: Handler[] = [];
  crossOrigin({ use: (handler: Handler) => handlers.push(handler) } as unknown as Provider);
  let header: string | undefined;
  const ctx = {
    oidc: route === undefined ? undefined : { route, ...(isKnown ? { client: { clientId: 'app_1' } } : {}) },
    response: { get: () => header ?? '' },
    get: () => (set === undefined ? '' : origin),
    set: (_name: string, value: string) => {
      header = value;
    },
    remove: () => {
      header = undefined;
    },
  };
  await handlers[0]?.(ctx, async () => {
    header = set;
  });
  return header;
};

test.each([
  ['a public document that a request without an Origin reads gets no CORS header', undefined, 'jwks', undefined],
  ['a public document that another origin reads is for every origin', 'https://spa.example', 'jwks', '*'],
  ['a response of no route of oidc-provider keeps its header', 'https://spa.example', undefined, 'https://spa.example'],
])('WB-08 %s', async (_, set, route, expected) => {
  expect(await headerAfter(set, route)).toBe(expected);
});

const SPA = 'https://spa.example';

test.each<[string, string, Parameters<typeof headerAfter>[2], string | undefined]>([
  ['a response to a known client keeps its header', 'token', {}, SPA],
  ['a response without a known client may not be read', 'token', { isKnown: false }, undefined],
  ['a preflight, before which no client is known, keeps its header', 'cors.token', { isKnown: false }, SPA],
  ['a response to the opaque origin may not be read', 'token', { origin: 'null' }, undefined],
  ['a preflight of the opaque origin gets no header', 'cors.token', { origin: 'null' }, undefined],
  ['the preflight of a public document is for every origin', 'cors.jwks', { isKnown: false }, '*'],
])('%s', async (_, route, of, expected) => {
  expect(await headerAfter(of?.origin ?? SPA, route, of)).toBe(expected);
});
