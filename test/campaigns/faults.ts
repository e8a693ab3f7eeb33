/**
 * Random faults under load, from a seed: the server and its stores are killed, stopped, flushed and filled. After
 * each one it recovers, what was used or revoked stays so, and no answer was a 500 (invariants 1, 5, 6, 12).
 */
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { startMongodb } from '../support/mongodb-server.ts';
import { startRedis } from '../support/redis-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { type FaultLedger, faultClients, newFaultLedger, startFaultLoad } from './faults-load.ts';
import { checkTrail } from './trail-check.ts';

const DEFAULT_TRIALS = 50;
const LONGEST_LOAD_MS = 400;
const LONGEST_FAULT_MS = 1500;
const LONGEST_RECOVERY_MS = 20_000;
const TMPFS_MEGABYTES = 96;

const run = promisify(execFile);

type Fault = {
  readonly name: string;
  readonly begin: () => unknown;
  readonly end: () => unknown;
  /** The server stands still meanwhile. */
  readonly isPause?: boolean;
};

type Ground = {
  readonly name: string;
  readonly server: ServerProcess;
  readonly faults: readonly Fault[];
  /** Faults that could not be made on this machine, and why. */
  readonly notRun: readonly string[];
  remove(): Promise<void>;
};

const ofServer = (server: ServerProcess): readonly Fault[] => [
  { name: 'server killed', begin: () => server.kill(), end: () => server.restart() },
  {
    name: 'server stopped',
    begin: () => process.kill(server.pid, 'SIGSTOP'),
    end: () => process.kill(server.pid, 'SIGCONT'),
    isPause: true,
  },
];

