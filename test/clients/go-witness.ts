/** filippo.io/torchwood by the Go module proxy: reads the transparency log of the server, and drives `behalf witness`. */
import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cosignatureVerifier } from '../../src/domain/audit/transparency-log/cosignature.ts';
import { noteSigner } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { until } from '../support/until.ts';
import type { ClientScript } from './client-script.ts';
import { ROOT } from './packages.ts';
import { runProgram } from './program.ts';

const run = promisify(execFile);
const FOLDER = join(ROOT, 'test/clients/go');
const NAME = 'witness.example/w';
let folder = '';

/** The key of a log in the form of sumdb/note. */
const logOf = (origin: string) => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const { verifierKey } = noteSigner(origin, key);
  const seed = Buffer.concat([Buffer.of(1), Buffer.from(String(key.d), 'base64url')]).toString('base64');
  return { verifierKey, signer: `PRIVATE+KEY+${origin}+${verifierKey.split('+')[1]}+${seed}` };
};

export const goWitness: ClientScript = {
  name: 'torchwood',
  async prepare() {
    folder = await mkdtemp(join(tmpdir(), 'behalf-go-witness-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await run('go', ['build', '-mod=readonly', '-o', join(folder, 'witness'), './witness'], { cwd: FOLDER });
    return /torchwood v(\S+)/.exec(await readFile(join(FOLDER, 'go.mod'), 'utf8'))?.[1] ?? '';
  },
  async run(ground, check) {
    const log = await ground.behalf('audit', 'log');
    const own = logOf('go.example/log');
    const file = join(folder, 'witness.json');
    const logs = [{ key: log['verifier_key'] }, { key: own.verifierKey }];
    await writeFile(file, JSON.stringify({ name: NAME, folder: 'state', listen: { port: 0 }, logs }));
    const child = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), 'witness', '--config', file]);
    try {
      let out = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      await until(() => out.includes('"listening"'), { what: 'the witness', seconds: 60 });
      const { port, verifierKey } = JSON.parse(String(out.split('\n')[0]));
      const { d } = JSON.parse(await readFile(join(folder, 'state/key.json'), 'utf8'));
      const signIn = async (asked: string): Promise<URL> => {
        const { pathname, searchParams } = new URL(asked);
        if (pathname === '/more') {
          // A call of the management API is an event each.
          for (let at = 0; at < 20; at += 1) await ground.management.call('GET', '/audit/events?limit=1');
          return new URL(ground.issuer);
        }
        const { state } = cosignatureVerifier(String(searchParams.get('key'))).read(String(searchParams.get('note')));
        return new URL(state === 'cosigned' ? 'https://log.example/verified' : `https://log.example/${state}`);
      };
      await runProgram({ ...ground, signIn }, check, [join(folder, 'witness')], {
        LOG: `${new URL(ground.issuer).protocol}//${log['origin']}`,
        VERIFIER_KEY: String(log['verifier_key']),
        WITNESS: `http://127.0.0.1:${port}`,
        WITNESS_NAME: NAME,
        WITNESS_KEY: String(verifierKey),
        WITNESS_SEED: String(d),
        LOG_SIGNER: own.signer,
      });
    } finally {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    }
  },
};
