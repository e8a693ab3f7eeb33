/** An Apache of its own for the virtual host of a guide: one process on a loopback port, https, an app behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endWithUs } from '../support/server-process.ts';
import type { Ground } from './client-server.ts';

const APACHE = process.env['APACHE'] ?? '/usr/sbin/apache2';
/** Where Debian keeps the modules of Apache. */
export const MODULES = process.env['APACHE_MODULES'] ?? '/usr/lib/apache2/modules';
const LOADED = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'ssl', 'proxy', 'proxy_http', 'auth_openidc'];
const READY_WITHIN_MS = 15_000;

export type Answer = {
  readonly status: number;
  readonly location: string;
  /** What the app was sent, where it was the app that answered. */
  readonly heard: Readonly<Record<string, string>>;
};

export type Site = Awaited<ReturnType<typeof startApache>>;

const configuration = (folder: string, port: number, app: number, host: string): string =>
  [
    ...LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
    `ServerRoot ${folder}`,
    `DefaultRuntimeDir ${folder}`,
    `PidFile ${folder}/pid`,
    `ErrorLog ${folder}/log`,
    'ServerName localhost',
    // Apache reads these two only when root starts it.
    'User nobody',
    'Group nogroup',
    `Listen 127.0.0.1:${port}`,
    `<VirtualHost 127.0.0.1:${port}>`,
    'SSLEngine on',
    `SSLCertificateFile ${folder}/cert.pem`,
    `SSLCertificateKeyFile ${folder}/key.pem`,
    'ProxyPass /oidc/ !',
    `ProxyPass / http://127.0.0.1:${app}/`,
    host,
    '</VirtualHost>',
    '',
  ].join('\n');

/** A browser at the app: keeps cookies, follows no redirect. */
const browserAt = (origin: string, ca: string) => {
  const cookies = new Map<string, string>();
  return async (target: string): Promise<Answer> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    // The module answers 401 in place of a redirect to programs that do not accept HTML.
    const asked = get(new URL(target, origin), { ca, agent: false, headers: { cookie, accept: 'text/html' } });
    const [response] = await once(asked, 'response');
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    let body = '';
    for await (const part of response) body += part;
    const heard = body.startsWith('{') ? JSON.parse(body) : {};
    return { status: response.statusCode, location: response.headers.location ?? '', heard };
  };
};

/** An app that answers with the headers it was sent. */
const startApp = async () => {
  const app = createServer((request, response) => response.end(JSON.stringify(request.headers))).listen(0, '127.0.0.1');
  await once(app, 'listening');
  return { port: (app.address() as AddressInfo).port, close: () => app.close() };
};

/** Starts it with `host` in its virtual host, and waits until it answers; throws with what it says when it does not. */
export const startApache = async (ground: Ground, host: string) => {
  const origin = `https://localhost:${ground.appPort}`;
  const folder = await mkdtemp(join(tmpdir(), 'behalf-apache-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { cert, key } = await ground.authority.certificateFor('DNS:localhost');
  const app = await startApp();
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key);
  await writeFile(join(folder, 'httpd.conf'), configuration(folder, ground.appPort, app.port, host));
  // -X: one process that stays in the foreground, so that ending it ends all of it.
  const command = ['-X', '-f', join(folder, 'httpd.conf')];
  const apache = endWithUs(spawn(APACHE, command, { stdio: ['ignore', 'ignore', 'pipe'] }));
  const ended = once(apache, 'close');
  let said = '';
  apache.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-3000);
  });
  const log = async (): Promise<string> => said + (await readFile(join(folder, 'log'), 'utf8').catch(() => ''));
  const ca = await readFile(ground.authority.caFile, 'utf8');
  for (const end = performance.now() + READY_WITHIN_MS; ; await setTimeout(50)) {
    if (await browserAt(origin, ca)('/').catch(() => undefined)) break;
    if (apache.exitCode !== null || performance.now() > end) throw new Error(`Apache does not serve: ${await log()}`);
  }
  return {
    origin,
    newBrowser: () => browserAt(origin, ca),
    log,
    async stop(): Promise<void> {
      apache.kill('SIGTERM');
      await ended;
      app.close();
    },
  };
};
