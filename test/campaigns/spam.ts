/**
 * A flood of registrations (DR-05): from ever new addresses, from many within few networks, and with initial access
 * tokens that were given away, on a server with open registration, with the limits it comes with. A violation is
 * a row more than those allow, an answer that is no registration and no refusal, and a token endpoint that is slower
 * afterwards than it was before.
 */
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { AGENTS } from '../../src/domain/clients/agents/agent.ts';
import { CLIENTS } from '../../src/domain/clients/clients/client.ts';
import { REGISTRATIONS } from '../../src/domain/clients/registration/registrations.ts';
import type { CollectionDeclaration, Cursor } from '../../src/domain/ports/document-store.ts';
import { connectionsTo, rssMbOf } from '../bench/load.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { REDIRECT } from '../support/registration-world.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { figuresOf } from './figures.ts';

const DEFAULT_ATTEMPTS = 20_000;
const PARALLEL = 16;
const PROBES = 300;
/** What the server comes with. */
const OPEN_PER_DAY = 1000;
const PER_OWNER_PER_HOUR = 120;
/** Tokens that were given away: more uses than an owner may have. */
const TOKENS = 4;
const USES = 100;
/** Networks of 64 bits from which half of the attempts over IPv6 come. */
const NETWORKS = 50;
const MOST_TIMES = 2;
const LEAST_MS = 5;

const ENVIRONMENT = {
  BEHALF__REGISTRATION__OPEN: 'true',
  BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
  // Not these are tried, and the probes come from one client.
  BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '0',
  BEHALF__LIMITS__REQUESTSPERCLIENTPERMINUTE: '0',
  BEHALF__LOG__LEVEL: 'warn',
};

export const spam: Campaign = {
  name: 'spam',
  about: `a flood of registrations against the limits a server comes with (--trials attempts, default ${DEFAULT_ATTEMPTS}; --rate a second, else as many as there can be)`,
  async run(run) {
    const server = await startServer({ environment: ENVIRONMENT });
    try {
      const scene = await makeScene(server);
      const before = await probes(scene, run, 'before', (index) => index < PROBES);
      const rowsBefore = await rowsIn(server);
      let isFlooding = true;
      const flooded = flood(run, server, scene).finally(() => {
        isFlooding = false;
      });
      const during = await probes(scene, run, 'during', () => isFlooding);
      const flooding = await flooded;
      // What was counted is written, and what is over is swept.
      await pause(1000);
      const after = await probes(scene, run, 'after', (index) => index < PROBES);
      const rows = await rowsIn(server);
      const made = Object.fromEntries(
        Object.entries(rows).map(([name, count]) => [name, count - (rowsBefore[name] ?? 0)]),
      );
      const { clients = 0, agents = 0, registrations = 0 } = made;
      if (clients > OPEN_PER_DAY) run.violation(`${clients} clients, not ${OPEN_PER_DAY}`);
      if (agents > PER_OWNER_PER_HOUR) run.violation(`${agents} agents of one owner, not ${PER_OWNER_PER_HOUR}`);
      if (registrations > clients + agents) run.violation(`${registrations} registrations of ${clients + agents}`);
      if (after.p99 > MOST_TIMES * before.p99 && after.p99 > before.p99 + LEAST_MS)
        run.late(`p99 of the token endpoint is ${after.p99} ms afterwards, and was ${before.p99} ms`);
      const figures = {
        trials: flooding.attempts,
        ...flooding,
        rows: made,
        tokens: { before, during, after },
        fileMb: Math.round((await stat(dataFolder(server.dataFolder).database)).size / 2 ** 20),
        rssMb: await rssMbOf(server.pid),
      };
      run.finished('sqlite', figures);
      return figures;
    } finally {
      await server.remove();
    }
  },
};

/** Tokens of an agent, one after the other. */
const probes = async (
  { calls, keyed, agent, jwt }: Scene,
  run: CampaignRun,
  when: string,
  goesOn: (index: number) => boolean,
) => {
  const times: number[] = [];
  for (let index = 0; goesOn(index); index += 1) {
    const begin = performance.now();
    const asked = { grant_type: 'client_credentials', resource: jwt.identifier };
    const { status, text } = await calls.token(keyed(agent), asked);
    times.push(performance.now() - begin);
    if (status !== 200) run.violation(`a token ${when} the flood: ${status} ${text.slice(0, 200)}`);
  }
  return figuresOf(times);
};

