/** Pages in browsers register themselves where the configuration names them, and then call the token endpoint (WB-08). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningServer, runServer } from '../support/running-server.ts';

const INSPECTOR = 'https://inspector.example.com';
const ELSEWHERE = 'https://elsewhere.example.com';

let server: RunningServer;

beforeAll(async () => {
  server = await runServer({
    environment: {
      BEHALF__REGISTRATION__OPEN: 'true',
      BEHALF__REGISTRATION__CORSORIGINS: JSON.stringify([INSPECTOR, 'http://localhost:6274']),
    },
  });
});
afterAll(() => server?.close());

const send = (method: string, path: string, origin: string, more: RequestInit = {}): Promise<Response> =>
  fetch(`${server.issuer}${path}`, { method, ...more, headers: { ...more.headers, origin } });
const register = (origin: string, members: object = {}): Promise<Response> =>
  send('POST', '/reg', origin, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Inspector', redirect_uris: [`${INSPECTOR}/callback`], ...members }),
  });
const allowed = ({ headers }: Response): string | null => headers.get('access-control-allow-origin');

describe('WB-08 the registration endpoint', () => {
  test('answers the preflight of a listed origin, and of no other', async () => {
    for (const [path, methods] of [
      ['/reg', 'POST'],
      ['/reg/app_aaaaaaaaaaaaaaaaaaaaaaaaaa', 'GET, PUT, DELETE'],
    ] as const) {
      const asked = { headers: { 'access-control-request-method': 'POST' } };
      const named = await send('OPTIONS', path, INSPECTOR, asked);
      expect([named.status, allowed(named)]).toEqual([204, INSPECTOR]);
      expect(named.headers.get('access-control-allow-methods')).toBe(methods);
      expect(named.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type');
      expect(named.headers.get('access-control-allow-credentials')).toBeNull();
      for (const origin of [ELSEWHERE, 'null', `${INSPECTOR}.evil.example`, INSPECTOR.toUpperCase()]) {
        const other = await send('OPTIONS', path, origin, asked);
        expect([allowed(other), other.headers.get('access-control-allow-methods')]).toEqual([null, null]);
        expect(other.headers.get('vary')).toMatch(/Origin/i);
      }
    }
  });

  test('answers and refusals are read by a page that is named alone', async () => {
    expect([allowed(await register(INSPECTOR)), allowed(await register(ELSEWHERE))]).toEqual([INSPECTOR, null]);
    const refused = await register('http://localhost:6274', { redirect_uris: ['javascript:alert(1)'] });
    expect([refused.status, allowed(refused)]).toEqual([400, 'http://localhost:6274']);
    const made = (await (await register(INSPECTOR)).json()) as Record<string, string>;
    const path = `/reg/${made['client_id']}`;
    const token = { headers: { authorization: `Bearer ${made['registration_access_token']}` } };
    expect(allowed(await send('GET', path, ELSEWHERE))).toBeNull();
    const read = await send('GET', path, INSPECTOR, token);
    expect([read.status, allowed(read)]).toEqual([200, INSPECTOR]);
  });

  test('a public client is called from where its codes are sent, and loses what it leaves', async () => {
    const uris = [`${INSPECTOR}/callback`, `${ELSEWHERE}/callback`];
    const made = (await (await register(INSPECTOR, { redirect_uris: uris })).json()) as Record<string, string>;
    const ask = async (origin: string) =>
      allowed(
        await send('POST', '/token', origin, {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `grant_type=refresh_token&refresh_token=x&client_id=${made['client_id']}`,
        }),
      );
    expect([await ask(INSPECTOR), await ask(ELSEWHERE), await ask('https://third.example.com')]).toEqual([
      INSPECTOR,
      ELSEWHERE,
      null,
    ]);
    const replaced = await send('PUT', `/reg/${made['client_id']}`, INSPECTOR, {
      headers: {
        authorization: `Bearer ${made['registration_access_token']}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ client_id: made['client_id'], redirect_uris: uris.slice(0, 1) }),
    });
    expect(replaced.status).toBe(200);
    expect([await ask(INSPECTOR), await ask(ELSEWHERE)]).toEqual([INSPECTOR, null]);
  });
});
