/** Pages have their headers, also where others were set before. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { STRICT_TRANSPORT, setSecurityHeaders } from '../../../src/http/middleware/security-headers.ts';

const after = (before: Readonly<Record<string, string>>, isHttps: boolean) => {
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  for (const [name, value] of Object.entries(before)) res.setHeader(name, value);
  setSecurityHeaders({ res }, isHttps);
  return { ...res.getHeaders() };
};

const OF_PAGES = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

test.each([
  ['nothing', {}],
  ['the same', OF_PAGES],
  ['weaker ones', { 'Cache-Control': 'public', 'Referrer-Policy': 'unsafe-url', 'Cross-Origin-Opener-Policy': '' }],
])('a page has its headers where %s stood before', (_, before) => {
  expect(after(before, false)).toEqual(OF_PAGES);
  expect(after(before, true)).toEqual({ ...OF_PAGES, 'strict-transport-security': STRICT_TRANSPORT });
});