const sqliteGround = async (): Promise<Ground> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-faults-'));
  const isSmall = await run('mount', ['-t', 'tmpfs', '-o', `size=${TMPFS_MEGABYTES}m,mode=0700`, 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  const server = await startServer({ environment: WITHOUT_LIMITS, dataFolder: folder });
  const filler = join(folder, 'filler');
  const fill = async (): Promise<void> => {
    for (const bytes of [1_000_000, 4096]) {
      // Until the disk says no.
      for (let full = false; !full; )
        full = await appendFile(filler, Buffer.alloc(bytes)).then(
          () => false,
          () => true,
        );
    }
  };
  const log = join(folder, 'behalf.db-wal');
  const torn: Fault = {
    name: 'killed in the middle of a write',
    begin: async () => {
      await server.kill();
      // The head of a frame whose rest was never written.
      await appendFile(log, Buffer.alloc(700, 0x5a)).catch(() => undefined);
    },
    end: () => server.restart(),
  };
  const full: Fault = { name: 'disk full', begin: fill, end: () => rm(filler, { force: true }) };
  return {
    name: 'sqlite',
    server,
    faults: [...ofServer(server), torn, ...(isSmall ? [full] : [])],
    notRun: isSmall ? [] : ['disk full: no tmpfs can be mounted here, which takes root'],
    async remove() {
      await server.remove();
      if (isSmall) await run('umount', [folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const serversGround = async (): Promise<Ground> => {
  const [mongodb, redis] = await Promise.all([startMongodb({ isDurable: true }), startRedis()]);
  const server = await startServer({
    environment: {
      ...WITHOUT_LIMITS,
      BEHALF_MONGODB_URL: mongodb.url('faults'),
      BEHALF_REDIS_URL: redis.url,
      BEHALF__STORES__ALLOW_STANDALONE: String(mongodb.isStandalone),
    },
  });
  const admin = async (work: (client: Redis) => Promise<unknown>): Promise<void> => {
    const client = new Redis(redis.port, '127.0.0.1');
    await work(client);
    client.disconnect();
  };
  const { kill, restart, pause, resume } = mongodb;
  const ofMongodb: readonly Fault[] =
    kill && restart && pause && resume
      ? [
          { name: 'MongoDB killed', begin: kill, end: restart },
          { name: 'MongoDB stopped', begin: pause, end: resume },
        ]
      : [];
  return {
    name: `mongodb (${mongodb.kind}) + redis`,
    server,
    faults: [
      ...ofServer(server),
      { name: 'Redis killed', begin: () => redis.kill(), end: () => redis.restart() },
      { name: 'Redis stopped', begin: () => redis.pause(), end: () => redis.resume() },
      { name: 'Redis flushed', begin: () => admin((client) => client.flushall()), end: () => undefined },
      {
        name: 'Redis read-only',
        begin: () => admin((client) => client.replicaof('127.0.0.1', 1)),
        end: () => admin((client) => client.replicaof('NO', 'ONE')),
      },
      ...ofMongodb,
    ],
    notRun: [
      ...(ofMongodb.length > 0 ? [] : ['MongoDB killed and stopped: MONGODB_URL names a server that is not ours']),
      ...(mongodb.kind === 'real' ? [] : ['step-down, rollback, lag (FT-02, FT-03, FT-05): need MongoDB itself']),
    ],
    async remove() {
      await server.remove();
      await Promise.all([mongodb.remove(), redis.remove()]);
    },
  };
};

/** Resolves when a person can be asked for and a client gets a token; false when that takes too long. */
const recovered = async (scene: Scene): Promise<boolean> => {
  const end = performance.now() + LONGEST_RECOVERY_MS;
  const parameters = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  while (performance.now() < end) {
    const answer = await scene.calls.token(scene.keyed(scene.agent), parameters).catch(() => undefined);
    if (answer?.status === 200) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
};

/** Sends what was used once more, and asks for what was revoked. */
const checkEnded = async (
  campaign: CampaignRun,
  scene: Scene,
  clients: Awaited<ReturnType<typeof faultClients>>,
  ledger: FaultLedger,
  after: string,
) => {
  const used = ledger.used.splice(0);
  for (const parameters of used) {
    const answer = await scene.calls.token(clients.credential, parameters);
    if (answer.status !== 400 || answer.body['error'] !== 'invalid_grant') {
      campaign.violation(
        `${after}: a used ${parameters['grant_type']} gave ${answer.status} ${answer.text.slice(0, 200)}`,
      );
    }
  }
  const revoked = ledger.revoked.splice(0);
  for (const token of revoked) {
    for (const { credential } of [scene.jwt, scene.opaque]) {
      const { status, body } = await scene.calls.introspect(credential, token);
      if (status !== 200 || body['active'] !== false) {
        campaign.violation(`${after}: a revoked token is ${status} active ${String(body['active'])}`);
      }
    }
  }
  return used.length + revoked.length;
};

const campaignOn = async (campaign: CampaignRun, ground: Ground, trials: number) => {
  const { server } = ground;
  const scene = await makeScene(server);
  const clients = await faultClients(scene);
  const ledger = newFaultLedger();
  const counts: Record<string, number> = {};
  let done = 0;
  let checked = 0;
  for (; done < trials && !campaign.isOver(); done += 1) {
    // Each kind once before any comes a second time.
    const fault = ground.faults[done] ?? campaign.random.pick(ground.faults);
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
    const after = `${ground.name}, trial ${done + 1}, ${fault.name}`;
    const load = startFaultLoad(scene, clients, ledger);
    await new Promise((resolve) => setTimeout(resolve, 50 + campaign.random.integer(LONGEST_LOAD_MS)));
    if (fault.isPause) load.expectPause();
    await fault.begin();
    await new Promise((resolve) => setTimeout(resolve, 50 + campaign.random.integer(LONGEST_FAULT_MS)));
    await fault.end();
    await load.stop();
    for (const text of ledger.unexpected.splice(0)) campaign.violation(`${after}: ${text}`);
    if (await recovered(scene)) checked += await checkEnded(campaign, scene, clients, ledger, after);
    else campaign.violation(`${after}: no token ${LONGEST_RECOVERY_MS / 1000} s later\n${server.log().slice(-2000)}`);
    campaign.progress(`${ground.name}: ${done + 1} of ${trials} faults, ${ledger.received.length} tokens`);
  }
  const trail = await checkTrail(campaign, server, scene, ledger);
  const { statuses } = ledger;
  return { faults: done, byKind: counts, answers: statuses, checked, tokensReceived: ledger.received.length, ...trail };
};

export const faults: Campaign = {
  name: 'faults',
  about: `random faults of server and stores under load: nothing used or revoked lives again, no 500, recovery (--trials, default ${DEFAULT_TRIALS})`,
  async run(campaign) {
    const trials = campaign.options.trials ?? DEFAULT_TRIALS;
    const results: Record<string, unknown> = {};
    let done = 0;
    for (const [index, make] of [sqliteGround, serversGround].entries()) {
      const ground = await make();
      try {
        // There are twice as many things to break where there are three servers.
        const share = index === 0 ? Math.floor(trials / 3) : trials - Math.floor(trials / 3);
        const result = await campaignOn(campaign, ground, share);
        done += result.faults;
        results[ground.name] = { ...result, notRun: ground.notRun };
      } catch (error) {
        throw new Error(`${(error as Error).stack}\nserver log:\n${ground.server.log().slice(-4000)}`, {
          cause: error,
        });
      } finally {
        await ground.remove();
      }
    }
    return { trials: done, ...results };
  },
};
