/**
 * Time to deny and time to kill: two nodes on one data set, a resource server asking about the same token at each of
 * them without pause, and something is ended at the first node. Measured until the last positive answer has arrived
 * anywhere, from the answer to the ending and from when it was asked for.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formOf } from '../support/oauth-calls.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { connectionsTo, percentile, type Send } from './load.ts';
import { median, rounded, table } from './statistics.ts';
import { startStoreServers } from './store-servers.ts';

type Store = 'sqlite' | 'mongodb-redis';
type Spread = { readonly p50: number; readonly p99: number; readonly max: number };

export type Denial = {
  readonly store: Store;
  /** 'deny': a token is revoked. 'kill': its agent is killed. */
  readonly what: 'deny' | 'kill';
  readonly runs: number;
  /** Milliseconds from the answer, at least 0. */
  readonly fromAnswer: Spread;
  /** Milliseconds from when it was asked for. */
  readonly fromAsked: Spread;
  /** Median of an introspection in the same runs, in milliseconds. */
  readonly introspection: number;
  /** `fromAsked.p50` divided by that. */
  readonly ratio: number;
};

/** Negative answers in a row, from each node, before they are believed. */
const ENOUGH = 3;
const LONGEST_MS = 10_000;

export const denials = async (store: Store, runs: number): Promise<readonly Denial[]> => {
  const servers = store === 'sqlite' ? undefined : await startStoreServers();
  const dataFolder = await mkdtemp(join(tmpdir(), 'behalf-deny-'));
  const nodes: ServerProcess[] = [];
  try {
    const environment = { ...WITHOUT_LIMITS, ...servers?.environment };
    const first = await startServer({ dataFolder, environment });
    nodes.push(first);
    const { issuer } = first;
    nodes.push(await startServer({ dataFolder, environment: { ...environment, BEHALF_ISSUER: issuer } }));
    const scene = await makeScene({ issuer, administratorKeyFile: join(dataFolder, 'administrator.json') });
    const asked = nodes.map(({ port }) => connectionsTo(`http://127.0.0.1:${port}`));
    try {
      const sends = asked.map(({ send }) => send);
      return [
        await denial({ store, what: 'deny', runs }, scene, sends),
        await denial({ store, what: 'kill', runs }, scene, sends),
      ];
    } finally {
      for (const { close } of asked) close();
    }
  } finally {
    for (const node of nodes) await node.remove();
    await servers?.remove();
    await rm(dataFolder, { recursive: true, force: true });
  }
};

const denial = async (
  { store, what, runs }: Pick<Denial, 'store' | 'what' | 'runs'>,
  scene: Scene,
  sends: readonly Send[],
): Promise<Denial> => {
  const { calls, keyed, jwt, management } = scene;
  const fromAnswer: number[] = [];
  const fromAsked: number[] = [];
  const latencies: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    if (index % 25 === 0) process.stderr.write(`time to ${what}, ${store}: ${index} of ${runs}\n`);
    const agent = what === 'kill' ? await scene.newAgent(`Killed ${index}`) : scene.agent;
    const own = { grant_type: 'client_credentials', resource: jwt.identifier };
    const token = String((await calls.token(keyed(agent), own)).body['access_token']);
    await management.accessToken();
    const end = async (): Promise<number> =>
      what === 'deny'
        ? (await calls.revoke(keyed(agent), token)).status
        : (await management.call('POST', '/kills', { scope: 'agent', id: agent.clientId, reason: 'the bench' })).status;
    const { askedAt, answeredAt, lastPositiveAt } = await watch(scene, sends, token, end, latencies);
    fromAnswer.push(Math.max(0, lastPositiveAt - answeredAt));
    fromAsked.push(Math.max(0, lastPositiveAt - askedAt));
  }
  const introspection = rounded(median(latencies));
  const asked = spreadOf(fromAsked);
  return {
    store,
    what,
    runs,
    fromAnswer: spreadOf(fromAnswer),
    fromAsked: asked,
    introspection,
    ratio: rounded(asked.p50 / introspection),
  };
};

/** Asks everywhere about the token until it is inactive everywhere; ends it once all have heard that it is active. */
const watch = async (
  { issuer, jwt, calls }: Scene,
  sends: readonly Send[],
  token: string,
  end: () => Promise<number>,
  latencies: number[],
) => {
  if (jwt.credential.kind !== 'basic') throw new Error('a resource server with a secret');
  const { clientId, secret } = jwt.credential;
  const headers = {
    host: new URL(issuer).host,
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  };
  const path = new URL(calls.endpoints.introspection).pathname;
  const body = formOf({ token }).toString();
  const giveUpAt = performance.now() + LONGEST_MS;
  let lastPositiveAt = 0;
  const hasBegun = sends.map(() => Promise.withResolvers<void>());
  const asking = sends.map(async (send, node) => {
    for (let negatives = 0; negatives < ENOUGH; ) {
      const sentAt = performance.now();
      const { status, text } = await send({ method: 'POST', path, headers, body });
      const now = performance.now();
      if (status !== 200) throw new Error(`introspection answered ${status}: ${text.slice(0, 200)}`);
      if (now > giveUpAt) throw new Error(`still active after ${LONGEST_MS} ms`);
      if (!text.includes('"active":true')) {
        negatives += 1;
        continue;
      }
      negatives = 0;
      latencies.push(now - sentAt);
      lastPositiveAt = Math.max(lastPositiveAt, now);
      hasBegun[node]?.resolve();
    }
  });
  const done = Promise.all(asking);
  await Promise.race([done, Promise.all(hasBegun.map(({ promise }) => promise))]);
  const askedAt = performance.now();
  const status = await end();
  const answeredAt = performance.now();
  if (status >= 300) throw new Error(`the ending was answered ${status}`);
  await done;
  return { askedAt, answeredAt, lastPositiveAt };
};

const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => rounded(percentile(sorted, share), 1);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
};

export const denialsTable = (found: readonly Denial[]): string => {
  const text = ({ p50, p99, max }: Spread): string => `${p50} / ${p99} / ${max}`;
  return table(
    [
      'time to',
      'store',
      'runs',
      'from the answer p50/p99/max ms',
      'from the request p50/p99/max ms',
      '× introspection',
    ],
    found.map((one) => [one.what, one.store, one.runs, text(one.fromAnswer), text(one.fromAsked), one.ratio]),
  );
};
