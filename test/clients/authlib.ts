/** Authlib from PyPI, in an environment of its own that is made in a temporary folder and removed. */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonEnvironment } from '../support/python-environment.ts';
import type { ClientScript } from './client-script.ts';
import { CALENDAR, CALLBACK } from './client-server.ts';
import { ROOT } from './packages.ts';
import { runProgram } from './program.ts';

const FOLDER = join(ROOT, 'test/clients/authlib');
let environment = '';

export const authlib: ClientScript = {
  name: 'authlib',
  async prepare() {
    environment = await mkdtemp(join(tmpdir(), 'behalf-authlib-'));
    process.once('exit', () => rmSync(environment, { recursive: true, force: true }));
    const requirements = join(FOLDER, 'requirements.txt');
    await pythonEnvironment(environment, ['--requirement', requirements]);
    return /^Authlib==(.+)$/m.exec(await readFile(requirements, 'utf8'))?.[1] ?? '';
  },
  async run(ground, check) {
    const keyFile = join(environment, 'client.jwk');
    const made = await ground.newClient(
      'authlib',
      ...['--key', keyFile, '--redirect-uri', CALLBACK, '--authority', `${CALENDAR} calendar.read`],
      ...['authorization_code', 'refresh_token', 'client_credentials'].flatMap((grant) => ['--grant-type', grant]),
    );
    await runProgram(ground, check, [join(environment, 'bin/python'), join(FOLDER, 'client.py')], {
      ISSUER: ground.issuer,
      CLIENT_ID: made.id,
      KEY_FILE: keyFile,
      REDIRECT_URI: CALLBACK,
      RESOURCE: CALENDAR,
    });
  },
};
