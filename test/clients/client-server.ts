/**
 * One server as `npm start` runs it, with settings that the guides document, a person and an API. Clients are registered with
 * the commands of the guides, on the machine of the server.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { freePort } from '../support/free-port.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { localAuthority } from '../support/local-authority.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { runCli, startServer } from '../support/server-process.ts';
import { openWire } from './wire.ts';

export const CALENDAR = 'https://calendar.example.com';
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** Redirect target of clients that are handed the address the browser was sent to. */
export const CALLBACK = 'http://127.0.0.1:4000/callback';
/** The person of all clients. */
export const person = { username: 'ada', password: 'a long enough pass phrase' };

export type Ground = Awaited<ReturnType<typeof makeGround>>;

export const makeGround = async () => {
  const wire = await openWire();
  const authority = await localAuthority();
  const appPort = await freePort();
  const server = await startServer({
    environment: {
      BEHALF_ISSUER: wire.origin,
      ...internalHosts({ appLogout: `localhost:${appPort}` }),
      BEHALF__EGRESS__CAFILE: authority.caFile,
      BEHALF__REGISTRATION__OPEN: 'true',
      BEHALF__TOKENS__DEVICEPOLLINTERVALSECONDS: '1',
    },
  });
  wire.passTo(server.port);
  const management = await managementFromKeyFile(server.administratorKeyFile);
  const account = await management.createAccount({ ...person, name: 'Ada', email: 'ada@example.com' });

  /** `behalf …` as the guides write it; answers what it prints as JSON, throws with what it says when it fails. */
  const behalf = (...parameters: readonly string[]): Promise<Readonly<Record<string, unknown>>> =>
    behalfWith({}, ...parameters);
  const behalfWith = async (
    more: Readonly<Record<string, string>>,
    ...parameters: readonly string[]
  ): Promise<Readonly<Record<string, unknown>>> => {
    const { code, stdout, stderr } = await runCli([...parameters, '--json'], { ...server.environment, ...more });
    if (code !== 0) throw new Error(`behalf ${parameters.join(' ')}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  };
  await behalf(
    ...['resource-servers', 'create', CALENDAR, '--name', 'Calendar'],
    ...['--scope', 'calendar.read:low:See your calendar', '--scope', 'calendar.write:medium:Change your calendar'],
  );

  /** She signs in once with it: the server counts sign-ins of an account. */
  const home = newBrowser(wire.origin);

  return {
    issuer: wire.origin,
    wire,
    management,
    accountId: account.id,
    authority,
    /** For an app that hears of sign-outs over https at `localhost`; the settings of the server name it. */
    appPort,
    behalf,
    /** The same with further variables. */
    behalfWith,
    /** `behalf clients create --name NAME …`; answers `client_id` and, where there is one, `client_secret`. */
    async newClient(name: string, ...options: readonly string[]) {
      const made = await behalf('clients', 'create', '--name', name, ...options);
      return { id: String(made['client_id'] ?? made['id']), secret: String(made['client_secret']) };
    },
    /** `behalf agents create …` with a key made by the command; answers the id and the private key. */
    async newAgent(name: string, ...options: readonly string[]) {
      const keyFile = join(server.dataFolder, `${name}.jwk`);
      const made = await behalf(
        ...['agents', 'create', '--name', name, '--purpose', 'Keeps the calendar', '--key', keyFile, ...options],
      );
      const key = JSON.parse(await readFile(keyFile, 'utf8')) as Readonly<Record<string, string>>;
      return { id: String(made['client_id'] ?? made['id']), key, keyFile };
    },
    newBrowser: (): Browser => newBrowser(wire.origin),
    /** Ada at her browser, or at another: signs in where she must, and allows what is asked; answers where it is sent. */
    signIn: (url: string, browser = home): Promise<URL> => walkAuthorization(browser, url, { person }),
    /** The same, and ticks what an MCP server would like to do when the app calls it. */
    signInWithWishes: (url: string): Promise<URL> =>
      walkAuthorization(home, url, { person, consent: { check: (name) => (name === 'wish' ? true : undefined) } }),
    /** Key file of a client of a second operator, who set its key: one that may accept what the administrator proposed. */
    async secondOperator(username: string): Promise<string> {
      const { id } = await management.createAccount({ username, name: username, roles: ['operator'] });
      const given = await management.newScript(id);
      const next = await newKeyPair();
      const { headers } = await management.call('GET', `/clients/${given.clientId}`);
      const match = { 'if-match': String(headers.get('etag')) };
      const body = { jwks: { keys: [next.publicJwk] } };
      const changed = await management.callOnce('PATCH', `/clients/${given.clientId}`, body, match, given);
      if (changed.status !== 200) throw new Error(`the key stays: ${changed.text}`);
      const file = join(server.dataFolder, `${username}.json`);
      const privateKey = await exportJWK(next.privateKey);
      const keys = { issuer: wire.origin, client_id: given.clientId, private_key: privateKey };
      await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
      return file;
    },
    /** Ada at the page of a device code, or in a refusal: signs in and allows; the walk ends on a page of the server. */
    async allowAt(url: string): Promise<void> {
      await walkAuthorization(home, url, { person }).catch((error: Error) => {
        if (!/^ended on .* \(200\)/.test(error.message)) throw error;
      });
    },
    log: server.log,
    async remove(): Promise<void> {
      await server.stop();
      await server.remove();
      await authority.remove();
      wire.close();
    },
  };
};
