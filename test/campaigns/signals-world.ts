/** Nodes, receivers, a transmitter, and APIs of both languages that take events: what the campaign `signals` works with. */
import { setTimeout as pause } from 'node:timers/promises';
import { newKeyPair } from '../support/agent-keys.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { localAuthority } from '../support/local-authority.ts';
import { polledTransmitter } from '../support/polled-transmitter.ts';
import { makeScene } from '../support/scene.ts';
import { setSigner } from '../support/set-signer.ts';
import { makeSignalReceiver, PUSH } from '../support/signal-receiver.ts';
import type { CampaignRun } from './campaign.ts';
import { type EdgeEnds, edgeEnds } from './edge-ends.ts';
import { type Kit, type KitName, newKit, pythonCommand, typescriptCommand } from './edge-kits.ts';
import { asked, SETTLE_SECONDS, untilQuick } from './edge-world.ts';
import { type Node, nodeClient } from './node-client.ts';
import { startNodesOn } from './nodes-on.ts';
import type { ServerStores } from './server-stores.ts';
import { ACCOUNTS, type Acts, AGENTS, newActs } from './signals-acts.ts';
import { effectsOf, FORBIDS } from './signals-effects.ts';
import { type Incoming, newIncoming, type Owner } from './signals-incoming.ts';
import { type Ledger, newLedger, type Scope } from './signals-ledger.ts';
import { type Endpoint, newEndpoint, PUSHED, type SignalReceivers, startReceivers } from './signals-receivers.ts';

export const NODES = 3;
const OWNERS = 4;
const TOKEN_WITHIN_MS = 120_000;
const AUDIENCE = 'https://behalf.example.com/signals';
const KITS = ['typescript', 'python'] as const satisfies readonly KitName[];
const audienceOf = (kit: KitName): string => `https://${kit}.example/events`;

export type SignalsWorld = Awaited<ReturnType<typeof startSignalsWorld>>;

