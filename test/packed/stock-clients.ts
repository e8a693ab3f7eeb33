/** A SCIM client of others with the checks of its authors, and a JWT library of others that knows nothing of this server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeyPair } from '../support/agent-keys.ts';
import { makeDirectory } from '../support/directory.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { localAuthority } from '../support/local-authority.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { pythonEnvironment } from '../support/python-environment.ts';
import { endWithUs, startServer } from '../support/server-process.ts';
import { CAEP, makeSignalReceiver, RISC } from '../support/signal-receiver.ts';

const FOLDER = join(import.meta.dirname, 'stock-clients');
const SCIM = ['scim2-tester==0.5.2', 'scim2-client==0.13.2', 'scim2-models==0.12.3', 'httpx2==2.16.2'];
const JWT = ['PyJWT==2.15.1', 'cryptography==50.0.2'];

/** Runs a script with these packages. Returns what it printed, as JSON. */
const python = async (
  script: string,
  packages: readonly string[],
  { env = {}, input = '' }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string },
): Promise<unknown> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-stock-clients-'));
  try {
    const interpreter = await pythonEnvironment(folder, packages);
    const process_ = endWithUs(spawn(interpreter, [join(FOLDER, script)], { env: { ...process.env, ...env } }));
    const [out, err]: [string[], string[]] = [[], []];
    process_.stdout.on('data', (chunk) => out.push(String(chunk)));
    process_.stderr.on('data', (chunk) => err.push(String(chunk)));
    process_.stdin.end(input);
    const [code] = await once(process_, 'close');
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${err.join('').slice(-2000)}`);
    return JSON.parse(out.join(''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

type Check = { readonly status: string; readonly title: string; readonly type: string | null; readonly reason: string };

/** An account always has a state, so that a removal of `active` keeps it (docs/reference/scim.md). */
const KNOWN = /active/;
const LEAST_CHECKS = 100;

/** Throws an Error that says which checks fail. */
export const checkWithStockScimClient = async (): Promise<void> => {
  const server = await startServer({ environment: { BEHALF__TOKENS__ACCESSTOKENTTLSECONDS: '3600' } });
  try {
    const { issuer } = server;
    const management = await managementFromKeyFile(server.administratorKeyFile);
    const settings = { name: 'Stock', most_deactivations: 1000, verifies_emails: true };
    const { bearer } = await makeDirectory({ issuer, management }, settings);
    const checks = (await python('check_scim.py', SCIM, {
      env: { BASE: `${issuer}/scim/v2`, TOKEN: bearer },
    })) as readonly Check[];
    const failed = checks.filter(({ status, reason }) => ['ERROR', 'CRITICAL'].includes(status) && !KNOWN.test(reason));
    if (failed.length > 0) throw new Error(JSON.stringify(failed.slice(0, 10)));
    const passed = checks.filter(({ status }) => status === 'SUCCESS').length;
    if (passed < LEAST_CHECKS) throw new Error(`only ${passed} of ${checks.length} checks passed`);
  } finally {
    await server.remove();
  }
};

const AUDIENCE = 'https://stock.example';

/** Throws an Error that says what differs. */
export const exchangeWithStockLibrary = async (): Promise<void> => {
  const authority = await localAuthority();
  const pair = await newKeyPair('RS256');
  const served = await authority.serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [pair.publicJwk] }));
  });
  const server = await startServer({
    environment: { ...internalHosts({ upstreamProviders: served.host }), BEHALF_EGRESS_CA_FILE: authority.caFile },
  });
  try {
    const { issuer } = server;
    const management = await managementFromKeyFile(server.administratorKeyFile);
    const made = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
      const answer = await management.call('POST', path, body);
      if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.text}`);
      return answer.body;
    };
    const receiver = await makeSignalReceiver(
      { issuer, management },
      { name: 'Stock', audience: AUDIENCE, subjects: ['*'] },
    );
    const stream = await receiver.stream();
    const leaver = await management.createAccount({ username: 'leaver', name: 'Leaver' });
    await made(`/accounts/${leaver.id}/disable`, {});
    const { body } = await receiver.call('POST', `/streams/${stream}/poll`, { returnImmediately: true });
    const sets = Object.values(body['sets'] as Readonly<Record<string, string>>);

    const { id: upstream } = await made('/upstreams', { name: 'Works', issuer: served.origin, client_id: 'x' });
    const { id: account } = await management.createAccount({ username: 'ada', name: 'Ada' });
    await made('/upstream-links', { upstream, subject: 'ada-there', account });
    const transmitter = await made('/trusted-transmitters', {
      ...{ name: 'Stock', issuer: served.origin, jwks_uri: `${served.origin}/jwks`, audience: AUDIENCE, upstream },
    });
    const claims = {
      ...{ iss: served.origin, aud: AUDIENCE, iat: Math.floor(Date.now() / 1000), jti: 'stock-1' },
      sub_id: { format: 'iss_sub', iss: served.origin, sub: 'ada-there' },
      events: { [`${CAEP}session-revoked`]: { event_timestamp: Math.floor(Date.now() / 1000) } },
    };
    const input = {
      issuer,
      audience: AUDIENCE,
      jwks_uri: `${issuer}/jwks`,
      sets,
      signing: { claims, key: pair.privateJwk },
    };
    const exchanged = (await python('exchange_sets.py', JWT, { input: JSON.stringify(input) })) as {
      readonly claims: readonly { readonly events: object; readonly sub_id: object }[];
      readonly made: string;
    };
    const types = exchanged.claims.flatMap(({ events }) => Object.keys(events)).toSorted();
    if (JSON.stringify(types) !== JSON.stringify([`${CAEP}session-revoked`, `${RISC}account-disabled`]))
      throw new Error(`the library read ${JSON.stringify(exchanged.claims)}`);

    const pushed = await fetch(`${issuer}/signals/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/secevent+jwt', authorization: String(transmitter['authorization']) },
      body: exchanged.made,
    });
    if (pushed.status !== 202) throw new Error(`the event of the library got ${pushed.status} ${await pushed.text()}`);
    const { body: signals } = await management.call(
      'GET',
      `/trusted-transmitters/${String(transmitter['id'])}/signals`,
    );
    const [signal] = signals['items'] as readonly Readonly<Record<string, unknown>>[];
    if (signal?.['state'] !== 'applied' || signal['account'] !== account)
      throw new Error(`the event of the library did ${JSON.stringify(signal)}`);
  } finally {
    await server.remove();
    await authority.remove();
  }
};
