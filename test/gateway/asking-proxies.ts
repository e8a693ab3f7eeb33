/** nginx and HAProxy (Debian's) with the files of docs/how-to/proxies, of which only the ports change. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { isOpen } from '../support/open-port.ts';
import { until } from '../support/until.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../docs/how-to/proxies');
const PROGRAMS = {
  nginx: process.env['NGINX'] ?? '/usr/sbin/nginx',
  haproxy: process.env['HAPROXY'] ?? '/usr/sbin/haproxy',
} as const;

export type AskingProxy = keyof typeof PROGRAMS;

export const hasProxy = (name: AskingProxy): boolean => spawnSync(PROGRAMS[name], ['-v']).status === 0;

/** `decisions`: a port, or the address of a Unix socket as nginx writes it. */
export type Ports = { readonly api: number; readonly gateway: number; readonly decisions: number | string };

const nginxFiles = (folder: string, example: string): string => `
daemon off;
# As root it would run as another user, whom the socket of a gateway refuses.
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/errors;
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
${example}
}
`;

/** Starts the proxy, and waits until it listens. */
export const startAskingProxy = async (name: AskingProxy, ports: Ports) => {
  const folder = await mkdtemp(join(tmpdir(), `behalf-${name}-`));
  const port = await freePort();
  const example = async (file: string): Promise<string> => {
    const text = await readFile(join(EXAMPLES, file), 'utf8');
    const changed = { 8443: port, 4000: ports.api, 8080: ports.gateway, 9001: ports.decisions };
    return text.replace(/127\.0\.0\.1:(\d+)/g, (_, number: string) => {
      const address = changed[Number(number) as 8443];
      return typeof address === 'string' ? address : `127.0.0.1:${address}`;
    });
  };
  let child: ChildProcess;
  if (name === 'nginx') {
    await mkdir(join(folder, 'logs'));
    await writeFile(join(folder, 'nginx.conf'), nginxFiles(folder, await example('nginx.conf')));
    const parameters = ['-p', folder, '-e', join(folder, 'errors'), '-c', join(folder, 'nginx.conf')];
    child = spawn(PROGRAMS.nginx, parameters, { stdio: 'ignore' });
  } else {
    for (const file of ['haproxy.cfg', 'behalf.lua']) await writeFile(join(folder, file), await example(file));
    child = spawn(PROGRAMS.haproxy, ['-db', '-f', 'haproxy.cfg'], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
  }
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const ended = once(child, 'exit');
  await until(() => child.exitCode !== null || isOpen(port), { what: `${name} to listen` });
  if (child.exitCode !== null) {
    throw new Error(name === 'nginx' ? await readFile(join(folder, 'errors'), 'utf8') : errors);
  }
  return {
    port,
    async close(): Promise<void> {
      child.kill(name === 'nginx' ? 'SIGTERM' : 'SIGUSR1');
      const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
      await ended;
      clearTimeout(timer);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
