/** The TLS listener offers what BCP 195 (RFC 9325) recommends and nothing beside it (FAPI 2.0 Security Profile §5.2.1). */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, getCiphers, type SecureVersion } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { publicServer } from '../../src/public-server.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';

let authority: LocalAuthority;
let tls: Server;
let ca: string;
let folder: string;

beforeAll(async () => {
  authority = await localAuthority();
  const own = await authority.certificateFor('DNS:localhost');
  folder = await mkdtemp(join(tmpdir(), 'behalf-tls-'));
  const files = { certificateFile: join(folder, 'tls.pem'), keyFile: join(folder, 'tls.key') };
  await writeFile(files.certificateFile, own.cert);
  await writeFile(files.keyFile, own.key);
  tls = publicServer({ tls: files }, { handle: (_request, response) => void response.end('well') });
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  ca = await readFile(authority.caFile, 'utf8');
});

afterAll(async () => {
  await new Promise<void>((resolve) => tls.close(() => resolve()));
  await authority.remove();
  await rm(folder, { recursive: true });
});

/** The suite agreed on with a client that offers only `ciphers`; undefined when the listener refuses. */
const agreed = (ciphers: string, version: SecureVersion): Promise<string | undefined> =>
  new Promise((resolve) => {
    const { port } = tls.address() as AddressInfo;
    const socket = connect({ port, ca, servername: 'localhost', ciphers, minVersion: version, maxVersion: version });
    socket.once('secureConnect', () => {
      resolve(socket.getCipher().standardName);
      socket.destroy();
    });
    socket.once('error', () => resolve(undefined));
  });

const suitesOf = async (version: SecureVersion, isOf: (name: string) => boolean): Promise<readonly string[]> => {
  const found = new Set<string>();
  for (const name of getCiphers()
    .map((cipher) => cipher.toUpperCase())
    .filter(isOf)) {
    // Clients of today offer weak suites only when their own security level allows it.
    const suite = await agreed(version === 'TLSv1.3' ? name : `${name}:@SECLEVEL=0`, version);
    if (suite !== undefined) found.add(suite);
  }
  return [...found].sort();
};

const isOfTls13 = (name: string): boolean => name.startsWith('TLS_');

test('the listener takes the suites of TLS 1.2 that RFC 9325 §4.2 recommends, and no other', async () => {
  expect(await suitesOf('TLSv1.2', (name) => !isOfTls13(name))).toEqual([
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  ]);
});

test('the listener takes the three usual suites of TLS 1.3', async () => {
  expect(await suitesOf('TLSv1.3', isOfTls13)).toEqual([
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
  ]);
});

test.each<SecureVersion>(['TLSv1', 'TLSv1.1'])('the listener refuses %s', async (version) => {
  expect(await agreed('DEFAULT:@SECLEVEL=0', version)).toBeUndefined();
});
