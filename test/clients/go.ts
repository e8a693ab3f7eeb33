/** golang.org/x/oauth2 and github.com/coreos/go-oidc by the Go module proxy, built into a temporary folder. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClientScript } from './client-script.ts';
import { CALENDAR, CALLBACK, DEVICE_CODE } from './client-server.ts';
import { ROOT } from './packages.ts';
import { runProgram } from './program.ts';

const run = promisify(execFile);
const FOLDER = join(ROOT, 'test/clients/go');
let program = '';

export const go: ClientScript = {
  name: 'x/oauth2',
  async prepare() {
    const folder = await mkdtemp(join(tmpdir(), 'behalf-go-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    program = join(folder, 'client');
    await run('go', ['build', '-mod=readonly', '-o', program, '.'], { cwd: FOLDER });
    return /x\/oauth2 v(\S+)/.exec(await readFile(join(FOLDER, 'go.mod'), 'utf8'))?.[1] ?? '';
  },
  async run(ground, check) {
    const grants = ['authorization_code', 'refresh_token', 'client_credentials'];
    const made = await ground.newClient(
      'x/oauth2',
      ...['--redirect-uri', CALLBACK, '--authority', `${CALENDAR} calendar.read`],
      ...grants.flatMap((grant) => ['--grant-type', grant]),
    );
    const device = await ground.newClient('x/oauth2 device', '--auth', 'none', '--grant-type', DEVICE_CODE);
    await runProgram(ground, check, [program], {
      ISSUER: ground.issuer,
      CLIENT_ID: made.id,
      CLIENT_SECRET: made.secret,
      DEVICE_CLIENT_ID: device.id,
      REDIRECT_URI: CALLBACK,
      RESOURCE: CALENDAR,
    });
  },
};
