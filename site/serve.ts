/** Serves the built site on the loopback interface, for reading only. */
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The file of an address below `folder`, or undefined where there is none or the address leads out of the folder. */
const fileOf = async (folder: string, address: string): Promise<string | undefined> => {
  const path = normalize(decodeURIComponent(address));
  if (path.includes('\0') || !path.startsWith('/')) return undefined;
  const named = join(folder, path);
  for (const file of path.endsWith('/') ? [join(named, 'index.html')] : [named, `${named}.html`]) {
    if ((await stat(file).catch(() => undefined))?.isFile()) return file;
  }
  return undefined;
};

type Served = { readonly url: string; readonly close: () => Promise<void> };

/** Listens on 127.0.0.1. Port 0 takes a free one. Rejects when the port is taken. */
export const serve = async (folder: string, port: number): Promise<Served> => {
  const server = createServer(async (request, response) => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const found = await fileOf(folder, pathname);
      const file = found ?? join(folder, '404.html');
      const body = await readFile(file);
      response.writeHead(found ? 200 : 404, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(400).end();
    }
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
