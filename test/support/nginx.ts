/** A real nginx (Debian's) before a server of ours: keeps connections to it, passes bodies on as they come, counts requests. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { isOpen } from './open-port.ts';
import { until } from './until.ts';

const PROGRAM = process.env['NGINX'] ?? '/usr/sbin/nginx';

export const hasNginx = (): boolean => spawnSync(PROGRAM, ['-v']).status === 0;

const configuration = (folder: string, port: number, upstream: number): string => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/errors info;
events { worker_connections 256; }
http {
  log_format targets '$request_method $uri';
  access_log ${folder}/requests targets;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  client_header_timeout 1s;
  client_body_timeout 1s;
  keepalive_timeout 1s;
  upstream behalf { server 127.0.0.1:${upstream}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://behalf;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_request_buffering off;
    }
  }
}
`;

/** Starts it before the server on `upstream` (loopback) and waits until it answers. */
export const startNginx = async (upstream: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-nginx-'));
  await mkdir(join(folder, 'logs'));
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, upstream));
  const child = spawn(PROGRAM, ['-p', folder, '-e', join(folder, 'errors'), '-c', join(folder, 'nginx.conf')], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await until(() => child.exitCode !== null || isOpen(port));
  if (child.exitCode !== null) throw new Error(await readFile(join(folder, 'errors'), 'utf8'));
  return {
    port,
    /** Method and path of each request that it saw, in the order in which they ended. */
    requests: async (): Promise<readonly string[]> =>
      (await readFile(join(folder, 'requests'), 'utf8')).split('\n').filter((line) => line !== ''),
    async close(): Promise<void> {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
