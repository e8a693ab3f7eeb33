/** The operator's brand on the pages of a server, and the files that the server sends for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { notificationMail } from '../../views/mail/notification-mail.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

let folder: string;
let server: RunningServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-brand-'));
  writeFileSync(join(folder, 'logo.png'), PNG);
  server = await runServer({
    environment: {
      BEHALF__BRAND__NAME: 'Fern & Co',
      BEHALF__BRAND__LOGOFILE: join(folder, 'logo.png'),
      BEHALF__BRAND__ACCENTCOLOR__LIGHT: '#5b2a86',
      BEHALF__BRAND__ACCENTCOLOR__DARK: '#d7b8f3',
      BEHALF__BRAND__SUPPORTURL: 'mailto:help@example.com',
      BEHALF__BRAND__PRIVACYURL: 'https://example.com/privacy',
      BEHALF__BRAND__TERMSURL: 'https://example.com/terms',
    },
  });
}, 60_000);

afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the brand', () => {
  test.each([
    ['sign-in', '/account'],
    ['device', '/device'],
    ['signed out', '/account/signed-out'],
    ['a refusal', '/auth?client_id=nothing&response_type=code'],
    ['home', '/'],
  ])('stands in the header, the title and the footer: %s', async (_, path) => {
    const { html } = await newBrowser(server.issuer).open(`${server.issuer}${path}`);
    expect(html).toMatch(/<title>[^<]+ · Fern &amp; Co<\/title>/);
    expect(html).toMatch(
      /<img src="\/assets\/logo\.[0-9a-f]{16}\.png" alt="" height="28" class="logo"><span>Fern &amp; Co</,
    );
    for (const [href, text] of [
      ['mailto:help@example.com', 'Help'],
      ['https://example.com/privacy', 'Privacy'],
      ['https://example.com/terms', 'Terms'],
    ])
      expect(html).toContain(`<a href="${href}" target="_blank" rel="noopener noreferrer">${text}</a>`);
    expect(html).not.toMatch(/>[^<]*Behalf/);
  });

  test('its files are ours: the type from the content, kept for ever, and no file of another name', async () => {
    const { html } = await newBrowser(server.issuer).open(`${server.issuer}/account`);
    const [logo = '', style = ''] = [/\/assets\/logo[^"]+/, /\/assets\/brand[^"]+/].map((one) => one.exec(html)?.[0]);
    const sent = await fetch(`${server.issuer}${logo}`, { headers: { 'accept-encoding': 'identity' } });
    expect([sent.status, sent.headers.get('content-type'), sent.headers.get('cache-control')]).toEqual([
      200,
      'image/png',
      'public, max-age=31536000, immutable',
    ]);
    expect(sent.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Buffer.from(await sent.arrayBuffer())).toEqual(PNG);
    const sheet = await (await fetch(`${server.issuer}${style}`)).text();
    expect(sheet).toContain(':root{--accent:#5b2a86;--on-accent:#ffffff}');
    expect(sheet).toContain('--accent:#d7b8f3;--on-accent:#000000');
    expect((await fetch(`${server.issuer}/assets/logo.0000000000000000.png`)).status).toBe(404);
  });

  test('needs no other policy: pages load from this server only (WB-01)', async () => {
    const { headers } = await newBrowser(server.issuer).open(`${server.issuer}/account`);
    expect(headers.get('content-security-policy')).toContain("style-src 'self'; img-src 'self'");
  });
});

test('a mail names the operator and where help is', () => {
  const mail = notificationMail({
    issuer: 'https://id.example.com',
    brand: { name: 'Fern & Co', supportUrl: 'mailto:help@example.com' },
    kind: 'account.password_changed',
    language: 'en',
    name: 'Ada',
    at: 1_790_000_000,
  });
  expect(mail.text).toContain('This mail was sent by Fern & Co, https://id.example.com.');
  expect(mail.text).toContain('Help: help@example.com');
  expect(mail.html).toContain('<p><strong>Fern &amp; Co</strong></p>');
});
