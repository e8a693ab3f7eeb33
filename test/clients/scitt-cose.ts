/** scitt-cose from PyPI, in an environment of its own: takes the COSE receipt of a transaction (RFC 9942). */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPairFromJwk } from '../support/agent-keys.ts';
import { pythonEnvironment } from '../support/python-environment.ts';
import type { ClientScript } from './client-script.ts';
import { ROOT } from './packages.ts';
import { runProgram } from './program.ts';

const FOLDER = join(ROOT, 'test/clients/scitt-cose');
let environment = '';

export const scittCose: ClientScript = {
  name: 'scitt-cose',
  async prepare() {
    environment = await mkdtemp(join(tmpdir(), 'behalf-scitt-cose-'));
    process.once('exit', () => rmSync(environment, { recursive: true, force: true }));
    const requirements = join(FOLDER, 'requirements.txt');
    await pythonEnvironment(environment, ['--requirement', requirements]);
    return /^scitt-cose==(.+)$/m.exec(await readFile(requirements, 'utf8'))?.[1] ?? '';
  },
  async run(ground, check) {
    const made = await ground.newAgent(
      'scitt-cose',
      ...['--authority', `${ground.issuer}/api/v1 transactions:read transactions:write`],
      ...['--grant-type', 'client_credentials'],
    );
    const agent = { clientId: made.id, key: await keyPairFromJwk(made.key) };
    const call = async (method: string, path: string, body?: object) => {
      const answer = await ground.management.call(method, path, body, {}, agent);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.body;
    };
    const { id } = await call('POST', '/transactions', { trigger: 'event', intent: 'Read the notes of the day' });
    await call('POST', `/transactions/${id}/close`);
    const cose = join(environment, 'receipt.cose');
    const { entry } = await ground.behalf('transactions', 'receipt', String(id), '--cose', '--to', cose);
    const log = await ground.behalf('audit', 'log');
    await runProgram(ground, check, [join(environment, 'bin/python'), join(FOLDER, 'receipt.py')], {
      ISSUER: ground.issuer,
      TXN: String(id),
      COSE: cose,
      ENTRY: String(entry),
      JWKS: await (await fetch(`${ground.issuer}/jwks`)).text(),
      LOG_KEY: String(log['verifier_key']),
    });
  },
};
