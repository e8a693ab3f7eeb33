/**
 * A certificate authority on this machine, and https servers under it: issuers and clients with their keys at a
 * URL, as a server under test meets them when its configuration names their host and `caFile`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

export type LocalAuthority = Awaited<ReturnType<typeof localAuthority>>;

export const localAuthority = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-authority-'));
  const at = (name: string): string => join(folder, name);
  const caFile = at('ca.pem');
  await run('openssl', [
    ...['req', '-x509', ...EC, '-days', '2', '-subj', '/CN=Local authority'],
    ...['-keyout', at('ca.key'), '-out', caFile],
  ]);
  const closing: (() => Promise<void>)[] = [];
  let made = 0;

  const certificateFor = async (
    names: string,
    subject = '/CN=leaf',
  ): Promise<{ readonly cert: string; readonly key: string }> => {
    made += 1;
    const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) => at(`leaf-${made}.${end}`));
    await writeFile(String(extensions), `subjectAltName=${names}\n`);
    const written = ['-keyout', String(key), '-out', String(request)];
    await run('openssl', ['req', '-new', ...EC, '-subj', subject, ...written]);
    await run('openssl', [
      ...['x509', '-req', '-days', '2', '-in', String(request), '-out', String(cert)],
      ...['-CA', caFile, '-CAkey', at('ca.key'), '-set_serial', String(made), '-extfile', String(extensions)],
    ]);
    return { cert: await readFile(String(cert), 'utf8'), key: await readFile(String(key), 'utf8') };
  };

  return {
    caFile,
    certificateFor,
    /** GET at one of these servers, as a client that trusts the authority; redirects are not followed. */
    async ask(url: string): Promise<{ readonly status: number; readonly location: string | undefined }> {
      const ca = await readFile(caFile, 'utf8');
      return new Promise((resolve, reject) => {
        get(url, { ca, agent: false }, (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, location: response.headers.location });
        }).once('error', reject);
      });
    },
    /** A server on loopback; `host` is what the configuration has to name, `origin` what URLs begin with. */
    async serve(listener: RequestListener, names = 'DNS:localhost,IP:127.0.0.1') {
      const server = createServer(await certificateFor(names), listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const close = async (): Promise<void> => {
        server.closeAllConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      };
      closing.push(close);
      return { server, port, host: `localhost:${port}`, origin: `https://localhost:${port}`, close };
    },
    async remove(): Promise<void> {
      for (const close of closing) await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
