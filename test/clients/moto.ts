/** moto from PyPI, as a server with the API of S3 that checks signatures and rights: takes an archive of the audit log. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.ts';
import { pythonEnvironment } from '../support/python-environment.ts';
import { until } from '../support/until.ts';
import type { ClientScript } from './client-script.ts';
import { expectSame } from './client-script.ts';
import { ROOT } from './packages.ts';

const run = promisify(execFile);
const FOLDER = join(ROOT, 'test/clients/moto');
/** Requests without credentials that the server accepts first: those that create the user. */
const UNCHECKED = '4';
const WIDTH = 256;
const PLACE = 's3://archive/behalf';
/** The command removes no record of the last three days: its clock is five days ahead. */
const FIVE_DAYS_AHEAD = {
  NODE_OPTIONS: '--import=data:text/javascript,const{now}=Date;Date.now=()=>now()+5*86400000',
};
let environment = '';

const startMoto = async (): Promise<{ readonly endpoint: string; readonly process: ChildProcess }> => {
  const port = await freePort();
  const started = spawn(join(environment, 'bin/moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: UNCHECKED },
    stdio: 'ignore',
  });
  process.once('exit', () => started.kill('SIGKILL'));
  const endpoint = `http://127.0.0.1:${port}`;
  await until(() =>
    fetch(`${endpoint}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { endpoint, process: started };
};

export const moto: ClientScript = {
  name: 'moto',
  async prepare() {
    environment = await mkdtemp(join(tmpdir(), 'behalf-moto-'));
    process.once('exit', () => rmSync(environment, { recursive: true, force: true }));
    const requirements = join(FOLDER, 'requirements.txt');
    await pythonEnvironment(environment, ['--requirement', requirements]);
    return /^moto==(.+)$/m.exec(await readFile(requirements, 'utf8'))?.[1] ?? '';
  },
  async run(ground, check) {
    const server = await startMoto();
    const bucket = async (...given: readonly string[]): Promise<string> => {
      const script = [join(FOLDER, 'bucket.py'), server.endpoint, ...given];
      return (await run(join(environment, 'bin/python'), script)).stdout;
    };
    try {
      const made = JSON.parse(await bucket('create')) as { readonly key: string; readonly secret: string };
      const aws = (secret: string) => ({
        AWS_ACCESS_KEY_ID: made.key,
        AWS_SECRET_ACCESS_KEY: secret,
        AWS_REGION: 'eu-central-1',
        AWS_ENDPOINT_URL: server.endpoint,
      });
      const archive = (secret = made.secret, place = PLACE) =>
        ground.behalfWith(aws(secret), 'audit', 'archive', '--before', '2099-01-01', '--to', place);
      const log = await ground.behalf('audit', 'log');
      const verify = () =>
        ground.behalfWith(
          aws(made.secret),
          'audit',
          'verify',
          '--archive',
          PLACE,
          '--key',
          String(log['verifier_key']),
        );
      const refusal = (work: Promise<unknown>): Promise<string> => work.then(() => 'accepted', String);
      while (Number((await ground.management.call('GET', '/audit/log')).body['size']) < WIDTH) {
        await Promise.all(Array.from({ length: 16 }, () => ground.management.call('GET', '/audit/events?limit=1')));
      }

      await check('a bucket takes an archive, by requests that it checks', async () => {
        // The server closes a bundle with the batch after its last entry.
        await until(async () => Number((await archive())['bundles'] ?? 0) > 0);
        expectSame('a second run', (await archive())['added'], 0);
        expectSame('verified', (await verify())['ok'], true);
      });
      await check('a wrong secret is refused, and the refusal is named', async () => {
        const text = await refusal(archive(`${made.secret}x`));
        expectSame('SignatureDoesNotMatch', text.includes('SignatureDoesNotMatch'), true);
      });
      await check('another bucket is refused, and no empty archive', async () => {
        const text = await refusal(archive(made.secret, 's3://other/behalf'));
        expectSame('refused', /AccessDenied|NoSuchBucket/.test(text), true);
      });
      const removal = (secret = made.secret) => {
        const asked = ['audit', 'archive', '--before', '4d', '--to', PLACE, '--remove'];
        return ground.behalfWith({ ...aws(secret), ...FIVE_DAYS_AHEAD }, ...asked);
      };
      const verifyBoth = () => ground.behalfWith(aws(made.secret), 'audit', 'verify', '--store', '--archive', PLACE);
      await check('records leave the store once the bucket has them; nothing leaves without its answer', async () => {
        const text = await refusal(removal(`${made.secret}x`));
        expectSame('SignatureDoesNotMatch', text.includes('SignatureDoesNotMatch'), true);
        const before = await ground.management.call('GET', '/audit/events?limit=1');
        expectSame('archived', before.body['archived'] ?? null, null);
        const { removed = 0, size = 0 } = (await removal())['removal'] as Readonly<Record<string, number>>;
        expectSame('removed', removed > 0 && size >= WIDTH && size % WIDTH === 0, true);
        const after = await ground.management.call('GET', '/audit/events?limit=1');
        expectSame('places', (after.body['archived'] as { readonly places?: unknown }).places, [PLACE]);
        expectSame('both', (await verifyBoth())['ok'], true);
        expectSame('a second run', ((await removal())['removal'] as { readonly removed: number }).removed, 0);
      });
      await check('an object that was altered is named', async () => {
        await bucket('alter', made.key, made.secret, 'behalf/records/000.ndjson');
        const text = await refusal(verify());
        expectSame('archive_altered', text.includes('archive_altered') && text.includes('records/000.ndjson'), true);
        const both = await refusal(verifyBoth());
        expectSame('what the store says of it', both.includes('archive_altered'), true);
      });
    } finally {
      server.process.kill('SIGKILL');
    }
  },
};