const flood = async (run: CampaignRun, server: ServerProcess, { management, accountId }: Scene) => {
  const attempts = run.options.trials ?? DEFAULT_ATTEMPTS;
  const { rate } = run.options;
  const tokens: string[] = [];
  const { id: blueprint } = await management.createBlueprint({ name: 'Anything' });
  for (let index = 0; index < TOKENS; index += 1) {
    const made = await management.call('POST', '/initial-access-tokens', { owner: accountId, blueprint, uses: USES });
    tokens.push(String(made.body['initial_access_token']));
  }
  const { random } = run;
  const byte = (): number => 1 + random.integer(254);
  const hex = (): string => random.integer(0x10000).toString(16);
  const address = (): string => {
    if (random.chance(0.7)) return `${11 + random.integer(80)}.${byte()}.${byte()}.${byte()}`;
    const network = random.chance(0.5)
      ? `2001:db8:0:${random.integer(NETWORKS).toString(16)}`
      : `2001:db8:${hex()}:${hex()}`;
    return `${network}:${hex()}:${hex()}:${hex()}:${hex()}`;
  };
  const client = JSON.stringify({ client_name: 'Wiki', redirect_uris: [REDIRECT] });
  const agent = JSON.stringify({
    client_name: 'Agent',
    agent_purpose: 'Tests',
    agent_environment: 'test',
    grant_types: ['client_credentials'],
    jwks: { keys: [(await newKeyPair()).publicJwk] },
  });

  const { send, close } = connectionsTo(server.issuer);
  const statuses: Record<string, number> = {};
  const begin = performance.now();
  let sent = 0;
  const one = async (): Promise<void> => {
    while (sent < attempts && !run.isOver() && server.isRunning) {
      const index = sent;
      sent += 1;
      const wait = rate === undefined ? 0 : (index * 1000) / rate - (performance.now() - begin);
      if (wait > 1) await pause(wait);
      const token = random.chance(0.1) ? random.pick([...tokens, 'bhi_guessed']) : undefined;
      const answer = await send({
        method: 'POST',
        path: '/reg',
        headers: {
          'content-type': 'application/json',
          'x-forwarded-for': address(),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: token === undefined ? client : agent,
      });
      const kind = `${token === undefined ? 'open' : 'token'} ${answer.status}`;
      statuses[kind] = (statuses[kind] ?? 0) + 1;
      if (![201, 401, 429].includes(answer.status)) run.violation(`${kind} ${answer.text.slice(0, 300)}`);
      run.progress(`${sent} of ${attempts} attempts`);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, one));
  } finally {
    close();
  }
  const seconds = (performance.now() - begin) / 1000;
  if (!server.isRunning) run.violation(`the server ended after attempt ${sent}:\n${server.log().slice(-4000)}`);
  return { attempts: sent, attemptsPerSecond: Math.round(sent / seconds), statuses };
};

/** Read from the file beside the server. */
const rowsIn = async ({ dataFolder: folder }: ServerProcess): Promise<Readonly<Record<string, number>>> => {
  const documents = sqliteDocumentStore(openSqlite({ file: dataFolder(folder).database }));
  const count = async (declaration: CollectionDeclaration): Promise<number> => {
    const collection = documents.collection(declaration);
    let rows = 0;
    let after: Cursor | undefined;
    do {
      const page = await collection.find({ limit: 1000, ...(after ? { after } : {}) });
      rows += page.length;
      const last = page.at(-1)?.document.id;
      after = page.length === 1000 && last !== undefined ? { id: last } : undefined;
    } while (after);
    return rows;
  };
  try {
    return {
      clients: await count(CLIENTS),
      agents: await count(AGENTS),
      registrations: await count(REGISTRATIONS),
    };
  } finally {
    await documents.close();
  }
};
