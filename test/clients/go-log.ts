/** golang.org/x/mod/sumdb by the Go module proxy: verifies the transparency log of the server. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/until.ts';
import type { ClientScript } from './client-script.ts';
import { ROOT } from './packages.ts';
import { runProgram } from './program.ts';

const run = promisify(execFile);
const FOLDER = join(ROOT, 'test/clients/go');
let folder = '';

export const goLog: ClientScript = {
  name: 'x/mod/sumdb',
  async prepare() {
    folder = await mkdtemp(join(tmpdir(), 'behalf-go-log-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await run('go', ['build', '-mod=readonly', '-o', join(folder, 'log'), './log'], { cwd: FOLDER });
    return /x\/mod v(\S+)/.exec(await readFile(join(FOLDER, 'go.mod'), 'utf8'))?.[1] ?? '';
  },
  async run(ground, check) {
    const log = await ground.behalf('audit', 'log');
    const [first] = (await ground.behalf('audit', 'list', '--limit', '1')) as unknown as readonly {
      readonly id: string;
    }[];
    const proof = join(folder, 'event.tlog-proof');
    await until(async () => {
      const logged = await ground.behalf('audit', 'prove', String(first?.id), '--to', proof).catch(() => undefined);
      return logged !== undefined;
    });
    // A call of the management API is an event each.
    const more = async (): Promise<URL> => {
      for (let at = 0; at < 300; at += 1) await ground.management.call('GET', '/audit/events?limit=1');
      return new URL(ground.issuer);
    };
    await runProgram({ ...ground, signIn: more }, check, [join(folder, 'log')], {
      // The origin is the address of the log without the scheme, as tlog-tiles recommends.
      LOG: `${new URL(ground.issuer).protocol}//${log['origin']}`,
      VERIFIER_KEY: String(log['verifier_key']),
      PROOF: proof,
    });
  },
};