/** A provider whose keys sign SETs. People are linked to it; none signs in there. */
const startProvider = async (authority: Awaited<ReturnType<typeof localAuthority>>) => {
  const pair = await newKeyPair('RS256');
  const polled = polledTransmitter();
  const served = await authority.serve((request, response) => {
    if (request.url === '/poll') return void polled.listener(request, response);
    const documents: Readonly<Record<string, unknown>> = {
      '/jwks': { keys: [pair.publicJwk] },
      '/.well-known/openid-configuration': {
        issuer: served.origin,
        jwks_uri: `${served.origin}/jwks`,
        authorization_endpoint: `${served.origin}/authorize`,
        token_endpoint: `${served.origin}/token`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
    };
    const found = documents[String(request.url)];
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  });
  const privateKey = async () => ({ key: pair.privateKey, kid: String(pair.kid) });
  return { served, polled, signer: setSigner({ issuer: served.origin, audience: AUDIENCE, privateKey }) };
};

export const startSignalsWorld = async (run: CampaignRun, stores: ServerStores) => {
  const authority = await localAuthority();
  const removals: (() => Promise<unknown>)[] = [authority.remove];
  const close = async (): Promise<void> => {
    for (const one of removals.splice(0).reverse()) await one();
  };
  let log = (): string => '';
  try {
    const { served, polled, signer } = await startProvider(authority);
    const endpoints = {} as Record<(typeof PUSHED)[number] | KitName, Endpoint>;
    for (const name of [...PUSHED, ...KITS]) endpoints[name] = await newEndpoint(authority);
    const nodesOn = await startNodesOn(stores, NODES, {
      ...internalHosts({
        signalReceivers: Object.values(endpoints)
          .map(({ host }) => host)
          .join(','),
        upstreamProviders: served.host,
      }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    });
    removals.push(nodesOn.remove);
    log = nodesOn.log;
    const { issuer, servers, administratorKeyFile } = nodesOn;
    const nodes: readonly Node[] = servers.map(({ port }) => nodeClient(port, issuer));
    removals.push(async () => nodes.forEach((node) => void node.close()));
    await untilQuick(nodes, administratorKeyFile);
    const scene = await makeScene({ issuer, administratorKeyFile });
    const { management } = scene;
    const post = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
      const { status, body: answered, text } = await management.call('POST', path, body);
      if (status >= 300) throw new Error(`POST ${path}: ${status} ${text}`);
      return answered;
    };

    const provider = String(
      (await post('/upstreams', { name: 'Works', issuer: served.origin, client_id: 'behalf-here' }))['id'],
    );
    const transmitterAt = async (name: string, more: object = {}) => {
      const { id, authorization } = await post('/trusted-transmitters', {
        ...{ name, issuer: served.origin, jwks_uri: `${served.origin}/jwks`, audience: AUDIENCE, upstream: provider },
        ...{ most_accounts: 10_000, most_accounts_percent: 100 },
        ...more,
      });
      return { id: String(id), authorization: String(authorization) };
    };
    const transmitter = await transmitterAt('Works');
    const second = await transmitterAt('Second', {
      ...{ issuer: `${served.origin}/second`, audience: 'https://second.example.com' },
    });
    const issuerOfPolled = `${served.origin}/polled`;
    const polledId = await transmitterAt('Polled', {
      ...{ issuer: issuerOfPolled, poll_url: `${served.origin}/poll`, poll_token: 'secret', poll_seconds: 1 },
    });
    const link = (subject: string, account: string) =>
      post('/upstream-links', { upstream: provider, subject, account });
    let people = 0;
    const newAccount = async (): Promise<string> => {
      people += 1;
      return (await management.createAccount({ username: `person-${people}`, name: `Ada ${people}` })).id;
    };
    const newAgent = async (owner: string): Promise<string> => (await scene.newAgent('Agent', owner)).clientId;

    const { body: schema } = await management.call('GET', '/policy/schema');
    const draft = await management.call('POST', '/policy-sets', { text: `${String(schema['starter'])}\n${FORBIDS}` });
    const activated = await management.call(
      'POST',
      `/policy-sets/${String(draft.body['id'])}/activation`,
      {},
      {
        'if-match': String(draft.headers.get('etag')),
      },
    );
    if (activated.status !== 200) throw new Error(`the policy is not active: ${activated.text}`);

    const victim = await newAccount();
    await link('victim', victim);
    await link('ada', scene.accountId);
    const owners: Owner[] = [];
    for (let number = 0; number < OWNERS; number += 1) {
      const account = await newAccount();
      await link(`owner-${number}`, account);
      owners.push({ subject: `owner-${number}`, account, agent: await newAgent(account) });
    }
    const accounts: string[] = [];
    while (accounts.length < ACCOUNTS) accounts.push(await newAccount());
    const agents: { id: string; owner: string }[] = [];
    const ownerOfAll = await newAccount();
    while (agents.length < AGENTS) agents.push({ id: await newAgent(ownerOfAll), owner: ownerOfAll });

    const ledger: Ledger = newLedger();
    const all: Scope = { subjects: ['*'], removed: [], isPersonal: false };
    const half = accounts.slice(0, ACCOUNTS / 2);
    const receivers: SignalReceivers = await startReceivers({
      ...{ run, issuer, nodes, management, endpoints, ledger },
      scopes: {
        ...{ prompt: all, slow: all, returning: all, breaking: all, unacknowledged: all },
        polled: { ...all, isPersonal: true },
        scoped: {
          ...{ subjects: half, removed: half.slice(0, 2), isPersonal: false },
          events: ['session-revoked', 'account-disabled'],
        },
      },
    });
    removals.push(receivers.stop);

    const lives = servers.map(() => 0);
    const placeOf = (node: number): string => `node ${node}, life ${lives[node]}`;
    const alive = (): readonly number[] => servers.flatMap(({ isRunning }, node) => (isRunning ? [node] : []));
    // A token may expire while the node that gives another one is killed.
    const accessToken = () => {
      const token = () => management.accessToken().catch(() => '');
      return asked(token, (one) => one !== '', 'a management token', TOKEN_WITHIN_MS);
    };
    const shared = { run, nodes, management: { ...management, accessToken }, ledger, placeOf };
    const acts: Acts = newActs({ ...shared, accounts, agents, newAccount, newAgent });
    const forging = { ...signer, transmitter, second, other: await newKeyPair('RS256'), served, server: { issuer } };
    const incoming: Incoming = newIncoming({
      ...{ ...shared, signer, transmitter, forging, owners, victim, alive },
      polled: { ...polled, id: polledId.id, issuer: issuerOfPolled },
    });

    return {
      ...{ run, name: nodesOn.name, issuer, servers, nodes, scene, management, endpoints },
      ...{ ledger, receivers, acts, incoming, log, close },
      /** Kills nodes at once. What they do at this moment is cut off. */
      kill(some: readonly number[]): Promise<unknown> {
        for (const node of some) lives[node] = Number(lives[node]) + 1;
        return Promise.all(some.map((node) => servers[node]?.kill()));
      },
      restart: (some: readonly number[]): Promise<readonly (number | undefined)[]> =>
        Promise.all(some.map((node) => servers[node]?.restart())),
      async effects() {
        const made = await effectsOf({
          ...{ run, nodes, scene, signer, subject: 'ada', authorization: transmitter.authorization },
        });
        await link(made.ownerSubject.subject, made.ownerSubject.account);
        return made;
      },
      /** APIs to which the server pushes, and ends of tokens that they accept. `python`: an interpreter that has the package. */
      apis: (python: string) =>
        startApis({ python, scene, nodes, endpoints, issuer, port: Number(servers[0]?.port), removals }),
    };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).stack}\nserver logs:\n${log()}`, { cause: error });
  }
};

type ApiSetup = {
  readonly python: string;
  readonly scene: Awaited<ReturnType<typeof makeScene>>;
  readonly nodes: readonly Node[];
  readonly endpoints: Readonly<Record<KitName, Endpoint>>;
  readonly issuer: string;
  readonly port: number;
  readonly removals: (() => Promise<unknown>)[];
};

export type Apis = {
  readonly kits: readonly Kit[];
  readonly ends: EdgeEnds;
  /** Lets time pass at the APIs, until each accepts this token offline. */
  settle(token: string): Promise<void>;
};

const startApis = async ({ python, scene, nodes, endpoints, issuer, port, removals }: ApiSetup): Promise<Apis> => {
  // An event may require a sign-in that is newer than it, by a second.
  await pause(1100);
  scene.useBrowser(newBrowser(issuer));
  const { credential, identifier } = scene.jwt;
  if (credential.kind !== 'basic') throw new Error('the resource server has no secret');
  const kits: Kit[] = [];
  for (const name of KITS) {
    const environment = {
      ...{ RESOURCE: identifier, API_ID: credential.clientId, API_SECRET: credential.secret },
      AUDIENCE: audienceOf(name),
    };
    const command = name === 'python' ? pythonCommand(python) : typescriptCommand();
    const kit = await newKit({ name, command, environment, issuer, port });
    removals.push(kit.close);
    await kit.start();
    kits.push(kit);
    endpoints[name].use((body, _, response) => {
      kit.receive(body).then(
        ({ status, text }) => response.writeHead(status || 503, { 'content-type': 'application/json' }).end(text),
        () => response.destroy(),
      );
    });
    const receiver = await makeSignalReceiver(
      { issuer, management: scene.management },
      { name, subjects: ['*'], audience: audienceOf(name) },
    );
    const id = await receiver.stream({ delivery: { method: PUSH, endpoint_url: `${endpoints[name].origin}/events` } });
    const isVerified = async () => (await scene.management.call('GET', `/signal-streams/${id}`)).body['is_verified'];
    await asked(isVerified, (is) => is === true, `the endpoint of the API in ${name} is not verified`);
  }
  return {
    kits,
    ends: await edgeEnds(scene, nodes),
    async settle(token) {
      for (const kit of kits) {
        const use = () => kit.use(token, 'read');
        const { introspections } = await asked(use, ({ isYes }) => isYes, `${kit.name} refuses a live token`);
        await kit.clocks({ pass: SETTLE_SECONDS });
        let before = introspections;
        const isOffline = ({ isYes, introspections: now }: { isYes: boolean; introspections: number }): boolean => {
          const isSame = now === before;
          before = now;
          return isYes && isSame;
        };
        await asked(use, isOffline, `${kit.name} introspects without end`);
      }
    },
  };
};
