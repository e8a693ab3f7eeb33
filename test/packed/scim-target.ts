/** The server pushes agents and their owners to a stock SCIM server, which is installed from a registry into an empty folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeyPair } from '../support/agent-keys.ts';
import { freePort } from '../support/free-port.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { localAuthority } from '../support/local-authority.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { endWithUs, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const SERVER = join(import.meta.dirname, 'scim-server/server.js');
const PACKAGES = ['scimmy@1.3.5', 'scimmy-routers@1.3.2', 'express@5.3.0'];
const TOKEN = 'token-of-the-directory';

type Json = Readonly<Record<string, unknown>>;

const same = (what: string, found: unknown, wanted: unknown): void => {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${what}: ${one}, and not ${other}`);
};

const installed = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-scim-server-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
  await cp(SERVER, join(folder, 'server.js'));
  const npm = endWithUs(spawn('npm', ['install', '--silent', ...PACKAGES], { cwd: folder, stdio: 'inherit' }));
  const [code] = await once(npm, 'close');
  if (code !== 0) throw new Error(`npm install ended with ${code}`);
  return folder;
};

/** Throws an Error that says what differs. */
export const pushToStockServer = async (): Promise<void> => {
  const authority = await localAuthority();
  const folder = await installed();
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const { cert, key } = await authority.certificateFor('DNS:localhost,IP:127.0.0.1');
  const files = { KEY_FILE: join(folder, 'key.pem'), CERT_FILE: join(folder, 'cert.pem') };
  await writeFile(files.KEY_FILE, key);
  await writeFile(files.CERT_FILE, cert);
  const env = { ...process.env, ...files, ORIGIN: origin, PORT: String(port), TOKEN };
  const directory = endWithUs(spawn(process.execPath, ['server.js'], { cwd: folder, env }));
  await once(directory.stdout, 'data');
  const server = await startServer({
    environment: {
      ...internalHosts({ provisioningTargets: `localhost:${port}` }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    },
  });
  try {
    const management = await managementFromKeyFile(server.administratorKeyFile);
    const { id: owner } = await management.createAccount({ username: 'owner', name: 'Owner' });
    const agent = async (name: string): Promise<string> => {
      const { publicJwk } = await newKeyPair();
      const jwks = { keys: [publicJwk] };
      return (await management.createAgent({ name, owner, purpose: 'Pays', environment: 'test', jwks })).id;
    };
    const [first, second] = [await agent('Payer'), await agent('Reader')];
    const target = { name: 'Stock', url: `${origin}/scim/v2`, token: TOKEN };
    const { body: made } = await management.call('POST', '/provisioning-targets', target);
    const path = `/provisioning-targets/${String(made['id'])}`;
    const settled = () =>
      until(
        async () => {
          const { waiting, backlog, comparing } = (await management.call('GET', path)).body;
          return waiting === 0 && backlog === 0 && comparing === false;
        },
        { what: 'a target without waiting objects', seconds: 60 },
      );
    const report = async (body: Json): Promise<Json> => (await management.call('POST', `${path}/reconcile`, body)).body;
    await settled();
    const equal = {
      ...{ missing: [], surplus: [], doubled: [], different: [] },
      ...{ same: 3, foreign: 0, complete: true, repeated: 0 },
    };
    same('after the first push', await report({}), equal);
    await management.call('POST', `/agents/${first}/suspend`);
    await management.call('POST', `/agents/${second}/retire`);
    await settled();
    same('after a suspension and a retirement', await report({}), { ...equal, same: 2 });
    same('refused', (await management.call('GET', `${path}/refused`)).body['items'], []);
    const { body: tested } = await management.call('POST', `${path}/test`);
    same('the test', tested, { answered: true });
  } finally {
    directory.kill();
    await server.remove();
    await authority.remove();
    await rm(folder, { recursive: true, force: true });
  }
};
