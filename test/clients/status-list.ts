/** `@sd-jwt/jwt-status-list` from npm reads a Token Status List of the server. It is installed in a temporary folder and removed. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { until } from '../support/until.ts';
import { type ClientScript, expectSame } from './client-script.ts';

const PACKAGE = '@sd-jwt/jwt-status-list';
const VERSION = '0.19.0';
const API = 'https://lists.example.com';
let folder = '';

/** The functions of the package that a verifier calls. */
type Library = {
  getStatusListFromJWT(token: string): { readonly idx: number; readonly uri: string };
  getListFromStatusListJWT(list: string): { getStatus(index: number): number; getBitsPerStatus(): number };
};

export const statusList: ClientScript = {
  name: 'status-list',
  async prepare() {
    folder = await mkdtemp(join(tmpdir(), 'behalf-status-list-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const asked = [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${PACKAGE}@${VERSION}`,
    ];
    await promisify(execFile)('npm', asked);
    return VERSION;
  },
  async run(ground, check) {
    const library: Library = createRequire(join(folder, 'package.json'))(PACKAGE);
    await ground.behalf(
      ...['resource-servers', 'create', API, '--name', 'Lists', '--scope', 'lists.read:low:Read lists'],
      ...['--status-list', 'on'],
    );
    const client = await ground.newClient(
      'Status lists',
      ...['--grant-type', 'client_credentials', '--authority', `${API} lists.read`],
    );
    const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    const post = async (path: string, form: Readonly<Record<string, string>>): Promise<Response> => {
      const response = await fetch(`${ground.issuer}${path}`, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams(form),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response;
    };
    const newToken = async (): Promise<string> => {
      const asked = { grant_type: 'client_credentials', resource: API, scope: 'lists.read' };
      return String(((await (await post('/token', asked)).json()) as { access_token: string }).access_token);
    };
    const statusOf = async (token: string): Promise<number> => {
      const { idx, uri } = library.getStatusListFromJWT(token);
      const response = await fetch(uri, { headers: { accept: 'application/statuslist+jwt' } });
      return library.getListFromStatusListJWT(await response.text()).getStatus(idx);
    };
    const [one, other] = [await newToken(), await newToken()];

    await check('reads the claim of a token and the list that it names', async () => {
      const { uri, idx } = library.getStatusListFromJWT(one);
      const { status } = decodeJwt(one) as { status?: { status_list?: object } };
      expectSame('claim', { idx, uri }, status?.status_list);
      expectSame('status of both', [await statusOf(one), await statusOf(other)], [0, 0]);
    });

    await check('reads that a revoked token has ended, and that the other one has not', async () => {
      await post('/token/revocation', { token: one });
      await until(async () => (await statusOf(one)) === 1, { what: 'the end in the list' });
      expectSame('status of the other', await statusOf(other), 0);
    });
  },
};
